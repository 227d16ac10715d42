"""The questions, one module each: what is asked of the solver, and what its atoms say."""

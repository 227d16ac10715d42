"""The logic program: its files, what they declare, and the solver that is asked."""

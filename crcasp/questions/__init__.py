"""What is asked of the solver: one module a question, and what they share.

`patient` is asked, `therapy` named, `decoder` turns atoms into results; of all patients `part`
has the smallest, and `side_by_side` what two tables say of them.
"""

"""What is asked of the solver: one module a question, and what they share.

`patient` is asked, `therapy` named, `decoder` turns atoms into results, `counterfactual`
varies the findings of a patient.
"""

"""What comes back, as plain data: one module a kind of result, and what they share.

`result` is what every one can do, `shapes` its JSON, `provenance` where it comes from.
"""

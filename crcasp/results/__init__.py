"""What comes back: plain data, one module a kind of result."""

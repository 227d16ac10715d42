"""Results for a person: in words, as text, as pages and as pictures."""

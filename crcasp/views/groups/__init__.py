"""What is said of each result: small plain groups in words, for text, page and picture alike."""

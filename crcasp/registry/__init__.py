"""A whole registry at once: patients by column, one solve for all who are alike."""

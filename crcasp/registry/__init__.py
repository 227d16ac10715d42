"""A whole registry, one row a patient: read, evaluated in batches, written, summed up."""

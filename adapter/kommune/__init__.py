"""The municipal door: records as the municipality's own system writes and reads them."""

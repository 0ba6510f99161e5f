"""The municipal door."""

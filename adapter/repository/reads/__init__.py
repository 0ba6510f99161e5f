"""Reads: the recipients a caller acts as, and searches in the publications to them."""

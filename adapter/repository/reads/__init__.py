"""Reads: who a caller is, and what was published to it."""

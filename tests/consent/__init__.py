"""Consent: permits, lenses, decisions and rights."""

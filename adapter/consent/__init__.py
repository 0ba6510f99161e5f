"""Consent: permits from samtykker, lenses, the visible record, decisions with their rule, and rights."""

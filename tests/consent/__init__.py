"""Consent: who sees what, and why."""

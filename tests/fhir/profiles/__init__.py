"""Profiles in, findings out."""

"""Writes: resources and records put in their place, judged together, and stored in one transaction."""

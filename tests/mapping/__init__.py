"""One mapping, both ways."""

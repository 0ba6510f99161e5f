"""The hinge: doors above, records below."""

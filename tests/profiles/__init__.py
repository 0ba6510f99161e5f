"""The profiles of the project, and the examples that break them."""

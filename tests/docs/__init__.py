"""Documentation that cannot lie."""

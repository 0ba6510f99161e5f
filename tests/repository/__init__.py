"""Tests of the repository: publishing, page tokens and preconditions."""

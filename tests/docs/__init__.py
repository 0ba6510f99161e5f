"""Tests that compare documentation with the adapter."""

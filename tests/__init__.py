"""Tests: the tree mirrors adapter/."""

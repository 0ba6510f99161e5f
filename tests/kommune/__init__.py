"""Tests of the municipal door."""

"""Tests of the adapter; the folders mirror those of adapter/."""

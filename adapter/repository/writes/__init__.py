"""Writes: place the resources in their records, judge the records together, store them in one transaction."""

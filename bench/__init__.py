"""Benchmarks: `make bench` prints one table of figures, and the machine they were measured on."""

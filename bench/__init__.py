"""What the adapter costs, measured: `make bench` prints one table, and the machine it was made on."""

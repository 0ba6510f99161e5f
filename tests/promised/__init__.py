"""What others rely on, written down in files: each file is compared with what the adapter does."""

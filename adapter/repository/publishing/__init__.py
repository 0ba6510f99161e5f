"""Publishing: what each recipient is given of a record, and whose history closes."""

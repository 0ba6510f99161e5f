"""Who may see and do what: permits from samtykker, the visible part of a record, decisions that explain themselves."""

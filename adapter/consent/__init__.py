"""Who may see and do what: permits from samtykker, the visible record, decisions that explain themselves."""

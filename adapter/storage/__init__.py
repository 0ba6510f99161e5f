"""SQLAlchemy Core: one code for SQLite and PostgreSQL; every SQL statement of the adapter is here."""

"""Fixtures of all tests: hypothesis profiles, and a database for each test on SQLite and on PostgreSQL."""

from __future__ import annotations

import os

from hypothesis import settings

from tests.databases import (
    database_url,
    migrated_postgresql,
    migrated_sqlite,
    on_each_database,
    postgresql,
    store,
)
from tests.rest.filled import filled_postgresql, filled_sqlite

__all__ = [
    "database_url",
    "filled_postgresql",
    "filled_sqlite",
    "migrated_postgresql",
    "migrated_sqlite",
    "postgresql",
    "pytest_generate_tests",
    "store",
]

pytest_generate_tests = on_each_database

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

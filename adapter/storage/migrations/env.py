"""The script that Alembic runs: the migrations, in the transaction that ``upgrade`` began."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()

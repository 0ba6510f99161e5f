"""Every message that the adapter declares, printed: ``python -m tests.promised.declared``.

A process of its own has no messages but the adapter's: tests make some too.
"""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module

import adapter
from adapter.errors import declared as messages
from adapter.fhir import invariants

RUN_BY_ALEMBIC = "adapter.storage.migrations."
"""Its modules are scripts, which cannot be imported."""


def declared() -> set[tuple[str, str, str]]:
    """Code, IssueType and severity of every message."""
    printed = subprocess.run(
        [sys.executable, "-m", __name__], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    return {(code, issue, severity) for code, issue, severity in map(str.split, printed.splitlines())}


def main() -> None:
    """Print them, a line each."""
    for module in pkgutil.walk_packages(adapter.__path__, "adapter."):
        if not module.name.startswith(RUN_BY_ALEMBIC):
            import_module(module.name)
    invariants.declare_all()
    for found in (message for variants in messages().values() for message in variants):
        sys.stdout.write(f"{found.code} {found.issue.value} {found.severity.value}\n")


if __name__ == "__main__":
    main()

"""The house keeps its shape: imports run downward, and serving stays light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "misc", "base"}


@pytest.mark.slow
def test_imports_run_downward() -> None:
    """Every contract of import-linter in pyproject.toml holds."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_room_is_called_after_nothing() -> None:
    """No module or package has a name that says nothing of what is in it."""
    names = {path.stem for path in (ROOT / "adapter").rglob("*.py")}
    names |= {path.name for path in (ROOT / "adapter").rglob("*") if path.is_dir()}
    assert not names & FORBIDDEN_NAMES


def test_a_module_opens_with_the_sentence_that_says_why() -> None:
    """Every module of the adapter begins with its docstring."""
    modules = (ROOT / "adapter").rglob("*.py")
    silent = [str(path) for path in modules if not path.read_text().lstrip().startswith('"""')]
    assert not silent


def test_serving_loads_neither_migrations_nor_models() -> None:
    """A worker must start fast and stay small: Alembic and fhir.resources are for other commands."""
    code = (
        "import sys, adapter.cli.serve, adapter.app.composition;"
        "heavy = {'alembic', 'fhir', 'pydantic', 'fhirpathpy'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""The architecture of the adapter: imports run downward, names are unique, and commands load little."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from functools import cache
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


def test_every_module_and_package_has_a_name_that_says_what_it_holds() -> None:
    """No module or package has one of the names that fit any content."""
    names = {path.stem for path in (ROOT / "adapter").rglob("*.py")}
    names |= {path.name for path in (ROOT / "adapter").rglob("*") if path.is_dir()}
    assert not names & FORBIDDEN_NAMES


def test_every_module_begins_with_a_docstring() -> None:
    """Every module of the adapter begins with its docstring."""
    modules = (ROOT / "adapter").rglob("*.py")
    silent = [str(path) for path in modules if not path.read_text().lstrip().startswith('"""')]
    assert not silent


@cache
def _trees() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in sorted((ROOT / "adapter").rglob("*.py"))]


def test_a_message_code_is_declared_once() -> None:
    """A code has one Message; ``replace`` makes variants of its texts."""
    declared = Counter(
        node.args[0].value
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Message"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    )
    assert len(declared) > 150
    assert [code for code, count in declared.items() if count > 1] == []


def test_every_public_name_is_used_in_the_adapter() -> None:
    """A public function or class is used by the adapter itself, or by a framework listed here."""
    called_by_frameworks = {
        "emit",  # logging
        "handle_read", "to_response",  # waitress
        "get_command", "list_commands",  # click
        "healthz", "log_exception", "readyz", "refuse_http",  # Flask
    }  # fmt: skip
    defined, named = set(), set()
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                defined.add(node.name)
            elif isinstance(node, ast.Name):
                named.add(node.id)
            elif isinstance(node, ast.Attribute):
                named.add(node.attr)
    assert defined - named == called_by_frameworks


def test_serving_loads_neither_migrations_nor_models() -> None:
    """A worker starts fast and stays small without Alembic and fhir.resources, which other commands use."""
    code = (
        "import sys, adapter.cli.serve, adapter.app.composition;"
        "heavy = {'alembic', 'fhir', 'pydantic', 'fhirpathpy'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


HEAVY = {
    "adapter.app", "adapter.mapping", "adapter.record", "adapter.repository", "adapter.rest",
    "adapter.settings", "adapter.storage", "alembic", "difflib", "fhir", "flask", "httpx",
    "importlib.metadata", "joserfc", "jsonschema_rs", "pkgutil", "pydantic", "sqlalchemy", "structlog",
    "urllib.request", "yaml",
}  # fmt: skip
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">a</div>'
TOLD = {
    "a.json": '{"resourceType":"Patient","gender":"x"}',
    "a.xml": '<Patient xmlns="http://hl7.org/fhir"><gender value="x"/></Patient>',
    "a.ndjson": '{"resourceType":"Patient"}',
}
NARRATED = {
    "b.json": json.dumps({"resourceType": "Basic", "text": {"status": "generated", "div": DIV}}),
    "b.xml": f'<Basic xmlns="http://hl7.org/fhir"><text><status value="generated"/>{DIV}</text></Basic>',
}


@pytest.mark.parametrize("form", ["text", "json", "outcome", "junit", "sarif", "github"])
@pytest.mark.parametrize("name", [*TOLD, *NARRATED])
def test_validate_loads_the_fhir_packages_alone(name: str, form: str, tmp_path: Path) -> None:
    """`validate` in CI starts without server, database, mapping or schema; lxml is for narratives only."""
    (tmp_path / name).write_text({**TOLD, **NARRATED}[name])
    code = (
        "import sys; from adapter.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as left: assert left.code in (0, 1)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "validate", "--format", form, str(tmp_path / name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert not loaded & HEAVY
    assert ("lxml" in loaded) == (name in NARRATED)
    assert ("adapter.fhir.codec.xml" in loaded) == name.endswith(".xml")

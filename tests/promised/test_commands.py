"""The command ``ip-adapter`` has the commands and options of ``commands.txt``, and leaves with these codes.

0 is done or valid, 1 is looked at and found wanting, 2 could not run.
"""

from __future__ import annotations

import io
import os
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.cli import commands, main
from adapter.settings import mappings_folder
from tests.promised import pinned

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "commands.txt"
PATIENT = '{"resourceType": "Patient", "id": "torill", "gender": "female"}'
UNIT = '{"id": "enheten", "aktiv": true, "navn": "Koordinerende enhet"}'
FILES = {
    "patient.json": PATIENT,
    "no-patient.json": PATIENT.replace("female", "kvinne"),
    "unit.json": UNIT,
    "no-unit.json": UNIT.replace("true", '"ja"'),
    "no-json.json": "{",
    "known.yaml": "[{file: no-patient.json, code: code-unknown, expression: Patient.gender, reason: Old}]",
}
NOWHERE = "sqlite:///nowhere/adapter.db"
RUN: tuple[tuple[str, dict[str, str]], ...] = (
    ("", {}),
    ("--help", {}),
    ("--version", {}),
    ("walk", {}),
    ("check", {}),
    ("check mappings", {}),
    ("check nowhere", {}),
    ("convert unit.json --to fhir", {}),
    ("convert patient.json --to plan", {}),
    ("convert no-unit.json --to fhir", {}),
    ("convert no-patient.json --to plan", {}),
    ("convert unit.json", {}),
    ("convert no-json.json --to fhir", {}),
    ("convert patient.json --to plan --format xml", {}),
    ("validate patient.json", {}),
    ("validate --format json patient.json", {}),
    ("validate patient.json no-patient.json", {}),
    ("validate no-json.json", {}),
    ("validate nowhere.json", {}),
    ("validate --fail-on never no-patient.json", {}),
    ("validate --known known.yaml no-patient.json", {}),
    ("validate --known nowhere.yaml patient.json", {}),
    ("validate --explain code-unknown", {}),
    ("validate --explain no-code", {}),
    ("validate", {}),
    ("token --as system", {}),
    ("token --as organisasjon --org 314159268", {}),
    ("token --as organisasjon", {}),
    ("token", {}),
    ("load unit.json", {}),
    ("serve", {}),
    ("serve", {"PORT": "x"}),
    ("db upgrade", {"ADAPTER_DATABASE_URL": NOWHERE}),
    ("db upgrade", {}),
    ("db reproject", {}),
    ("db reproject", {"ADAPTER_DATABASE_URL": NOWHERE}),
    ("load unit.json", {}),
    ("load no-unit.json", {}),
    ("load unit.json no-json.json", {}),
    ("db backup copy.db", {}),
    ("db backup copy.db", {}),
    ("db restore copy.db", {}),
    ("db restore unit.json", {}),
    ("db restore nowhere.db", {}),
)
"""The commands that are run, in this order, in one folder with broken mapping files; ``db upgrade`` makes the
database."""


def told(folder: Path) -> list[str]:
    """The parameters of every command, then what is run, each with its exit code."""
    about = commands.to_info_dict(commands.make_context("ip-adapter", [], resilient_parsing=True))
    return [*sorted(_parameters("ip-adapter", about)), *_codes(folder)]


def _parameters(name: str, about: dict[str, Any]) -> Iterator[str]:
    """A line for a command and for each of its parameters, and those of the commands below it."""
    yield name
    yield from (f"{name}  {_parameter(one)}" for one in about["params"])
    for below, more in about.get("commands", {}).items():
        yield from _parameters(f"{name} {below}", more)


def _parameter(one: dict[str, Any]) -> str:
    """An option by its flags, an argument by its name, with all that decides what it takes."""
    called = one["name"].upper() if one["param_type_name"] == "argument" else " ".join(one["opts"])
    takes = f"one of {'|'.join(one['type']['choices'])}" if "choices" in one["type"] else one["type"]["name"]
    facts = {
        "flag" if one.get("is_flag") else takes: True,
        "required": one["required"],
        "several": one["multiple"] or one["nargs"] == -1,
        f"default {one['default']}": one["default"] is not None and not one.get("is_flag"),
    }
    return f"{called}  {', '.join(fact for fact, holds in facts.items() if holds)}"


def _codes(folder: Path) -> Iterator[str]:
    """A line for each of what is run: its exit code."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    shutil.copytree(mappings_folder(), folder / "mappings")
    (folder / "mappings" / "careplan.yaml").write_text("rows: [")
    for arguments, settings in RUN:
        said = " ".join(f"{name}={value} " for name, value in settings.items())
        yield f"{said}ip-adapter {arguments}  leaves with {_code(folder, arguments.split(), settings)}"


def _code(folder: Path, arguments: list[str], settings: dict[str, str]) -> object:
    """The exit code of the command in this process, with no settings but these."""
    here, silent = Path.cwd(), io.TextIOWrapper(io.BytesIO())
    kept = {
        name: value for name, value in os.environ.items() if name.startswith("ADAPTER_") or name == "PORT"
    }
    for name in kept:
        del os.environ[name]
    os.environ.update(settings)
    os.chdir(folder)
    try:
        with redirect_stdout(silent), redirect_stderr(silent):
            main(arguments)
    except SystemExit as left:
        return left.code
    finally:
        os.chdir(here)
        for name in settings:
            del os.environ[name]
        os.environ.update(kept)
    return None


def test_the_commands_equal_the_promised_commands(tmp_path: Path) -> None:
    """No command or option is gone or takes something else, and each example leaves with its code."""
    pinned.compare(FILE, told(tmp_path))

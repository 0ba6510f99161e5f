"""``ip-adapter validate --format json`` writes the fields of ``validate-json.txt``; more may come.

``always`` stands wherever the field can stand, ``sometimes`` in some of what is found and not in all.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from contextlib import redirect_stdout, suppress
from typing import TYPE_CHECKING, Any

from adapter.cli import main
from tests.promised import pinned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "validate-json.txt"
VALID = '{"resourceType": "Patient", "active": true}'
"""No finding."""
UNREADABLE = '{"resourceType": "Patient",'
"""A finding at a line and column, of no element."""
WRONG = (
    '{\n"resourceType": "CareTeam",\n"status": "aktiv",\n"period": {"start": "2026-02", "end": "2026-01"}\n}'
)
"""Findings of elements, with the page of the rule."""
MANY = f'{{"resourceType": "Patient", "identifier": {[1] * 300}}}'
"""More findings than are told, which is a finding of no place."""
KNOWN = (
    "[{file: wrong.json, code: code-unknown, expression: CareTeam.status, reason: Old},"
    " {file: unreadable.json, code: json-syntax, reason: Old}]"
)
"""Findings that do not count, of an element and of none."""
TYPES = {str: "string", bool: "boolean", int: "integer", dict: "object", list: "array"}


def told(folder: Path) -> list[str]:
    """The fields of what the command writes of the files."""
    paths = []
    for name, text in (("valid", VALID), ("unreadable", UNREADABLE), ("wrong", WRONG), ("many", MANY)):
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(text)
    known = folder / "known.yaml"
    known.write_text(KNOWN)
    written = io.StringIO()
    with redirect_stdout(written), suppress(SystemExit):
        main(["validate", "--format", "json", "--known", str(known), *map(str, paths)])
    return sorted(fields([json.loads(written.getvalue())], ""))


def fields(values: list[Any], path: str) -> Iterator[str]:
    """The fields of values that stand at one path, with type and how often they are there."""
    objects = [value for value in values if isinstance(value, dict)]
    there = Counter(name for value in objects for name in value)
    for name, count in there.items():
        place = f"{path}.{name}" if path else name
        found = [value[name] for value in objects if name in value]
        (type_,) = {TYPES[type(value)] for value in found}
        yield f"{place}  {type_}  {'always' if count == len(objects) else 'sometimes'}"
        inner = [item for value in found if isinstance(value, list) for item in value]
        yield from fields(inner or found, f"{place}[]" if inner else place)


def test_the_report_has_every_promised_field(tmp_path: Path) -> None:
    """No promised field is missing, of another type or no longer always present; new ones are allowed."""
    found = told(tmp_path)
    gone = [line for line in pinned.lines(FILE) if line not in found]
    assert not gone, "\n".join([f"{FILE}: gone or changed; {pinned.ON_PURPOSE}", *gone])

"""Where in the body a finding is: its FHIRPath made line and column, in JSON and XML."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from adapter.fhir import xml
from adapter.fhir.scanning import scanned
from adapter.fhir.sniffing import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapter.errors import Finding
    from adapter.fhir.scanning import Path, Place

_LAST_STEP = re.compile(r"(?:\.?[A-Za-z0-9_]+|\[[0-9]+\])$")


def located(findings: Iterable[Finding], body: bytes, format_: Format) -> list[Finding]:
    """The findings with line and column, for those about something in ``body`` (a resource that can be read).

    What is missing is placed where it would have stood: at the nearest element around it.
    """
    known = list(findings)
    if not any(_is_placeable(finding) for finding in known):
        return known
    places = _in_xml(body) if format_ is Format.XML else _in_json(body)
    return [_placed(finding, places) if _is_placeable(finding) else finding for finding in known]


def _is_placeable(finding: Finding) -> bool:
    return finding.line is None and finding.expression is not None


def _placed(finding: Finding, places: Mapping[str, Place]) -> Finding:
    path = _below_root(finding.expression or "")
    while path and path not in places:
        path = _LAST_STEP.sub("", path) if _LAST_STEP.search(path) else ""
    line, column = places.get(path, (1, 1))
    return replace(finding, line=line, column=column)


def _in_xml(body: bytes) -> dict[str, Place]:
    return {_below_root(expression): place for expression, place in xml.positions(body).items()}


def _in_json(body: bytes) -> dict[str, Place]:
    return {_expression(path): place for path, place in scanned(body)[1].items()}


def _expression(path: Path) -> str:
    steps = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return "".join(steps).removeprefix(".")


def _below_root(expression: str) -> str:
    """``participant[0].role`` of ``CareTeam.participant[0].role``: both bodies are of the same type."""
    return expression.partition(".")[2]

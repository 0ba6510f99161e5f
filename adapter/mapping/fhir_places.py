"""The place in a resource of a path in its part, so that findings about a record name FHIR elements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapter.mapping.lists import Each, Inside, Items, Many
from adapter.mapping.paths import PlanPath, Twice
from adapter.mapping.rows import Taking, Tuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapter.mapping.paths import FhirPath
    from adapter.mapping.rows import Row

_STEP = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")


def place(
    rows: Sequence[Row], expression: str, part: dict[str, Any], resource: dict[str, Any], at: str
) -> str:
    """The place in ``resource`` of the path ``expression`` in ``part``; ``at`` is the place of the resource.

    ``deltakere[1].rolle`` is ``CareTeam.participant[2].role`` where an unmapped participant comes before it.
    An unmapped path gives the nearest mapped place around it.
    """
    steps = [(name, int(index) if index else None) for name, index in _STEP.findall(expression)]
    names = tuple(name for name, _ in steps)
    for length in range(len(names), 0, -1):
        for row, plan, path in leaves(rows):
            if plan.names[:length] == names[:length]:
                return _within(row, path, steps[length - 1 :], part, resource, at)
    return at


def leaves(rows: Sequence[Row]) -> Iterator[tuple[Row, PlanPath, FhirPath]]:
    """Each row with each of its fields in the part and its path in the resource."""
    for row in rows:
        plan, fhir = getattr(row, "plan", ()), getattr(row, "fhir", None)
        path = fhir.path if isinstance(fhir, Items) else row.fhir[-1] if isinstance(row, Tuple) else fhir
        if path is not None:
            yield from ((row, one, path) for one in ((plan,) if isinstance(plan, PlanPath) else plan))


def _within(
    row: Row,
    path: FhirPath,
    steps: list[tuple[str, int | None]],
    part: dict[str, Any],
    resource: dict[str, Any],
    at: str,
) -> str:
    try:
        _, found = path.read(resource, at)
    except Twice as twice:
        return twice.place
    index = steps[0][1]
    if index is None:
        return found
    if isinstance(row, Many | Inside):
        return _among(row, index, part, resource, at) or found
    if not isinstance(row, Each):
        return found
    items = row.plan.read(part) or []
    item = items[index] if index < len(items) else {}
    sent = [one for one in row.fhir.sent(resource, at) if isinstance(one[0], dict)]
    named = [one for one in sent if one[0].get("id") == item.get("id")] or sent[index : index + 1]
    if not named:
        return found
    rest = ".".join(name if number is None else f"{name}[{number}]" for name, number in steps[1:])
    return place(row.rows, rest, item, *named[0])


def _among(
    row: Many | Inside, index: int, part: dict[str, Any], resource: dict[str, Any], at: str
) -> str | None:
    """The place of the item with the value of this index; unmapped items may come before it."""
    values = row.plan.read(part) or []
    for item, where in row.fhir.sent(resource, at):
        if isinstance(row, Many):
            said, there = row.pair.to_plan(item), where
        else:
            read: dict[str, Any] = {}
            row.row.take(item, where, read, Taking({}, str))  # its refusals are already findings
            said, there = read.get("value"), place((row.row,), "value", read, item, where)
        if index < len(values) and said == values[index]:
            return there
    return None

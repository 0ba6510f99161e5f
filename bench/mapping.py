"""Mapping alone, in one process: a whole record out, one CarePlan out and in with residue."""

from __future__ import annotations

import json
import sys
import timeit
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from adapter.mapping import load
from adapter.record.parts import parts
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from collections.abc import Callable

RECORD = Path("tests/examples/slagpasient/saker/sak-slagpasient.json")
ROUNDS, TIMES = 7, 200


def main() -> None:
    """Measure, and print milliseconds a time, the median of the rounds."""
    mappings = load(mappings_folder())
    sak: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    found = parts("sak", sak)

    def whole() -> None:
        for part in parts("sak", sak):
            mappings.of(part.kind).to_fhir(part.body, part.surroundings)

    _say(f"{f'a record of {len(found)} resources, out':44}", whole)
    plan = next((part for part in found if part.type == "CarePlan"), None)
    if plan is None:
        return
    mapping = mappings.of(plan.kind)
    resource = mapping.to_fhir(plan.body, plan.surroundings)
    resource["supportingInfo"] = [{"display": "Epikrise"}]
    resource["subject"]["display"] = "Personen"

    def out() -> None:
        mapping.to_fhir(plan.body, plan.surroundings)

    def into() -> None:
        mapping.to_plan(resource, plan.surroundings, onto=plan.body, new_id=lambda: "ny")

    _say(f"{'a CarePlan, out':44}", out)
    _say(f"{'a CarePlan, in, with residue':44}", into)


def _say(name: str, work: Callable[[], None]) -> None:
    spent = median(timeit.repeat(work, number=TIMES, repeat=ROUNDS)) / TIMES * 1000
    sys.stdout.write(f"{name}{spent:9.3f} ms\n")


if __name__ == "__main__":
    main()

"""Benchmark of the mapping alone: the largest example to FHIR, and its CarePlan both ways with residue."""

from __future__ import annotations

import sys
import timeit
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from adapter.cli import record_files
from adapter.mapping import Scene, load
from adapter.record.parts import parts
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path("tests/examples")
ROUNDS, TIMES = 7, 100


def main() -> None:
    """Run the benchmark and print the median time of each mapping in milliseconds."""
    mappings = load(mappings_folder())
    saker = [record.body for record in record_files.read_all([EXAMPLES]) if record.kind == "sak"]
    sak = max((one for one in saker if one.get("planer")), key=lambda one: len(parts("sak", one)))
    found = parts("sak", sak)
    plan = next(part for part in found if part.type == "CarePlan")
    mapping = mappings.of(plan.kind)
    resource = mapping.to_fhir(plan.body, plan.surroundings)
    resource["supportingInfo"] = [{"display": "Epikrise"}]
    resource["subject"]["display"] = "Personen"

    def scene() -> Scene:
        return Scene(sak, lambda _kind, _id: "Ola Prøve")

    def whole() -> None:
        around = scene()
        for part in parts("sak", sak):
            mappings.of(part.kind).to_fhir(part.body, part.surroundings, None, around)

    def into() -> None:
        mapping.to_plan(resource, plan.surroundings, onto=plan.body, new_id=lambda: "ny")

    _say(f"a record of {len(found)} resources, out", whole)
    _say("its CarePlan, out", lambda: mapping.to_fhir(plan.body, plan.surroundings))
    _say(
        "its CarePlan, out, telling goals and tiltak too",
        lambda: mapping.to_fhir(plan.body, plan.surroundings, None, scene()),
    )
    _say("its CarePlan, in, with residue", into)


def _say(name: str, work: Callable[[], object]) -> None:
    spent = median(timeit.repeat(work, number=TIMES, repeat=ROUNDS)) / TIMES * 1000
    sys.stdout.write(f"{name:50}{spent:9.3f} ms\n")


if __name__ == "__main__":
    main()

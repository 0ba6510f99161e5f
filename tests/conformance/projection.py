"""What HL7's engine says of the resources that the adapter gives: ``python -m tests.conformance.projection``.

The resources are those of all example records, as the municipality sees them, judged by base R4 and R4's own
extension definitions. Extensions without a definition at hand are allowed.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter import mapping
from adapter.cli import record_files
from adapter.cli.record_conversion import to_bundle
from adapter.fhir.codec.stored import render
from tests.conformance.judging import Judge, JudgeMissingError, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conformance.judging import Answer

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def projected() -> list[tuple[str, dict[str, Any]]]:
    """Every resource of the example records, with the file of its record."""
    mappings = mapping.installed()
    return [
        (str(record.path.relative_to(EXAMPLES)), entry["resource"])
        for record in record_files.read_all([EXAMPLES])
        for entry in to_bundle(record, mappings)["entry"]
    ]


def answers(
    judge: Judge,
    resources: Sequence[dict[str, Any]],
    profiles: Sequence[str] = (),
    definitions: Sequence[Path] = (),
) -> list[Answer]:
    """The answers about resources, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{nth}.json" for nth in range(len(resources))]
        for path, one in zip(paths, resources, strict=True):
            path.write_bytes(render(one))
        return judge.answers(Task(path, profiles, definitions, allows_any_extension=True) for path in paths)


def main() -> int:
    """Print the invalid resources with their errors, then the errors by place."""
    try:
        judge = Judge.built()
    except JudgeMissingError as missing:
        sys.stderr.write(f"{missing}\n")
        return 0
    found = projected()
    places: Counter[str] = Counter()
    invalid = 0
    for (file, resource), answer in zip(found, answers(judge, [one for _, one in found]), strict=True):
        invalid += not answer.is_valid
        if answer.failure:
            sys.stdout.write(f"{file} {resource['resourceType']}/{resource['id']}: {answer.failure}\n")
        for error in answer.errors:
            sys.stdout.write(f"{file} {resource['id']}: {error['location']}: {error['text']}\n")
            places[f"{resource['resourceType']}: {error['id']}"] += 1
    for place, count in places.most_common():
        sys.stdout.write(f"{count:5} {place}\n")
    sys.stdout.write(f"{invalid} of {len(found)} resources are invalid by HL7's engine\n")
    return 1 if invalid else 0


if __name__ == "__main__":
    sys.exit(main())

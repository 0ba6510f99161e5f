"""Each code of a finding stands in ``codes.tsv`` with its IssueType, its severity and its HTTP statuses.

Programs decide by the code, which keeps its meaning. The statuses are those that the requests of
:mod:`tests.promised.asks` are answered with. The wording of a finding is not promised.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.promised import pinned
from tests.promised.asks import (
    door,
    elsewhere,
    record,
    records,
    resources,
    structure,
    syntax,
    told_beside,
    transactions,
)
from tests.promised.declared import declared
from tests.refusals.conftest import built

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.test import TestResponse

    from tests.promised.asks import Ask

FILE = "codes.tsv"
MODULES = (door, syntax, structure, records, resources, transactions, told_beside)
DOORS = ("fhir", "kommune", "readyz")
NEVER_ALONE = {"changed-since", "more-findings", "several-recipients"}
"""Codes of findings that are added to the finding of the fault itself."""

Asked = list[tuple["Ask", int, set[str]]]
"""Each request with the status and the codes of its answer."""


def asked(folder: Path) -> Asked:
    """Ask everything; what a request leaves behind is undone before the next."""
    answers: Asked = []
    with built(folder) as house:
        for ask in (ask for module in MODULES for ask in module.ASKS):
            answer = ask.answer(house)
            answers.append((ask, answer.status_code, codes(answer)))
            if ask.given or (ask.method != "GET" and answer.status_code < 300):
                assert record().answer(house).status_code == 200
    for house, asks in elsewhere.houses(folder):
        answers += [
            (ask, answer.status_code, codes(answer)) for ask in asks for answer in (ask.answer(house),)
        ]
    return answers


def codes(answer: TestResponse) -> set[str]:
    """The codes an answer tells, of faults or of what is irregular."""
    told = answer.json if answer.is_json else {}
    if told.get("resourceType") == "OperationOutcome":
        return {issue["details"]["coding"][0]["code"] for issue in told["issue"]}
    return {one["kode"] for one in (*told.get("funn", ()), *told.get("avvik", ()))} | set(
        told.get("reasons", ())
    )


def told(answers: Asked) -> list[str]:
    """A line for each code: IssueTypes, severities, and the statuses at each door."""
    kinds: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for code, issue, severity in declared():
        kinds[code][0].add(issue)
        kinds[code][1].add(severity)
    statuses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for ask, status, found in answers:
        for code in found:
            statuses[code, _door(ask.path)].add(str(status))
    return [
        "\t".join(
            ",".join(sorted(cell)) or "-"
            for cell in ({code}, *kinds[code], *(statuses[code, one] for one in DOORS))
        )
        for code in sorted({*kinds, *(code for code, _ in statuses)})
    ]


def _door(path: str) -> str:
    return next((one for one in DOORS if path.startswith(f"/{one}")), "fhir")


def test_the_codes_of_findings_equal_the_promised_codes(tmp_path: Path) -> None:
    """No code is gone, of another IssueType or severity, or answered with another status.

    Each request has one fault: which of several would come with which status is no promise.
    """
    answers = asked(tmp_path)
    pinned.compare(FILE, told(answers))
    several = [(ask, found) for ask, _, found in answers if len(found - NEVER_ALONE) > 1]
    assert several == []

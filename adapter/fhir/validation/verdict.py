"""The verdict on a resource: valid or not, what was found, and what was not looked at.

The same judgement for the doors, for a transaction, and for the commands; nobody else decides it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adapter.errors import AdapterError, Severity
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.sniffing import MARKED, Format, sniff
from adapter.fhir.tally import Tally
from adapter.fhir.validation.positions import located
from adapter.fhir.validation.structure import check
from adapter.fhir.validation.unchecked import Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.errors import Finding
    from adapter.fhir.validation.unchecked import NotChecked

_ERRORS = frozenset({Severity.FATAL, Severity.ERROR})


class Verdict(StrEnum):
    """What was judged is valid, or it is not."""

    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict, the findings told (errors first), and what was not looked at."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    @property
    def is_valid(self) -> bool:
        """No error was found; warnings are told and do not count."""
        return self.verdict is Verdict.VALID

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings told that make it invalid."""
        return tuple(finding for finding in self.findings if finding.severity in _ERRORS)


def result(findings: Iterable[Finding], unchecked: Unchecked | None = None) -> Result:
    """The result that findings amount to: one error makes it invalid."""
    told = tuple(findings)
    is_wrong = any(finding.severity in _ERRORS for finding in told)
    names = unchecked.told() if unchecked else ()
    return Result(Verdict.INVALID if is_wrong else Verdict.VALID, told, names)


def judge(resource: dict[str, Any]) -> Result:
    """The result for a resource that is read already. Raises nothing for what it holds."""
    unchecked = Unchecked()
    return result(check(resource, unchecked), unchecked)


def validate(data: bytes) -> Result:
    """The result for the text of one resource: XML if it begins with ``<``, else JSON. Raises nothing.

    Every finding that has a place in the text has its line and column.
    """
    format_, text, has_mark = sniff(data)
    unchecked, tally = Unchecked(), Tally()
    if has_mark and format_ is Format.JSON:
        tally.take([MARKED.at(line=1, column=1)])
    tally.take(_found(text, format_, unchecked))
    return result(tally.told(), unchecked)


def validate_lines(data: bytes) -> Result:
    """The result for NDJSON, a resource a line; each finding has its line. Raises nothing.

    https://hl7.org/fhir/R4/nd-json.html.
    """
    _, text, has_mark = sniff(data)
    unchecked, tally = Unchecked(), Tally()
    if has_mark:
        tally.take([MARKED.at(line=1, column=1)])
    for number, line in enumerate(text.split(b"\n"), 1):
        if line.strip():
            found = _found(line, Format.JSON, unchecked)
            tally.take(replace(finding, line=number) for finding in found)
    return result(tally.told(), unchecked)


def _found(text: bytes, format_: Format, unchecked: Unchecked) -> Iterable[Finding]:
    """The findings of one text, each on its place."""
    try:
        return located(check(read_received(text, format_), unchecked), text, format_)
    except AdapterError as refusal:
        return refusal.findings

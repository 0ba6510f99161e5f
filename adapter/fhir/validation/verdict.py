"""The verdict on a resource: valid or invalid, with findings and with the names that were not checked.

The HTTP doors, a transaction and the commands all use this verdict; no other module decides validity.
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
    from adapter.fhir.validation.beyond_base import Rules
    from adapter.fhir.validation.unchecked import NotChecked

_ERRORS = frozenset({Severity.FATAL, Severity.ERROR})


class Verdict(StrEnum):
    """Valid or invalid."""

    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict, the reported findings (errors first), and the names that were not checked."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Tests whether no finding is an error; warnings do not count."""
        return self.verdict is Verdict.VALID

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The reported findings that make the resource invalid."""
        return tuple(finding for finding in self.findings if finding.severity in _ERRORS)


def result(findings: Iterable[Finding], unchecked: Unchecked | None = None) -> Result:
    """The result of findings: one error makes it invalid."""
    told = tuple(findings)
    is_wrong = any(finding.severity in _ERRORS for finding in told)
    names = unchecked.told() if unchecked else ()
    return Result(Verdict.INVALID if is_wrong else Verdict.VALID, told, names)


def judge(resource: dict[str, Any], rules: Rules | None = None) -> Result:
    """The result for the tree of a resource; without rules by base R4 alone. No content makes it raise."""
    unchecked = Unchecked()
    return result(check(resource, unchecked, rules), unchecked)


def validate(data: bytes, rules: Rules | None = None) -> Result:
    """The result for the text of one resource: XML if it begins with ``<``, else JSON. Never raises.

    ``rules`` are the profiles and definitions beyond base R4; without them base R4 alone is judged.
    Every finding about an element of the text has line and column.
    """
    format_, text, has_mark = sniff(data)
    unchecked, tally = Unchecked(), Tally()
    if has_mark and format_ is Format.JSON:
        tally.take([MARKED.at(line=1, column=1)])
    tally.take(_found(text, format_, unchecked, rules))
    return result(tally.told(), unchecked)


def validate_lines(data: bytes, rules: Rules | None = None) -> Result:
    """The result for NDJSON, one resource on each line; each finding has its line. Never raises.

    https://hl7.org/fhir/R4/nd-json.html.
    """
    _, text, has_mark = sniff(data)
    unchecked, tally = Unchecked(), Tally()
    if has_mark:
        tally.take([MARKED.at(line=1, column=1)])
    for number, line in enumerate(text.split(b"\n"), 1):
        if line.strip():
            found = _found(line, Format.JSON, unchecked, rules)
            tally.take(replace(finding, line=number) for finding in found)
    return result(tally.told(), unchecked)


def _found(text: bytes, format_: Format, unchecked: Unchecked, rules: Rules | None) -> Iterable[Finding]:
    """The findings of one text, with line and column."""
    try:
        return located(check(read_received(text, format_), unchecked, rules), text, format_)
    except AdapterError as refusal:
        return refusal.findings

"""The verdict on a resource: valid or not, and what was found. Nobody else decides it from findings.

The same judgement for the doors, for a transaction, and for the commands.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adapter.errors import AdapterError, Severity
from adapter.fhir.positions import located, positions
from adapter.fhir.received import read_received
from adapter.fhir.sniffing import sniff
from adapter.fhir.structure import check

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.errors import Finding

_ERRORS = frozenset({Severity.FATAL, Severity.ERROR})


class Verdict(StrEnum):
    """What was judged is valid, or it is not."""

    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict and the findings told, errors first."""

    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        """No error was found; warnings are told and do not count."""
        return self.verdict is Verdict.VALID

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings told that make it invalid."""
        return tuple(finding for finding in self.findings if finding.severity in _ERRORS)


def result(findings: Iterable[Finding]) -> Result:
    """The result that findings amount to: one error makes it invalid."""
    told = tuple(findings)
    is_wrong = any(finding.severity in _ERRORS for finding in told)
    return Result(Verdict.INVALID if is_wrong else Verdict.VALID, told)


def judge(resource: dict[str, Any]) -> Result:
    """The result for a resource that is read already. Raises nothing for what it holds."""
    return result(check(resource))


def validate(data: bytes) -> Result:
    """The result for the text of one resource: XML if it begins with ``<``, else JSON. Raises nothing.

    Every finding that has a place in the text has its line and column.
    """
    format_ = sniff(data).format
    try:
        judged = judge(read_received(data, format_))
        if not judged.findings:
            return judged
        return result(located(judged.findings, positions(data, format_)))
    except AdapterError as refusal:
        return result(refusal.findings)

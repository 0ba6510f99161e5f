"""A run of the validation over files, as every report format shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapter import __version__
from adapter.errors import Severity
from adapter.fhir.canonical import CORE_PACKAGE, FHIR_VERSION
from adapter.fhir.validation.unchecked import together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapter.errors import Finding
    from adapter.fhir.validation.unchecked import NotChecked
    from adapter.fhir.validation.verdict import Result

TOOL = "ip-adapter validate"

LEVELS = {
    Severity.FATAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
}
"""The levels of SARIF for the severities of FHIR."""

_GRAVEST_FIRST = tuple(Severity)
FAIL_ON: dict[str, frozenset[Severity]] = {
    "error": frozenset(_GRAVEST_FIRST[:2]),
    "warning": frozenset(_GRAVEST_FIRST[:3]),
    "information": frozenset(_GRAVEST_FIRST),
    "never": frozenset(),
}
"""The severities that fail a file, by the option of the command; ``never`` only reports."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one file, with its name and the reason of each known finding."""

    name: str
    result: Result
    reasons: Mapping[Finding, str] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that count."""
        return tuple(finding for finding in self.result.findings if finding not in self.reasons)

    @property
    def suppressed(self) -> tuple[tuple[Finding, str], ...]:
        """The known findings, which do not count, each with its reason."""
        known = (finding for finding in self.result.findings if finding in self.reasons)
        return tuple((finding, self.reasons[finding]) for finding in known)


@dataclass(frozen=True, slots=True)
class Run:
    """The reports of all files, the packages loaded (``name#version``), and the severities that fail a file.

    A file is *valid* by FHIR alone, and a known error does not make it so. A file is *passed* if no finding
    that counts has one of the severities of ``fail_on``.
    """

    reports: Sequence[Report]
    packages: tuple[str, ...] = (CORE_PACKAGE,)
    fail_on: frozenset[Severity] = FAIL_ON["error"]

    def passed(self, report: Report) -> bool:
        """Tests whether no finding that counts fails the file."""
        return not any(finding.severity in self.fail_on for finding in report.findings)

    @property
    def is_valid(self) -> bool:
        """Tests whether every file is valid."""
        return all(report.result.is_valid for report in self.reports)

    @property
    def failed(self) -> int:
        """The number of files that are not passed."""
        return sum(not self.passed(report) for report in self.reports)

    @property
    def suppressed(self) -> int:
        """The number of known findings in all files."""
        return sum(len(report.suppressed) for report in self.reports)

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """The names that were not checked in any of the files, each once."""
        return together(name for report in self.reports for name in report.result.not_checked)

    @property
    def versions(self) -> str:
        """The versions of the adapter, of FHIR, and of the packages, in one line."""
        return ", ".join([f"ip-adapter {__version__}", f"FHIR {FHIR_VERSION}", *self.packages])

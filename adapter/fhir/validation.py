"""A file judged: bytes of FHIR JSON or XML in, findings with line and column out.

The same reading and the same check as the server's, without a server: for the command and for CI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.errors import AdapterError, Severity
from adapter.fhir import json, xml
from adapter.fhir.positions import located
from adapter.fhir.sniffing import Format, sniff
from adapter.fhir.structure import check

if TYPE_CHECKING:
    from adapter.errors import Finding


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one file, told by its name."""

    name: str
    findings: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        """No error among the findings; warnings are told and do not count."""
        return not any(finding.severity in {Severity.ERROR, Severity.FATAL} for finding in self.findings)


def validate(name: str, data: bytes, *, max_size: int | None = None) -> Report:
    """Judge one resource; what begins with ``<`` is XML, anything else JSON. What it holds raises nothing."""
    codec = xml if sniff(data).format is Format.XML else json
    try:
        findings = check(codec.parse(data, max_size=max_size))
        if findings:
            findings = located(findings, codec.positions(data))
    except AdapterError as refusal:
        return Report(name, refusal.findings)
    return Report(name, tuple(findings))

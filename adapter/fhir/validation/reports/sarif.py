"""Report format of SARIF 2.1.0 for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from adapter import __version__
from adapter.errors import declared
from adapter.fhir.canonical import FHIR_VERSION
from adapter.fhir.validation.explanations import readable
from adapter.fhir.validation.reports.documents import dumped
from adapter.fhir.validation.reports.lines import unchecked_lines
from adapter.fhir.validation.reports.run import LEVELS, TOOL

if TYPE_CHECKING:
    from adapter.errors import Finding, Message
    from adapter.fhir.validation.reports.run import Report, Run

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "fileCodeExpression/v1"
"""The name of the fingerprint; another way to make fingerprints needs another name."""

_INDEX = re.compile(r"\[[0-9]+\]")


def sarif(run: Run) -> str:
    """One run: each code is a rule with texts and source, each finding a result with its place."""
    messages = declared()
    codes = dict.fromkeys(finding.code for report in run.reports for finding in report.result.findings)
    notes = [{"level": "note", "message": {"text": line}} for line in unchecked_lines(run.not_checked)]
    document = {
        "tool": {"driver": _driver([_rule(messages[code]) for code in codes]), "extensions": _packages(run)},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": _results(run),
    }
    return dumped({"$schema": SCHEMA, "version": "2.1.0", "runs": [document]})


def _driver(rules: list[dict[str, Any]]) -> dict[str, Any]:
    about = {"fhirVersion": FHIR_VERSION}
    return {"name": TOOL, "version": __version__, "properties": about, "rules": rules}


def _packages(run: Run) -> list[dict[str, str]]:
    """The packages as extensions of the tool, which is where SARIF has data that a tool works with."""
    parted = (package.partition("#") for package in run.packages)
    return [{"name": name, **({"version": version} if version else {})} for name, _, version in parted]


def _rule(messages: tuple[Message, ...]) -> dict[str, Any]:
    """The rule of a code; its help has the texts of every variant in both languages, and the source."""
    first = messages[0]
    texts = [readable(text) for message in messages for text in (message.en, message.nb)]
    full = texts[0]
    return {
        "id": first.code,
        "shortDescription": {"text": full.partition(". ")[0].rstrip(".")},
        "fullDescription": {"text": full},
        "help": {"text": "\n".join(dict.fromkeys([*texts, *([first.source] if first.source else [])]))},
        "defaultConfiguration": {"level": LEVELS[first.severity]},
        **({"helpUri": first.source} if first.source else {}),
    }


def _results(run: Run) -> list[dict[str, Any]]:
    """The results; SARIF wants ``suppressions`` in all results of a run or in none."""
    is_suppressing = run.suppressed > 0
    seen: Counter[tuple[str, str, str]] = Counter()
    results = []
    for report in run.reports:
        for finding in report.result.findings:
            result = _result(report.name, finding)
            result["partialFingerprints"] = {FINGERPRINT: _fingerprint(report.name, finding, seen)}
            if is_suppressing:
                result["suppressions"] = _suppressions(report, finding)
            results.append(result)
    return results


def _result(name: str, finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(name, safe="/:")}}
    if finding.line is not None:
        place["region"] = {"startLine": finding.line, "startColumn": finding.column or 1}
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.expression:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.expression}]
    return {
        "ruleId": finding.code,
        "level": LEVELS[finding.severity],
        "message": {"text": finding.en},
        "locations": [location],
    }


def _suppressions(report: Report, finding: Finding) -> list[dict[str, str]]:
    reason = report.reasons.get(finding)
    return [{"kind": "external", "status": "accepted", "justification": reason}] if reason else []


def _fingerprint(name: str, finding: Finding, seen: Counter[tuple[str, str, str]]) -> str:
    """A fingerprint that neither the line nor the index of a list item changes.

    It is made of the file, the code, and the expression without indexes. Findings that are equal in these
    are told apart by their number among each other, so that an item moved or inserted changes none of them.
    """
    key = (name, finding.code, _INDEX.sub("", finding.expression or ""))
    seen[key] += 1
    return str(uuid5(NAMESPACE_URL, "\n".join([*key, str(seen[key])])))

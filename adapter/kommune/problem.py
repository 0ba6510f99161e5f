"""A refusal as problem+json: what is wrong, where, and what to do. RFC 9457."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.fhir.canonical import BASE

if TYPE_CHECKING:
    from adapter.errors import AdapterError, Finding

MEDIA_TYPE = "application/problem+json"


def problem(error: AdapterError, request_id: str) -> dict[str, Any]:
    """The body of a refusal; ``funn`` lists every finding, each with its place in the record.

    ``title`` is Norwegian and ``detail`` English, of the first finding; the request id finds the log line.
    """
    first = error.findings[0]
    return {
        "type": f"{BASE}/feil/{first.code}",
        "title": first.nb,
        "status": int(error.status),
        "detail": first.en,
        "foresporsel": request_id,
        "funn": [_finding(finding) for finding in error.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    shown = {
        "alvor": finding.severity.value,
        "kode": finding.code,
        "sted": finding.expression,
        "linje": finding.line,
        "kolonne": finding.column,
        "nb": finding.nb,
        "en": finding.en,
        "kilde": finding.source,
    }
    return {key: value for key, value in shown.items() if value is not None}

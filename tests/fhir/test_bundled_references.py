"""References between the entries of a Bundle: missing, ambiguous and unreached ones are told."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from adapter.fhir.validation.verdict import judge

BASE = "https://x.no/fhir"
TITLED = {
    "resourceType": "Composition",
    "status": "final",
    "type": {"text": "plan"},
    "date": "2026-01-01",
    "author": [{"display": "x"}],
    "title": "Plan",
}


def bundle(kind: str, *entries: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A Bundle of a type, from pairs of fullUrl and resource; a document gets identifier and timestamp."""
    listed = [{"resource": one} | ({"fullUrl": url} if url else {}) for url, one in entries]
    made: dict[str, Any] = {"resourceType": "Bundle", "type": kind, "entry": listed}
    if kind == "document":
        made |= {"identifier": {"system": "urn:x", "value": "1"}, "timestamp": "2026-01-01T00:00:00Z"}
    return made


def composition(subject: str, id_: str = "c") -> tuple[str, dict[str, Any]]:
    """An entry with a Composition about a subject."""
    return (f"{BASE}/Composition/{id_}", TITLED | {"id": id_, "subject": {"reference": subject}})


def patient(id_: str, version: str = "", url: str = "") -> tuple[str, dict[str, Any]]:
    """An entry with a Patient."""
    meta = {"meta": {"versionId": version}} if version else {}
    return (url or f"{BASE}/Patient/{id_}", {"resourceType": "Patient", "id": id_, **meta})


SUBJECT = "Bundle.entry[0].resource.subject"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (bundle("document", composition("Patient/1"), patient("1")), []),
        (bundle("document", composition(f"{BASE}/Patient/1"), patient("1")), []),
        (bundle("document", composition("Patient/2"), patient("2", url="urn:uuid:2")), [
            ("bundle-reference-missing", SUBJECT), ("bundle-entry-unreached", "Bundle.entry[1]"),
        ]),
        (bundle("document", composition("Patient/1"), patient("1"), patient("2")), [
            ("bundle-entry-unreached", "Bundle.entry[2]"),
        ]),
        (bundle("document", composition("Patient/1"), patient("1", "1"), patient("1", "2")), [
            ("bundle-reference-ambiguous", SUBJECT),
        ]),
        (bundle("document", composition("Patient/1/_history/2"), patient("1", "1"), patient("1", "2")), [
            ("bundle-entry-unreached", "Bundle.entry[1]"),
        ]),
        (bundle("collection", composition("Patient/1")), []),
        (bundle("collection", ("", TITLED | {"id": "c", "subject": {"reference": "Patient/1"}})), [
            ("bundle-full-url", "Bundle.entry[0]"), ("bundle-reference-no-base", SUBJECT),
        ]),
        (bundle("transaction", ("", TITLED | {"subject": {"reference": "Patient/1"}})), [
            ("bdl-3", "Bundle.entry[0]"),
        ]),
    ],
)  # fmt: skip
def test_references_are_resolved_as_the_specification_says(
    content: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """A document holds what its Composition names, by fullUrl; other Bundles may refer to a server."""
    assert sorted((one.code, one.expression) for one in judge(content).errors) == sorted(expected)


def test_a_urn_without_an_entry_is_a_warning() -> None:
    """A URN names an entry of the Bundle; one that names none cannot be resolved by anybody."""
    found = judge(bundle("collection", composition("urn:uuid:1")))
    assert found.is_valid
    assert [(one.code, one.expression) for one in found.findings] == [("bundle-reference-urn", SUBJECT)]


def test_entries_with_one_full_url_take_linear_time() -> None:
    """Thousands of references that each match thousands of entries are told without a list of all pairs."""

    def seconds(count: int) -> float:
        subject = TITLED | {"subject": {"reference": "urn:uuid:1"}}
        content = bundle("collection", *(("urn:uuid:1", subject) for _ in range(count)))
        before = process_time()
        judge(content)
        return process_time() - before

    seconds(10)
    assert seconds(4_000) < 24 * seconds(500)

"""Bundles around stored bytes are valid R4, have links without birth numbers, and are not re-encoded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fhir.resources.R4B.bundle import Bundle

from adapter.fhir.codec.stored import read_stored
from adapter.rest.bundling import history, search_address, searchset
from tests.rest.given import published

BASE = "https://adapter.example/fhir"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


def test_a_searchset_marks_matches_and_included_resources() -> None:
    """entry.search.mode is match or include, fullUrl is absolute, and total counts matches alone."""
    team, person = published(status="active"), published("Practitioner", "p1", 4)
    bundle = read_stored(searchset(BASE, [team], [person], 1, [("self", f"{BASE}/CareTeam")]))
    Bundle.model_validate(bundle)
    assert (bundle["type"], bundle["total"]) == ("searchset", 1)
    assert bundle["link"] == [{"relation": "self", "url": f"{BASE}/CareTeam"}]
    assert [(entry["fullUrl"], entry["search"]["mode"]) for entry in bundle["entry"]] == [
        (f"{BASE}/CareTeam/t1", "match"),
        (f"{BASE}/Practitioner/p1", "include"),
    ]
    assert bundle["entry"][1]["resource"]["meta"]["versionId"] == "4"


def test_an_empty_searchset_has_no_id_and_no_time() -> None:
    """A searchset without entries has the same bytes for a hidden resource and for an unknown one."""
    assert read_stored(searchset(BASE, [], [], 0, [("self", "x")])) == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 0,
        "link": [{"relation": "self", "url": "x"}],
    }
    assert "total" not in read_stored(searchset(BASE, [], [], None, []))


def test_an_entry_keeps_the_digits_of_the_stored_bytes() -> None:
    """The entries of a Bundle hold the stored bytes as they are."""
    stored = replace(published(), body=b'{"resourceType":"CareTeam","id":"t1","x":1.10}')
    assert b'"x":1.10}' in searchset(BASE, [stored], [], 1, [])


def test_a_history_has_an_entry_for_each_version_and_for_the_deletion() -> None:
    """Each entry has request and response; the deleted version has no resource (bdl-3, bdl-4)."""
    versions = [published(version=3, deleted=True), published(version=2, name="b"), published(name="a")]
    bundle = read_stored(history(BASE, versions, f"{BASE}/CareTeam/t1/_history"))
    Bundle.model_validate(bundle)
    told = [
        (
            entry["request"]["method"],
            entry["response"]["status"],
            entry["response"]["etag"],
            "resource" in entry,
        )
        for entry in bundle["entry"]
    ]
    assert told == [
        ("DELETE", "204", 'W/"3"', False),
        ("PUT", "200", 'W/"2"', True),
        ("PUT", "201", 'W/"1"', True),
    ]
    assert bundle["total"] == 3
    assert {entry["fullUrl"] for entry in bundle["entry"]} == {f"{BASE}/CareTeam/t1"}


@pytest.mark.parametrize(
    ("pairs", "address"),
    [
        ((), "/CareTeam"),
        ((("status", "active"), ("_count", "5")), "/CareTeam?status=active&_count=5"),
        ((("date", "ge2026-01-01T00:00:00+01:00"),), "/CareTeam?date=ge2026-01-01T00:00:00%2B01:00"),
        ((("category", "http://x.no/a|b&c=æ"),), "/CareTeam?category=http://x.no/a%7Cb%26c%3D%C3%A6"),
        ((("patient.identifier", f"{FNR}|12856812055"),), "/CareTeam/_search"),
        (
            (("status", "active"), ("patient.identifier", "12856812055"), ("_count", "5")),
            "/CareTeam/_search?status=active&_count=5",
        ),
    ],
)
def test_the_self_link_leaves_out_numbers_of_persons(
    pairs: tuple[tuple[str, str], ...], address: str
) -> None:
    """The self link is the search as carried out; with a birth number left out, it is that of _search."""
    assert search_address(BASE, "CareTeam", pairs) == f"{BASE}{address}"

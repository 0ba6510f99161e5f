"""Every reference in a record is found, with its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from adapter.record.references import references
from adapter.record.schema import definitions
from tests.record.given import bent, sak
from tests.strategies.records import saker


def test_references_are_found_in_order_with_their_place() -> None:
    """Those within the sak are local, those to the directory are not."""
    found = [(r.path, r.kind, r.id, r.local) for r in references("sak", sak())]
    assert found == [
        ("sak.team[0].deltakere[0].hvem", "rolle", "r1", False),
        ("sak.team[0].deltakere[1].hvem", "organisasjon", "ke", False),
        ("sak.team[0].deltakere[2].hvem", "ansatt", "a1", False),
        ("sak.samtykker[0].gittAv[0]", "innbygger", "torill", True),
        ("sak.samtykker[0].mottaker", "organisasjon", "sykehuset", False),
    ]


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (
            "ansatt",
            {"id": "a", "roller": [{"id": "r", "organisasjon": "o", "ipRolle": "koordinator"}]},
            "ansatt.roller[0].organisasjon",
        ),
        ("organisasjon", {"id": "u", "overordnet": "o"}, "organisasjon.overordnet"),
    ],
)
def test_a_field_for_an_organisasjon_is_a_reference(kind: str, body: dict[str, Any], expected: str) -> None:
    """Two fields hold only an id."""
    assert [(r.path, r.kind, r.id, r.local) for r in references(kind, body)] == [
        (expected, "organisasjon", "o", False)
    ]


@pytest.mark.parametrize(
    "aktor",
    [{"adresse": "https://ehr.example.org/fhir/Patient/1"}, {"identifikator": {"system": "a", "verdi": "b"}}],
)
def test_what_is_elsewhere_is_no_reference(aktor: dict[str, Any]) -> None:
    """An aktor told by identifikator or adresse names nothing here."""
    assert len(references("sak", sak(**{"samtykker.0.mottaker": aktor}))) == 4


@settings(max_examples=40)
@given(saker())
def test_no_aktor_is_forgotten(body: dict[str, Any]) -> None:
    """As many references as there are objects in the record that have the one field of an aktor."""
    kinds = definitions()["aktor"]["properties"].keys() - {"adresse", "identifikator"}
    assert len(references("sak", body)) == _aktors(body, kinds)


def _aktors(value: Any, kinds: set[str]) -> int:
    if isinstance(value, list):
        return sum(_aktors(item, kinds) for item in value)
    if not isinstance(value, dict):
        return 0
    names = len(value) == 1 and all(key in kinds and isinstance(item, str) for key, item in value.items())
    return int(names) + sum(_aktors(item, kinds) for item in value.values())


def test_a_reference_is_told_wherever_it_stands() -> None:
    """The place follows the lists around it."""
    body = bent(sak(), **{"samtykker.0.tilbaketrekking": {"dato": "2026", "av": {"parorende": "mora"}}})
    assert ("sak.samtykker[0].tilbaketrekking.av", "parorende") in [
        (r.path, r.kind) for r in references("sak", body)
    ]

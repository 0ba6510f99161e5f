"""The references of a record: all found, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from adapter.record.references import LISTS, NAMING, references
from adapter.record.schema import definitions
from tests.record.given import bent, sak
from tests.strategies.pool import pooled

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_references_are_found_in_order_with_their_place() -> None:
    """References within the sak are local, references to ansatte and organisasjoner are not."""
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
def test_a_field_with_the_id_of_an_organisasjon_is_a_reference(
    kind: str, body: dict[str, Any], expected: str
) -> None:
    """Two fields hold the bare id of an organisasjon."""
    assert [(r.path, r.kind, r.id, r.local) for r in references(kind, body)] == [
        (expected, "organisasjon", "o", False)
    ]


@pytest.mark.parametrize(
    "aktor",
    [{"adresse": "https://ehr.example.org/fhir/Patient/1"}, {"identifikator": {"system": "a", "verdi": "b"}}],
)
def test_an_external_aktor_is_no_reference(aktor: dict[str, Any]) -> None:
    """An aktor with identifikator or adresse is no reference."""
    assert len(references("sak", sak(**{"samtykker.0.mottaker": aktor}))) == 4


@settings(max_examples=40)
@given(pooled("sak"))
def test_every_aktor_of_a_record_is_a_reference(body: dict[str, Any]) -> None:
    """There are as many references as objects with the single field of an aktor."""
    kinds = definitions()["aktor"]["properties"].keys() - {"adresse", "identifikator"}
    assert sum(isinstance(_at(body, r.path), dict) for r in references("sak", body)) == _aktors(body, kinds)


def _at(body: Any, path: str) -> Any:
    for step in path.removeprefix("sak.").replace("[", ".").replace("]", "").split("."):
        body = body[int(step) if isinstance(body, list) else step]
    return body


def test_every_id_field_of_the_schema_is_followed() -> None:
    """Every field that holds ids of parts by the schema is in ``NAMING``."""
    but_aktor = {name: inner for name, inner in definitions().items() if name != "aktor"}
    assert set(_id_fields(but_aktor)) == set(NAMING)
    assert set(NAMING.values()) <= {*LISTS, "organisasjon"}


def _id_fields(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _id_fields(each)
    elif isinstance(schema, dict):
        for field, inner in schema.get("properties", {}).items():
            named = inner.get("items", inner).get("$ref") if isinstance(inner, dict) else None
            if named == "#/$defs/id" and field != "id":
                yield field
        for each in schema.values():
            yield from _id_fields(each)


def test_ids_of_parts_are_local_references() -> None:
    """A plan refers to its goals by id; the goals themselves are no references."""
    body = bent(
        sak(), planer=[{"id": "p", "status": "utkast", "maal": ["m"]}], maal=[{"id": "m"}], samtykker=[]
    )
    found = [(r.path, r.kind, r.id, r.local) for r in references("sak", body)]
    assert found[-1] == ("sak.planer[0].maal[0]", "maal", "m", True)
    assert len(found) == 4


def _aktors(value: Any, kinds: set[str]) -> int:
    if isinstance(value, list):
        return sum(_aktors(item, kinds) for item in value)
    if not isinstance(value, dict):
        return 0
    names = len(value) == 1 and all(key in kinds and isinstance(item, str) for key, item in value.items())
    return int(names) + sum(_aktors(item, kinds) for item in value.values())


def test_the_place_of_a_reference_follows_the_lists_around_it() -> None:
    """The path of a reference has the index of each list around it."""
    body = bent(sak(), **{"samtykker.0.tilbaketrekking": {"dato": "2026", "av": {"parorende": "mora"}}})
    assert ("sak.samtykker[0].tilbaketrekking.av", "parorende") in [
        (r.path, r.kind) for r in references("sak", body)
    ]

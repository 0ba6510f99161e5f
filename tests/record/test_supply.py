"""Ids of items sent without one: the id of the twin in the version before, else a new id."""

from __future__ import annotations

import copy
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings

from adapter.record import schema
from adapter.record.supply import supply
from tests.record.given import sak
from tests.strategies.pool import pooled


def supplied(kind: str, body: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The record after supply, with recognisable new ids."""
    numbers = count(1)
    return supply(kind, body, before, lambda: f"new-{next(numbers)}")


def bare(value: Any) -> Any:
    """The record without the ids of its list items."""
    if isinstance(value, dict):
        return {
            key: [bare({k: v for k, v in item.items() if k != "id"}) for item in inner]
            if isinstance(inner, list) and inner and isinstance(inner[0], dict)
            else bare(inner)
            for key, inner in value.items()
        }
    return value


@settings(max_examples=40)
@given(pooled("sak"))
def test_a_record_sent_again_without_ids_is_unchanged(body: dict[str, Any]) -> None:
    """A system without ids changes nothing by sending the same record again."""
    once = supplied("sak", bare(body))
    assert (
        schema.validate("sak", once) == [] or once != body
    )  # parts may name each other by the ids taken out
    assert supplied("sak", bare(once), once) == once


@settings(max_examples=40)
@given(pooled("ansatt"))
def test_sent_ids_are_kept(body: dict[str, Any]) -> None:
    """A record with all its ids is unchanged, whatever the version before."""
    assert supplied("ansatt", body) == body
    assert supplied("ansatt", body, {**body, "identer": []}) == body


def test_supply_does_not_modify_the_sent_record() -> None:
    """The supplied record is a new dict."""
    sent = bare(sak())
    kept = copy.deepcopy(sent)
    supplied("sak", sent, sak())
    assert sent == kept


IDENT = {"type": "fnr", "verdi": "12856812055"}
NAME, MAIDEN = {"bruk": "offisiell", "etternavn": "Ek"}, {"bruk": "pike", "etternavn": "Li"}
NAMES = [{"id": "n1", **NAME}, {"id": "n2", **MAIDEN}]
D_IDENT = {"type": "dnr", "verdi": "51847530190"}
PHONE, OTHER_PHONE = {"kanal": "telefon", "verdi": "1"}, {"kanal": "telefon", "verdi": "2"}
PHONES = [{"id": "k1", **PHONE}]


@pytest.mark.parametrize(
    ("field", "old", "sent", "ids"),
    [
        # equal in content, in another order
        ("navn", NAMES, [MAIDEN, NAME], ["n2", "n1"]),
        # the same natural key
        ("navn", NAMES, [{**MAIDEN, "etternavn": "Lie"}], ["n2"]),
        ("identer", [{"id": "i1", **IDENT}], [D_IDENT, {**IDENT, "bruk": "gammel"}], ["new-1", "i1"]),
        ("kontaktpunkter", PHONES, [{**PHONE, "rang": 2}], ["k1"]),
        # the same place of a list that kept its length
        ("kontaktpunkter", PHONES, [OTHER_PHONE], ["k1"]),
        ("kontaktpunkter", PHONES, [OTHER_PHONE, OTHER_PHONE], ["new-1", "new-2"]),
        # an id that was sent is not given to another
        ("navn", NAMES, [NAME, {"id": "n1", "etternavn": "Ny"}], ["new-1", "n1"]),
        # two alike get one each
        ("kontaktpunkter", [*PHONES, {"id": "k2", **PHONE}], [PHONE, PHONE], ["k1", "k2"]),
    ],
)
def test_an_item_without_an_id_gets_the_id_of_its_twin(
    field: str, old: list[Any], sent: list[Any], ids: list[str]
) -> None:
    """The twin is found by content, else natural key, else index; each id is used once."""
    before = sak(**{f"innbygger.{field}": old})
    after = supplied("sak", sak(**{f"innbygger.{field}": sent}), before)
    assert [item["id"] for item in after["innbygger"][field]] == ids


def test_a_part_is_never_a_twin_by_index() -> None:
    """A different parorende at the same index gets a new id, so that permits do not follow."""
    before = sak(parorende=[{"id": "mora", "relasjon": "mor"}])
    after = supplied("sak", sak(parorende=[{"relasjon": "far"}]), before)
    assert after["parorende"][0]["id"] == "new-1"


def test_a_changed_parorende_with_the_same_birth_number_keeps_its_id() -> None:
    """The birth number is the natural key of a parorende."""
    before = sak(parorende=[{"id": "mora", "identer": [{"id": "i1", **IDENT}]}])
    after = supplied("sak", sak(parorende=[{"identer": [IDENT], "nodkontakt": True}]), before)
    assert after["parorende"] == [{"id": "mora", "identer": [{"id": "i1", **IDENT}], "nodkontakt": True}]


def test_an_innbygger_sent_without_an_id_keeps_its_id() -> None:
    """A sak has one innbygger, whose id is kept."""
    assert supplied("sak", {"innbygger": {}}, sak())["innbygger"] == {"id": "torill"}
    assert supplied("sak", {"innbygger": {}})["innbygger"] == {"id": "new-1"}


@pytest.mark.parametrize(
    "body",
    [
        {"team": 1},
        {"team": [1, None, {"deltakere": {"rolle": 1}}]},
        {"innbygger": [], "ukjent": [{}]},
        {"samtykker": [{"id": ["x"]}, {"id": None}]},
        {"parorende": [{"identer": ["x", {"type": 1}]}]},
    ],
)
def test_supply_accepts_any_json(body: dict[str, Any]) -> None:
    """Supply runs before the schema, and raises for no JSON value."""
    assert schema.validate("sak", supplied("sak", body, sak()))

"""What came without an id gets the one it had, else a new one."""

from __future__ import annotations

import copy
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings

from adapter.record import schema
from adapter.record.supply import supply
from tests.record.given import sak
from tests.strategies.records import ansatte, saker


def supplied(kind: str, body: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """Supply with ids that show that they are new."""
    numbers = count(1)
    return supply(kind, body, before, lambda: f"new-{next(numbers)}")


def bare(value: Any) -> Any:
    """The record without the ids of its lists' items."""
    if isinstance(value, dict):
        return {
            key: [bare({k: v for k, v in item.items() if k != "id"}) for item in inner]
            if isinstance(inner, list) and inner and isinstance(inner[0], dict)
            else bare(inner)
            for key, inner in value.items()
        }
    return value


@settings(max_examples=40)
@given(saker())
def test_the_same_record_sent_without_ids_is_the_same_record(body: dict[str, Any]) -> None:
    """A system that keeps no ids changes nothing by sending again what it sent before."""
    once = supplied("sak", bare(body))
    assert (
        schema.validate("sak", once) == [] or once != body
    )  # parts may name each other by the ids taken out
    assert supplied("sak", bare(once), once) == once


@settings(max_examples=40)
@given(ansatte())
def test_ids_that_were_sent_stay(body: dict[str, Any]) -> None:
    """A record with all its ids is passed on as it is, whatever stood before."""
    assert supplied("ansatt", body) == body
    assert supplied("ansatt", body, {**body, "identer": []}) == body


def test_the_record_sent_is_not_changed() -> None:
    """What is given back is another record."""
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
def test_an_item_is_known_again(field: str, old: list[Any], sent: list[Any], ids: list[str]) -> None:
    """By its content, else its natural key, else its place; and an id is given once."""
    before = sak(**{f"innbygger.{field}": old})
    after = supplied("sak", sak(**{f"innbygger.{field}": sent}), before)
    assert [item["id"] for item in after["innbygger"][field]] == ids


def test_another_parorende_is_another_one() -> None:
    """A part with a face of its own is not known by its place: what one was shown is not another's."""
    before = sak(parorende=[{"id": "mora", "relasjon": "mor"}])
    after = supplied("sak", sak(parorende=[{"relasjon": "far"}]), before)
    assert after["parorende"][0]["id"] == "new-1"


def test_a_parorende_is_known_by_its_birth_number() -> None:
    """What else has changed of it."""
    before = sak(parorende=[{"id": "mora", "identer": [{"id": "i1", **IDENT}]}])
    after = supplied("sak", sak(parorende=[{"identer": [IDENT], "nodkontakt": True}]), before)
    assert after["parorende"] == [{"id": "mora", "identer": [{"id": "i1", **IDENT}], "nodkontakt": True}]


def test_the_innbygger_keeps_its_id() -> None:
    """There is one in a sak."""
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
def test_what_is_not_a_record_is_left_for_the_schema(body: dict[str, Any]) -> None:
    """Ids are supplied before anything is checked, so nothing may fail here."""
    assert schema.validate("sak", supplied("sak", body, sak()))

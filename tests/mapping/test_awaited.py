"""Awaited fields: shown as notes, and unchanged when a sender puts the resource back."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import Unprocessable
from adapter.fhir.validation.structure import check
from adapter.mapping import installed
from adapter.mapping.awaited import AWAITED

PLAN = installed().of("plan")
AROUND = {"person": "Patient/p1"}
PART: dict[str, Any] = {
    "id": "p",
    "status": "aktiv",
    "situasjon": "Bor hjemme",
    "ressurser": [
        {"id": "r1", "type": "personlig", "tekst": "Godt humør"},
        {"id": "r2", "type": "nettverk", "tekst": "To naboer"},
    ],
    "samarbeid": [{"id": "s1", "hvem": {"organisasjon": "sykehuset"}, "formal": "Kontroll"}],
    "notater": [{"id": "n1", "tekst": "Ringte i dag"}],
}


def note(field: str, text: str) -> dict[str, Any]:
    """The note of an awaited field."""
    return {"extension": [{"url": AWAITED, "valueCode": field}], "text": text}


def put(resource: dict[str, Any], onto: dict[str, Any] | None = PART) -> tuple[dict[str, Any], Any]:
    """The part after a put."""
    return PLAN.to_plan(resource, AROUND, onto=onto, new_id=lambda: "ny")


def test_awaited_fields_are_shown_as_notes_after_ordinary_notes() -> None:
    """Each awaited field is one note with the name and title of the field, after the ordinary notes."""
    resource = PLAN.to_fhir(PART, AROUND)
    assert resource["note"] == [
        {"id": "n1", "text": "Ringte i dag"},
        note("situasjon", "Situasjon: Bor hjemme"),
        note("ressurser", "Ressurser: Hos personen selv: Godt humør; I nettverket: To naboer"),
        note("samarbeid", "Samarbeid med andre: En organisasjon: Kontroll"),
    ]
    assert check(resource) == []


def test_a_plan_without_awaited_fields_has_no_note_element() -> None:
    """A plan without awaited fields and notes has no element note."""
    assert "note" not in PLAN.to_fhir({"id": "p", "status": "aktiv"}, AROUND)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)], ids=["as given", "turned"])
def test_unchanged_notes_of_awaited_fields_change_nothing(order: slice) -> None:
    """Unchanged notes of awaited fields are ignored wherever in the list they are."""
    resource = PLAN.to_fhir(PART, AROUND)
    assert put({**resource, "note": resource["note"][order]}) == (PART, None)


def test_leaving_a_note_of_an_awaited_field_out_keeps_the_field() -> None:
    """A missing note does not clear its field, which has no element yet."""
    resource = {key: value for key, value in PLAN.to_fhir(PART, AROUND).items() if key != "note"}
    part, residue = put(resource)
    assert (part, residue) == ({key: value for key, value in PART.items() if key != "notater"}, None)


def test_a_changed_note_of_an_awaited_field_is_refused_at_its_place() -> None:
    """A changed note of a field that the record has is refused with its place."""
    resource = PLAN.to_fhir(PART, AROUND)
    resource["note"][1] = note("situasjon", "Situasjon: Bor hos datteren")
    with pytest.raises(Unprocessable) as refused:
        put(resource)
    (finding,) = refused.value.findings
    assert (finding.code, finding.expression) == ("note-of-a-field", "CarePlan.note[1]")


def test_a_note_of_an_awaited_field_without_its_extension_is_recognised() -> None:
    """A note sent back without its extension is still the note of its field."""
    resource = PLAN.to_fhir(PART, AROUND)
    resource["note"] = [{k: v for k, v in one.items() if k != "extension"} for one in resource["note"]]
    assert put(resource) == (PART, None)


def test_a_note_of_a_field_the_record_lacks_is_an_ordinary_note() -> None:
    """A note of an awaited field from another municipality is kept as an ordinary note."""
    part, residue = put(
        {**PLAN.to_fhir({"id": "p", "status": "aktiv"}, AROUND), "note": [note("behov", "A")]}, None
    )
    assert part["notater"] == [{"id": "ny", "tekst": "A"}]
    assert PLAN.to_fhir(part, AROUND, residue)["note"] == [{"id": "ny", **note("behov", "A")}]

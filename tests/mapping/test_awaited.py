"""Fields that have no element yet: seen as notes, and safe from whoever sends the resource back."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import Unprocessable
from adapter.fhir.validation.structure import check
from adapter.mapping import load
from adapter.mapping.awaited import AWAITED
from adapter.settings import mappings_folder

PLAN = load(mappings_folder()).of("plan")
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
    """The note that stands for a field."""
    return {"extension": [{"url": AWAITED, "valueCode": field}], "text": text}


def put(resource: dict[str, Any], onto: dict[str, Any] | None = PART) -> tuple[dict[str, Any], Any]:
    """What the record becomes."""
    return PLAN.to_plan(resource, AROUND, onto=onto, new_id=lambda: "ny")


def test_what_awaits_its_element_is_shown_as_notes() -> None:
    """One note for each field, after the notes somebody wrote, with the field's name and title."""
    resource = PLAN.to_fhir(PART, AROUND)
    assert resource["note"] == [
        {"id": "n1", "text": "Ringte i dag"},
        note("situasjon", "Situasjon: Bor hjemme"),
        note("ressurser", "Ressurser: Hos personen selv: Godt humør; I nettverket: To naboer"),
        note("samarbeid", "Samarbeid med andre: En organisasjon: Kontroll"),
    ]
    assert check(resource) == []


def test_a_plan_without_such_fields_has_no_note() -> None:
    """Nothing to show is no element."""
    assert "note" not in PLAN.to_fhir({"id": "p", "status": "aktiv"}, AROUND)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)], ids=["as given", "turned"])
def test_what_is_put_back_changes_nothing(order: slice) -> None:
    """The fields stay, and the notes for them are nobody's notes, wherever they stand."""
    resource = PLAN.to_fhir(PART, AROUND)
    assert put({**resource, "note": resource["note"][order]}) == (PART, None)


def test_leaving_such_a_note_out_takes_nothing_away() -> None:
    """The field is the record's; FHIR has no element yet with which to clear it."""
    resource = {key: value for key, value in PLAN.to_fhir(PART, AROUND).items() if key != "note"}
    part, residue = put(resource)
    assert (part, residue) == ({key: value for key, value in PART.items() if key != "notater"}, None)


def test_a_changed_note_is_refused_at_its_place() -> None:
    """It would say other than the record; what the sender has to say goes into a note of its own."""
    resource = PLAN.to_fhir(PART, AROUND)
    resource["note"][1] = note("situasjon", "Situasjon: Bor hos datteren")
    with pytest.raises(Unprocessable) as refused:
        put(resource)
    (finding,) = refused.value.findings
    assert (finding.code, finding.expression) == ("note-of-a-field", "CarePlan.note[1]")


def test_a_client_that_keeps_no_extensions_doubles_nothing() -> None:
    """The note that comes back without its extension is still the record's."""
    resource = PLAN.to_fhir(PART, AROUND)
    resource["note"] = [{k: v for k, v in one.items() if k != "extension"} for one in resource["note"]]
    assert put(resource) == (PART, None)


def test_another_systems_note_of_this_kind_is_a_note() -> None:
    """Where the record has no such field, as in a plan from another municipality, nothing is dropped."""
    part, residue = put(
        {**PLAN.to_fhir({"id": "p", "status": "aktiv"}, AROUND), "note": [note("behov", "A")]}, None
    )
    assert part["notater"] == [{"id": "ny", "tekst": "A"}]
    assert PLAN.to_fhir(part, AROUND, residue)["note"] == [{"id": "ny", **note("behov", "A")}]

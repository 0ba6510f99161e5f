"""A visible plan has no trace of goals and tiltak that its recipient may not see."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.consent.lens import lenses
from adapter.consent.visible import visible
from adapter.fhir.codec.stored import render
from adapter.mapping import Scene, installed
from adapter.record.parts import parts
from tests.consent.test_read_table import NOW, SYKEHUS, regel, sak, samtykke

MAPPINGS = installed()
OPEN, SHUT = "apen-1", "skjult-1"
TOPIC = ["psykisk-helse-rus"]
CONTENT: dict[str, Any] = {
    "planer": [
        {
            "id": "planen",
            "status": "aktiv",
            "maal": [OPEN, SHUT],
            "tiltak": [OPEN, SHUT],
            "erstatter": [SHUT],
            "delplaner": [{"id": "d1", "plan": SHUT, "tittel": "Kriseplan"}],
            "enkleTiltak": [{"id": "e1", "status": "i-gang", "tittel": "Tur", "maal": [SHUT, OPEN]}],
        },
        {"id": SHUT, "status": "aktiv", "emner": TOPIC, "tiltak": [OPEN]},
    ],
    "maal": [
        {"id": OPEN, "status": "aktiv", "tekst": "Gå selv", "delmaal": [SHUT]},
        {"id": SHUT, "status": "aktiv", "tekst": "Sove", "emner": TOPIC},
    ],
    "tiltak": [
        {"id": OPEN, "status": "aktiv", "tittel": "Trening", "maal": [OPEN, SHUT]},
        {"id": SHUT, "status": "aktiv", "tittel": "Samtaler", "emner": TOPIC},
    ],
}


def read(record: dict[str, Any]) -> dict[str, bytes]:
    """The resources the hospital reads of a sak, by type and id."""
    (lens,) = [one for one in lenses(record, lambda _: None, NOW) if one.recipient == SYKEHUS]
    seen = visible(record, lens, NOW)
    assert seen is not None
    scene = Scene(seen)
    return {
        f"{part.type}/{part.id}": render(
            MAPPINGS.of(part.kind).to_fhir(part.body, part.surroundings, None, scene)
        )
        for part in parts("sak", seen)
        if part.kind != "samtykke"
    }


def test_a_hidden_part_is_in_no_list_reference_or_narrative() -> None:
    """Lists, delmål, basedOn and narratives equal those of a sak without the hidden parts."""
    given = read(sak(samtykke(regel("plan", "mal", "tiltak")), **CONTENT))
    assert {"CarePlan/planen", f"Goal/{OPEN}", f"ServiceRequest/{OPEN}"} < set(given)
    words = [SHUT.encode(), b"Sove", b"Samtaler", b"Kriseplan"]
    assert [name for name, body in given.items() if any(word in body for word in words)] == []
    assert b"Trening" in given["CarePlan/planen"]


@pytest.mark.parametrize(
    ("deler", "hidden"),
    [(("plan",), ("Goal/", "ServiceRequest/")), (("plan", "mal"), ("ServiceRequest/",))],
)
def test_a_plan_shows_no_goal_or_tiltak_of_a_del_without_permit(
    deler: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    """A permit to the plan alone shows no goal and no tiltak."""
    given = read(sak(samtykke(regel(*deler)), **CONTENT))
    assert "CarePlan/planen" in given
    assert [name for name in hidden for body in given.values() if name.encode() in body] == []


def test_parts_of_two_kinds_with_one_id_are_judged_apart() -> None:
    """A hidden Goal/1 does not hide CarePlan/1: each part is judged by its own kind."""
    record = sak(
        samtykke(regel("plan")),
        planer=[{"id": "1", "status": "aktiv", "tittel": "Planen", "maal": ["1"]}],
        maal=[{"id": "1", "status": "aktiv", "tekst": "Sove"}],
    )
    given = read(record)
    assert "CarePlan/1" in given
    assert "Goal/1" not in given
    assert not any(b"Goal/1" in body or b"Sove" in body for body in given.values())

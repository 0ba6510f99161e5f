"""A visible plan says nothing of the goals and tiltak its reader may not see."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.consent.lens import lenses
from adapter.consent.visible import visible
from adapter.fhir.codec.stored import render
from adapter.mapping import Scene, load
from adapter.record.parts import parts
from adapter.settings import mappings_folder
from tests.consent.test_read_table import NOW, SYKEHUS, regel, sak, samtykke

MAPPINGS = load(mappings_folder())
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
    """What the hospital is given of a sak, by type and id."""
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


def test_a_hidden_part_is_named_nowhere() -> None:
    """Lists, delmål, basedOn and narratives are those of a sak without the hidden parts."""
    given = read(sak(samtykke(regel("plan", "mal", "tiltak")), **CONTENT))
    assert {"CarePlan/planen", f"Goal/{OPEN}", f"ServiceRequest/{OPEN}"} < set(given)
    words = [SHUT.encode(), b"Sove", b"Samtaler", b"Kriseplan"]
    assert [name for name, body in given.items() if any(word in body for word in words)] == []
    assert b"Trening" in given["CarePlan/planen"]


@pytest.mark.parametrize(
    ("deler", "hidden"),
    [(("plan",), ("Goal/", "ServiceRequest/")), (("plan", "mal"), ("ServiceRequest/",))],
)
def test_a_del_that_is_not_permitted_is_named_nowhere(
    deler: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    """The plan alone shows no goal and no tiltak, not even that there are any."""
    given = read(sak(samtykke(regel(*deler)), **CONTENT))
    assert "CarePlan/planen" in given
    assert [name for name in hidden for body in given.values() if name.encode() in body] == []


def test_parts_of_two_kinds_may_have_one_id() -> None:
    """Goal/1 is hidden and CarePlan/1 is shown: each is judged as what it is."""
    record = sak(
        samtykke(regel("plan")),
        planer=[{"id": "1", "status": "aktiv", "tittel": "Planen", "maal": ["1"]}],
        maal=[{"id": "1", "status": "aktiv", "tekst": "Sove"}],
    )
    given = read(record)
    assert "CarePlan/1" in given
    assert "Goal/1" not in given
    assert not any(b"Goal/1" in body or b"Sove" in body for body in given.values())

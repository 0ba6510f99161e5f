"""The lists of a sak beside its parts: the recipients that see them, and the narratives that show them."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.consent.lens import KOMMUNE, lenses
from adapter.consent.permits import DELER
from adapter.consent.visible import BESIDE, visible
from adapter.mapping import Scene, installed
from adapter.record.parts import PARTS, parts
from adapter.record.schema import definitions
from tests.consent.test_read_table import CHILD, NOW, SYKEHUS, regel, sak, samtykke

MAPPINGS = installed()
EVERYTHING: dict[str, Any] = {
    "forlop": [{"id": "f1", "status": "aktiv", "type": "individuell-plan"}],
    "evalueringer": [
        {
            "id": "e1",
            "dato": "2026-05-04",
            "plan": "p1",
            "tekst": "Det går framover",
            "utfall": [{"id": "u1", "maal": "m1", "maloppnaelse": "bedring"}],
        }
    ],
    "saksgang": [{"id": "s1", "oppgave": "vurdering", "status": "mottatt"}],
    "vedtak": [{"id": "v1", "dato": "2026-02-02", "gjelder": "Koordinator", "utfall": "innvilget"}],
    "klager": [{"id": "k1", "mottatt": "2026-03-02", "status": "mottatt", "tekst": "For lite hjelp"}],
    "moter": [{"id": "o1", "tidspunkt": "2026-04-01", "referat": "Enige om målene"}],
    "dokumenter": [{"id": "d1", "tittel": "Epikrise"}],
    "parorende": [{"id": "mor", "aktiv": True, "relasjon": "mor", "foreldreansvar": "felles"}],
    "planer": [{"id": "p1", "status": "aktiv", "maal": ["m1"]}],
    "maal": [{"id": "m1", "status": "aktiv", "tekst": "Gå selv"}],
}
WHOLE = samtykke(regel(*sorted(DELER), emner=["alle"]))
ROWS = [
    ("the municipality", sak(**EVERYTHING), KOMMUNE, set(BESIDE)),
    ("the person", sak(**EVERYTHING), "innbygger/kari", set(BESIDE)),
    ("a parent", sak(innbygger=CHILD, **EVERYTHING), "parorende/mor", set()),
    ("a recipient with every del and emne", sak(WHOLE, **EVERYTHING), SYKEHUS, {"evalueringer"}),
    ("a recipient with the plan", sak(samtykke(regel("plan", "mal")), **EVERYTHING), SYKEHUS, set()),
    (
        "a recipient with a deny of one emne",
        sak(samtykke(*WHOLE["regler"], regel("plan", virkning="nekt", emner=["barnevern"])), **EVERYTHING),
        SYKEHUS,
        set(),
    ),
]


def seen_by(record: dict[str, Any], recipient: str) -> dict[str, Any]:
    """The sak as a recipient sees it."""
    found = {one.purpose: one for one in lenses(record, lambda _: None, NOW) if one.recipient == recipient}
    return visible(record, found.get("TREAT") or found[""], NOW) or {}


def texts(record: dict[str, Any]) -> str:
    """All narratives of a sak."""
    return "".join(
        MAPPINGS.of(part.kind).to_fhir(part.body, part.surroundings, None, Scene(record))["text"]["div"]
        for part in parts("sak", record)
    )


def test_every_list_of_a_sak_has_its_rule() -> None:
    """Every list of a sak holds parts, judged by the read table, or has a row in ``BESIDE``."""
    lists = {name for name, node in definitions()["sak"]["properties"].items() if node.get("type") == "array"}
    assert lists - {kind.field for kind in PARTS} == set(BESIDE)


@pytest.mark.parametrize(("who", "record", "recipient", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_a_list_beside_the_parts_is_shown_by_standing(
    who: str, record: dict[str, Any], recipient: str, expected: set[str]
) -> None:
    """The municipality and the person see casework; a recipient of the whole sak sees evalueringer."""
    assert seen_by(record, recipient).keys() & BESIDE.keys() == expected


def test_a_list_beside_the_parts_is_in_the_narrative_of_its_part() -> None:
    """Evalueringer are in the narrative of their plan, the other lists in that of the person."""
    person = texts(seen_by(sak(**EVERYTHING), "innbygger/kari"))
    assert "<h3>Evalueringer</h3><p>4. mai 2026</p>" in person
    assert "<b>Utfall per mål:</b> Gå selv: i bedring" in person
    for said in (
        "Individuell plan: ",
        "Koordinator (innvilget)",
        "For lite hjelp",
        "Enige om målene",
        "Epikrise",
    ):
        assert said in person
    hospital = texts(seen_by(sak(WHOLE, **EVERYTHING), SYKEHUS))
    assert "Det går framover" in hospital
    assert "For lite hjelp" not in hospital

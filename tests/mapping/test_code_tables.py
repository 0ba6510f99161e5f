"""The displays of a field's codes come from the code table of its row, else of the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.mapping import Scene, load

if TYPE_CHECKING:
    from pathlib import Path

INNBYGGER = {"id": "p", "navn": []}
PLAN: dict[str, Any] = {
    "id": "a",
    "status": "aktiv",
    "plantype": "individuell-plan",
    "behov": [{"id": "b", "tekst": "Hjelp", "prioritet": "hoy"}],
}
SAK: dict[str, Any] = {
    "id": "s",
    "innbygger": INNBYGGER,
    "klager": [{"id": "k", "mottatt": "2026-03-01", "status": "delvis-medhold"}],
    "saksgang": [{"id": "g", "oppgave": "soknad-ip", "status": "avslag"}],
    "forlop": [{"id": "f", "type": "barnekoordinator", "status": "aktiv"}],
}


@pytest.mark.parametrize(
    ("table", "part", "words"),
    [
        ("prioritet", PLAN, "Høy"),
        ("klagestatus", INNBYGGER, "delvis medhold"),
        ("saksstatus", INNBYGGER, "avslag"),
        ("ytelse", INNBYGGER, "Barnekoordinator"),
    ],
)
def test_displays_never_come_from_another_table_with_the_same_codes(
    folder: Path, table: str, part: dict[str, Any], words: str
) -> None:
    """A table that sorts first, with the same codes and other displays, changes nothing."""
    of = "plan" if part is PLAN else "innbygger"
    told = load(folder).of(of).to_fhir(part, {}, scene=Scene(SAK))["text"]["div"]
    text = (folder / "codes" / f"{table}.yaml").read_text(encoding="utf-8")
    first = text.replace('nb: "', 'nb: "Annet ').replace("CodeSystem/ip-", "CodeSystem/annet-")
    (folder / "codes" / "aaa.yaml").write_text(first, encoding="utf-8")
    assert words in told
    assert load(folder).of(of).to_fhir(part, {}, scene=Scene(SAK))["text"]["div"] == told

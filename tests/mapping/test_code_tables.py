"""The words of a field's codes are those of the table that the row or the schema says."""

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
def test_another_table_of_the_same_codes_is_not_read(
    folder: Path, table: str, part: dict[str, Any], words: str
) -> None:
    """A table that comes first, has the same codes and other words changes nothing."""
    of = "plan" if part is PLAN else "innbygger"
    told = load(folder).of(of).to_fhir(part, {}, scene=Scene(SAK))["text"]["div"]
    text = (folder / "codes" / f"{table}.yaml").read_text(encoding="utf-8")
    first = text.replace('nb: "', 'nb: "Annet ').replace("CodeSystem/ip-", "CodeSystem/annet-")
    (folder / "codes" / "aaa.yaml").write_text(first, encoding="utf-8")
    assert words in told
    assert load(folder).of(of).to_fhir(part, {}, scene=Scene(SAK))["text"]["div"] == told

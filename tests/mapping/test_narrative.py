"""The narrative of a resource: bokmål, escaped, made of content its recipient may see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapter.cli import record_files
from adapter.consent.lens import lenses
from adapter.consent.visible import visible
from adapter.fhir.narrative import faults
from adapter.fhir.narrative_writing import Line, Section, generated, is_ours
from adapter.fhir.validation.structure import check
from adapter.mapping import Scene, installed
from adapter.mapping.narrative_lines import ALONE
from adapter.mapping.norwegian import moment, number
from adapter.record.parts import parts

MAPPINGS = installed()
AROUND = {"person": "Patient/p1", "ansatt": "Practitioner/a1"}
EXAMPLES = Path(__file__).parents[1] / "examples"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAKER = [file.body for file in record_files.read_all([EXAMPLES]) if file.kind == "sak"]

TEAM: dict[str, Any] = {
    "id": "t1",
    "emner": ["barnevern"],
    "eier": {"organisasjon": "skolen"},
    "status": "aktiv",
    "navn": "Ansvarsgruppen",
    "gyldighet": {"fra": "2026-03-01", "til": "2027"},
    "ansvarlige": [{"organisasjon": "kommunen"}],
    "kontaktpunkter": [{"id": "k1", "kanal": "telefon", "verdi": "+47 75 00 00 01", "bruk": "arbeid"}],
    "deltakere": [
        {
            "id": "d1",
            "rolle": "koordinator",
            "hvem": {"rolle": "ragna-koordinator"},
            "gyldighet": {"fra": "2026-03-01"},
            "ansvarsgruppe": True,
        },
        {
            "id": "d2",
            "rolle": "verge",
            "hvem": {"parorende": "mor"},
            "bidrag": "Følger\nmed",
            "tilgang": "les",
        },
    ],
}


def div(part: str, body: dict[str, Any], scene: Scene = ALONE) -> str:
    """The div of a part's narrative."""
    text: str = MAPPINGS.of(part).to_fhir(body, AROUND, None, scene)["text"]["div"]
    return text


def known(kind: str, _: str) -> str:
    """A directory with a name for every aktor."""
    return f"Kjent {kind}"


def test_a_narrative_has_titles_displays_dates_and_names_but_no_ids_or_topics() -> None:
    """The narrative has the schema's titles, code displays, dates in words and names; no ids or topics."""
    assert div("team", TEAM) == (
        '<div xmlns="http://www.w3.org/1999/xhtml" class="ip-adapter" lang="nb" xml:lang="nb">'
        "<h2>Team rundt personen</h2><ul><li><b>Status:</b> Aktivt</li><li><b>Navn:</b> Ansvarsgruppen</li>"
        "<li><b>Periode:</b> fra 1. mars 2026 til 2027</li><li><b>Ansvarlig:</b> En organisasjon</li>"
        "<li><b>Kontakt:</b> Telefon +47 75 00 00 01 (arbeid)</li><li><b>Deltakere:</b><ul>"
        "<li>Koordinator: en ansatt, fra 1. mars 2026<ul><li><b>Med i ansvarsgruppa:</b> ja</li></ul></li>"
        "<li>Verge: en pårørende<ul><li><b>Bidrag:</b> Følger<br/>med</li>"
        "<li><b>Tilgang til planen:</b> Lese</li></ul></li></ul></li></ul></div>"
    )


PLAN: dict[str, Any] = {
    "id": "p1",
    "status": "aktiv",
    "tittel": "Min plan",
    "hvaErViktig": "Å komme ut",
    "team": [{"team": "t1"}, {"identifikator": {"system": "urn:x", "verdi": "1"}}],
    "maal": ["m1", "m2", "m3", "skjult"],
    "tiltak": ["x1"],
}
RECORD: dict[str, Any] = {
    "parorende": [{"id": "mor", "navn": [{"fornavn": ["Eli"], "mellomnavn": "Prøve", "etternavn": "Aas"}]}],
    "team": [{"id": "t1", "navn": "Gruppa", "deltakere": [{"rolle": "verge", "hvem": {"parorende": "mor"}}]}],
    "planer": [PLAN],
    "maal": [
        {"id": "m1", "tekst": "Gå tur", "delmaal": ["m2"]},
        {"id": "m2", "tekst": "Gå trapp", "status": "fullfort"},
        {"id": "m3", "tekst": "Sove"},
    ],
    "tiltak": [{"id": "x1", "tittel": "Trening", "maal": ["m1"], "utforere": [{"rolle": "r1"}]}],
}


def test_the_narrative_of_a_plan_shows_goals_tiltak_and_team_once() -> None:
    """A plan shows goals with their delmål, tiltak with their goals, and the team; each once."""
    assert div("plan", PLAN, Scene(RECORD, known)).split('xml:lang="nb">')[1] == (
        "<h2>Min plan</h2><ul><li><b>Status:</b> Aktiv</li></ul>"
        "<h3>Hva er viktig for meg</h3><p>Å komme ut</p>"
        "<h3>Mål</h3><ul><li>Gå tur<ul><li><b>Delmål:</b> Gå trapp<ul>"
        "<li><b>Status:</b> Arbeidet er fullført</li></ul></li></ul></li><li>Sove</li></ul>"
        "<h3>Tiltak</h3><ul><li><b>Tiltak:</b> Trening<ul><li><b>Mål:</b> Gå tur</li>"
        "<li><b>Utføres av:</b> Kjent rolle</li></ul></li></ul>"
        "<h3>De som deltar</h3><ul><li><b>Team:</b><ul><li>Gruppa"
        "<ul><li><b>Deltakere:</b> Verge: Eli Prøve Aas</li></ul></li>"
        "<li>En kjent hos andre</li></ul></li></ul></div>"
    )


def test_the_narrative_of_circular_goals_ends() -> None:
    """Goals that are delmål of each other are each shown, and the text ends."""
    circle = [{"id": "a", "tekst": "Aa", "delmaal": ["b"]}, {"id": "b", "tekst": "Bb", "delmaal": ["a"]}]
    told = div("plan", {"id": "p", "maal": ["a", "b"]}, Scene({"maal": circle}))
    assert "<li>Aa<ul><li><b>Delmål:</b> Bb</li></ul></li>" in told


@pytest.mark.parametrize(
    ("ganger", "per", "said"),
    [(1, 1, "én gang per uke"), (3, 1, "3 ganger per uke"), (1, 2, "én gang hver 2. uke")],
)
def test_a_frequency_is_written_in_words(ganger: int, per: int, said: str) -> None:
    """The frequency 1 is «én», and every so many units is an ordinal."""
    omfang = {"hyppighet": {"ganger": ganger, "per": per, "enhet": "uke"}}
    assert f"<b>Omfang:</b> {said}</li>" in div("tiltak", {"id": "x", "tittel": "T", "omfang": omfang})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026", "2026"),
        ("2026-03", "mars 2026"),
        ("2026-03-01", "1. mars 2026"),
        ("2026-03-01T08:30:00Z", "1. mars 2026 kl. 09.30"),
        ("2026-07-31T23:30:00.123456789Z", "1. august 2026 kl. 01.30"),
        ("2026-12-24T17:00:00+01:00", "24. desember 2026 kl. 17.00"),
        ("2016-12-31T23:59:60Z", "31. desember 2016 kl. 23.59.60Z"),
        ("0001-01-01T00:00:00+14:00", "1. januar 0001 kl. 00.00.00+14.00"),
    ],
)
def test_a_date_is_written_in_words_on_the_norwegian_clock(value: str, said: str) -> None:
    """A date is written in its precision, on the Norwegian clock; an invalid time as it is."""
    assert moment(value) == said


def test_a_number_has_a_decimal_comma() -> None:
    """A number has a decimal comma and keeps its digits."""
    assert [number(value) for value in (25, Decimal("2.50"), Decimal("1E+2"))] == ["25", "2,50", "100"]


_CODE = re.compile(r"[a-z-]+")
HOSTILE = "<script>alert(\"a\")</script> & <b onclick='x'>]]>"


def test_markup_in_a_record_is_escaped_in_the_narrative() -> None:
    """Markup in a name is shown as text; so are characters that XML cannot hold."""
    text = div("team", {**TEAM, "navn": HOSTILE})
    assert "&lt;script&gt;alert(" in text
    assert "<script" not in text
    assert faults(text) == []
    assert faults(div("team", {**TEAM, "navn": "a\x00\x0b\ufffe\r\u2028b"})) == []


def test_a_line_end_is_a_break_and_a_heading_a_section() -> None:
    """Line ends are kept as breaks; a line without a label under a heading is a paragraph."""
    written = generated("T", [Section("Viktig", [Line("", "a\nb")]), Section("", [Line("L", "c\nd")])])["div"]
    assert written.endswith("<h3>Viktig</h3><p>a<br/>b</p><ul><li><b>L:</b> c<br/>d</li></ul></div>")


@pytest.mark.parametrize("sak", SAKER, ids=lambda sak: sak["id"])
def test_no_narrative_has_content_hidden_from_its_recipient(sak: dict[str, Any]) -> None:
    """No recipient of an example reads words that are only in content hidden from that recipient."""
    for lens in lenses(sak, lambda _: None, NOW):
        seen = visible(sak, lens, NOW)
        if seen is None:
            continue
        told, given = " ".join(_narratives(seen)), " ".join(_texts(seen))
        hidden = {text for text in _texts(sak) if text not in given and not _CODE.fullmatch(text)}
        assert [text for text in hidden if text in told] == []


def test_no_narrative_has_an_id() -> None:
    """No narrative shows an id of a part or of an aktor."""
    for sak in SAKER:
        told = " ".join(div(part.kind, part.body, Scene(sak)) for part in parts("sak", sak))
        assert not re.search(rf"{re.escape(sak['id'].removeprefix('sak-'))}-\w", told)


@pytest.mark.parametrize("sak", SAKER, ids=lambda sak: sak["id"])
def test_the_narrative_of_every_example_is_valid_and_stable(sak: dict[str, Any]) -> None:
    """The narrative of every example is valid FHIR, recognised as ours, and equal each time."""
    for part in parts("sak", sak):
        resource = MAPPINGS.of(part.kind).to_fhir(part.body, part.surroundings)
        assert check(resource) == []
        assert is_ours(resource["text"])
        assert list(resource).index("text") <= 3
        assert MAPPINGS.of(part.kind).to_fhir(part.body, part.surroundings) == resource


def _narratives(sak: dict[str, Any]) -> list[str]:
    return [div(part.kind, part.body, Scene(sak, known)) for part in parts("sak", sak)]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, item in value.items() if key != "id" for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def test_the_narrative_of_an_opaque_consent_is_one_sentence() -> None:
    """The narrative of an opaque Consent says that it is kept as sent, and shows no field."""
    text = div("samtykke", {"id": "s1", "tilstand": "aktiv", "ugjennomsiktig": True})
    assert "<p>Samtykket er tatt vare på slik det ble sendt, og åpner ingenting her.</p>" in text
    assert "Gjelder" not in text


def test_our_own_narrative_sent_back_is_ignored() -> None:
    """A generated narrative that is sent back, edited or not, changes neither part nor residue."""
    mapping = MAPPINGS.of("team")
    given = mapping.to_fhir(TEAM, AROUND)
    assert mapping.to_plan(given, AROUND, onto=TEAM, new_id=lambda: "ny") == (TEAM, None)
    edited = {**given, "text": {**given["text"], "div": given["text"]["div"].replace("Ansvars", "Annen ")}}
    assert mapping.to_plan(edited, AROUND, onto=TEAM, new_id=lambda: "ny") == (TEAM, None)


def test_a_senders_narrative_is_kept_until_the_mapped_resource_changes() -> None:
    """The sender's narrative is kept while the mapped resource is unchanged; then ours replaces it."""
    mapping = MAPPINGS.of("team")
    text = {"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Čáhppes</div>'}
    part, residue = mapping.to_plan(
        {**mapping.to_fhir(TEAM, AROUND), "text": text}, AROUND, onto=TEAM, new_id=lambda: "ny"
    )
    assert mapping.to_fhir(part, AROUND, residue)["text"] == text
    assert is_ours(mapping.to_fhir({**part, "navn": "Nytt navn"}, AROUND, residue)["text"])


@pytest.mark.parametrize(
    ("narrative", "ours"),
    [
        (generated("T", []), True),
        (
            {
                "status": "generated",
                "div": "<div id='1' class='a ip-adapter'>a</div>",
            },
            True,
        ),
        ({"status": "generated", "div": '<div xmlns="x"><p class="ip-adapter">a</p></div>'}, False),
        ({"status": "generated", "div": '<div class="not-ip-adapter">a</div>'}, False),
        ({**generated("T", []), "status": "additional"}, False),
        ({**generated("T", []), "id": "a"}, False),
        (None, False),
    ],
)
def test_a_narrative_is_ours_by_the_class_of_its_div(narrative: Any, ours: bool) -> None:
    """The class of the div decides; a narrative with more than status and div is not ours."""
    assert is_ours(narrative) is ours


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"priority": "stat"}, True),
        ({"quantityQuantity": {"value": 3, "unit": "timer"}}, True),
        ({"note": [{"text": "Ringte", "authorString": "Ukjent"}]}, True),
        ({"identifier": [{"system": "https://epj.example", "value": "1"}]}, False),
        ({"meta": {"profile": ["https://epj.example/profil"]}}, False),
        ({"subject": {"reference": "Patient/p1", "display": "Kari"}}, False),
        ({}, False),
    ],
)
def test_a_narrative_has_a_sentence_for_residue(change: dict[str, Any], told: bool) -> None:
    """A narrative of a resource with residue says that the resource has more content."""
    mapping = MAPPINGS.of("tiltak")
    sent = {**mapping.to_fhir({"id": "x", "status": "aktiv", "tittel": "Trening"}, AROUND), **change}
    part, residue = mapping.to_plan(sent, AROUND, onto=None, new_id=lambda: "ny")
    text = mapping.to_fhir(part, AROUND, residue)["text"]["div"]
    assert ("har også sendt opplysninger" in text) is told


def test_a_narrative_has_no_sentence_for_dropped_residue() -> None:
    """Residue of an element that the record has since taken over is not counted as more content."""
    mapping = MAPPINGS.of("parorende")
    unread = {"id": "n1", "extension": [{"url": "https://epj.example/x", "valueCode": "x"}]}
    sent = {"resourceType": "RelatedPerson", "id": "x", "patient": {"reference": AROUND["person"]}}
    part, residue = mapping.to_plan({**sent, "name": [unread]}, AROUND, onto=None, new_id=lambda: "ny")
    assert "har også sendt opplysninger" in mapping.to_fhir(part, AROUND, residue)["text"]["div"]
    named = {**part, "navn": [{"id": "n1", "bruk": "vanlig", "etternavn": "Lien"}]}
    assert mapping.stale(named, AROUND, residue or {}) != []
    assert "har også sendt opplysninger" not in mapping.to_fhir(named, AROUND, residue)["text"]["div"]

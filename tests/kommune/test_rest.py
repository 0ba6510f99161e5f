"""Residue at the municipal door is listed, and is removed with a report when its value changes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.record.given import bent
from tests.rest.world import CASE

if TYPE_CHECKING:
    from tests.rest.conftest import House

SAK, REST = "/kommune/v1/saker/saken", "/kommune/v1/saker/saken/rest"
OWN_WORDS = {"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Våre ord</div>'}
ANOTHER = {"team.0.deltakere.0.hvem": {"rolle": "bjarte-koordinator"}}


def put(house: House, path: str, body: dict[str, Any]) -> Any:
    """The answer to a PUT at either door."""
    answer = house.municipality("PUT", path, json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.fixture
def said(world: House) -> House:
    """The world with residue in a team."""
    team = world.municipality("GET", "/fhir/CareTeam/teamet").json
    team["participant"][0]["member"]["display"] = "Ragna på huset"
    team["note"] = [{"text": "Ring på tirsdager"}]
    put(world, "/fhir/CareTeam/teamet", {**team, "text": OWN_WORDS})
    assert world.municipality("GET", REST).json["CareTeam/teamet"]["rest"].keys() == {"in", "narrative"}
    return world


def dropped(answer: Any) -> list[tuple[str, str]]:
    """The places in the avvik about removed residue, and their elements."""
    told = [one for one in answer.get("avvik", ()) if one["kode"] == "residue-dropped"]
    for one in told:
        assert one["nb"] != one["en"]
        assert "Ragna" not in one["nb"] + one["en"]
    return [(one["sted"], one["en"].split(" at ")[1].split(" ")[0]) for one in told]


def test_residue_of_a_changed_value_is_removed_and_reported(said: House) -> None:
    """A display goes with its reference and a narrative with its values; the note stays."""
    assert dropped(put(said, SAK, bent(CASE, **ANOTHER))) == [
        ("sak.team[0]", "CareTeam.participant[0].member"),
        ("sak.team[0]", "CareTeam.text"),
    ]
    rest = said.municipality("GET", REST).json["CareTeam/teamet"]
    assert (rest["skrevetAv"], rest["rest"].keys()) == ("kommune", {"in"})
    assert "Ragna på huset" not in str(rest)
    shown = said.municipality("GET", "/fhir/CareTeam/teamet").json
    assert shown["note"] == [{"text": "Ring på tirsdager"}]


def test_removed_residue_does_not_come_back_with_the_old_value(said: House) -> None:
    """Removed residue stays removed when the old value returns, and is reported once."""
    put(said, SAK, bent(CASE, **ANOTHER))
    assert dropped(said.municipality("GET", SAK).json) == []
    assert dropped(put(said, SAK, CASE)) == []
    shown = said.municipality("GET", "/fhir/CareTeam/teamet")
    assert "Ragna på huset" not in shown.text
    assert "Våre ord" not in shown.text


def test_residue_of_an_unchanged_value_stays(said: House) -> None:
    """A change elsewhere in the sak, or an unchanged PUT, removes no residue."""
    before = said.municipality("GET", REST).json
    assert dropped(put(said, SAK, CASE)) == []
    assert dropped(put(said, SAK, {**CASE, "saksnummer": "2026/17"})) == []
    assert said.municipality("GET", REST).json == before


def test_a_deleted_part_takes_its_residue_with_it(said: House) -> None:
    """A part taken out of the record leaves no residue and no avvik."""
    sak = copy.deepcopy(CASE)
    del sak["team"]
    assert dropped(put(said, SAK, sak)) == []
    assert said.municipality("GET", REST).json == {}


def test_an_opaque_consent_written_in_the_fields_is_no_longer_opaque(world: House) -> None:
    """The residue of an opaque Consent is removed when the municipality writes the samtykke's fields."""
    consent = world.municipality("GET", "/fhir/Consent/samtykket").json | {"id": "annet"}
    consent["provision"]["provision"][0]["class"] = [{"system": "urn:example:class", "code": "a"}]
    assert world.municipality("PUT", "/fhir/Consent/annet", json=consent).status_code == 201
    opaque = {"id": "annet", "tilstand": "aktiv", "ugjennomsiktig": True}
    assert world.municipality("GET", SAK).json["samtykker"][1] == opaque
    assert dropped(put(world, SAK, world.municipality("GET", SAK).json)) == []
    written = {**CASE, "samtykker": [*CASE["samtykker"], {**CASE["samtykker"][0], "id": "annet"}]}
    assert dropped(put(world, SAK, written)) == [("sak.samtykker[1]", "Consent")]
    assert world.municipality("GET", REST).json == {}
    (regel,) = world.municipality("GET", "/fhir/Consent/annet").json["provision"]["provision"]
    assert "class" not in regel


def test_a_consequence_of_the_law_removes_residue_too(world: House) -> None:
    """The residue of a plan's status goes when the withdrawal of its consent ends the plan."""
    given = {"gittDato": "2026-01-10", "gittAv": [{"innbygger": "torill"}]}
    consent = {"id": "til-planen", "tilstand": "aktiv", "type": "plan", **given}
    plan = {"id": "planen", "plantype": "individuell-plan", "status": "aktiv", "nesteEvaluering": "2026-06"}
    sak = {**CASE, "planer": [plan], "samtykker": [*CASE["samtykker"], consent]}
    put(world, SAK, sak)
    shown = world.municipality("GET", "/fhir/CarePlan/planen").json
    put(world, "/fhir/CarePlan/planen", {**shown, "text": OWN_WORDS})
    answer = put(world, SAK, bent(sak, **{"samtykker.1.tilstand": "inaktiv"}))
    assert answer["planer"][0]["status"] == "trukket"
    assert dropped(answer) == [("sak.planer[0]", "CarePlan.text")]
    assert world.municipality("GET", REST).json == {}

"""Records at the municipal door are written, read, versioned, listed, and reported in a feed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.rest.world import CASE, COORDINATOR, RECORDS

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

SAK = "/kommune/v1/saker/saken"


def codes(answer: TestResponse) -> list[tuple[str, str | None]]:
    """The codes of the findings in a problem, with their places."""
    assert answer.mimetype == "application/problem+json"
    return [(found["kode"], found.get("sted")) for found in answer.json["funn"]]


def put(house: House, sak: dict[str, Any], if_match: str | None = "*") -> TestResponse:
    """PUT of the sak."""
    headers = {"If-Match": if_match} if if_match else {}
    return house.municipality("PUT", SAK, json=sak, headers=headers)


def test_a_record_is_read_as_it_was_written(world: House) -> None:
    """Every field comes back, and the ETag is the version."""
    read = world.municipality("GET", SAK)
    assert read.json == CASE
    assert read.headers["ETag"] == 'W/"1"'


def test_an_unchanged_record_gets_no_new_version(world: House) -> None:
    """A write that changes nothing makes no version and no change in the feed."""
    before = world.municipality("GET", "/kommune/v1/endringer").json["siste"]
    again = put(world, CASE)
    assert (again.status_code, again.headers["ETag"]) == (200, 'W/"1"')
    assert world.municipality("GET", "/kommune/v1/endringer").json["siste"] == before


def test_a_write_needs_if_match_of_the_current_version(world: House) -> None:
    """428 without If-Match; 400 for an invalid one; 412 for an old version, with the changes since."""
    assert codes(put(world, CASE, None)) == [("if-match-missing", None)]
    malformed = put(world, CASE, "1")
    assert (malformed.status_code, codes(malformed)) == (400, [("if-match-invalid", None)])
    sak = {**CASE, "saksnummer": "2026/17", "samtykker": []}
    assert put(world, sak, 'W/"1"').status_code == 200
    refused = put(world, CASE, 'W/"1"')
    assert refused.status_code == 412
    assert codes(refused) == [
        ("version-conflict", None),
        ("changed-since", "sak.samtykker"),
        ("changed-since", "sak.saksnummer"),
    ]
    assert "kommunens-fagsystem" in refused.json["funn"][1]["nb"]


def test_412_has_the_current_place_of_each_change(world: House) -> None:
    """The places of a 412 are the record's field names, with the positions of the current version."""
    assert put(world, CASE | {"innbygger": CASE["innbygger"] | {"kjonn": "annet"}}).status_code == 200
    team = {**CASE["team"][0], "navn": "Nytt navn"}
    another = {"id": "det-nye-teamet", "status": "foreslatt"}
    assert put(world, CASE | {"team": [team], "samtykker": []}).status_code == 200
    assert put(world, CASE | {"team": [another, team], "samtykker": []}).status_code == 200
    assert [(code, sted) for code, sted in codes(put(world, CASE, 'W/"1"')) if code == "changed-since"] == [
        ("changed-since", "sak.innbygger"),
        ("changed-since", "sak.innbygger"),
        ("changed-since", "sak.team[1]"),
        ("changed-since", "sak.samtykker"),
        ("changed-since", "sak.team[0]"),
    ]


def test_every_version_stays_readable(world: House) -> None:
    """Each version is listed with its client, and is read as it was written."""
    put(world, {**CASE, "saksnummer": "2026/17"})
    listed = world.municipality("GET", f"{SAK}/versjoner").json["versjoner"]
    assert [one["versjon"] for one in listed] == [2, 1]
    assert {one["av"] for one in listed} == {"kommunens-fagsystem"}
    assert world.municipality("GET", f"{SAK}/versjoner/1").json == CASE
    assert world.municipality("GET", f"{SAK}/versjoner/3").status_code == 404


def test_a_list_is_paged_by_id(world: House) -> None:
    """``neste`` leads through every record once."""
    first = world.municipality("GET", "/kommune/v1/organisasjoner?antall=2").json
    rest = world.municipality("GET", f"/kommune/v1/organisasjoner{first['neste']}").json
    ids = [record["id"] for page in (first, rest) for record in page["poster"]]
    assert ids == sorted(record["id"] for plural, record in RECORDS if plural == "organisasjoner")
    assert "neste" not in rest


def test_the_feed_lists_every_change_in_order(world: House) -> None:
    """The feed from zero has every record; from ``siste`` it is empty until the next write."""
    feed = world.municipality("GET", "/kommune/v1/endringer?etter=0").json
    assert [change["poster"][0]["id"] for change in feed["endringer"]] == [
        record["id"] for _, record in RECORDS
    ]
    path = f"/kommune/v1/endringer?etter={feed['siste']}"
    nothing = {"endringer": [], "siste": feed["siste"], "epoke": feed["epoke"]}
    assert world.municipality("GET", path).json == nothing
    put(world, {**CASE, "saksnummer": "2026/17"})
    (change,) = world.municipality("GET", path).json["endringer"]
    assert change["poster"] == [{"type": "sak", "id": "saken", "versjon": 2}]


def test_the_feed_of_another_epoke_is_gone(world: House) -> None:
    """The numbers of before a restore do not apply: 410 says to begin again from zero."""
    feed = world.municipality("GET", "/kommune/v1/endringer").json
    again = f"/kommune/v1/endringer?etter=0&epoke={feed['epoke']}"
    assert world.municipality("GET", again).json == feed
    gone = world.municipality("GET", "/kommune/v1/endringer?etter=3&epoke=en-annen")
    assert (gone.status_code, gone.mimetype) == (410, "application/problem+json")
    assert [finding["kode"] for finding in gone.json["funn"]] == ["epoke-changed"]
    assert "etter=0" in gone.json["detail"]


def test_a_field_without_a_value_is_left_out(world: House) -> None:
    """An empty ``person``, ``neste`` or place of a finding is left out, not null."""
    (first,) = world.municipality("GET", f"{SAK}/versjoner").json["versjoner"]
    assert list(first) == ["versjon", "nummer", "tid", "av", "hva"]
    assert (first["versjon"], first["hva"]) == (1, "PUT /kommune/v1/saker/<id>")
    assert list(world.municipality("GET", "/kommune/v1/endringer?etter=99").json) == [
        "endringer", "siste", "epoke",
    ]  # fmt: skip
    assert list(world.municipality("GET", "/kommune/v1/organisasjoner").json) == ["poster"]
    assert list(world.municipality("GET", "/kommune/v1/organisasjoner?antall=1").json) == ["poster", "neste"]
    (unknown,) = world.municipality("GET", "/kommune/v1/saker/ingen").json["funn"]
    assert list(unknown) == ["alvor", "kode", "nb", "en"]
    cut = world.municipality("PUT", SAK, data=b"{", content_type="application/json").json["funn"][0]
    assert (cut["alvor"], cut["linje"], cut["kolonne"]) == ("error", 1, 2)
    assert "sted" not in cut


def test_a_number_in_the_residue_keeps_its_digits(world: House) -> None:
    """The digits of a decimal come back in the residue: ``1.50`` is not ``1.5``."""
    team = json.dumps(world.municipality("GET", "/fhir/CareTeam/teamet").json).encode()
    for number in (b"1.50", b"-0.0", b"100.000"):
        said = b'{"extension":[{"url":"urn:example:tall","valueDecimal":' + number + b"}]," + team[1:]
        headers = {"If-Match": "*", "Content-Type": "application/fhir+json"}
        written = world.municipality("PUT", "/fhir/CareTeam/teamet", data=said, headers=headers)
        assert written.status_code == 200
        assert b'"valueDecimal":' + number + b"}" in world.municipality("GET", f"{SAK}/rest").data


def test_a_part_is_read_by_its_list_and_id(world: House) -> None:
    """A part is at its list and id; an unknown part is 404."""
    assert world.municipality("GET", f"{SAK}/team/teamet").json == CASE["team"][0]
    for path in ("team/annet", "samtykker/teamet", "farge/teamet", "innbygger/torill"):
        assert world.municipality("GET", f"{SAK}/{path}").status_code == 404


def test_items_without_ids_get_them_and_keep_them(world: House) -> None:
    """Names and numbers sent without ids get ids, and an equal item keeps its id."""
    bare = {
        **COORDINATOR,
        "navn": [{key: value for key, value in COORDINATOR["navn"][0].items() if key != "id"}],
        "kontaktpunkter": [
            {"kanal": "telefon", "verdi": "+47 75 00 00 02"},
            {"kanal": "epost", "verdi": "r@x.example"},
        ],
    }
    path = "/kommune/v1/ansatte/ragna"
    first = world.municipality("PUT", path, json=bare, headers={"If-Match": "*"}).json
    assert first["navn"][0]["id"] == "n1"
    assert first["kontaktpunkter"][0]["id"] == "k1"
    assert world.municipality("PUT", path, json=bare, headers={"If-Match": "*"}).json == first


def test_rest_lists_the_residue_of_each_part_with_its_sender(world: House) -> None:
    """``/rest`` lists residue with its sender; a changed value removes the residue attached to it."""
    team = world.municipality("GET", "/fhir/CareTeam/teamet").json
    team["participant"][0]["member"]["display"] = "Ragna"
    team["note"] = [{"text": "Ring på tirsdager"}]
    assert (
        world.municipality("PUT", "/fhir/CareTeam/teamet", json=team, headers={"If-Match": "*"}).status_code
        == 200
    )
    rest = world.municipality("GET", f"{SAK}/rest").json
    assert rest.keys() == {"CareTeam/teamet"}
    assert rest["CareTeam/teamet"]["skrevetAv"] == "kommune"
    assert world.municipality("GET", SAK).json == CASE
    sak = {**CASE, "team": [{**CASE["team"][0], "deltakere": []}]}
    assert put(world, sak).status_code == 200
    after = world.municipality("GET", "/fhir/CareTeam/teamet").json
    assert after["note"] == [{"text": "Ring på tirsdager"}]
    assert "participant" not in after


@pytest.mark.parametrize("path", [SAK, "/kommune/v1/saker", "/kommune/v1/endringer", f"{SAK}/rest"])
def test_the_door_is_for_the_municipality_alone(world: House, path: str) -> None:
    """A hospital is 403 with any scope, and a call without a token is 401."""
    assert codes(world.hospital("GET", path)) == [("municipality-only", None)]
    nobody = world.call(None, "GET", path)
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")

"""A refusal of the municipal door has the place and the remedy, stores nothing, and repeats no value."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy

from adapter.record.identifiers import is_birth_number
from tests.rest.world import CASE, OTHER_NUMBER, PERSON_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rest.conftest import House

pytestmark = pytest.mark.no_sql

SAK = "/kommune/v1/saker/saken"
TABLES = ("record", "record_version", "publication", "permit", "residue", "change", "blob", "search_index")


def content(house: House) -> dict[str, list[Any]]:
    """Every row of the database."""
    engine = house.client.application.extensions["repository"].store._engine
    with engine.connect() as connection:
        return {
            table: sorted(map(repr, connection.execute(sqlalchemy.text(f"SELECT * FROM {table}")).all()))  # noqa: S608 - names above
            for table in TABLES
        }


def change(make: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The sak with a fault in it."""
    sak = copy.deepcopy(CASE)
    make(sak)
    return sak


def real(sak: dict[str, Any]) -> None:
    """Tests whether a birth number passes the checks and has an ordinary month, as a real person's has."""
    sak["innbygger"]["identer"][0]["verdi"] = ordinary_number()


def ordinary_number() -> str:
    """A computed number of 1 January 1901 with valid control digits, which is nobody's."""
    return next(f"010101{n:05d}" for n in range(99999) if is_birth_number(f"010101{n:05d}"))


def person(**fields: Any) -> Callable[[dict[str, Any]], object]:
    """A change of the innbygger."""
    return lambda sak: sak["innbygger"].update(fields)


def number(verdi: str) -> Callable[[dict[str, Any]], object]:
    """A change of the birth number."""
    return lambda sak: sak["innbygger"]["identer"][0].update(verdi=verdi)


def team(**fields: Any) -> Callable[[dict[str, Any]], object]:
    """A change of the team."""
    return lambda sak: sak["team"][0].update(fields)


def deltaker(**fields: Any) -> Callable[[dict[str, Any]], object]:
    """A change of the team's deltaker."""
    return lambda sak: sak["team"][0]["deltakere"][0].update(fields)


HVEM = "sak.team[0].deltakere[0].hvem"
BACKWARDS = {"fra": "2026-02-01", "til": "2026-01-01"}
FAULTS = [
    (lambda sak: sak.pop("innbygger"), "sak.innbygger", 422),
    (lambda sak: sak.update(farge="blå"), "sak.farge", 422),
    (lambda sak: sak.update(tilstand="rar"), "sak.tilstand", 422),
    (person(fodselsdato="2026-02-30"), "sak.innbygger.fodselsdato", 422),
    (number("12856812056"), "sak.innbygger.identer[0].verdi", 422),
    (real, "sak.innbygger.identer[0].verdi", 422),
    (number(OTHER_NUMBER), "sak.innbygger.identer[0].verdi", 409),
    (deltaker(rolle="sjef"), "sak.team[0].deltakere[0].rolle", 422),
    (deltaker(hvem={"rolle": "ingen"}), HVEM, 422),
    (deltaker(hvem={"parorende": "ingen"}), HVEM, 422),
    (team(id="odds-team"), "sak.team[0]", 409),
    (team(gyldighet=BACKWARDS), "sak.team[0].gyldighet", 422),
    (lambda sak: sak["samtykker"][0].update(gittAv=[]), "sak.samtykker[0]", 422),
]


@pytest.mark.parametrize(
    ("make", "place", "status"), FAULTS, ids=[f"{place}-{n}" for n, (_, place, _) in enumerate(FAULTS)]
)
def test_a_refused_write_has_a_place_and_changes_nothing(
    world: House, make: Callable[[dict[str, Any]], object], place: str, status: int
) -> None:
    """Schema, law, references and uniqueness: 4xx with the place, and an unchanged database."""
    before = content(world)
    answer = world.municipality("PUT", SAK, json=change(make), headers={"If-Match": "*"})
    assert answer.status_code == status, answer.json
    places = [found.get("sted") or "" for found in answer.json["funn"]]
    assert any(found.startswith(place) for found in places), places
    assert PERSON_NUMBER not in answer.text
    assert ordinary_number() not in answer.text
    assert content(world) == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, None),
        (b"[]", 400, None),
        (b'{"id": "saken", "id": "saken"}', 400, None),
        (b'{"id": NaN}', 400, None),
        (b'{"id": "\\ud800"}', 400, None),
        (b'{"id": "a\\u0000"}', 400, None),
        (b'{"a":' * 100_000, 400, None),
        (b"\xff\xfe", 400, None),
        (b'{"id": "en-annen"}', 400, "id-differs"),
        (b'{"id": "saken", "navn": "' + b"x" * 10_000_000 + b'"}', 413, None),
    ],
    ids=["cut", "no object", "key twice", "NaN", "surrogate", "NUL", "deep", "no UTF-8", "other id", "10 MB"],
)
def test_a_body_that_is_not_a_json_record_is_refused(
    world: House, body: bytes, status: int, code: str | None
) -> None:
    """Broken, hostile and oversized bodies are 4xx in problem+json, and the database is unchanged."""
    before = content(world)
    answer = world.municipality(
        "PUT", SAK, data=body, content_type="application/json", headers={"If-Match": "*"}
    )
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text[:200]
    assert code in {None, answer.json["funn"][0]["kode"]}
    assert content(world) == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/kommune/v1/planer", 404),
        ("GET", "/kommune/v1/saker/ingen", 404),
        ("DELETE", SAK, 405),
        ("POST", "/kommune/v1/saker", 405),
        ("GET", "/kommune/v1/saker?antall=0", 400),
        ("GET", "/kommune/v1/saker?antall=mange", 400),
        ("GET", "/kommune/v1/saker?sok=x", 400),
        ("GET", "/kommune/v1/endringer?etter=-1", 400),
    ],
)
def test_every_refusal_is_a_problem(world: House, method: str, path: str, status: int) -> None:
    """Unknown addresses, methods and parameters are problem+json with the request id of the log line."""
    answer = world.municipality(method, path, headers={"X-Request-Id": "abc-1"})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["foresporsel"] == "abc-1"
    assert answer.json["funn"][0].keys() >= {"alvor", "kode", "nb", "en"}


def test_another_media_type_is_refused(world: House) -> None:
    """A record that is not sent as JSON is 415."""
    answer = world.municipality("PUT", SAK, data="<sak/>", content_type="text/xml", headers={"If-Match": "*"})
    assert answer.status_code == 415

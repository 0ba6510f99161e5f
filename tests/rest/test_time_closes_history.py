"""Access that ends by time alone closes the history too; no later write opens it again."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.rest.test_consent import TEAM, said, write
from tests.rest.world import CASE, CONSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.rest.conftest import House

LAST_DAY = "2026-03-10"
DAYS = timedelta(days=12)
GOAL = "/fhir/Goal/maalet"
SECRET = b"Gry"
"""The name of a daughter, which a permit to the team shows and a permit to the coordinator hides."""

COORDINATOR = {"id": "r1", "virkning": "tillat", "del": ["koordinator"]}
REST = {"id": "r2", "virkning": "tillat", "del": ["team", "parorende", "mal"], "formal": ["TREAT"]}


def consent(id_: str, *regler: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A samtykke to the hospital."""
    return {**CONSENT, "id": id_, "regler": [copy.deepcopy(regel) for regel in regler], **more}


def case(
    *samtykker: dict[str, Any], team: str = "Ansvarsgruppen", seats: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """The sak with a daughter in the team, a goal, and the hospital's participation, each with its period."""
    sak = copy.deepcopy(CASE)
    sak["parorende"] = [
        {"id": "datter", "aktiv": True, "relasjon": "barn",
         "navn": [{"id": "n1", "bruk": "offisiell", "fornavn": ["Gry"], "etternavn": "Bakkehaug"}]}
    ]  # fmt: skip
    sak["maal"] = [{"id": "maalet", "status": "aktiv", "tekst": "Gå turer med Gry"}]
    sak["team"][0]["navn"] = team
    sak["team"][0]["deltakere"].append(
        {"id": "d2", "rolle": "parorende", "hvem": {"parorende": "datter"}, "bidrag": "Gry handler"}
    )
    for number, gyldighet in enumerate(seats):
        hospital = {"id": "d1", "hvem": {"organisasjon": "sykehuset"}, "gyldighet": gyldighet}
        sak["team"].append({"id": f"team-{number}", "status": "aktiv", "deltakere": [hospital]})
    sak["samtykker"] = list(samtykker)
    return sak


def wide(team: str = "Ansvarsgruppen") -> dict[str, Any]:
    """Both regler, without an end."""
    return case(consent("samtykket", COORDINATOR, REST), team=team)


TO_TEAM = {"mottaker": {"team": "team-0"}}
ENDING, LASTING = {"fra": "2026-01-01", "til": LAST_DAY}, {"fra": "2026-01-01"}
UNTIL: dict[str, Callable[[str], dict[str, Any]]] = {
    "a regel ends": lambda team: case(
        consent("samtykket", COORDINATOR, {**REST, "gyldighet": {"til": LAST_DAY}}), team=team
    ),
    "a samtykke ends": lambda team: case(
        consent("smalt", COORDINATOR), consent("samtykket", REST, gyldighet={"til": LAST_DAY}), team=team
    ),
    "a deny begins": lambda team: case(
        consent("samtykket", COORDINATOR, REST),
        consent(
            "nei",
            {"id": "r3", "virkning": "nekt", "del": ["team", "parorende", "mal"],
             "gyldighet": {"fra": "2026-03-11"}},
        ),
        team=team,
    ),
    "a seat ends": lambda team: case(
        consent("smalt", COORDINATOR), consent("samtykket", REST, **TO_TEAM),
        team=team, seats=[ENDING, LASTING],
    ),
}  # fmt: skip


def histories(world: House) -> bytes:
    """Every past version that the hospital can read of the team, the person and the goal."""
    paths = [TEAM, "/fhir/Patient/torill", GOAL]
    answers = [world.hospital("GET", f"{path}/_history") for path in paths]
    answers += [
        world.hospital("GET", f"{path}/_history/{number}") for path in paths for number in range(1, 9)
    ]
    return b"".join(answer.data for answer in answers if answer.status_code == 200)


@pytest.fixture(params=UNTIL)
def ending(world: House, request: pytest.FixtureRequest) -> Callable[[str], dict[str, Any]]:
    """A sak that the hospital has seen in several versions, and whose access narrows on a day ahead."""
    last = UNTIL[request.param]
    write(world, wide())
    write(world, wide("Teamet"))
    write(world, last("Teamet"))
    write(world, last("Teamet rundt Torill"))
    return last


def test_history_stays_open_until_access_narrows(world: House, ending: object) -> None:
    """The hospital reads every earlier version until the day comes."""
    assert SECRET in histories(world)
    assert world.hospital("GET", f"{TEAM}/_history").json["total"] >= 3
    assert world.hospital("GET", GOAL).status_code == 200


def test_history_closes_without_a_write_when_access_narrows(world: House, ending: object) -> None:
    """After the day the hospital reads only what it has access to now, by version and in history too."""
    world.clock.now += DAYS
    now = world.hospital("GET", TEAM)
    assert [one["id"] for one in now.json["participant"]] == ["d1"]
    assert world.hospital("GET", f"{TEAM}/_history").json["total"] == 1
    assert SECRET not in histories(world)
    for path in (GOAL, f"{GOAL}/_history", f"{GOAL}/_history/1"):
        assert said(world.hospital("GET", path)) == said(
            world.hospital("GET", path.replace("maalet", "aldri"))
        )
    assert SECRET in world.municipality("GET", f"{TEAM}/_history").data


def test_a_later_samtykke_does_not_reopen_the_history(
    world: House, ending: Callable[[str], dict[str, Any]]
) -> None:
    """Writes after the day, and a new samtykke to everything, give new versions and no older ones."""
    world.clock.now += DAYS
    write(world, ending("Et annet navn"))
    assert SECRET not in histories(world)
    write(world, case(consent("nytt", COORDINATOR, REST, gittDato="2026-03-13")))
    seen = world.hospital("GET", f"{TEAM}/_history").json["entry"]
    names = [entry["resource"].get("name") for entry in seen]
    assert names[0] == "Ansvarsgruppen"
    assert set(names[1:]) <= {None}  # the projection with the coordinator alone has no team name
    assert world.hospital("GET", f"{GOAL}/_history").json["total"] == 1


def test_a_postponed_end_does_not_keep_the_history(world: House, ending: object) -> None:
    """The history closes on the original day, though access is prolonged before that day."""
    write(world, wide("Teamet på ny"))
    assert SECRET in histories(world)
    world.clock.now += DAYS
    assert world.hospital("GET", TEAM).json["name"] == "Teamet på ny"
    names = [entry["resource"]["name"] for entry in world.hospital("GET", f"{TEAM}/_history").json["entry"]]
    assert names == ["Teamet på ny"]


@pytest.mark.parametrize(
    "expiring",
    [
        case(consent("samtykket", COORDINATOR, REST, gyldighet={"til": LAST_DAY})),
        case(consent("samtykket", COORDINATOR, REST, **TO_TEAM), seats=[ENDING]),
        case(consent("samtykket", COORDINATOR, REST), seats=[ENDING]),
    ],
    ids=["samtykke", "seat", "participation"],
)
def test_a_new_samtykke_after_the_old_one_ran_out_starts_an_empty_history(
    world: House, expiring: dict[str, Any]
) -> None:
    """The versions that the hospital saw before stay closed under a new samtykke."""
    write(world, wide())
    write(world, wide("Teamet"))
    write(world, expiring)
    world.clock.now += DAYS
    assert world.hospital("GET", TEAM).status_code == 404
    again = copy.deepcopy(expiring)
    again["samtykker"].append(consent("nytt", COORDINATOR, gittDato="2026-03-13"))
    write(world, again)
    assert world.hospital("GET", f"{TEAM}/_history").json["total"] == 1
    assert SECRET not in histories(world)


def test_a_deletion_is_410_until_access_ends_and_then_404(world: House) -> None:
    """A deleted resource is 410 until the day, then 404 as an unknown one."""
    last = UNTIL["a regel ends"]("Teamet")
    write(world, last)
    without = copy.deepcopy(last)
    without["maal"] = []
    write(world, without)
    assert world.hospital("GET", GOAL).status_code == 410
    world.clock.now += DAYS
    assert said(world.hospital("GET", GOAL)) == said(world.hospital("GET", "/fhir/Goal/aldri"))

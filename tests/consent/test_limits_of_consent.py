"""What no consent opens, and what no change of other things lifts."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.consent.decision import explain
from adapter.consent.lens import lenses
from adapter.consent.permits import Held
from adapter.consent.visible import visible
from adapter.fhir.dates import interval
from adapter.record.parts import parts
from adapter.record.windows import NEVER, Window
from tests.consent.test_read_table import CHILD, NOW, SYKEHUS, judge, regel, sak, samtykke

MOTHER: dict[str, Any] = {"gittAv": [{"parorende": "mor"}]}
ALL = regel("team", emner=["alle"])
SEAT = {"id": "d3", "hvem": {"organisasjon": "sykehus"}, "gyldighet": {"til": "2026-04-01"}}


def child(*samtykker: dict[str, Any], emner: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """The sak of a child whose mother decides."""
    return sak(*samtykker, innbygger=CHILD, emner=list(emner), **more)


@pytest.mark.parametrize(
    ("emner", "regler", "seen"),
    [
        ((), (ALL,), True),
        (("barnevern",), (ALL,), True),
        (("ikke-foreldre",), (ALL,), False),
        (("ikke-foreldre",), (regel("team", emner=["ikke-foreldre"]),), False),
        (("barnevern", "ikke-foreldre"), (ALL,), False),
    ],
)
def test_a_parent_gives_nobody_what_is_kept_from_parents(
    emner: tuple[str, ...], regler: tuple[dict[str, Any], ...], seen: bool
) -> None:
    """``alle`` from a parent is all but that, and to name it gives nothing (pbrl § 3-4)."""
    record = child(samtykke(*regler, **MOTHER), emner=emner)
    assert (judge(record, SYKEHUS, "team")[0] == "whole") is seen


def test_the_person_may_give_it() -> None:
    """Grown, the person decides about all of it."""
    record = sak(samtykke(ALL), emner=["ikke-foreldre"])
    assert judge(record, SYKEHUS, "team") == ("whole", "permitted")


def test_a_parent_is_not_told_that_something_is_kept_from_parents() -> None:
    """A regel that names the topic is not in the samtykke a parent reads."""
    record = child(samtykke(ALL, regel("team", virkning="nekt", emner=["ikke-foreldre"]), **MOTHER))
    (lens,) = [one for one in lenses(record, lambda _: None, NOW) if one.recipient == "parorende/mor"]
    (shown,) = (visible(record, lens, NOW) or {})["samtykker"]
    assert [one["id"] for one in shown["regler"]] == ["regel-0"]


def test_a_childs_name_beside_its_parents_is_no_consent_of_its_own() -> None:
    """Who could not consent when it was given has not, and does not begin to at 16 (pbrl § 4-3)."""
    both = samtykke(ALL, gittAv=[{"parorende": "mor"}, {"innbygger": "kari"}])
    record = child(both)
    assert judge(record, SYKEHUS, "team")[0] == "whole"
    assert judge(record, SYKEHUS, "team", at=interval("2031-01-01").low)[0] == "nothing"


@pytest.mark.parametrize("given", ["2024-01-01", "2026-05-01"])
def test_a_deny_outlives_the_participation_of_whom_it_denies(given: str) -> None:
    """To leave the team ends what was permitted, and not what was denied."""
    no = samtykke(regel("team", virkning="nekt"), gittDato="2024-01-01")
    record = sak({**no, "id": "nei"}, samtykke(ALL, gittDato=given))
    record["team"][0]["deltakere"].append(SEAT)
    assert judge(record, SYKEHUS, "team")[0] == "nothing"


@pytest.mark.parametrize(
    ("window", "seen"), [(Window(), True), (Window(None, interval("2026-05-01").low), False)]
)
def test_a_rolle_is_its_ansatt_while_it_is_held(window: Window, seen: bool) -> None:
    """A permit to a rolle ends when the rolle does."""
    record = sak(samtykke(ALL, mottaker={"rolle": "r1"}))
    (part,) = [one for one in parts("sak", record) if one.kind == "team"]
    holders = {"r1": Held("a1", window)}.get
    assert (explain(record, part, "ansatt/a1", "TREAT", NOW, holders).extent == "whole") is seen


PLAN = {
    "id": "plan",
    "plantype": "individuell-plan",
    "status": "trukket",
    "avslutning": {"grunn": "eget-onske"},
}
TO_PLAN = {"id": "til-plan", "type": "plan", "tilstand": "inaktiv"}


@pytest.mark.parametrize(
    ("consents", "seen"),
    [
        ([{**TO_PLAN, "tilstand": "aktiv"}], True),
        ([TO_PLAN], True),
        ([{**TO_PLAN, "tilbaketrekking": {"dato": "2026-03-01", "omfang": "helt"}}], False),
        (
            [
                {**TO_PLAN, "tilbaketrekking": {"dato": "2026-03-01", "omfang": "helt"}},
                {**TO_PLAN, "id": "nytt", "tilstand": "aktiv"},
            ],
            True,
        ),
        (
            [
                {
                    **TO_PLAN,
                    "gjelderPlaner": ["annen"],
                    "tilbaketrekking": {"dato": "2026-03-01", "omfang": "helt"},
                }
            ],
            True,
        ),
    ],
    ids=["given", "run out", "withdrawn", "given again", "withdrawn from another plan"],
)
def test_a_plan_without_consent_is_shut_whatever_it_says_it_ended_by(
    consents: list[dict[str, Any]], seen: bool
) -> None:
    """Withdrawal closes the plan to everybody it was shared with, also one that had already ended."""
    record = sak(samtykke(regel("plan")), *consents, planer=[PLAN])
    assert (judge(record, SYKEHUS, "plan")[0] == "whole") is seen


def test_who_may_see_the_team_and_not_who_coordinates_sees_the_others() -> None:
    """A deny wins over a permit that is wider."""
    record = sak(samtykke(ALL, regel("koordinator", virkning="nekt")))
    (lens,) = [
        one
        for one in lenses(record, lambda _: None, NOW)
        if (one.recipient, one.purpose) == (SYKEHUS, "TREAT")
    ]
    (team,) = (visible(record, lens, NOW) or {})["team"]
    assert [one["rolle"] for one in team["deltakere"]] == []
    assert judge(record, SYKEHUS, "team") == ("participants", "permitted")
    record["team"][0]["deltakere"].append(
        {"id": "d3", "rolle": "fastlege", "hvem": {"organisasjon": "legene"}}
    )
    (team,) = (visible(record, lens, NOW) or {})["team"]
    assert [one["rolle"] for one in team["deltakere"]] == ["fastlege"]


@pytest.mark.parametrize(("who", "seen"), [("mor", "whole"), ("far", "nothing")])
def test_a_parorende_who_is_permitted_something_sees_herself(who: str, seen: str) -> None:
    """Not being shown to herself would take her out of the plan she reads; the others around are not hers."""
    record = sak(samtykke(regel("plan"), til="x", mottaker={"parorende": "mor"}))
    assert judge(record, "parorende/mor", who)[0] == seen
    assert judge(record, "parorende/far", "far")[0] == "nothing"


@pytest.mark.parametrize("window", [Window(), NEVER])
def test_a_deny_to_a_rolle_reaches_its_ansatt_held_or_not(window: Window) -> None:
    """Giving up a rolle, or being given it again, lifts no deny."""
    no = samtykke(regel("team", virkning="nekt"), mottaker={"rolle": "r1"}) | {"id": "nei"}
    record = sak(no, samtykke(ALL, mottaker={"ansatt": "a1"}))
    (part,) = [one for one in parts("sak", record) if one.kind == "team"]
    assert (
        explain(record, part, "ansatt/a1", "TREAT", NOW, {"r1": Held("a1", window)}.get).extent == "nothing"
    )


@pytest.mark.parametrize("status", ["aktiv", "inaktiv"])
def test_a_deny_to_a_team_outlives_the_participation(status: str) -> None:
    """Who leaves the team, or whose team is closed, is denied still."""
    no = samtykke(regel("team", virkning="nekt"), gittDato="2024-01-01", mottaker={"team": "gamle"}) | {
        "id": "nei"
    }
    record = sak(no, samtykke(ALL, gittDato="2026-05-01"))
    record["team"].append({"id": "gamle", "status": status, "deltakere": [SEAT]})
    assert judge(record, SYKEHUS, "team")[0] == "nothing"


@pytest.mark.parametrize(
    ("given", "later", "seen"),
    [
        ("2024-01-01", {"fra": "2027-06-01"}, "nothing"),
        ("2024-01-01", {"fra": "2026-05-01"}, "nothing"),
        ("2024-01-01", {"fra": "2026-04-01"}, "whole"),
        ("2024-01-01", {"fra": "2026-04-02"}, "whole"),
        ("2026-05-02", {"fra": "2026-05-01"}, "whole"),
    ],
    ids=["ahead", "after a gap", "the same day", "the next day", "given since"],
)
def test_who_begins_again_is_permitted_anew(given: str, later: dict[str, str], seen: str) -> None:
    """What was permitted before a participation ended does not come back with another one."""
    record = sak(samtykke(ALL, gittDato=given))
    record["team"][0]["deltakere"] += [SEAT, {**SEAT, "id": "d4", "gyldighet": later}]
    assert judge(record, SYKEHUS, "team")[0] == seen


def test_who_is_denied_all_that_was_permitted_is_told_of_nobody() -> None:
    """Not even whom the sak is about, nor of the samtykke."""
    record = sak(samtykke(regel("plan"), regel("plan", virkning="nekt")))
    assert judge(record, SYKEHUS, "kari")[0] == "nothing"
    assert judge(record, SYKEHUS, "samtykke-sykehus")[0] == "nothing"
    record = sak(samtykke(regel("plan", "team"), regel("plan", virkning="nekt")))
    assert judge(record, SYKEHUS, "kari")[0] == "minimal"

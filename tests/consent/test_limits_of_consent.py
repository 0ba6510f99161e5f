"""The limits of consent: parts no permit opens, and changes that do not revive a permit or lift a deny."""

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
    """The sak of a child whose mother decides for her."""
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
def test_a_parent_cannot_permit_the_emne_ikke_foreldre(
    emner: tuple[str, ...], regler: tuple[dict[str, Any], ...], seen: bool
) -> None:
    """A samtykke from a parent opens no part with emne ``ikke-foreldre`` (pbrl § 3-4)."""
    record = child(samtykke(*regler, **MOTHER), emner=emner)
    assert (judge(record, SYKEHUS, "team")[0] == "whole") is seen


def test_the_person_can_permit_the_emne_ikke_foreldre() -> None:
    """An adult person permits parts of every emne."""
    record = sak(samtykke(ALL), emner=["ikke-foreldre"])
    assert judge(record, SYKEHUS, "team") == ("whole", "permitted")


def test_a_parent_sees_no_regel_about_ikke_foreldre() -> None:
    """A samtykke shown to a parent is without the rules that name ikke-foreldre."""
    record = child(samtykke(ALL, regel("team", virkning="nekt", emner=["ikke-foreldre"]), **MOTHER))
    (lens,) = [one for one in lenses(record, lambda _: None, NOW) if one.recipient == "parorende/mor"]
    (shown,) = (visible(record, lens, NOW) or {})["samtykker"]
    assert [one["id"] for one in shown["regler"]] == ["regel-0"]


def test_a_child_giver_does_not_become_competent_at_16() -> None:
    """A giver that was not competent on the date of the samtykke never is (pbrl § 4-3)."""
    both = samtykke(ALL, gittAv=[{"parorende": "mor"}, {"innbygger": "kari"}])
    record = child(both)
    assert judge(record, SYKEHUS, "team")[0] == "whole"
    assert judge(record, SYKEHUS, "team", at=interval("2031-01-01").low)[0] == "nothing"


@pytest.mark.parametrize("given", ["2024-01-01", "2026-05-01"])
def test_a_deny_continues_after_the_participation_of_its_recipient(given: str) -> None:
    """Leaving the team ends the permits of the recipient, and not its denies."""
    no = samtykke(regel("team", virkning="nekt"), gittDato="2024-01-01")
    record = sak({**no, "id": "nei"}, samtykke(ALL, gittDato=given))
    record["team"][0]["deltakere"].append(SEAT)
    assert judge(record, SYKEHUS, "team")[0] == "nothing"


@pytest.mark.parametrize(
    ("window", "seen"), [(Window(), True), (Window(None, interval("2026-05-01").low), False)]
)
def test_a_permit_to_a_rolle_ends_with_the_rolle(window: Window, seen: bool) -> None:
    """A permit to a rolle reaches its ansatt only while the rolle is held."""
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
def test_a_plan_is_closed_to_recipients_when_its_consent_is_withdrawn(
    consents: list[dict[str, Any]], seen: bool
) -> None:
    """Withdrawing the consent to a plan closes it to every recipient, also a plan that had already ended."""
    record = sak(samtykke(regel("plan")), *consents, planer=[PLAN])
    assert (judge(record, SYKEHUS, "plan")[0] == "whole") is seen


def test_a_deny_of_koordinator_hides_the_coordinators_of_a_permitted_team() -> None:
    """A deny of del koordinator wins over a permit of the whole team: the other participants are shown."""
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
def test_a_parorende_with_any_permit_sees_herself_and_no_other_parorende(who: str, seen: str) -> None:
    """Any permit shows a parorende her own part; the parts of other parorende stay hidden."""
    record = sak(samtykke(regel("plan"), til="x", mottaker={"parorende": "mor"}))
    assert judge(record, "parorende/mor", who)[0] == seen
    assert judge(record, "parorende/far", "far")[0] == "nothing"


@pytest.mark.parametrize("window", [Window(), NEVER])
def test_a_deny_to_a_rolle_applies_to_its_ansatt_also_after_the_rolle(window: Window) -> None:
    """A deny to a rolle does not end with the rolle."""
    no = samtykke(regel("team", virkning="nekt"), mottaker={"rolle": "r1"}) | {"id": "nei"}
    record = sak(no, samtykke(ALL, mottaker={"ansatt": "a1"}))
    (part,) = [one for one in parts("sak", record) if one.kind == "team"]
    assert (
        explain(record, part, "ansatt/a1", "TREAT", NOW, {"r1": Held("a1", window)}.get).extent == "nothing"
    )


@pytest.mark.parametrize("status", ["aktiv", "inaktiv"])
def test_a_deny_to_a_team_applies_after_participation_or_a_closed_team(status: str) -> None:
    """A deny to a team does not end with the participation, nor with the team."""
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
def test_a_new_participation_does_not_revive_an_old_permit(
    given: str, later: dict[str, str], seen: str
) -> None:
    """A permit given before a participation ended ends with it; a later one needs a new samtykke."""
    record = sak(samtykke(ALL, gittDato=given))
    record["team"][0]["deltakere"] += [SEAT, {**SEAT, "id": "d4", "gyldighet": later}]
    assert judge(record, SYKEHUS, "team")[0] == seen


def test_the_person_is_hidden_from_a_recipient_whose_denies_cover_its_permits() -> None:
    """A recipient whose denies cover all its permits sees neither the person nor the samtykke."""
    record = sak(samtykke(regel("plan"), regel("plan", virkning="nekt")))
    assert judge(record, SYKEHUS, "kari")[0] == "nothing"
    assert judge(record, SYKEHUS, "samtykke-sykehus")[0] == "nothing"
    record = sak(samtykke(regel("plan", "team"), regel("plan", virkning="nekt")))
    assert judge(record, SYKEHUS, "kari")[0] == "minimal"

"""The read table, row by row: the extent in which a recipient sees a part, and the rule of the decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.consent.decision import Extent, explain
from adapter.consent.lens import lenses
from adapter.consent.permits import Held
from adapter.consent.visible import visible
from adapter.record.parts import parts

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SYKEHUS, SKOLE = "organisasjon/sykehus", "organisasjon/skole"


def regel(*deler: str, virkning: str = "tillat", **more: Any) -> dict[str, Any]:
    """One regel of a samtykke."""
    return {"id": "regel", "virkning": virkning, "del": list(deler), **more}


def samtykke(*regler: dict[str, Any], til: str = "sykehus", **more: Any) -> dict[str, Any]:
    """An active samtykke to one organisasjon, given by the person."""
    return {
        "id": f"samtykke-{til}",
        "tilstand": "aktiv",
        "type": "opplysningsutveksling",
        "gittDato": "2026-01-10",
        "gittAv": [{"innbygger": "kari"}],
        "mottaker": {"organisasjon": til},
        "regler": [{**each, "id": f"regel-{number}"} for number, each in enumerate(regler)],
        **more,
    }


def sak(*samtykker: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A sak with a person, a mother, a team with a coordinator, and the samtykker given."""
    return {
        "id": "sak",
        "tilstand": "aktiv",
        "innbygger": {"id": "kari", "navn": [], "fodselsdato": "1956-05-28", **more.pop("innbygger", {})},
        "parorende": [
            {"id": "mor", "aktiv": True, "relasjon": "mor", "foreldreansvar": "felles", "navn": []},
            {"id": "far", "aktiv": True, "relasjon": "far", "foreldreansvar": "mor", "navn": []},
            {
                "id": "verge",
                "aktiv": True,
                "navn": [],
                "verge": {"type": "voksen", "mandat": ["oekonomiskeInteresser"], "personligOmrade": False},
            },
        ],
        "team": [
            {
                "id": "team",
                "status": "aktiv",
                "emner": more.pop("emner", []),
                "deltakere": [
                    {"id": "d1", "rolle": "koordinator", "hvem": {"rolle": "rolle-1"}},
                    {"id": "d2", "rolle": "parorende", "hvem": {"parorende": "mor"}},
                ],
            }
        ],
        "samtykker": list(samtykker),
        **more,
    }


def judge(
    record: dict[str, Any], recipient: str, part_id: str, *, purpose: str = "TREAT", at: datetime = NOW
) -> tuple[str, str]:
    """The extent and the rule of one decision."""
    part = next(part for part in parts("sak", record) if part.id == part_id)
    decision = explain(record, part, recipient, purpose, at, {"rolle-1": Held("ansatt-1")}.get)
    return str(decision.extent), decision.rule


CHILD = {"fodselsdato": "2014-03-03"}
ROWS = [
    # the municipality, the person, parents and representatives
    ("the municipality's system sees everything", sak(), "kommune", "mor", ("whole", "municipality")),
    ("the person sees the whole sak", sak(), "innbygger/kari", "mor", ("whole", "person")),
    (
        "the person under 16 does not yet",
        sak(innbygger=CHILD),
        "innbygger/kari",
        "team",
        ("nothing", "no-permit"),
    ),
    (
        "a parent with foreldreansvar sees a child's sak",
        sak(innbygger=CHILD),
        "parorende/mor",
        "team",
        ("whole", "parent"),
    ),
    (
        "a parent without foreldreansvar does not",
        sak(innbygger=CHILD),
        "parorende/far",
        "team",
        ("nothing", "no-permit"),
    ),
    ("a parent of a grown person does not", sak(), "parorende/mor", "team", ("nothing", "no-permit")),
    (
        "a parent does not see ikke-foreldre",
        sak(innbygger=CHILD, emner=["ikke-foreldre"]),
        "parorende/mor",
        "team",
        ("nothing", "parents-excluded"),
    ),
    ("a verge has to wait", sak(), "parorende/verge", "team", ("nothing", "representative-not-yet")),
    # organisations by permit
    ("nobody without a permit", sak(), SYKEHUS, "team", ("nothing", "no-permit")),
    ("del team opens the team", sak(samtykke(regel("team"))), SYKEHUS, "team", ("whole", "permitted")),
    (
        "del koordinator opens those who coordinate",
        sak(samtykke(regel("koordinator"))),
        SYKEHUS,
        "team",
        ("coordination", "permitted"),
    ),
    (
        "any permit opens a minimal person",
        sak(samtykke(regel("koordinator"))),
        SYKEHUS,
        "kari",
        ("minimal", "permitted"),
    ),
    (
        "del person opens the rest of the person",
        sak(samtykke(regel("person"))),
        SYKEHUS,
        "kari",
        ("whole", "permitted"),
    ),
    (
        "a del not named stays shut",
        sak(samtykke(regel("team"))),
        SYKEHUS,
        "mor",
        ("nothing", "del-not-permitted"),
    ),
    ("a permit names one recipient", sak(samtykke(regel("team"))), SKOLE, "team", ("nothing", "no-permit")),
    # topics
    (
        "a topic must be permitted",
        sak(samtykke(regel("team")), emner=["barnevern"]),
        SYKEHUS,
        "team",
        ("nothing", "emne-not-permitted"),
    ),
    (
        "every topic must be",
        sak(samtykke(regel("team", emner=["barnevern"])), emner=["barnevern", "skole-ppt"]),
        SYKEHUS,
        "team",
        ("nothing", "emne-not-permitted"),
    ),
    (
        "a permitted topic opens",
        sak(samtykke(regel("team", emner=["barnevern"])), emner=["barnevern"]),
        SYKEHUS,
        "team",
        ("whole", "permitted"),
    ),
    (
        "alle is every topic",
        sak(samtykke(regel("team", emner=["alle"])), emner=["barnevern"]),
        SYKEHUS,
        "team",
        ("whole", "permitted"),
    ),
    # denies
    (
        "a deny wins over a permit of the same samtykke",
        sak(samtykke(regel("team"), regel("team", virkning="nekt"))),
        SYKEHUS,
        "team",
        ("nothing", "denied"),
    ),
    (
        "a deny wins over another samtykke's permit",
        sak(samtykke(regel("team")), samtykke(regel(virkning="nekt"), id="nei")),
        SYKEHUS,
        "team",
        ("nothing", "denied"),
    ),
    (
        "a deny of a topic leaves the rest",
        sak(samtykke(regel("team", emner=["alle"]), regel(virkning="nekt", emner=["barnevern"]))),
        SYKEHUS,
        "team",
        ("whole", "permitted"),
    ),
    (
        "a deny of a topic shuts that topic",
        sak(
            samtykke(regel("team", emner=["alle"]), regel(virkning="nekt", emner=["barnevern"])),
            emner=["barnevern"],
        ),
        SYKEHUS,
        "team",
        ("nothing", "denied"),
    ),
    # the samtykke's own standing
    (
        "only a samtykke that is aktiv",
        sak(samtykke(regel("team"), tilstand="inaktiv")),
        SYKEHUS,
        "team",
        ("nothing", "no-permit"),
    ),
    (
        "only types that share",
        sak(samtykke(regel("team"), type="plan")),
        SYKEHUS,
        "team",
        ("nothing", "no-permit"),
    ),
    (
        "an opaque Consent opens nothing",
        sak(samtykke(regel("team"), ugjennomsiktig=True)),
        SYKEHUS,
        "team",
        ("nothing", "no-permit"),
    ),
    ("nobody gave it", sak(samtykke(regel("team"), gittAv=[])), SYKEHUS, "team", ("nothing", "no-permit")),
    (
        "a mother cannot consent for a grown person",
        sak(samtykke(regel("team"), gittAv=[{"parorende": "mor"}])),
        SYKEHUS,
        "team",
        ("nothing", "no-permit"),
    ),
    (
        "a mother can for her child",
        sak(samtykke(regel("team"), gittAv=[{"parorende": "mor"}]), innbygger=CHILD),
        SYKEHUS,
        "team",
        ("whole", "permitted"),
    ),
    (
        "a verge for money matters cannot",
        sak(samtykke(regel("team"), gittAv=[{"parorende": "verge"}])),
        SYKEHUS,
        "team",
        ("nothing", "no-permit"),
    ),
    (
        "not before it begins",
        sak(samtykke(regel("team"), gyldighet={"fra": "2026-07-01"})),
        SYKEHUS,
        "team",
        ("nothing", "no-permit"),
    ),
    (
        "to the end of its last day",
        sak(samtykke(regel("team"), gyldighet={"til": "2026-06-01"})),
        SYKEHUS,
        "team",
        ("whole", "permitted"),
    ),
    (
        "not after it",
        sak(samtykke(regel("team"), gyldighet={"til": "2026-05-31"})),
        SYKEHUS,
        "team",
        ("nothing", "no-permit"),
    ),
    (
        "not for the dead",
        sak(samtykke(regel("team")), innbygger={"dodsdato": "2026-05-01"}),
        SYKEHUS,
        "team",
        ("nothing", "no-permit"),
    ),
    (
        "nothing of a wrong person's sak",
        sak(samtykke(regel("team")), tilstand="feilregistrert"),
        SYKEHUS,
        "team",
        ("nothing", "no-permit"),
    ),
    # plans
    (
        "del plan opens a plan",
        sak(samtykke(regel("plan")), planer=[{"id": "plan", "status": "aktiv"}]),
        SYKEHUS,
        "plan",
        ("whole", "permitted"),
    ),
    (
        "a draft is not shown",
        sak(samtykke(regel("plan")), planer=[{"id": "plan", "status": "utkast"}]),
        SYKEHUS,
        "plan",
        ("nothing", "draft"),
    ),
    (
        "but to its writer",
        sak(
            samtykke(regel("plan")),
            planer=[{"id": "plan", "status": "utkast", "eier": {"organisasjon": "sykehus"}}],
        ),
        SYKEHUS,
        "plan",
        ("whole", "permitted"),
    ),
    (
        "the person sees a draft",
        sak(planer=[{"id": "plan", "status": "utkast"}]),
        "innbygger/kari",
        "plan",
        ("whole", "person"),
    ),
    (
        "a plan without consent to it is shown to none",
        sak(
            samtykke(regel("plan")),
            planer=[{"id": "plan", "status": "trukket", "avslutning": {"grunn": "samtykke-trukket"}}],
        ),
        SYKEHUS,
        "plan",
        ("nothing", "plan-consent-withdrawn"),
    ),
    (
        "del mal opens goals, del plan does not",
        sak(samtykke(regel("plan")), maal=[{"id": "maal", "tekst": "Gå selv"}]),
        SYKEHUS,
        "maal",
        ("nothing", "del-not-permitted"),
    ),
    # samtykker themselves
    (
        "a samtykke is shown to the one it names",
        sak(samtykke(regel("koordinator"))),
        SYKEHUS,
        "samtykke-sykehus",
        ("whole", "permitted"),
    ),
    (
        "and to no other",
        sak(samtykke(regel("koordinator")), samtykke(regel("team"), til="skole")),
        SYKEHUS,
        "samtykke-skole",
        ("nothing", "names-another-recipient"),
    ),
]


@pytest.mark.parametrize(
    ("rule", "record", "recipient", "part_id", "expected"), ROWS, ids=[row[0] for row in ROWS]
)
def test_the_first_row_of_the_read_table_that_fits_decides(
    rule: str, record: dict[str, Any], recipient: str, part_id: str, expected: tuple[str, str]
) -> None:
    """The decision names the first row that fits, or the step that refused."""
    assert judge(record, recipient, part_id) == expected


def test_a_permit_opens_only_its_own_formal() -> None:
    """A permit for treatment opens nothing for research."""
    record = sak(samtykke(regel("team", formal=["TREAT"])))
    assert judge(record, SYKEHUS, "team", purpose="HRESCH") == ("nothing", "no-permit")


def test_a_deny_without_formal_holds_for_every_formal() -> None:
    """A deny without formål applies to every formål."""
    record = sak(samtykke(regel("team", formal=["HRESCH"]), regel("team", virkning="nekt")))
    assert judge(record, SYKEHUS, "team", purpose="HRESCH") == ("nothing", "denied")


def test_the_lens_of_a_parent_ends_on_the_sixteenth_birthday() -> None:
    """The lens of the parent ends at midnight without a write, and that of the person begins."""
    record = sak(innbygger={"fodselsdato": "2010-06-02"})
    midnight = datetime(2026, 6, 1, 22, tzinfo=UTC)
    assert judge(record, "parorende/mor", "team", at=NOW)[0] == Extent.WHOLE
    assert judge(record, "parorende/mor", "team", at=midnight)[0] == Extent.NOTHING
    assert judge(record, "innbygger/kari", "team", at=midnight)[0] == Extent.WHOLE


def test_a_samtykke_to_a_team_opens_for_its_participants_while_they_participate() -> None:
    """A samtykke to a team reaches each deltaker in the window of its participation."""
    record = sak({**samtykke(regel("team")), "mottaker": {"team": "team"}})
    record["team"][0]["deltakere"].append(
        {"id": "d3", "hvem": {"organisasjon": "sykehus"}, "gyldighet": {"fra": "2026-07-01"}}
    )
    assert judge(record, "ansatt/ansatt-1", "team") == ("whole", "permitted")
    assert judge(record, SYKEHUS, "team") == ("nothing", "no-permit")
    assert judge(record, SYKEHUS, "team", at=datetime(2026, 7, 2, tzinfo=UTC)) == ("whole", "permitted")


@pytest.mark.parametrize(("given", "extent"), [("2026-01-10", "nothing"), ("2026-05-10", "whole")])
def test_a_permit_ends_with_participation_unless_given_afterwards(given: str, extent: str) -> None:
    """A permit given before the participation ended ends with it; a samtykke given afterwards applies."""
    record = sak({**samtykke(regel("team")), "gittDato": given})
    record["team"][0]["deltakere"].append(
        {"id": "d3", "hvem": {"organisasjon": "sykehus"}, "gyldighet": {"til": "2026-04-30"}}
    )
    assert judge(record, SYKEHUS, "team")[0] == extent


def test_a_recipient_sees_its_samtykke_with_recipient_and_without_denies() -> None:
    """A samtykke shown to its recipient keeps mottaker, even a hidden parorende, and loses its denies."""
    to_mother = {
        **samtykke(regel("koordinator"), regel("team", virkning="nekt")),
        "mottaker": {"parorende": "mor"},
    }
    lens = next(
        one
        for one in lenses(sak(to_mother), {"rolle-1": Held("ansatt-1")}.get, NOW)
        if one.recipient == "parorende/mor"
    )
    seen = visible(sak(to_mother), lens, NOW)
    assert seen is not None
    (shown,) = seen["samtykker"]
    assert shown["mottaker"] == {"parorende": "mor"}
    assert [one["virkning"] for one in shown["regler"]] == ["tillat"]


def test_a_proposed_or_erroneous_team_does_not_prolong_a_permit() -> None:
    """A seat in a proposed or erroneous team is no participation, so the permit ends with the real one."""
    record = sak(samtykke(regel("person"), type="deltaker"))
    left = {"id": "d3", "hvem": {"organisasjon": "sykehus"}, "gyldighet": {"til": "2026-04-01"}}
    record["team"][0]["deltakere"].append(left)
    for status in ("feilregistrert", "foreslatt"):
        other = {
            "id": "t2",
            "status": status,
            "deltakere": [{"id": "d1", "hvem": {"organisasjon": "sykehus"}}],
        }
        record["team"] = [record["team"][0], other]
        assert judge(record, SYKEHUS, "kari") == ("nothing", "no-permit")

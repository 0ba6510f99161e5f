"""The rules of law: for each rule a change that breaks it, and a neighbouring change that does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from adapter.errors import Message, Severity
from adapter.record import schema
from adapter.record.rules import consent, coordination, planning
from adapter.record.rules.violation import HOL, HPL, PBRL, SPHL, VGML
from tests.record.given import CHILD_BORN, TODAY, bent, sak
from tests.record.given import broken as broken_rules

PLAN = {"id": "p1", "plantype": "individuell-plan", "status": "aktiv", "nesteEvaluering": "2026-06"}
DRAFT = {**PLAN, "id": "p2", "status": "utkast"}
CONSENT = {
    "id": "til-planen",
    "tilstand": "aktiv",
    "type": "plan",
    "gittDato": "2026-01-10",
    "gittAv": [{"innbygger": "torill"}],
}
STANDING = {"planer": [PLAN], "samtykker.+": CONSENT}
NEW = {"id": "d9", "rolle": "koordinator", "hvem": {"rolle": "r9"}}
HANDED_OVER = {
    "team.0.deltakere.0.gyldighet.til": "2026-03-01",
    "team.0.deltakere.+": {**NEW, "gyldighet": {"fra": "2026-03-01"}},
}
OTHERS = [
    {"id": "d2", "rolle": "koordinerende-enhet", "hvem": {"organisasjon": "ke"}},
    {"id": "d3", "rolle": "koordinator-hf", "hvem": {"ansatt": "a1"}},
]
GOAL = {"id": "m1", "status": "aktiv", "tekst": "Gå", "uttryktAv": {"parorende": "vergen"}}


@dataclass(frozen=True)
class Rule:
    """One rule.

    Args:
        law: the paragraph it is of.
        message: what is told.
        place: where.
        breaks: the change that breaks it.
        keeps: the neighbouring change that does not.
        stands: what the sak has before either.
    """

    law: str
    message: Message
    place: str
    breaks: dict[str, Any]
    keeps: dict[str, Any]
    stands: dict[str, Any] = field(default_factory=dict)


LAW = (
    Rule(  # one plan for one person
        f"{HOL}/§7-1",
        planning.TWO_PLANS,
        "planer[1].status",
        {"planer.1.status": "pa-vent"},
        {"planer.1.status": "aktiv", "planer.0.status": "fullfort"},
        {**STANDING, "planer": [PLAN, DRAFT]},
    ),
    Rule(  # no plan without consent
        f"{PBRL}/§2-5",
        planning.NO_PLAN_CONSENT,
        "planer[0].status",
        {"planer": [PLAN]},
        {"planer": [PLAN], "samtykker.+": CONSENT},
    ),
    Rule(  # only a consent to the plan refers to a plan
        f"{PBRL}/§2-5",
        consent.ABOUT_PLAN,
        "samtykker[1].gjelderPlaner",
        {"samtykker.+": {**CONSENT, "type": "kontakt-parorende", "gjelderPlaner": ["p2"]}},
        {"samtykker.+": {**CONSENT, "gjelderPlaner": ["p2"]}},
        {"planer": [DRAFT]},
    ),
    Rule(  # a plan gives no right to a service, and orders none
        f"{PBRL}/§2-5",
        planning.NOT_A_PLAN,
        "planer[0].hensikt",
        {"planer": [{**DRAFT, "hensikt": "bestilling"}]},
        {"planer": [{**DRAFT, "hensikt": "bestilling", "plantype": "delplan-behandling"}]},
    ),
    Rule(  # one coordinator in the municipality
        f"{HOL}/§7-2",
        coordination.TWO_COORDINATORS,
        "team[0].deltakere[3]",
        {"team.0.deltakere.+": NEW},
        HANDED_OVER,
    ),
    Rule(  # one in the hospital trust
        f"{SPHL}/§2-5a",
        coordination.TWO_HOSPITAL_COORDINATORS,
        "team[0].deltakere[3]",
        {"team.0.deltakere.+": {**NEW, "rolle": "koordinator-hf"}},
        {"team.+": {"id": "team-2", "deltakere": [{**NEW, "rolle": "koordinator-hf"}]}},
    ),
    Rule(  # a child coordinator excludes another coordinator
        f"{HOL}/§7-2a",
        coordination.COORDINATOR_AND_CHILD,
        "team[0].deltakere[3]",
        {"team.0.deltakere.+": {**NEW, "rolle": "barnekoordinator"}},
        {"team.0.deltakere.0.rolle": "barnekoordinator"},
        {"innbygger.fodselsdato": CHILD_BORN, "samtykker": []},
    ),
    Rule(  # a child coordinator is for a child, born or expected
        f"{PBRL}/§2-5c",
        coordination.NOT_A_CHILD,
        "team[0].deltakere[0].rolle",
        {"team.0.deltakere.0.rolle": "barnekoordinator"},
        {"team.0.deltakere.0.rolle": "barnekoordinator", "innbygger.venterBarn": {"termin": "2026-09"}},
    ),
    Rule(  # consent is given by one who can
        f"{PBRL}/§4-4",
        consent.NOT_COMPETENT,
        "samtykker[0].gittAv",
        {"samtykker.0.gittAv": [{"parorende": "mora"}]},
        {"samtykker.0.gittAv": [{"parorende": "vergen"}]},
    ),
    Rule(  # a verge acts within the mandate
        f"{VGML}/§21",
        planning.NOT_TO_EXPRESS,
        "maal[0].uttryktAv",
        {"maal": [GOAL], "parorende.1.verge.personligOmrade": False},
        {"maal": [GOAL]},
    ),
    Rule(  # a consent to sharing has a recipient
        f"{HPL}/§22",
        consent.NO_RECIPIENT,
        "samtykker[0].mottaker",
        {"samtykker.0.mottaker": None},
        {"samtykker.0.mottaker": {"parorende": "mora"}},
    ),
    Rule(  # a consent to sharing has a rule
        f"{HPL}/§22",
        consent.NO_RULES,
        "samtykker[0].regler",
        {"samtykker.0.regler": None},
        {"samtykker.0.regler": None, "samtykker.0.tilstand": "foreslatt"},
    ),
    Rule(  # an active consent has a date
        f"{PBRL}/§4-2",
        consent.NOT_GIVEN,
        "samtykker[0].gittDato",
        {"samtykker.0.gittDato": None},
        {"samtykker.0.gittDato": "2026-01"},
    ),
    Rule(  # the date of an active consent is not in the future
        f"{PBRL}/§4-2",
        consent.GIVEN_LATER,
        "samtykker[0].gittDato",
        {"samtykker.0.gittDato": "2026-03-02"},
        {"samtykker.0.gittDato": "2026-03-01"},
    ),
    Rule(  # a withdrawn consent is inaktiv
        f"{PBRL}/§4-1",
        consent.WITHDRAWN_BUT_NOT_INACTIVE,
        "samtykker[0].tilstand",
        {"samtykker.0.tilbaketrekking": {"dato": "2026-02-01"}},
        {"samtykker.0.tilbaketrekking": {"dato": "2026-02-01"}, "samtykker.0.tilstand": "inaktiv"},
    ),
    Rule(  # a consent to having a plan has no recipient
        f"{PBRL}/§2-5",
        consent.PLAN_RECIPIENT,
        "samtykker[1].mottaker",
        {"samtykker.1.mottaker": {"organisasjon": "sykehuset"}},
        {"samtykker.1.gyldighet": {"til": "2027"}},
        STANDING,
    ),
    Rule(  # the coordinator stays when the plan ends
        f"{PBRL}/§2-5b",
        planning.COORDINATOR_GONE,
        "team[0].deltakere",
        {"planer.0.status": "fullfort", "team.0.deltakere": OTHERS},
        {"planer.0.status": "fullfort", "team.0.deltakere.0.gyldighet.til": "2026-03-01"},
        STANDING,
    ),
)


@pytest.mark.parametrize("rule", LAW, ids=[rule.message.code for rule in LAW])
def test_a_rule_of_law_refuses_the_breaking_change_and_not_its_neighbour(rule: Rule) -> None:
    """The breaking change has one finding, with place and paragraph; the lawful neighbour has none."""
    before = sak(**rule.stands)
    broken, kept = bent(before, **rule.breaks), bent(before, **rule.keeps)
    assert schema.validate("sak", broken) == schema.validate("sak", kept) == []
    (found,) = broken_rules("sak", before, broken, today=TODAY, production=False)
    assert (found.code, found.expression) == (rule.message.code, f"sak.{rule.place}")
    assert (found.source, found.severity) == (rule.law, Severity.ERROR)
    assert broken_rules("sak", before, kept, today=TODAY, production=False) == []


def test_every_message_with_a_paragraph_has_a_row() -> None:
    """Every message that cites a paragraph has a row here, except the messages of opaque samtykker."""
    told = {
        found.code
        for module in (coordination, consent, planning)
        for found in vars(module).values()
        if isinstance(found, Message) and (found.source or "").startswith("https://lovdata.no")
    }
    assert told - {rule.message.code for rule in LAW} == {
        consent.OPAQUE_RULES.code,
        consent.OPAQUE_ALONE.code,
    }


def test_the_coordinator_may_be_replaced_when_the_plan_ends() -> None:
    """A plan may end with a new coordinator; a coordinator removed with the whole team is one finding."""
    before = sak(**STANDING)
    ended = {"planer.0.status": "fullfort"}
    replaced = bent(before, **ended, **{"team.0.deltakere": [*OTHERS, NEW]})
    assert broken_rules("sak", before, replaced, today=TODAY, production=False) == []
    (found,) = broken_rules("sak", before, bent(before, **ended, team=[]), today=TODAY, production=False)
    assert (found.code, found.expression) == (planning.COORDINATOR_GONE.code, "sak.team")


def test_a_second_plan_or_coordinator_is_found_at_the_new_one() -> None:
    """Of two plans or coordinators the finding is at the new one, whatever the order of the list."""
    before = sak(**STANDING)
    after = bent(before, planer=[{**PLAN, "id": "p0"}, PLAN])
    after["team"][0]["deltakere"].insert(0, NEW)
    found = broken_rules("sak", before, after, today=TODAY, production=False)
    assert [one.expression for one in found] == ["sak.team[0].deltakere[0]", "sak.planer[0].status"]
    assert "id p1" in found[1].nb


def test_a_samtykke_is_opaque_only_with_a_preserved_resource() -> None:
    """An opaque samtykke has a preserved FHIR resource; the rule is skipped where that is unknown."""
    after = sak(**{"samtykker.0.ugjennomsiktig": True, "samtykker.0.regler": None})
    for kept, told in (
        (frozenset({"samtykket"}), []),
        (None, []),
        (frozenset(), [(consent.OPAQUE_ALONE.code, "sak.samtykker[0].ugjennomsiktig")]),
    ):
        found = broken_rules("sak", sak(), after, today=TODAY, production=False, kept=kept)
        assert [(one.code, one.expression) for one in found] == told

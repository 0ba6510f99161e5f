"""Rules of plans and goals: one individuell plan, with consent, and no circular references.

Pasient- og brukerrettighetsloven § 2-5, helse- og omsorgstjenesteloven § 7-1. The law covers the individuell
plan alone; drafts of it and other plans may exist beside it, and need no consent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message
from adapter.fhir.dates import interval
from adapter.record.consequences import is_about
from adapter.record.rules.consent import is_given, place_of
from adapter.record.rules.coordination import COORDINATORS, goes_on
from adapter.record.rules.violation import HOL, PBRL, VGML, Violation
from adapter.record.seats import seats, standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapter.record.rules.violation import Case
    from adapter.record.seats import Seat

TWO_PLANS = Message(
    "two-individual-plans",
    IssueType.BUSINESS_RULE,
    nb="Personen har allerede en individuell plan, id {other}. Avslutt den, eller la den nye være et utkast.",
    en="The person already has an individual plan, id {other}. End that one, or let the new one be a draft.",
    source=f"{HOL}/§7-1",
)
NO_PLAN_CONSENT = Message(
    "plan-without-consent",
    IssueType.BUSINESS_RULE,
    nb="En individuell plan kan ikke være aktiv uten et aktivt samtykke til planen. Registrer samtykket "
    "først, gitt av en som kan samtykke for personen.",
    en="An individual plan cannot be active without an active consent to the plan. Record the consent first, "
    "given by somebody who can consent for the person.",
    source=f"{PBRL}/§2-5",
)
NOT_A_PLAN = Message(
    "individual-plan-not-a-plan",
    IssueType.BUSINESS_RULE,
    nb="En individuell plan er en plan, ikke en bestilling, og gir ingen rett til tjenester. Fjern hensikt "
    "(i FHIR: intent plan).",
    en="An individual plan is a plan, not an order, and gives no right to services. Remove hensikt "
    "(in FHIR: intent plan).",
    source=f"{PBRL}/§2-5",
)
IN_ITSELF = Message(
    "part-of-itself",
    IssueType.BUSINESS_RULE,
    nb="Sirkulær referanse gjennom {field}. Fjern en av referansene.",
    en="Circular reference through {field}. Remove one of the references.",
    source="https://hl7.org/fhir/R4/extension-goal-relationship.html",
)
COORDINATOR_GONE = Message(
    "coordinator-gone-with-plan",
    IssueType.BUSINESS_RULE,
    nb="Retten til koordinator består når planen avsluttes. Behold deltakeren, og sett en sluttdato om "
    "koordinatoren også skal slutte.",
    en="The right to a coordinator remains when the plan ends. Keep the participant, and set an end date if "
    "the coordinator is to end too.",
    source=f"{PBRL}/§2-5b",
)
DUE_BEFORE_START = Message(
    "due-before-start",
    IssueType.INVARIANT,
    nb="Fristen er før startdatoen for målet. Rett en av datoene.",
    en="The deadline is before the start date of the goal. Correct one of the dates.",
    source="https://hl7.org/fhir/R4/goal-definitions.html#Goal.startDate",
)
NOT_TO_EXPRESS = Message(
    "goal-by-guardian-without-mandate",
    IssueType.BUSINESS_RULE,
    nb="En verge uten mandat i personlige forhold kan ikke uttrykke personens mål. Oppgi en annen.",
    en="A guardian without a mandate in personal matters cannot express the person's goal. Name another "
    "person.",
    source=f"{VGML}/§21",
)
IN_FORCE = frozenset({"aktiv", "pa-vent"})
NESTED = (("maal", "delmaal"), ("planer", "erstatter"), ("planer", "delAv"), ("planer", "delplaner"))
"""The lists whose items refer to other items of the same list, each with the field that does."""

_AS_KIN = ("relasjon", "naermesteParorende", "fosterforelder", "fullmakt")


def one_plan(case: Case) -> Iterator[Violation]:
    """One individuell plan is in force; each further one is a violation, at the newer plan."""
    stood = _in_force(case.before or {})
    in_force = sorted(
        individual(case.body, IN_FORCE),
        key=lambda one: (False, one[1]["id"]) if one[1]["id"] in stood else (True, ""),
    )
    for index, plan in in_force[1:]:
        names = {"other": in_force[0][1]["id"]}
        yield Violation(TWO_PLANS, f"sak.planer[{index}].status", "sak.planer", plan["id"], names)


def plan_consent(case: Case) -> Iterator[Violation]:
    """An individuell plan that is aktiv has a consent to having the plan.

    Withdrawing that consent is never refused, even while the plan is aktiv: the violation of a plan that was
    aktiv already gets the place of the consent, and is dropped with the withdrawal.
    """
    to_plan = [samtykke for samtykke in case.body.get("samtykker", ()) if is_to_plan(samtykke)]
    was_active = {plan["id"] for _, plan in individual(case.before or {}, frozenset({"aktiv"}))}
    for index, plan in individual(case.body, frozenset({"aktiv"})):
        about = [samtykke for samtykke in to_plan if is_about(samtykke, plan["id"])]
        if any(is_given(case, samtykke) for samtykke in about):
            continue
        gone = next((samtykke for samtykke in about if samtykke["tilstand"] == "inaktiv"), None)
        withdrawn = gone is not None and plan["id"] in was_active
        place = f"{place_of(gone)}.plan" if gone and withdrawn else "sak.planer"
        yield Violation(NO_PLAN_CONSENT, f"sak.planer[{index}].status", place, plan["id"])


def a_plan(case: Case) -> Iterator[Violation]:
    """An individuell plan has no hensikt: its intent is plan, and services are decided elsewhere."""
    for index, plan in individual(case.body):
        if "hensikt" in plan:
            place = f"sak.planer({plan['id']}).hensikt"
            yield Violation(NOT_A_PLAN, f"sak.planer[{index}].hensikt", place, plan["hensikt"])


def coordinator_stays(case: Case) -> Iterator[Violation]:
    """A change that ends the individuell plan keeps the coordinator in the team, or sets an end date."""
    before = case.before or {}
    if _in_force(before) <= _in_force(case.body) or any(_coordinates(case, standing(case.body))):
        return
    here = {seat.place for seat in seats(case.body)}
    teams = {team["id"]: index for index, team in enumerate(case.body.get("team", ()))}
    for seat in _coordinates(case, standing(before)):
        if seat.place not in here:
            index = teams.get(seat.team["id"])
            path = "sak.team" if index is None else f"sak.team[{index}].deltakere"
            yield Violation(COORDINATOR_GONE, path, seat.place)


def no_circles(case: Case) -> Iterator[Violation]:
    """No goal is a delmål of its own delmål; no plan replaces itself or is a delplan of itself."""
    for field, link in NESTED:
        items = case.body.get(field, ())
        links = {item["id"]: named(item, link) for item in items}
        for index, item in enumerate(items):
            for id_, at in _naming(item, link):
                if _leads(id_, item["id"], links):
                    path, place = f"sak.{field}[{index}].{at}", f"sak.{field}({item['id']}).{link}"
                    yield Violation(IN_ITSELF, path, place, id_, names={"field": link})


def goal_dates(case: Case) -> Iterator[Violation]:
    """No deadline of a goal is before its start date."""
    for index, goal in enumerate(case.body.get("maal", ())):
        begun = interval(goal["startdato"]).low if "startdato" in goal else None
        for place, frist in enumerate(goal.get("frister", ())):
            if begun and "dato" in frist and interval(frist["dato"]).high <= begun:
                path = f"sak.maal[{index}].frister[{place}].dato"
                what = [goal["startdato"], frist["dato"]]
                yield Violation(DUE_BEFORE_START, path, f"sak.maal({goal['id']}).frister", what)


def goals_of_the_person(case: Case) -> Iterator[Violation]:
    """A verge without a mandate in personal matters expresses no goal, unless the verge is also kin."""
    kin = {person["id"]: person for person in case.body.get("parorende", ())}
    for index, goal in enumerate(case.body.get("maal", ())):
        by = kin.get(goal.get("uttryktAv", {}).get("parorende"), {})
        if "verge" in by and not by["verge"].get("personligOmrade") and not any(map(by.get, _AS_KIN)):
            place = f"sak.maal({goal['id']}).uttryktAv"
            yield Violation(NOT_TO_EXPRESS, f"sak.maal[{index}].uttryktAv", place, by["id"])


def individual(
    sak: Mapping[str, Any], states: frozenset[str] | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The individuelle planer of a sak, those in one of ``states`` if given, each with its index."""
    for index, plan in enumerate(sak.get("planer", ())):
        if plan.get("plantype") == "individuell-plan" and (states is None or plan["status"] in states):
            yield index, plan


def _in_force(sak: Mapping[str, Any]) -> set[str]:
    return {plan["id"] for _, plan in individual(sak, IN_FORCE)}


def _coordinates(case: Case, held: list[Seat]) -> Iterator[Seat]:
    """The coordinators' seats that continue beyond today."""
    for seat in held:
        if seat.deltaker.get("rolle") in COORDINATORS and goes_on(seat.window, case.day):
            yield seat


def is_to_plan(samtykke: Mapping[str, Any]) -> bool:
    """Tests whether a samtykke is a consent to having a plan, and not opaque."""
    return samtykke.get("type") == "plan" and not samtykke.get("ugjennomsiktig")


def named(item: Mapping[str, Any], link: str) -> list[str]:
    """The ids an item refers to by one of the fields of ``NESTED``; an external delplan has no id."""
    return [id_ for id_, _ in _naming(item, link)]


def _naming(item: Mapping[str, Any], link: str) -> Iterator[tuple[str, str]]:
    for index, one in enumerate(item.get(link, ())):
        if isinstance(one, str):
            yield one, f"{link}[{index}]"
        elif "plan" in one:
            yield one["plan"], f"{link}[{index}].plan"


def _leads(start: str, end: str, links: Mapping[str, list[str]]) -> bool:
    """Tests whether the links lead from ``start`` to ``end``; true if they are the same."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        at = ahead.pop()
        if at == end:
            return True
        if at not in seen:
            seen.add(at)
            ahead += links.get(at, ())
    return False

"""Rules of the coordinator: one at a time in the municipality, and no participant in a closed team.

Helse- og omsorgstjenesteloven §§ 7-2 and 7-2 a, spesialisthelsetjenesteloven § 2-5 a, pasient- og
brukerrettighetsloven §§ 2-5 b and 2-5 c. Two coordinators on one and the same day are a handover; the rules
forbid an overlap of more than a day.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message
from adapter.fhir.dates import anniversary
from adapter.record.rules.violation import HOL, PBRL, SPHL, Violation
from adapter.record.seats import seats, standing
from adapter.record.windows import NEVER, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.fhir.dates import Interval
    from adapter.record.rules.violation import Case
    from adapter.record.seats import Seat

TWO_COORDINATORS = Message(
    "two-coordinators",
    IssueType.BUSINESS_RULE,
    nb="Personen har allerede en koordinator i kommunen. Avslutt den først, eller bruk rollen "
    "stedfortreder-koordinator.",
    en="The person already has a coordinator in the municipality. End that one first, or use the role "
    "stedfortreder-koordinator.",
    source=f"{HOL}/§7-2",
)
TWO_HOSPITAL_COORDINATORS = Message(
    "two-hospital-coordinators",
    IssueType.BUSINESS_RULE,
    nb="Teamet har allerede en koordinator i helseforetaket. Avslutt den ene først.",
    en="The team already has a coordinator in the hospital trust. End one of them first.",
    source=f"{SPHL}/§2-5a",
)
COORDINATOR_AND_CHILD = Message(
    "coordinator-and-child-coordinator",
    IssueType.BUSINESS_RULE,
    nb="Personen kan ikke ha både koordinator og barnekoordinator. Avslutt den ene først.",
    en="The person cannot have both a coordinator and a child coordinator. End one of them first.",
    source=f"{HOL}/§7-2a",
)
NOT_A_CHILD = Message(
    "child-coordinator-without-child",
    IssueType.BUSINESS_RULE,
    nb="Barnekoordinator er bare for barn under 18 år og familier som venter barn. Før opp fødselsdatoen "
    "eller venterBarn, eller bruk en annen rolle.",
    en="A child coordinator is only for a child under 18 and a family expecting a child. Add the birth date "
    "or venterBarn, or use another role.",
    source=f"{PBRL}/§2-5c",
)
TEAM_CLOSED = Message(
    "participant-in-closed-team",
    IssueType.BUSINESS_RULE,
    nb="Deltakelsen fortsetter i et team med statusen {status}. Sett en sluttdato, eller gjør teamet aktivt.",
    en="The participation continues in a team with the status {status}. Set an end date, or make the team "
    "active.",
    source="https://hl7.org/fhir/R4/careteam-definitions.html#CareTeam.status",
)

MAJORITY = 18
COORDINATORS = ("koordinator", "barnekoordinator")
_HANDOVER = timedelta(hours=25)  # a day, which has 25 hours when the clock is turned back


def one_coordinator(case: Case) -> Iterator[Violation]:
    """From today on the sak has one koordinator or barnekoordinator, and each team one koordinator-hf."""
    held = standing(case.body)
    stood = {seat.place for seat in standing(case.before)} if case.before else set()
    in_kommune = [seat for seat in held if seat.deltaker.get("rolle") in COORDINATORS]
    for first, second in _together(in_kommune, case):
        same = first.deltaker["rolle"] == second.deltaker["rolle"]
        yield _pair(TWO_COORDINATORS if same else COORDINATOR_AND_CHILD, first, second, stood)
    in_hospital = [seat for seat in held if seat.deltaker.get("rolle") == "koordinator-hf"]
    for first, second in _together(in_hospital, case):
        if first.team is second.team:
            yield _pair(TWO_HOSPITAL_COORDINATORS, first, second, stood)


def child_coordinator(case: Case) -> Iterator[Violation]:
    """A barnekoordinator begins while the person is under 18, or expects a child."""
    for seat in seats(case.body):
        if seat.deltaker.get("rolle") == "barnekoordinator":
            begins = seat.window.low or case.day.low
            if "venterBarn" not in case.body["innbygger"] and not minority(case.body).holds(begins):
                yield Violation(NOT_A_CHILD, f"{seat.path}.rolle", seat.place)


def closed_team(case: Case) -> Iterator[Violation]:
    """A closed team has no participant from today on.

    A team may be marked as an error with its participants in it; the rule applies to changes after that.
    """
    errors = {
        team["id"] for team in (case.before or {}).get("team", ()) if team.get("status") == "feilregistrert"
    }
    for seat in seats(case.body):
        status = seat.team.get("status")
        closed = status == "inaktiv" or (status == "feilregistrert" and seat.team["id"] in errors)
        if closed and goes_on(seat.window, case.day):
            names = {"status": seat.team["status"]}
            yield Violation(TEAM_CLOSED, f"{seat.path}.gyldighet.til", seat.place, names=names)


def minority(sak: dict[str, Any]) -> Window:
    """The window until the person turns 18; empty without a birth date. Barnekoordinator: pbrl § 2-5 c."""
    born = sak["innbygger"].get("fodselsdato")
    if born is None:
        return NEVER
    return Window(None, anniversary(born, MAJORITY))


def goes_on(window: Window, day: Interval) -> bool:
    """Does the window continue beyond the day, or begin after it?"""
    return window.high is None or window.high > day.high


def _together(held: list[Seat], case: Case) -> Iterator[tuple[Seat, Seat]]:
    ahead = Window(case.day.low, None)
    for first, second in combinations(held, 2):
        both = first.window.within(second.window).within(ahead)
        if both.low is not None and (both.high is None or both.high - both.low > _HANDOVER):
            yield first, second


def _pair(message: Message, first: Seat, second: Seat, stood: set[str]) -> Violation:
    """The violation at the new seat: the later in the list, unless only the earlier is new."""
    came = first if second.place in stood and first.place not in stood else second
    return Violation(message, came.path, "sak.team", sorted((first.place, second.place)))

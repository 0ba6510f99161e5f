"""The requests of the benchmark, one row each, with the goals they are measured against.

A goal of processor time is in milliseconds of worker and database together, for a request on each database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.load import MARK, Request, as_json
from bench.municipality import MANY, birth_number, made_sak
from tests.rest.world import FNR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TARGETS = range(8)
"""The ordinary saker that a row asks for or changes in turn."""

PERMITTED = 64
"""The permitted organisasjoner of one sak."""

INCLUDES = (
    "_include=CarePlan:goal&_include=CarePlan:care-team&_include=CarePlan:subject"
    "&_include=CarePlan:activity-reference&_include:iterate=CareTeam:participant"
)
_JSON = {"Content-Type": "application/fhir+json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_XML = {"Accept": "application/fhir+xml"}


class Goal(NamedTuple):
    """The most processor milliseconds of a request on SQLite and on PostgreSQL, and the most statements.

    A ward and its legal entity are looked up with a statement each before what they ask for.
    """

    sqlite: float | None
    postgresql: float | None
    statements: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of request: its name, its requests in turn, its goal, and the connections that send it."""

    name: str
    requests: tuple[Request, ...]
    goal: Goal
    connections: int = 8

    @property
    def is_read(self) -> bool:
        """Is it a request that bare Flask can answer with the same bytes?"""
        return self.connections > 1


@dataclass(frozen=True, slots=True)
class Callers:
    """The header fields of the municipality's own system and of a ward, and a read by the former."""

    municipality: Mapping[str, str]
    ward: Mapping[str, str]
    get: Callable[[str], dict[str, Any]]


def special_saker() -> list[dict[str, Any]]:
    """The saker of a row each: one with twenty goals, and one with 64 permitted organisasjoner."""
    return [
        made_sak("mange", 9000, goals=MANY),
        made_sak("delt", 9001, permitted=PERMITTED),
    ]


def reads(callers: Callers) -> list[Row]:
    """Reads and searches of one person."""
    ours, ward = dict(callers.municipality), dict(callers.ward)

    def each(path: str, headers: Mapping[str, str]) -> tuple[Request, ...]:
        return tuple(Request("GET", path.format(f"p{n}"), headers) for n in TARGETS)

    asked = tuple(
        Request(
            "POST", "/fhir/CareTeam/_search", ward | _FORM, f"patient.identifier={FNR}%7C{birth_number(n)}"
        )
        for n in TARGETS
    )
    return [
        Row("read", each("/fhir/CarePlan/{}-plan", ours), Goal(0.45, 0.65, 1)),
        Row("read by a ward", each("/fhir/CareTeam/{}-team", ward), Goal(0.45, 0.65, 2)),
        Row("read as XML", each("/fhir/CarePlan/{}-plan", ours | _XML), Goal(1.0, 1.3, 1)),
        Row("5 hits", each("/fhir/ServiceRequest?subject=Patient/{}", ours), Goal(0.9, 1.4, 2)),
        Row("20 hits", (Request("GET", "/fhir/Goal?subject=Patient/mange", ours),), Goal(1.8, 3.0, 2)),
        Row("the ward's question", asked, Goal(1.8, 2.8, 4)),
        Row(
            "a plan with its includes",
            each(f"/fhir/CarePlan?_id={{}}-plan&{INCLUDES}", ours),
            Goal(2.2, 4.0, 5),
        ),
    ]


def writes(callers: Callers) -> list[Row]:
    """Writes, one at a time; each has another content than the one before, but for the unchanged one."""
    ours = dict(callers.municipality)
    goals = [callers.get(f"/fhir/Goal/p{n}-maal-ga") for n in TARGETS]
    plans = [callers.get(f"/fhir/CarePlan/p{n}-plan") for n in TARGETS]
    saker = [callers.get(f"/kommune/v1/saker/sak-p{n}") for n in TARGETS]
    shared = callers.get("/kommune/v1/saker/sak-delt")
    still = callers.get("/fhir/Goal/mange-maal-ga")
    return [
        Row("PUT Goal", tuple(_put(ours, _told(goal)) for goal in goals), Goal(8, 12, 25), 1),
        Row(
            "PUT CarePlan", tuple(_put(ours, plan | {"title": _new()}) for plan in plans), Goal(8, 12, 25), 1
        ),
        Row("PUT sak", tuple(put_of_sak(ours, sak) for sak in saker), Goal(8, 12, 25), 1),
        Row("transaction of 20 PUT Goal", (_transaction(callers),), Goal(35, 60, 80), 1),
        Row(f"PUT with {PERMITTED} permitted", (put_of_sak(ours, shared),), Goal(100, None, 25), 1),
        Row("unchanged PUT", (_put(ours, still),), Goal(4, 6, 6), 1),
    ]


def lists(callers: Callers, since: str) -> list[Row]:
    """Searches of the whole municipality that count nothing; ``since`` is the instant a poll asks from."""
    ours = callers.municipality
    asked = {
        "list, _count=20": ("CarePlan?_count=20&_total=none", 2),
        "list, _lastUpdated": (f"CarePlan?_lastUpdated=gt{since}&_count=20&_total=none", 2),
        "list, Patient?name": ("Patient?name=Lagnes07&_count=20&_total=none", 3),  # keys, then the page
    }
    return [
        Row(name, (Request("GET", f"/fhir/{path}", ours),), Goal(5, 8, most), 2)
        for name, (path, most) in asked.items()
    ]


def writers(callers: Callers, count: int) -> tuple[Request, ...]:
    """Municipal PUTs of as many saker, each for a writer of its own."""
    saker = [callers.get(f"/kommune/v1/saker/sak-p{n}") for n in range(count)]
    return tuple(put_of_sak(callers.municipality, sak) for sak in saker)


def _put(headers: Mapping[str, str], resource: dict[str, Any]) -> Request:
    path = f"/fhir/{resource['resourceType']}/{resource['id']}"
    return Request("PUT", path, {**headers, **_JSON}, as_json(resource))


def put_of_sak(headers: Mapping[str, str], sak: dict[str, Any]) -> Request:
    """A municipal PUT of a sak with another text of its first goal each time."""
    first, *others = sak["maal"]
    body = sak | {"maal": [first | {"tekst": _new()}, *others]}
    given = {**headers, "Content-Type": "application/json"}
    return Request("PUT", f"/kommune/v1/saker/{sak['id']}", given, as_json(body))


def _told(goal: dict[str, Any]) -> dict[str, Any]:
    return goal | {"description": {"text": _new()}}


def _transaction(callers: Callers) -> Request:
    found = callers.get(f"/fhir/Goal?subject=Patient/mange&_count={MANY}")["entry"]
    entries = [
        {
            "resource": _told(entry["resource"]),
            "request": {"method": "PUT", "url": f"Goal/{entry['resource']['id']}"},
        }
        for entry in found
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    return Request("POST", "/fhir", {**callers.municipality, **_JSON}, as_json(bundle))


def _new() -> str:
    return f"Avtalt {MARK}"

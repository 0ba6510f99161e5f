"""Random resources and queries, and R4's search read naively: by testing every resource."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.storage.given import DAY, FNR, patient, team

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

STATUSES = ("proposed", "active", "suspended", "inactive")
FAMILIES = ("Ås", "Aas", "Berg-Dahl", "Čappe", "berg", "Øye")
MEMBERS = ("Practitioner/a1", "Practitioner/a2", "PractitionerRole/a1", "Organization/o1")
DATES = ("2025", "2026-01", "2026-01-15", "2026-01-15T10:00:00+01:00", "2026-03-29", "2027-01-01")
CATEGORIES = (("http://loinc.org", "LA27976-2"), ("http://loinc.org", "LA27977-0"), (None, "LA27976-2"))


def number(person: int) -> str:
    """Eleven digits with month + 80, no person's number."""
    return f"0181{person:07d}"


def some_patient(chance: random.Random, person: int) -> dict[str, Any]:
    """A Patient with or without a name and a birth date."""
    more: dict[str, Any] = {}
    if chance.random() < 0.8:
        more["name"] = [{"family": chance.choice(FAMILIES), "given": [chance.choice(["Kari", "Odd"])]}]
    if chance.random() < 0.7:
        more["birthDate"] = chance.choice(["1960", "1960-05", "1960-05-12", "1971-01-31"])
    return patient(f"p{person}", number(person), **more)


def some_team(chance: random.Random, person: int, serial: int) -> dict[str, Any]:
    """A CareTeam with or without category, members and period."""
    made = team(f"t{person}-{serial}", f"p{person}", status=chance.choice(STATUSES))
    if chance.random() < 0.5:
        made["category"] = [
            {"coding": [{"code": code} | ({"system": system} if system else {})]}
            for system, code in chance.sample(CATEGORIES, chance.randint(1, 2))
        ]
    made["participant"] = [
        {"member": {"reference": member}} for member in chance.sample(MEMBERS, chance.randint(0, 2))
    ]
    ends = {end: chance.choice(DATES) for end in ("start", "end") if chance.random() < 0.6}
    if ends and list(ends.values()) == sorted(ends.values()):
        made["period"] = ends
    return made


# The oracle: R4 3.1.1 read out loud, one resource at a time.


def span(value: str) -> tuple[datetime, datetime]:
    """The instants of the dates used, computed by hand: Norwegian winter time except for 29 March."""
    oslo = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(hours=1)
    days = {"2026-01": (0, 31), "2026-01-15": (14, 15)}
    if value in days:
        low, high = days[value]
        return oslo + low * DAY, oslo + high * DAY
    fixed = {
        "2025": (datetime(2024, 12, 31, 23, tzinfo=UTC), oslo),
        "2026-03-29": (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        "2027-01-01": (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, 23, tzinfo=UTC)),
        "1960": (datetime(1959, 12, 31, 23, tzinfo=UTC), datetime(1960, 12, 31, 23, tzinfo=UTC)),
        "1960-05": (datetime(1960, 4, 30, 23, tzinfo=UTC), datetime(1960, 5, 31, 23, tzinfo=UTC)),
        "1960-05-12": (datetime(1960, 5, 11, 23, tzinfo=UTC), datetime(1960, 5, 12, 23, tzinfo=UTC)),
        "1971-01-31": (datetime(1971, 1, 30, 23, tzinfo=UTC), datetime(1971, 1, 31, 23, tzinfo=UTC)),
        "2026-01-15T10:00:00+01:00": (
            datetime(2026, 1, 15, 9, tzinfo=UTC),
            datetime(2026, 1, 15, 9, 0, 1, tzinfo=UTC),
        ),
    }
    return fixed[value]


FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def dated(prefix: str, wanted: str, spans: Iterable[tuple[datetime, datetime]]) -> bool:
    """Does any of the spans compare with the date as the prefix says?"""
    start, end = span(wanted)

    def compares(low: datetime, high: datetime) -> bool:
        contained = start <= low and high <= end
        above, below = high > end, low < start
        return {
            "": contained, "eq": contained, "ne": not contained, "gt": above, "lt": below,
            "ge": above or contained, "le": below or contained,
            "sa": low >= end, "eb": high <= start, "ap": low < end and start < high,
        }[prefix]  # fmt: skip

    return any(compares(low, high) for low, high in spans)


def period(resource: dict[str, Any]) -> list[tuple[datetime, datetime]]:
    """The span of a period, without limit where an end is missing."""
    ends = resource.get("period")
    if not ends:
        return []
    low = span(ends["start"])[0] if "start" in ends else FIRST
    return [(low, span(ends["end"])[1] if "end" in ends else LAST)]


def codings(resource: dict[str, Any]) -> list[tuple[str, str]]:
    """Every category's system and code."""
    return [
        (coding.get("system", ""), coding["code"])
        for concept in resource.get("category", ())
        for coding in concept["coding"]
    ]


def has_token(wanted: str, tokens: list[tuple[str, str]]) -> bool:
    """Does a token match ``code``, ``system|code``, ``|code`` or ``system|``?"""
    if "|" not in wanted:
        return any(code == wanted for _, code in tokens)
    system, code = wanted.split("|")
    return any(there == system and code in {"", value} for there, value in tokens)


def names(resource: dict[str, Any]) -> list[str]:
    """Every part of every name, as written."""
    return [part for name in resource.get("name", ()) for part in (name["family"], *name["given"])]


PLAIN = {
    "Ås": "as", "Aas": "as", "Berg-Dahl": "berg dahl", "Čappe": "cappe", "berg": "berg", "Øye": "oye",
    "Kari": "kari", "Odd": "odd",
}  # fmt: skip
TYPED = {
    "ås": "as",
    "AAS": "as",
    "Berg": "berg",
    "dahl": "dahl",
    "BERG DAHL": "berg dahl",
    "ø": "o",
    "č": "c",
}


def members(resource: dict[str, Any]) -> list[str]:
    """The reference of every participant."""
    return [participant["member"]["reference"] for participant in resource["participant"]]


def born(resource: dict[str, Any]) -> list[tuple[datetime, datetime]]:
    """The span of the birth date."""
    return [span(resource["birthDate"])] if "birthDate" in resource else []


Check = tuple[str, str, "Callable[[dict[str, Any]], bool]"]


def team_checks(chance: random.Random) -> Check:
    """One random CareTeam criterion with its meaning."""
    status, member, date = chance.choice(STATUSES), chance.choice(MEMBERS), chance.choice(DATES)
    prefix = chance.choice(["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
    token = chance.choice(
        ["LA27976-2", "|LA27976-2", "http://loinc.org|", "http://loinc.org|LA27977-0", "http://loinc.org|x"]
    )
    person = f"p{chance.randint(0, 30)}"
    return chance.choice(
        [
            ("status", status, lambda r: r["status"] == status),
            ("status", f"{status},active", lambda r: r["status"] in {status, "active"}),
            ("status:not", status, lambda r: r["status"] != status),
            ("category", token, lambda r: has_token(token, codings(r))),
            ("category:not", token, lambda r: not has_token(token, codings(r))),
            ("category:missing", "true", lambda r: not codings(r)),
            ("participant", member, lambda r: member in members(r)),
            ("participant", "a1", lambda r: any(m.endswith("/a1") for m in members(r))),
            ("participant:Practitioner", "a1", lambda r: "Practitioner/a1" in members(r)),
            ("participant:missing", "false", lambda r: bool(members(r))),
            ("date", prefix + date, lambda r: dated(prefix, date, period(r))),
            ("date:missing", "false", lambda r: bool(period(r))),
            ("patient", person, lambda r: r["subject"]["reference"] == f"Patient/{person}"),
            ("subject", f"Patient/{person}", lambda r: r["subject"]["reference"] == f"Patient/{person}"),
            ("_id", "t1-0,t2-0,t3-1,t9-0", lambda r: r["id"] in {"t1-0", "t2-0", "t3-1", "t9-0"}),
        ]
    )


def patient_checks(chance: random.Random) -> Check:
    """One random Patient criterion with its meaning."""
    typed, plain = chance.choice(sorted(TYPED.items()))
    family = chance.choice(FAMILIES)
    date = chance.choice(["1960", "1960-05", "1960-05-12", "1971-01-31"])
    prefix = chance.choice(["", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
    person = chance.randint(0, 30)
    return chance.choice(
        [
            ("name", typed, lambda r: any(PLAIN[n].startswith(plain) for n in names(r))),
            ("name:contains", typed, lambda r: any(plain in PLAIN[n] for n in names(r))),
            ("name:exact", family, lambda r: family in names(r)),
            ("name:missing", "true", lambda r: not names(r)),
            ("birthdate", prefix + date, lambda r: dated(prefix, date, born(r))),
            ("identifier", f"{FNR}|{number(person)}", lambda r: r["id"] == f"p{person}"),
            ("identifier", number(person), lambda r: r["id"] == f"p{person}"),
            ("identifier", f"urn:other|{number(person)}", lambda _: False),
            ("identifier", f"{FNR}|", lambda _: True),
        ]
    )


CHECKS = {"CareTeam": team_checks, "Patient": patient_checks}

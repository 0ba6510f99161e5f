"""Narrowing: which recipients see less of a sak, and when, by a write or as a period ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.consent.audience import Audience, audiences
from adapter.consent.permits import Held, permits
from adapter.fhir.dates import interval
from adapter.record.difference import Difference
from adapter.record.windows import Window
from adapter.repository.publishing.narrowing import bereft, narrowed, narrowing
from tests.consent.test_read_table import CHILD, NOW, SKOLE, SYKEHUS, regel, sak, samtykke

DAY = "2026-07-01"
AFTER = interval(DAY).high
"""The end of ``DAY``, because ``til`` includes its whole day."""
TIL, FRA = {"gyldighet": {"til": DAY}}, {"gyldighet": {"fra": "2026-07-02"}}
WIDE, SOME = regel("team", "parorende"), regel("koordinator")
MOTHER: dict[str, Any] = {"gittAv": [{"parorende": "mor"}]}


def seat(id_: str, **gyldighet: str) -> dict[str, Any]:
    """The hospital in the team."""
    return {"id": id_, "hvem": {"organisasjon": "sykehus"}, "gyldighet": gyldighet}


def seated(*seats: dict[str, Any], **consent: Any) -> dict[str, Any]:
    """The sak with the hospital in its team."""
    made = sak(samtykke(WIDE, **consent))
    made["team"][0]["deltakere"] += seats
    return made


def dated_coordinator() -> dict[str, Any]:
    """The sak whose coordinator leaves on the day."""
    made = sak(samtykke(SOME))
    made["team"][0]["deltakere"][0] |= TIL
    return made


HELD = Held("ansatt-1", Window(None, AFTER))
TO_ROLLE: dict[str, Any] = {"mottaker": {"rolle": "rolle-1"}}
BY_TIME: list[tuple[str, dict[str, Any], dict[str, datetime]]] = [
    ("nothing ends", sak(samtykke(WIDE)), {}),
    ("a regel ends", sak(samtykke(SOME, WIDE | TIL)), {SYKEHUS: AFTER}),
    ("a samtykke ends", sak(samtykke(SOME, **TIL)), {SYKEHUS: AFTER}),
    ("a formål ends", sak(samtykke(SOME, SOME | TIL | {"formal": ["HRESCH"]})), {SYKEHUS: AFTER}),
    ("a topic ends", sak(samtykke(WIDE, WIDE | TIL | {"emner": ["barnevern"]})), {SYKEHUS: AFTER}),
    ("what ends is given besides", sak(samtykke(WIDE, SOME, SOME | TIL)), {}),
    ("a deny begins", sak(samtykke(WIDE, regel(virkning="nekt") | FRA)), {SYKEHUS: AFTER}),
    ("a deny ends", sak(samtykke(WIDE, regel(virkning="nekt") | TIL)), {}),
    ("a deny ends that left something", sak(samtykke(WIDE, regel("team", virkning="nekt") | TIL)), {}),
    ("a regel begins", sak(samtykke(SOME, WIDE | FRA)), {}),
    (
        "what ends first counts",
        sak(samtykke(SOME | {"gyldighet": {"til": "2026-08-01"}}, WIDE | TIL)),
        {SYKEHUS: AFTER},
    ),
    (
        "a pause is an end",
        sak(samtykke(WIDE | TIL, WIDE | {"gyldighet": {"fra": "2026-09-01"}})),
        {SYKEHUS: AFTER},
    ),
    ("another day for another", sak(samtykke(WIDE | TIL), samtykke(WIDE, til="skole")), {SYKEHUS: AFTER}),
    (
        "a day each",
        sak(samtykke(WIDE | TIL), samtykke(WIDE | {"gyldighet": {"til": "2026-08-01"}}, til="skole")),
        {SYKEHUS: AFTER, SKOLE: interval("2026-08-01").high},
    ),
    ("what has ended", sak(samtykke(SOME, WIDE | {"gyldighet": {"til": "2026-05-01"}})), {}),
    ("a coordinator leaves", dated_coordinator(), {}),
    ("the person dies", sak(samtykke(WIDE), innbygger={"dodsdato": DAY}), {SYKEHUS: AFTER}),
    (
        "a seat by which it sees ends",
        seated(seat("d3", til=DAY), mottaker={"team": "team"}),
        dict.fromkeys((SYKEHUS, "ansatt/ansatt-1"), AFTER),
    ),
    ("a participation ends", seated(seat("d3", til=DAY)), {SYKEHUS: AFTER}),
    ("a participation goes on in another seat", seated(seat("d3", til=DAY), seat("d4")), {}),
    ("a rolle is held until then", sak(samtykke(WIDE, **TO_ROLLE)), {"ansatt/ansatt-1": AFTER}),
    (
        "the child decides for itself",
        sak(samtykke(WIDE, **MOTHER), innbygger=CHILD),
        dict.fromkeys((SYKEHUS, "parorende/mor"), datetime(2030, 3, 2, 23, tzinfo=UTC)),
    ),
    ("registered in error", sak(samtykke(WIDE | TIL), tilstand="feilregistrert"), {}),
]


@pytest.mark.parametrize(
    ("record", "expected"), [row[1:] for row in BY_TIME], ids=[row[0] for row in BY_TIME]
)
def test_narrowing_gives_the_first_instant_a_recipient_sees_less_without_a_write(
    record: dict[str, Any], expected: dict[str, datetime]
) -> None:
    """The result has only recipients that see less without a write, with the first instant of it."""
    assert narrowing(_audience(record, NOW)) == expected


def _audience(record: dict[str, Any], now: datetime) -> Audience:
    """The audience of a record, in which the rolle is held."""
    difference = Difference.between("sak", None, record)
    return audiences(None, record, difference, {"rolle-1": HELD}.get, now)[1]


WITHDRAWN = samtykke(WIDE, tilstand="inaktiv")
SHIELDED = {"adressebeskyttelse": "fortrolig"}
BY_WRITE: list[tuple[str, dict[str, Any] | None, dict[str, Any], dict[str, str]]] = [
    ("a new sak", None, sak(samtykke(WIDE)), {}),
    ("the same", sak(samtykke(WIDE)), sak(samtykke(WIDE)), {}),
    ("more", sak(samtykke(SOME)), sak(samtykke(SOME, WIDE)), {}),
    ("a regel gone", sak(samtykke(SOME, WIDE)), sak(samtykke(SOME)), {SYKEHUS: "withdrawn"}),
    ("a samtykke taken back", sak(samtykke(WIDE)), sak(WITHDRAWN), {SYKEHUS: "withdrawn"}),
    ("a deny come", sak(samtykke(WIDE)), sak(samtykke(WIDE, regel(virkning="nekt"))), {SYKEHUS: "withdrawn"}),
    ("a deny gone", sak(samtykke(WIDE, regel(virkning="nekt"))), sak(samtykke(WIDE)), {}),
    ("only a deny gone", sak(samtykke(regel(virkning="nekt"))), sak(), {}),
    ("a topic on a part", sak(samtykke(WIDE)), sak(samtykke(WIDE), emner=["nav"]), {SYKEHUS: "labelled"}),
    ("an address", sak(samtykke(WIDE)), sak(samtykke(WIDE), innbygger=SHIELDED),
     {SYKEHUS: "shielded", "innbygger/kari": "shielded"}),
    ("another person's", sak(samtykke(WIDE)), sak(samtykke(WIDE), tilstand="feilregistrert"),
     {SYKEHUS: "wrong-person", "innbygger/kari": "wrong-person"}),
    ("an end ahead", sak(samtykke(WIDE)), sak(samtykke(WIDE | TIL)), {}),
    ("given anew", sak(WITHDRAWN), sak(WITHDRAWN, samtykke(SOME)), {SYKEHUS: "expired"}),
    ("given after it ran out", sak(samtykke(WIDE | {"gyldighet": {"til": "2026-05-01"}})),
     sak(samtykke(SOME)), {SYKEHUS: "expired"}),
    ("given for one more formål", sak(samtykke(WIDE)),
     sak(samtykke(WIDE, WIDE | {"formal": ["HRESCH"]})), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"), [row[1:] for row in BY_WRITE], ids=[row[0] for row in BY_WRITE]
)
def test_a_write_narrows_the_recipients_that_see_less(
    before: dict[str, Any] | None, after: dict[str, Any], expected: dict[str, str]
) -> None:
    """Each recipient that sees less is narrowed, and each that sees again after seeing nothing."""
    difference = Difference.between("sak", before, after)
    assert narrowed(*audiences(before, after, difference, {"rolle-1": HELD}.get, NOW)) == expected


ROLLE = sak(samtykke(WIDE, **TO_ROLLE))
DENIED = sak(samtykke(WIDE, regel("team", virkning="nekt"), **TO_ROLLE))
ENDED = Held("ansatt-1", Window(None, interval("2026-05-01").high))
LESS = {"ansatt/ansatt-1": "withdrawn"}
BY_HOLDER: list[tuple[str, dict[str, Any], Held | None, dict[str, Any], Held | None, dict[str, str]]] = [
    ("as before", ROLLE, HELD, ROLLE, HELD, {}),
    ("nobody's any more", ROLLE, HELD, ROLLE, None, LESS),
    ("another's", ROLLE, HELD, ROLLE, Held("ansatt-2"), LESS),
    ("held until a day that has passed", ROLLE, HELD, ROLLE, ENDED, LESS),
    ("held again", ROLLE, ENDED, ROLLE, HELD, {}),
    ("denied too", ROLLE, HELD, DENIED, HELD, LESS),
    ("denied no more", DENIED, HELD, ROLLE, HELD, {}),
    ("an organisasjon is the same whoever works there", sak(samtykke(WIDE)), HELD, sak(), HELD, {}),
]


@pytest.mark.parametrize(
    ("before", "holder", "after", "successor", "expected"),
    [row[1:] for row in BY_HOLDER],
    ids=[row[0] for row in BY_HOLDER],
)
def test_a_rolle_that_passes_on_withdraws_the_permits_of_its_former_ansatt(
    before: dict[str, Any],
    holder: Held | None,
    after: dict[str, Any],
    successor: Held | None,
    expected: dict[str, str],
) -> None:
    """The permits stored at the last write of the sak are compared with those of the rolle's holder now."""
    stood, stands = permits(before, lambda _: holder), permits(after, lambda _: successor)
    assert bereft(stood, stands, NOW) == expected


DELER = ("koordinator", "team", "parorende")
MIDNIGHT = interval("2026-05-25").low
_ENDS = st.integers(0, 20) | st.none()


@st.composite
def _regler(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Regler that hold from the beginning of one day to the end of another, or without an end."""
    made = []
    for _ in range(draw(st.integers(1, 4))):
        fra, til = draw(_ENDS), draw(_ENDS)
        days = {"fra": fra, "til": None if til is None else max(til, fra or 0)}
        made.append(
            {
                "virkning": draw(st.sampled_from(["tillat", "tillat", "nekt"])),
                "del": draw(st.lists(st.sampled_from(DELER), min_size=1, unique=True)),
                "emner": draw(st.lists(st.sampled_from(["alle", "barnevern"]), max_size=1)),
                "formal": draw(st.sampled_from([[], ["TREAT"], ["HRESCH"]])),
                "gyldighet": {
                    end: (MIDNIGHT + timedelta(days=day, hours=12)).date().isoformat()
                    for end, day in days.items()
                    if day is not None
                },
            }
        )
    return made


def _open(regler: list[dict[str, Any]], formal: str, day: int) -> tuple[set[Any], set[Any]]:
    """What is permitted and what is denied on a day, read from the regler themselves."""
    given: set[tuple[str, str]] = set()
    denied: set[tuple[str, str]] = set()
    today = (MIDNIGHT + timedelta(days=day, hours=12)).date().isoformat()
    for one in regler:
        period = one["gyldighet"]
        if not period.get("fra", today) <= today <= period.get("til", today):
            continue
        deny = one["virkning"] == "nekt"
        if formal in (one["formal"] or (["TREAT", "HRESCH"] if deny else ["TREAT"])):
            emner = one["emner"] or ["alle"] if deny else ["", *one["emner"]]
            (denied if deny else given).update((del_, emne) for del_ in one["del"] for emne in emner)
    return given, denied


@given(_regler())
def test_narrowing_finds_the_first_day_with_fewer_permits_or_more_denies(
    regler: list[dict[str, Any]],
) -> None:
    """The instant begins the first day on which, by the regler, a permit is gone or a deny is new."""
    today = 7
    record = sak(samtykke(*regler))
    less = [
        day
        for day in range(today + 1, 23)
        for formal in ("TREAT", "HRESCH")
        for (given, denied), (later, closed) in [(_open(regler, formal, day - 1), _open(regler, formal, day))]
        if given and (given - later or closed - denied)
    ]
    found = narrowing(_audience(record, MIDNIGHT + timedelta(days=today, hours=12))).get(SYKEHUS)
    assert found == (MIDNIGHT + timedelta(days=less[0]) if less else None)

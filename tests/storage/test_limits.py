"""Limits: the history of a recipient that will see less ends at that instant, whatever is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.storage.visibility import CURRENT
from tests.storage.given import (
    DAY,
    HOSPITAL,
    NOTE,
    T0,
    WARD,
    change_to,
    history,
    patient,
    publish,
    read,
    team,
    to,
    told,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from adapter.storage import Desired, Store

A, B, C, D = (team(name=name) for name in "ABCD")
END = T0 + 5 * DAY


def test_history_ends_at_the_limit_and_the_open_row_stays(store: Store) -> None:
    """At the limit superseded versions are gone from history and vread; the open row keeps its version."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B), until={HOSPITAL: END})
    assert history(store, now=END - DAY) == [(2, "B"), (1, "A")]
    assert history(store, now=END) == [(2, "B")]
    assert versions(store, now=END) == [2]


def test_a_limit_leaves_the_history_of_other_recipients(store: Store) -> None:
    """Another recipient's history of the same resource stays."""
    publish(store, to(HOSPITAL, A), to(WARD, A))
    publish(store, to(HOSPITAL, B), to(WARD, B), until={HOSPITAL: END})
    assert history(store, WARD, now=END) == [(2, "B"), (1, "A")]


def test_a_limit_leaves_other_records(store: Store) -> None:
    """A limit is for one record, not for every record of the recipient."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B))
    publish(store, to(HOSPITAL, team("t2")), record="s2", until={HOSPITAL: END})
    assert history(store, now=END) == [(2, "B"), (1, "A")]


def test_a_row_superseded_in_the_same_change_ends_at_the_limit(store: Store) -> None:
    """A row without an end that is replaced by a row with an end does not outlive it."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, A, until=END), until={HOSPITAL: END})
    publish(store, to(HOSPITAL, B), at=END + DAY)
    assert (history(store, now=END + DAY), versions(store, now=END + DAY)) == ([(2, "B")], [2])


def test_a_later_limit_or_none_does_not_lengthen_history(store: Store) -> None:
    """A window is only shortened: neither a later limit nor none brings history back."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B), until={HOSPITAL: END})
    publish(store, to(HOSPITAL, C), until={HOSPITAL: END + 9 * DAY})
    publish(store, to(HOSPITAL, D))
    assert history(store, now=END - DAY) == [(4, "D"), (3, "C"), (2, "B"), (1, "A")]
    assert history(store, now=END) == [(4, "D"), (3, "C"), (2, "B")]
    assert history(store, now=END + 9 * DAY) == [(4, "D"), (3, "C")]


def test_an_earlier_limit_shortens_history_again(store: Store) -> None:
    """History limited to one day can be limited to an earlier day."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B), until={HOSPITAL: END})
    publish(store, to(HOSPITAL, C), until={HOSPITAL: END - DAY})
    assert history(store, now=END - DAY) == [(3, "C")]


def test_a_tombstone_ends_at_the_limit(store: Store) -> None:
    """A tombstone is history although no row has superseded it; it is not written again."""
    stays = to(HOSPITAL, patient())
    publish(store, to(HOSPITAL, A), stays)
    publish(store, stays)
    publish(store, stays, until={HOSPITAL: END})
    assert publish(store, stays, until={HOSPITAL: END}) == []
    assert told(read(store, now=END - DAY)) == (2, "deleted")
    assert (read(store, now=END), history(store, now=END)) == (None, [])


def test_a_tombstone_of_the_same_change_ends_at_the_limit(store: Store) -> None:
    """A tombstone written in the change of the limit ends with the row it follows."""
    publish(store, to(HOSPITAL, A), to(HOSPITAL, patient()))
    publish(store, to(HOSPITAL, patient()), until={HOSPITAL: END})
    assert (told(read(store, now=END - DAY)), read(store, now=END)) == ((2, "deleted"), None)


def test_a_later_page_does_not_show_history_past_the_limit(store: Store) -> None:
    """A search page as of an earlier change finds only rows whose window still holds."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B), until={HOSPITAL: END})
    with store.read() as reader:
        found = [
            [
                told(one)
                for one in reader.for_recipients((HOSPITAL,), "TREAT", now).published_many(
                    [("CareTeam", "t1")], as_of=as_of
                )
            ]
            for as_of in (1, CURRENT)
            for now in (END - DAY, END)
        ]  # fmt: skip
    assert found == [[(1, "A")], [], [(2, "B")], [(2, "B")]]


def test_setting_a_limit_is_one_change(store: Store) -> None:
    """A write that only sets a limit is a change; the same write again does not move the clock."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B))
    made = publish(store, to(HOSPITAL, B), until={HOSPITAL: END})
    assert [(one.recipient, one.type, one.version, one.action) for one in made] == [
        (HOSPITAL, "CareTeam", 0, "limited")
    ]
    assert publish(store, to(HOSPITAL, B), until={HOSPITAL: END}) == []
    with store.read() as reader:
        assert reader.seq() == 3


SERIAL = count(1)
DAYS = 12
HALF = DAY / 2


@dataclass
class Life:
    """One resource published to one recipient, by plans of how much it shows on each coming day.

    Level 0 is nothing. A content says its level and the write it comes from. What was shown, and since when
    not less has been, is kept by looking.
    """

    store: Store
    serial: int = field(default_factory=lambda: next(SERIAL))
    plan: list[int] = field(default_factory=lambda: [0] * DAYS)
    writes: int = 0
    shown: list[str] = field(default_factory=list)
    ever: set[str] = field(default_factory=set)
    flat: bool = True

    def at(self, day: int) -> datetime:
        """The instant a day begins; it follows the last day of the resource before, so that time rises."""
        return T0 + (self.serial * DAYS + day) * DAY

    def write(self, day: int, plan: list[int]) -> None:
        """Write a plan at noon of ``day``, with its narrowing and limits as for a sak."""
        before, now = self.plan[day], plan[day]
        why = "withdrawn" if now < before else "expired" if now and not before else None
        ends = [self.at(later) for later in range(day + 1, DAYS) if plan[later] < plan[later - 1]]
        self.plan, self.writes = plan, self.writes + 1
        self.flat &= len(set(plan[day:])) == 1 and before <= now
        with self.store.write(NOTE, self.at(day) + HALF) as writer:
            narrowed, until = {HOSPITAL: why} if why else {}, {HOSPITAL: ends[0]} if ends else {}
            change_to(writer, self._desired(day), f"s{self.serial}", narrowed, until)
        if now < before:
            self.shown.clear()

    def _desired(self, day: int) -> Iterator[Desired]:
        for level, days in groupby(range(day, DAYS), lambda later: self.plan[later]):
            stretch = list(days)
            until = self.at(stretch[-1] + 1) if stretch[-1] + 1 < DAYS else None
            if level:
                content = team(f"t{self.serial}", name=f"{level}/{self.writes}")
                yield to(HOSPITAL, content, self.at(stretch[0]), until)

    def look(self, now: datetime) -> set[str]:
        """The readable versions; each was shown, and no later day showed less."""
        id_ = f"t{self.serial}"
        found = read(self.store, id_=id_, now=now)
        if found and not found.deleted:
            self.shown.append(json.loads(found.body)["name"])
            self.ever.add(self.shown[-1])
        rows = history(self.store, id_=id_, now=now)
        return {row[1] for row in rows if isinstance(row, tuple)} - {"deleted"}

    def dawn(self, day: int) -> None:
        """Begin a day, on which less may be shown."""
        if day and self.plan[day] < self.plan[day - 1]:
            self.shown.clear()


LEVEL = st.integers(0, 2)
PLANS = st.lists(LEVEL, min_size=4, max_size=4) | LEVEL.map(lambda level: [level] * 4)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=st.dictionaries(st.integers(0, DAYS - 1), PLANS, min_size=1, max_size=5))
def test_history_reaches_back_only_to_the_last_narrowing(store: Store, plans: dict[int, list[int]]) -> None:
    """Whatever is planned when, history reaches back to the last day less was shown, or to the start."""
    life = Life(store)
    for day in range(DAYS):
        life.dawn(day)
        assert life.look(life.at(day)) <= set(life.shown)
        if day in plans:
            life.write(day, [level for level in plans[day] for _ in range(DAYS // 4)])
            readable = life.look(life.at(day) + HALF)
            assert readable <= set(life.shown)
            assert not life.flat or not life.plan[day] or readable == life.ever

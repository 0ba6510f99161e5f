"""Wide lists are flat: a page of 20 000 records takes at most 1.5 times the work of one of 2 000.

Work is counted: the steps of SQLite's machine, or the blocks that PostgreSQL looks at, with plans made
without the values (``plan_cache_mode``).
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from adapter.fhir.search.query import parse
from adapter.storage import Store
from adapter.storage.engine import make_engine
from adapter.storage.migrations import upgrade
from tests.storage.given import HOSPITAL, NURSE, T0, WARD, patient
from tests.storage.many import Row, analyze, insert_all
from tests.storage.test_silence import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapter.storage import Matches, Position
    from tests.databases import PostgreSQL

FEW, MANY = 2000, 20_000
CALLERS = {"municipality": ("kommune",), "nurse": (NURSE, WARD, HOSPITAL, "directory")}
COMMON = ("Berg", "Dahl", "Eide", "Foss", "Haug", "Lie", "Moen", "Nes")
RARE = 40
"""The number of people named Rygg, and of saker that the nurse is given, whatever the number of all."""

LISTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "everybody": ("Patient", []),
    "everybody, by id downwards": ("Patient", [("_sort", "-_id")]),
    "the newest first": ("Patient", [("_sort", "-_lastUpdated")]),
    "the newest first, then by id": ("Patient", [("_sort", "-_lastUpdated,_id")]),
    "what is new since just now": ("Patient", [("_lastUpdated", "gt{just_now}")]),
    "what is new since half-way": ("Patient", [("_lastUpdated", "gt{half_way}")]),
    "all since long ago": ("Patient", [("_lastUpdated", "gt1969")]),
    "active plans": ("CarePlan", [("status", "active")]),
    "active plans new since half-way": ("CarePlan", [("status", "active"), ("_lastUpdated", "ge{half_way}")]),
    "a common name": ("Patient", [("name", "berg")]),
    "a common name in any place": ("Patient", [("name:contains", "er")]),
    "the beginning of every name": ("Patient", [("name", "kari")]),
    "a rare name": ("Patient", [("name", "rygg")]),
    "nobody's name": ("Patient", [("name", "zz")]),
}
FIRST_TOTALS = ("what is new since just now", "a rare name", "nobody's name")
"""The lists whose total is of few, so that counting takes no longer either."""


def saker(number: int) -> Iterator[Row]:
    """The Patient and the CarePlan of each sak.

    One plan of ten is no longer active. Each resource is updated a microsecond after the one before.
    """
    for serial in range(number):
        turn = serial % (number // RARE)
        given = ("kommune", HOSPITAL, *([NURSE] if turn == 7 else []))
        family = "Rygg" if turn == 5 else COMMON[serial % len(COMMON)]
        name = {"family": family, "given": [f"Kari{serial}"]}
        yield Row(serial, patient(f"p{serial:05}", f"0181{serial:07d}", name=[name]), given)
        status = "completed" if serial % 10 == 3 else "active"
        person = {"reference": f"Patient/p{serial:05}"}
        plan = {"resourceType": "CarePlan", "status": status, "intent": "plan", "subject": person}
        yield Row(serial, {**plan, "id": f"c{serial:05}"}, given)


class Filled:
    """A store with saker; ``work`` counts what searches take."""

    def __init__(self, url: str, number: int) -> None:
        upgrade(url)
        engine = make_engine(url)
        with engine.begin() as connection:
            insert_all(connection, saker(number))
        if not url.startswith("sqlite"):
            analyze(engine)
        engine.dispose()
        self.number, self.store, self.work = number, Store(url), 0
        self._plans: list[str] = []
        if not url.startswith("sqlite"):
            event.listen(self.store._engine, "connect", self._explain)

    def _explain(self, connection: Any, _record: object) -> None:
        connection.prepare_threshold = 0
        connection.add_notice_handler(lambda said: self._plans.append(said.message_primary or ""))
        for setting in (
            "LOAD 'auto_explain'",
            "SET auto_explain.log_min_duration = 0",
            "SET auto_explain.log_analyze = on",
            "SET auto_explain.log_buffers = on",
            "SET client_min_messages = log",
            "SET plan_cache_mode = force_generic_plan",
        ):
            connection.execute(setting)
        connection.commit()

    def list(self, caller: str, name: str, total: str, after: Position | None = None) -> Matches:
        """A page of twenty; ``work`` is what it took."""
        instants = {
            place: f"1970-01-01T00:00:00.{micros:06d}Z"
            for place, micros in (("just_now", 2 * self.number - 40), ("half_way", self.number))
        }
        type_, pairs = LISTS[name]
        asked = [(parameter, value.format(**instants)) for parameter, value in pairs]
        query = parse(type_, [*asked, ("_total", total)])
        with self.store.read() as reader:
            given = reader.for_recipients(CALLERS[caller], "TREAT", T0)
            reader.seq()
            with self._counted(reader._connection.connection.driver_connection):
                return given.search(query, count=20, as_of=self.number, after=after)

    @contextmanager
    def _counted(self, driver: Any) -> Iterator[None]:
        if isinstance(driver, sqlite3.Connection):
            with counted(driver) as steps:
                yield
            self.work = steps[0]
            return
        self._plans.clear()
        yield
        driver.execute("SELECT 1")  # a plan is told when the next statement begins
        looked = [re.search(r"Buffers: shared((?: \w+=\d+)+)", plan) for plan in self._plans]
        assert any(looked)
        self.work = sum(
            int(blocks) for one in looked if one for blocks in re.findall(r"(?:hit|read)=(\d+)", one[1])
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Filled, Filled]]:
    """A store with few saker, and one with many."""
    numbers = (FEW, MANY)
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("wide")
        few, many = (Filled(f"sqlite:///{folder}/{number}.db", number) for number in numbers)
    else:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        few, many = (Filled(server.create(f"wide_{number}"), number) for number in numbers)
    yield few, many
    for filled in (few, many):
        filled.store.close()
        if request.param == "postgresql":
            server.drop(f"wide_{filled.number}")


@pytest.mark.slow
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("caller", CALLERS)
def test_a_page_of_many_takes_the_work_of_one_of_few(
    both: tuple[Filled, Filled], caller: str, name: str
) -> None:
    """First and second page of each list, without a total: work grows with the page, not with the list."""
    work: list[tuple[int, int]] = []
    for filled in both:
        first = filled.list(caller, name, "none")
        assert first.total is None
        of_first, after = filled.work, first.after
        second = filled.list(caller, name, "none", after) if after else first
        assert name == "nobody's name" or len(first.found) == 20
        assert not after or not {one.id for one in first.found} & {one.id for one in second.found}
        work.append((of_first, filled.work))
    (few, later_of_few), (many, later_of_many) = work
    assert many <= 1.5 * few
    assert later_of_many <= 1.5 * later_of_few


@pytest.mark.slow
@pytest.mark.parametrize("name", FIRST_TOTALS)
@pytest.mark.parametrize("caller", CALLERS)
def test_the_total_of_few_takes_the_same_work_among_many(
    both: tuple[Filled, Filled], caller: str, name: str
) -> None:
    """A total is counted over what a register or an index finds, not over the list."""
    few, many = both
    totals = [filled.list(caller, name, "accurate").total for filled in both]
    assert totals[0] == totals[1]
    assert many.work <= 1.5 * few.work

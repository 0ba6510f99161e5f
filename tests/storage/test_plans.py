"""Query plans, in both databases: no search or read of a recipient scans a whole table or sorts a whole list.

PostgreSQL plans without the values (``plan_cache_mode``), as it does by itself after some ten executions.
"""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from adapter.fhir.search.parameter_values import Target
from adapter.fhir.search.parameters import SERVED
from adapter.fhir.search.query import Criterion, SearchQuery, parse
from adapter.storage import Store
from adapter.storage.engine import make_engine
from tests.storage.given import FNR, HOSPITAL, NURSE, T0, WARD, patient, team
from tests.storage.many import Row, analyze, insert_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from adapter.storage import RecipientReader

SAKER = 1000
GIVEN = 430
"""The saker that the hospital is given too."""

CALLER = (NURSE, WARD, HOSPITAL, "directory")
TABLES = "publication|publication_key|search_index|blob|record|record_key|holder"
PG_SCAN = re.compile(rf"Seq Scan on ({TABLES})\b")
SQLITE_SCAN = re.compile(rf"^SCAN ({TABLES}|[eko])\b")


def resources(serial: int) -> list[dict[str, Any]]:
    """The fourteen resources of one sak."""
    person = {"reference": f"Patient/p{serial}"}
    made = [patient(f"p{serial}", f"0181{serial:07d}", name=[{"family": f"Berg{serial}"}])]
    made += [team(f"t{serial}-{part}", f"p{serial}", name=f"{part}") for part in range(4)]
    goal = {"resourceType": "Goal", "lifecycleStatus": "active", "subject": person}
    made += [{**goal, "id": f"g{serial}-{part}"} for part in range(5)]
    plan = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": person}
    goals = [{"reference": f"Goal/g{serial}-{part}"} for part in range(5)]
    return [*made, *({**plan, "id": f"c{serial}-{part}", "goal": goals} for part in range(4))]


def fill(connection: Connection) -> None:
    """Insert the publications of all saker."""
    rows = (
        Row(serial, resource, ("kommune", *([HOSPITAL] if serial < GIVEN else [])))
        for serial in range(SAKER)
        for resource in resources(serial)
    )
    insert_all(connection, rows)


VALUES = {"token": "active", "date": "ge2020-01-01", "string": "Berg12", "reference": "{target}/p12"}


def pairs(type_: str) -> Iterator[list[tuple[str, str]]]:
    """Parameters and values for every kind of search of a type."""
    yield []
    for name, parameter in SERVED[type_].items():
        if name == "_id":
            value = "p12,t12-1"
        elif name == "identifier":
            value = f"{FNR}|01810000012"
        else:
            value = VALUES[parameter.type].format(target=next(iter(parameter.targets), "Patient"))
        yield [(name, value)]
        for modifier in sorted(parameter.modifiers):
            asked = value.rpartition("/")[2] if modifier in parameter.targets else value
            asked = f"{FNR}|01810000012" if modifier == "identifier" else asked
            yield [(f"{name}:{modifier}", "true" if modifier == "missing" else asked)]
        if parameter.key and parameter.targets:
            chained = (f"{name}.identifier", f"{FNR}|01810000012,{FNR}|01810000013")
            yield from ([chained], [chained, ("_lastUpdated", "ge2020"), ("_sort", "_id")])
    yield [("_lastUpdated", "lt2030"), ("_sort", "-_lastUpdated")]
    for order in ("-_id", "_lastUpdated"):
        yield [("_sort", order)]
    if "name" in SERVED[type_]:
        for names in ("berg", "berg,dahl", "Berg12,Berg13"):
            yield from ([("name", names)], [("name", names), ("_lastUpdated", "ge2020")])


def ask_everything(given: RecipientReader) -> None:
    """Every kind of search and read of a recipient."""
    for type_ in sorted(SERVED):
        for asked in pairs(type_):
            query = parse(type_, asked)
            page = given.search(query, count=10, as_of=SAKER)
            given.search(query, count=10, as_of=SAKER, after=page.after or (5, "a"))
    goals = tuple(Target("Goal", f"g{serial}-1") for serial in range(64))
    given.search(SearchQuery("CarePlan", (Criterion(SERVED["CarePlan"]["goal"], goals),)), count=100)
    given.published_many([("Goal", f"g12-{part}") for part in range(5)] + [("Patient", "p12")])
    assert given.published("Patient", "p12")
    assert given.published_version("Patient", "p12", 1)
    assert given.published_version("Patient", "p12", 2) is None
    assert given.published_history("Patient", "p12")


@pytest.fixture
def plans(database_url: str) -> Iterator[tuple[Store, dict[str, str]]]:
    """A store over the publications, and the plan of each statement it runs, by the statement."""
    engine = make_engine(database_url)
    with engine.begin() as connection:
        fill(connection)
    analyze(engine)
    engine.dispose()
    store, seen = Store(database_url), dict[str, str]()

    def watch_postgresql(connection: Any, _record: object) -> None:
        connection.prepare_threshold = 0
        connection.add_notice_handler(lambda said: _note(seen, said.message_primary or ""))
        for setting in (
            "LOAD 'auto_explain'",
            "SET auto_explain.log_min_duration = 0",
            "SET client_min_messages = log",
            "SET plan_cache_mode = force_generic_plan",
        ):
            connection.execute(setting)
        connection.commit()

    def watch_sqlite(connection: Any, _record: object) -> None:
        connection.set_trace_callback(lambda statement: seen.setdefault(statement, ""))

    watch = watch_sqlite if database_url.startswith("sqlite") else watch_postgresql
    event.listen(store._engine, "connect", watch)
    yield store, seen
    store.close()


def _note(seen: dict[str, str], said: str) -> None:
    _, begins, explained = said.partition("Query Text: ")
    if begins:
        seen[explained] = explained


def _explained(database_url: str, seen: dict[str, str]) -> dict[str, list[str]]:
    """The lines of each statement's plan."""
    if not database_url.startswith("sqlite"):
        return {statement: plan.splitlines() for statement, plan in seen.items()}
    with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
        return {
            statement: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            for statement in seen
            if statement.startswith("SELECT")
        }


WALK = re.compile(r"\bAS of_\d")
"""The page of a wide search, by a walk for each recipient."""

LIMIT_OF_SORTED = re.compile(r"-> +Limit .*\n +-> +Sort ")
OPEN_ROWS = re.compile(
    r"^SEARCH publication USING INDEX publication_by_(id|updated) \(recipient=\? AND type=\?"
)
SORTED = "USE TEMP B-TREE FOR ORDER BY"


@pytest.mark.slow
@pytest.mark.parametrize("recipients", [CALLER, ("kommune",)], ids=["hospital", "municipality"])
def test_no_search_scans_a_table_or_sorts_a_list(
    plans: tuple[Store, dict[str, str]], database_url: str, recipients: tuple[str, ...]
) -> None:
    """Every kind of search and read over 20 000 publications begins with an index of its recipient's rows.

    The page of a wide list is read in its order, from an index, until it is full.
    """
    store, seen = plans
    with store.read() as reader:
        ask_everything(reader.for_recipients(recipients, "TREAT", T0))
    sqlite = database_url.startswith("sqlite")
    explained = _explained(database_url, seen)
    assert len(explained) >= 50  # as many shapes, whatever the values
    walks = [plan for statement, plan in explained.items() if WALK.search(statement)]
    assert len(walks) >= 20
    scan = SQLITE_SCAN if sqlite else PG_SCAN
    assert [plan for plan in explained.values() if any(scan.search(line) for line in plan)] == []
    if not sqlite:
        told = ["\n".join(plan) for plan in walks]
        assert not (sorting := [one for one in told if LIMIT_OF_SORTED.search(one)]), "\n\n".join(sorting)
        return
    for plan in walks:
        after = [plan[place + 1] for place, line in enumerate(plan[:-1]) if OPEN_ROWS.search(line)]
        assert len(after) == len(recipients), plan
        assert SORTED not in after, plan


@pytest.mark.slow
@pytest.mark.parametrize("recipients", [CALLER, ("kommune",)], ids=["hospital", "municipality"])
def test_a_whole_list_is_counted_from_the_index_alone(
    plans: tuple[Store, dict[str, str]], database_url: str, recipients: tuple[str, ...]
) -> None:
    """The total of a list without criteria needs no row of the table to be read, for any recipient."""
    store, seen = plans
    with store.read() as reader:
        given = reader.for_recipients(recipients, "TREAT", T0)
        total = given.search(parse("Patient", []), count=0, as_of=SAKER).total
        reader.seq()  # PostgreSQL tells a plan when the next statement begins
    assert total == (SAKER if recipients == ("kommune",) else GIVEN)
    explained = _explained(database_url, seen)
    (plan,) = (plan for statement, plan in explained.items() if "count(*)" in statement)
    alone = {
        True: "SEARCH publication USING COVERING INDEX publication_by_id",
        False: "Index Only Scan using publication_by_id on publication",
    }[database_url.startswith("sqlite")]
    assert sum(alone in line for line in plan) == len(recipients), plan

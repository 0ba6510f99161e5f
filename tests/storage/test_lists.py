"""Lists: names looked up or walked, recipients merged into one order, and totals only on request."""

from __future__ import annotations

import random
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from adapter.fhir.search.query import parse
from adapter.fhir.search.text import fold
from adapter.storage import search_statements
from adapter.storage.index_keys import LONGEST_NAME, name_key, name_range
from tests.storage.given import DAY, HOSPITAL, NURSE, T0, WARD, patient, publish, team, to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.storage import Position, Store

CALLER = (NURSE, WARD, HOSPITAL, "directory")
LONG = "Ø" * 90 + "y" * 90


def listed(
    store: Store, caller: tuple[str, ...], as_of: int, count: int, type_: str, *pairs: tuple[str, str]
) -> list[str]:
    """The ids of all pages of a list, each page in a transaction of its own."""
    query, found, after = parse(type_, pairs), list[str](), None
    while True:
        with store.read() as reader:
            page = reader.for_recipients(caller, "TREAT", T0 + 99 * DAY).search(
                query, as_of=as_of, count=count, after=after
            )
        found += [one.id for one in page.found]
        after = page.after
        if after is None:
            return found


@pytest.fixture(params=[1, 500], ids=["walked", "looked-up"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Names are common from one key on, or rare up to hundreds."""
    for module in ("search", "search_statements"):
        monkeypatch.setattr(f"adapter.storage.{module}.COMMON", request.param)
    search_statements.commonness.cache_clear()
    yield
    search_statements.commonness.cache_clear()


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("order", ["_id", "-_id", "_lastUpdated", "-_lastUpdated,_id"])
def test_a_name_is_found_by_its_beginning_either_way(store: Store, order: str) -> None:
    """Looked up or walked, pages hold the people with a name that begins so, once each, in order."""
    families = ["Berg", "Bergan", "Bærland", "Dahl", LONG, LONG + "z"]
    for serial, family in enumerate(families):
        name = [{"family": family, "given": ["Kari", "Bergljot"]}, {"text": f"{family} Kari"}]
        publish(
            store, to(HOSPITAL, patient(f"p{serial}", name=name)), at=T0 + serial * DAY, record=f"s{serial}"
        )
    expected = {
        "berg": "012345", "bergan": "1", "b": "012345", "bærland,dahl": "23", "DAHL": "3", "dahl kari": "3",
        "o": "45", LONG[:130]: "45", LONG: "45", f"{LONG}z": "5", f"{LONG[:90]}z": "", "bergb": "",
        "kari bergljot": "012345", "\U0010ffff": "",
    }  # fmt: skip
    turned = order.startswith("-")
    for (asked, serials), count in product(expected.items(), (2, 100)):
        found = listed(store, (HOSPITAL,), 99, count, "Patient", ("name", asked), ("_sort", order))
        assert found == [f"p{serial}" for serial in (reversed(serials) if turned else serials)], asked
    for more, serials in ((("_id", "p1,p3"), "13"), (("_lastUpdated", "gt2026-01-03"), "345")):
        found = listed(store, (HOSPITAL,), 99, 2, "Patient", ("name", "berg"), more)
        assert found == [f"p{serial}" for serial in serials]


@given(st.text(), st.text())
def test_the_keys_of_a_range_are_those_that_begin_with_a_text(beginning: str, name: str) -> None:
    """A key is in the range of a beginning exactly when it begins with it, by code points."""
    low, high = name_range(fold(beginning)[:LONGEST_NAME])
    for folded in (fold(name), fold(beginning + name), fold(beginning)):
        assert (low <= name_key(folded) < high) == folded.startswith(low)


@pytest.mark.parametrize("order", ["_id", "-_id", "_lastUpdated", "-_lastUpdated", "-_lastUpdated,_id"])
def test_the_pages_of_several_recipients_show_one_state(store: Store, order: str) -> None:
    """Of each record the most specific recipient counts, whatever is written between pages."""
    chance, serials = random.Random(20260301), range(30)  # noqa: S311
    shared = {serial: [one for one in CALLER if chance.random() < 0.4] for serial in serials}

    def write(serial: int, name: str, day: int) -> None:
        wanted = [
            to(recipient, team(f"t{serial:02}-{part}", name=f"{name} {recipient}"))
            for recipient in shared[serial]
            for part in (1, 2)
        ]
        publish(store, *wanted, at=T0 + day * DAY, record=f"s{serial}")

    for serial in serials:
        write(serial, "before", chance.randint(0, 3))
    with store.read() as reader:
        as_of = reader.seq()
    asked = ("CareTeam", ("status", "active"), ("_sort", order))
    whole = listed(store, CALLER, as_of, 1000, *asked)
    assert len(whole) == len(set(whole)) == 2 * sum(map(bool, shared.values()))
    if order == "_id":
        assert whole == sorted(whole)
    for serial in chance.sample(serials, 15):
        write(serial, "after", 9)
    for count in (1, 3, 7, 1000):
        assert listed(store, CALLER, as_of, count, *asked) == whole
    with store.read() as reader:
        given_ = reader.for_recipients(CALLER, "TREAT", T0 + 99 * DAY)
        now = given_.search(parse("CareTeam", [("_sort", order)]), count=1000, as_of=reader.seq())
        assert now.total == len(now.found)
        assert sorted(one.id for one in now.found) == sorted(whole)
        for one in now.found:
            assert one == given_.published("CareTeam", one.id)
            assert one.recipient == next(
                recipient for recipient in CALLER if recipient in shared[int(one.id[1:3])]
            )


@pytest.mark.parametrize(("total", "counted"), [("none", 0), ("estimate", 1), ("accurate", 1), (None, 1)])
def test_nothing_is_counted_unless_a_total_is_wanted(store: Store, total: str | None, counted: int) -> None:
    """``_total=none`` gives a page and its next position, and runs no statement that counts matches."""
    publish(store, *(to(HOSPITAL, team(f"t{serial}")) for serial in range(5)))
    statements: list[str] = []

    def watch(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(store._engine, "before_cursor_execute", watch)
    after: Position | None = None
    query = parse("CareTeam", [("_total", total)] if total else [])
    for size in (3, 2):
        statements.clear()
        with store.read() as reader:
            page = reader.for_recipients((HOSPITAL,), "TREAT", T0).search(query, count=3, after=after)
        after = page.after
        assert len(page.found) == size
        assert page.total == (5 if counted else None)
        assert sum("count(*)" in statement for statement in statements) == counted

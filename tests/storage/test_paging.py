"""Paging: while others write, the pages of a search repeat nothing, miss nothing, show nothing withdrawn."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from adapter.fhir.search.query import parse
from tests.storage.given import DAY, HOSPITAL, T0, publish, team, to

if TYPE_CHECKING:
    from adapter.storage import Position, Published, Store

ORDERS = ("_id", "-_id", "_lastUpdated", "-_lastUpdated")


def page(
    store: Store, order: str, as_of: int, after: Position | None, count: int = 3
) -> tuple[list[Published], Position | None, int]:
    """One page in a transaction of its own, as a request takes it."""
    query = parse("CareTeam", [("_sort", order), ("status", "active")])
    with store.read() as reader:
        found = reader.for_recipients((HOSPITAL,), "TREAT", T0 + 99 * DAY).search(
            query, as_of=as_of, count=count, after=after
        )
    return found.found, found.after, found.total


def clock(store: Store) -> int:
    """The number of the last change."""
    with store.read() as reader:
        return reader.seq()


@pytest.mark.parametrize("order", ORDERS)
def test_later_pages_show_the_state_of_the_first_page(store: Store, order: str) -> None:
    """New, changed and deleted resources are on later pages as they were when the first page was taken."""
    for serial in range(9):
        publish(store, to(HOSPITAL, team(f"t{serial}", name="before")), record=f"s{serial}")
    as_of = clock(store)
    found, after, total = page(store, order, as_of, None)
    seen = [(row.id, row.version) for row in found]
    assert total == 9
    for serial in (0, 4, 8):  # changed, no longer a match, and away
        publish(store, to(HOSPITAL, team(f"t{serial}", name="after")), at=T0 + DAY, record=f"s{serial}")
    publish(store, to(HOSPITAL, team("t3", status="inactive")), at=T0 + DAY, record="s3")
    publish(store, at=T0 + DAY, record="s5")
    for new in ("t00", "t33", "t99"):
        publish(store, to(HOSPITAL, team(new)), at=T0 + DAY, record=f"s-{new}")
    while after is not None:
        found, after, total = page(store, order, as_of, after)
        seen += [(row.id, row.version) for row in found]
        assert total == 9
    assert sorted(seen) == [(f"t{serial}", 1) for serial in range(9)]


@pytest.mark.parametrize("order", ORDERS)
def test_withdrawn_resources_are_on_no_later_page(store: Store, order: str) -> None:
    """A withdrawal between two pages removes its resources at once, and no other."""
    for serial in range(9):
        publish(store, to(HOSPITAL, team(f"t{serial}")), record=f"s{serial}")
    as_of = clock(store)
    found, after, _ = page(store, order, as_of, None)
    seen = [row.id for row in found]
    gone = {seen[0], *(f"t{serial}" for serial in (2, 4, 6))}
    for id_ in gone:
        publish(store, record=f"s{id_[1]}", narrowed={HOSPITAL: "withdrawn"})
    while after is not None:
        found, after, _ = page(store, order, as_of, after)
        seen += [row.id for row in found]
        assert not gone & {row.id for row in found}
    assert len(seen) == len(set(seen))
    assert {f"t{serial}" for serial in range(9)} - gone <= set(seen)


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS)
def test_pages_under_constant_writes_show_one_state(store: Store, order: str) -> None:
    """While four writers change, add and delete, every page shows the state of its first page."""
    for serial in range(60):
        publish(store, to(HOSPITAL, team(f"t{serial}", name="0")), record=f"s{serial}")
    done, failures = threading.Event(), []

    def write(writer: int) -> None:
        turn = 0
        while not done.is_set():
            turn += 1
            serial = (turn * 7 + writer) % 80
            wanted = [] if turn % 5 == 0 else [to(HOSPITAL, team(f"t{serial}", name=f"{writer}-{turn}"))]
            try:
                publish(store, *wanted, at=T0 + turn * DAY / 1000, record=f"s{serial}")
            except Exception as error:  # noqa: BLE001 - told by the test itself
                failures.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            with store.read() as reader:
                as_of = reader.seq()
                query = parse("CareTeam", [("status", "active")])
                whole = (
                    reader.for_recipients((HOSPITAL,), "TREAT", T0 + 99 * DAY)
                    .search(query, as_of=as_of, count=1000)
                    .found
                )
            seen, after = [], None
            while True:
                found, after, total = page(store, order, as_of, after, count=7)
                seen += [(row.id, row.version) for row in found]
                assert total == len(whole)
                if after is None:
                    break
            assert sorted(seen) == sorted((row.id, row.version) for row in whole)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert clock(store) > 60

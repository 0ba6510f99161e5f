"""Concurrency: no write is lost, no number is used twice, no key has two owners, no reader waits."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from adapter.errors import Conflict, Unavailable
from adapter.storage import Store, engine
from tests.storage.given import HOSPITAL, NOTE, T0, change_to, publish, read, team, to, told

if TYPE_CHECKING:
    from collections.abc import Callable


def together(count: int, act: Callable[[int], None]) -> list[BaseException]:
    """Run ``act`` in threads that start at the same moment; returns the exceptions they raised."""
    barrier, raised = threading.Barrier(count), []

    def run(number: int) -> None:
        barrier.wait()
        try:
            act(number)
        except BaseException as error:  # noqa: BLE001 - given to the test
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_concurrent_writers_lose_no_write(store: Store) -> None:
    """Writers that read, add one and write: the sum counts all of them, and each made a version."""

    def add(_number: int) -> None:
        for _ in range(10):
            with store.write(NOTE, T0) as writer:
                found = writer.record("sak", "s1")
                version, total = (found.version, found.body["total"]) if found else (0, 0)
                writer.put_record("sak", "s1", version + 1, {"total": total + 1})

    assert together(8, add) == []
    with store.read() as reader:
        found = reader.record("sak", "s1")
        assert found is not None
        assert (found.version, found.body["total"], reader.seq()) == (80, 80, 80)
        assert [change.seq for change in reader.changes(0, 100)] == list(range(1, 81))


def test_one_of_the_writers_that_build_on_the_same_version_wins(store: Store) -> None:
    """A writer that checks the version inside its transaction can rely on it."""
    with store.write(NOTE, T0) as writer:
        writer.put_record("sak", "s1", 1, {})
    won = []

    def update(number: int) -> None:
        with store.write(NOTE, T0) as writer:
            found = writer.record("sak", "s1")
            assert found is not None
            if found.version == 1:
                writer.put_record("sak", "s1", 2, {"by": number})
                won.append(number)

    assert together(16, update) == []
    with store.read() as reader:
        assert [v.body for v in reader.record_versions("sak", "s1")] == [{"by": won[0]}, {}]
    assert len(won) == 1


def test_concurrent_creates_with_one_key_make_one_record(store: Store) -> None:
    """Of conditional creates with the same identifier, one makes a record and the others get Conflict."""

    def create(number: int) -> None:
        with store.write(NOTE, T0) as writer:
            writer.put_record("sak", f"s{number}", 1, {})
            writer.put_keys("sak", f"s{number}", [("fnr", "12856812055")])

    raised = together(12, create)
    assert [type(error) for error in raised] == [Conflict] * 11
    with store.read() as reader:
        owner = reader.record_by_key("sak", "fnr", "12856812055")
        assert [record.id for record in reader.records("sak", None, 99)] == [owner]


def test_concurrent_publications_have_consecutive_versions(store: Store) -> None:
    """Every writer's content is a version of its own, none repeated and none skipped."""

    def write(number: int) -> None:
        publish(store, to(HOSPITAL, team(name=f"w{number}")))

    assert together(12, write) == []
    with store.read() as reader:
        seen = reader.for_recipients((HOSPITAL,), "TREAT", T0).published_history("CareTeam", "t1")
    assert [row.version for row in seen] == list(range(12, 0, -1))
    assert len({row.body for row in seen}) == 12


def test_the_feed_shows_changes_in_order_while_they_are_written(store: Store) -> None:
    """A reader of changes gets every number once and in order, while others write."""
    done = threading.Event()
    read_: list[int] = []

    def follow() -> None:
        while True:
            finished = done.is_set()
            with store.read() as reader:
                batch = reader.changes(read_[-1] if read_ else 0, 7)
            read_.extend(change.seq for change in batch)
            if finished and not batch:
                return
            time.sleep(0.001)  # or it would keep the interpreter from the writers

    def write(number: int) -> None:
        for turn in range(10):
            with store.write(NOTE, T0) as writer:
                writer.put_record("sak", f"s{number}-{turn}", 1, {})

    follower = threading.Thread(target=follow)
    follower.start()
    raised = together(6, write)
    done.set()
    follower.join()
    assert (raised, read_) == ([], list(range(1, 61)))


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    """While a write is open, a reader sees the state before it."""
    publish(store, to(HOSPITAL, team(name="before")))
    with store.write(NOTE, T0) as writer:
        change_to(writer, [to(HOSPITAL, team(name="after"))])
        assert told(read(store)) == (1, "before")
    assert told(read(store)) == (2, "after")


def test_a_writer_that_waits_too_long_is_unavailable(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a write that does not end a write is Unavailable, after seconds and not for ever.

    The one that waits stands for another process: an engine of its own on the same database.
    """
    monkeypatch.setattr(engine, "BUSY_SECONDS", 1)
    impatient = Store(database_url)
    try:
        with store.write(NOTE, T0) as writer:
            writer.put_record("sak", "s1", 1, {})
            with pytest.raises(Unavailable) as caught, impatient.write(NOTE, T0):
                pass
        assert [finding.code for finding in caught.value.findings] == ["database-busy"]
        with impatient.write(NOTE, T0) as writer:
            writer.put_record("sak", "s2", 1, {})
    finally:
        impatient.close()

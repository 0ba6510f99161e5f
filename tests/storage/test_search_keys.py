"""The register of search keys: the keys of a publication while it is open, superseded or closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from adapter.fhir.search.query import parse
from adapter.storage import PAGES_LIVE
from adapter.storage.instants import FOREVER
from adapter.storage.tables import publication_key
from tests.storage.given import DAY, FNR, HOSPITAL, NOTE, T0, patient, publish, team, to

if TYPE_CHECKING:
    from datetime import datetime

    from adapter.storage import Store

MINUTE = timedelta(minutes=1)
LONG = PAGES_LIVE + 10 * MINUTE
ABOUT = [("patient.identifier", f"{FNR}|12856812055")]


def keys(store: Store, *, superseded: bool = False) -> int:
    """The number of open or superseded keys in the register."""
    register = publication_key.c
    ended = register.to_seq < FOREVER if superseded else register.to_seq == FOREVER
    with store.read() as reader:
        return int(reader._connection.execute(select(func.count()).where(ended)).scalar_one())


def found(store: Store, as_of: int | None = None, now: datetime = T0) -> list[tuple[str, int]]:
    """Id and version of the teams that the hospital finds by the number of the person."""
    with store.read() as reader:
        seq = reader.seq() if as_of is None else as_of
        given = reader.for_recipients((HOSPITAL,), "TREAT", now)
        matches = given.search(parse("CareTeam", ABOUT), as_of=seq, count=10).found
        return [(one.id, one.version) for one in matches]


def write(store: Store, turn: int, at: datetime) -> None:
    """The next version of the team, given to the municipality and the hospital with its person."""
    told = (patient(), team(name=f"turn {turn}"))
    publish(store, *(to(recipient, one) for recipient in ("kommune", HOSPITAL) for one in told), at=at)


def test_a_record_with_fifty_versions_has_the_keys_of_one(store: Store) -> None:
    """Keys of versions superseded more than an hour ago are gone with the record's next write."""
    write(store, 0, T0)
    of_one = keys(store)
    for turn in range(1, 50):
        write(store, turn, T0 + turn * LONG)
    assert keys(store) == of_one
    assert keys(store, superseded=True) == 4  # the person by two parameters, for two recipients
    assert found(store, now=T0 + 50 * LONG) == [("t1", 50)]


def test_a_page_link_finds_what_has_been_superseded_within_the_hour(store: Store) -> None:
    """A search as of the first page finds the state of then, whatever the record's writes since."""
    write(store, 0, T0)
    write(store, 1, T0 + MINUTE)
    write(store, 2, T0 + PAGES_LIVE)
    late = T0 + PAGES_LIVE
    assert [found(store, as_of, late) for as_of in (1, 2, 3)] == [[("t1", 1)], [("t1", 2)], [("t1", 3)]]


def test_the_write_of_a_record_leaves_the_superseded_keys_of_others(store: Store) -> None:
    """Keys are erased by a write of their own record alone, so its time tells nothing about other records."""
    write(store, 0, T0)
    write(store, 1, T0)
    publish(store, to(HOSPITAL, patient("p2", "03910990054")), at=T0 + LONG, record="s2")
    assert keys(store, superseded=True) == 4
    write(store, 2, T0 + LONG)
    assert keys(store, superseded=True) == 4  # those of the write just now
    assert [found(store, as_of, T0 + LONG) for as_of in (1, 4)] == [[], [("t1", 3)]]


def test_a_write_that_publishes_nothing_new_keeps_open_keys(store: Store) -> None:
    """The same publications again, long after, leave the keys of the open ones."""
    write(store, 0, T0)
    before = keys(store)
    write(store, 0, T0 + DAY)
    assert keys(store) == before
    assert found(store, now=T0 + DAY) == [("t1", 1)]


def test_closed_publications_have_no_keys_at_once(store: Store) -> None:
    """A withdrawal erases the keys of all that the recipient was given, superseded ones too."""
    write(store, 0, T0)
    write(store, 1, T0 + MINUTE)
    publish(store, to("kommune", patient()), narrowed={HOSPITAL: "withdrawn"}, at=T0 + 2 * MINUTE)
    register = publication_key.c
    with store.read() as reader:
        held = reader._connection.execute(select(register.recipient).distinct()).scalars().all()
    assert held == ["kommune"]
    assert [found(store, as_of, T0 + 2 * MINUTE) for as_of in (1, 2, 3)] == [[], [], []]


def test_a_rebuilt_register_has_the_keys_of_the_register_before(store: Store) -> None:
    """Reindexing makes the open keys and those a page link can reach, no more."""
    write(store, 0, T0)
    write(store, 1, T0 + MINUTE)
    write(store, 2, T0 + LONG)
    register = select(publication_key).order_by(*publication_key.primary_key.columns)
    with store.read() as reader:
        before = reader._connection.execute(register).all()
    with store.write(NOTE, T0 + LONG) as writer:
        writer.reindex()
    with store.read() as reader:
        assert reader._connection.execute(register).all() == before
    with store.write(NOTE, T0 + 3 * LONG) as writer:
        writer.reindex()
    assert keys(store, superseded=True) == 0
    assert found(store, now=T0 + 3 * LONG) == [("t1", 3)]


def test_a_clock_that_is_set_back_erases_no_key_too_early(store: Store) -> None:
    """A write at an earlier instant counts from the last change, so keys in use stay."""
    write(store, 0, T0 + DAY)
    write(store, 1, T0)
    write(store, 2, T0 + MINUTE)
    assert [found(store, as_of, T0 + DAY) for as_of in (1, 2, 3)] == [[("t1", 1)], [("t1", 2)], [("t1", 3)]]

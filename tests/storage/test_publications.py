"""What a recipient is given, in which version, and what it can still ask about afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapter.errors import Conflict
from tests.storage.given import (
    DAY,
    HOSPITAL,
    NURSE,
    T0,
    WARD,
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
    from adapter.storage import Store

A, B, C = (team(name=name) for name in "ABC")


def test_what_is_published_is_read_as_the_bytes_it_is(store: Store) -> None:
    """A read gives the very bytes, and when this recipient was given them."""
    wanted = to(HOSPITAL, A, permit="consent-1")
    publish(store, wanted)
    found = read(store)
    assert found is not None
    assert (found.body, found.version, found.last_updated) == (wanted.body, 1, T0)
    assert (found.kind, found.record_id, found.permit, found.seq) == ("sak", "s1", "consent-1", 1)


def test_an_unchanged_write_makes_no_version(store: Store) -> None:
    """The same content in the same window leaves everything as it was, the clock too."""
    publish(store, to(HOSPITAL, A))
    assert publish(store, to(HOSPITAL, A), at=T0 + DAY) == []
    with store.read() as reader:
        assert reader.seq() == 1
    assert history(store) == [(1, "A")]


def test_other_content_is_the_next_version_and_the_old_one_stays_readable(store: Store) -> None:
    """What was superseded is still answered by vread and history."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B), at=T0 + DAY)
    publish(store, to(HOSPITAL, A), at=T0 + 2 * DAY)
    assert told(read(store, now=T0 + 3 * DAY)) == (3, "A")
    assert history(store, now=T0 + 3 * DAY) == [(3, "A"), (2, "B"), (1, "A")]
    assert versions(store, now=T0 + 3 * DAY) == [1, 2, 3]


def test_another_permit_or_window_keeps_the_version(store: Store) -> None:
    """The content decides the version: ETag and lastUpdated stay when only the permit changes."""
    publish(store, to(HOSPITAL, A, permit="one"))
    publish(store, to(HOSPITAL, A, permit="two", until=T0 + 9 * DAY), at=T0 + DAY)
    found = read(store, now=T0 + DAY)
    assert found is not None
    assert (found.version, found.last_updated, found.permit) == (1, T0, "two")
    assert history(store, now=T0 + DAY) == [(1, "A")]
    assert read(store, now=T0 + 9 * DAY) is None


def test_deletion_is_told_to_those_who_had_it(store: Store) -> None:
    """What is no longer there is a tombstone with a version of its own; its history stays."""
    publish(store, to(HOSPITAL, A), to(HOSPITAL, patient()))
    publish(store, to(HOSPITAL, patient()), at=T0 + DAY)
    assert told(read(store, now=T0 + DAY)) == (2, "deleted")
    assert history(store, now=T0 + DAY) == [(2, "deleted"), (1, "A")]
    assert publish(store, to(HOSPITAL, patient()), at=T0 + 2 * DAY) == []
    publish(store, to(HOSPITAL, patient()), to(HOSPITAL, A), at=T0 + 3 * DAY)
    assert history(store, now=T0 + 3 * DAY) == [(3, "A"), (2, "deleted"), (1, "A")]


def test_withdrawal_closes_everything_of_the_record(store: Store) -> None:
    """A narrowed recipient that keeps nothing gets what an unknown id gives: no 410, no vread, no history."""
    publish(store, to(HOSPITAL, A), to(WARD, A))
    publish(store, to(HOSPITAL, B), to(WARD, B))
    publish(store, to(WARD, B), narrowed={HOSPITAL: "withdrawn"})
    assert (read(store), history(store), versions(store)) == (None, [], [])
    assert history(store, WARD) == [(2, "B"), (1, "A")]


def test_withdrawal_closes_tombstones_too(store: Store) -> None:
    """Not even that something was deleted is told afterwards."""
    publish(store, to(HOSPITAL, A))
    publish(store)
    publish(store, narrowed={HOSPITAL: "withdrawn"})
    assert (read(store), versions(store)) == (None, [])


def test_a_narrowed_recipient_keeps_only_what_it_still_sees(store: Store) -> None:
    """What stays the same keeps its version without its past; what shows less is a new version alone."""
    publish(store, to(HOSPITAL, A), to(HOSPITAL, patient(gender="female")))
    publish(store, to(HOSPITAL, B), to(HOSPITAL, patient(gender="female")))
    publish(store, to(HOSPITAL, B), to(HOSPITAL, patient()), narrowed={HOSPITAL: "labelled"})
    assert (history(store), versions(store)) == ([(2, "B")], [2])
    with store.read() as reader:
        seen = reader.for_recipients((HOSPITAL,), "TREAT", T0).published_history("Patient", "p1")
    assert [row.version for row in seen] == [2]


def test_a_version_number_is_never_used_again(store: Store) -> None:
    """After withdrawal and a new consent the numbers go on: an old ETag can never name new content."""
    publish(store, to(HOSPITAL, A))
    publish(store, narrowed={HOSPITAL: "withdrawn"})
    publish(store, to(HOSPITAL, A))
    assert history(store) == [(2, "A")]


def test_a_window_opens_and_closes_by_itself(store: Store) -> None:
    """Before its window nothing is there; after it nothing is there any more, history included."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B, until=T0 + 5 * DAY), at=T0 + DAY)
    publish(store, to(WARD, A, T0 + 2 * DAY, T0 + 4 * DAY), to(HOSPITAL, B, until=T0 + 5 * DAY), at=T0 + DAY)
    seen = [told(read(store, WARD, now=T0 + days * DAY)) for days in range(1, 5)]
    assert seen == [None, (1, "A"), (1, "A"), None]
    assert history(store, now=T0 + 4 * DAY) == [(2, "B"), (1, "A")]
    assert history(store, now=T0 + 5 * DAY) == []
    assert versions(store, now=T0 + 5 * DAY) == []


def test_a_window_that_opens_later_is_an_update_then(store: Store) -> None:
    """A client that asks for what was updated since yesterday finds what opened today."""
    publish(store, to(HOSPITAL, A, T0 + 2 * DAY))
    found = read(store, now=T0 + 3 * DAY)
    assert found is not None
    assert found.last_updated == T0 + 2 * DAY


def test_stretches_of_time_are_consecutive_versions(store: Store) -> None:
    """What follows by itself comes as the next version, and is not told beforehand."""
    publish(store, to(HOSPITAL, A, None, T0 + 2 * DAY), to(HOSPITAL, B, T0 + 2 * DAY))
    assert history(store, now=T0 + DAY) == [(1, "A")]
    assert versions(store, now=T0 + DAY) == [1]
    assert told(read(store, now=T0 + 2 * DAY)) == (2, "B")
    assert history(store, now=T0 + 2 * DAY) == [(2, "B")]  # A's window has passed: no longer to be seen


def test_what_was_never_shown_leaves_no_trace(store: Store) -> None:
    """Plans for the future that are replaced before they begin count for nothing, not even a number."""
    for content in (A, B, A, C):
        publish(store, to(HOSPITAL, content, T0 + 9 * DAY))
    assert told(read(store, now=T0 + 9 * DAY)) == (1, "C")
    publish(store)
    assert (read(store, now=T0 + 9 * DAY), read(store)) == (None, None)


def test_versions_rise_when_only_the_present_stretch_changes(store: Store) -> None:
    """A stretch to come is renumbered after the present one, or a client would see its version fall."""
    publish(store, to(HOSPITAL, A, None, T0 + 2 * DAY), to(HOSPITAL, B, T0 + 2 * DAY))
    publish(store, to(HOSPITAL, C, None, T0 + 2 * DAY), to(HOSPITAL, B, T0 + 2 * DAY), at=T0 + DAY)
    assert told(read(store, now=T0 + DAY)) == (2, "C")
    assert told(read(store, now=T0 + 2 * DAY)) == (3, "B")


def test_a_window_that_has_begun_is_as_good_as_one_without_a_beginning(store: Store) -> None:
    """Writing again after a boundary has passed makes no row: nobody sees a difference."""
    publish(store, to(HOSPITAL, A, T0 + DAY))
    assert publish(store, to(HOSPITAL, A), at=T0 + 2 * DAY) == []


def test_deletion_after_expiry_is_not_told(store: Store) -> None:
    """Who could no longer see it is not told that it is gone."""
    publish(store, to(HOSPITAL, A, until=T0 + DAY))
    publish(store, at=T0 + 2 * DAY)
    assert read(store, now=T0 + 2 * DAY) is None


def test_a_tombstone_lasts_as_long_as_the_permit_would_have(store: Store) -> None:
    """A deletion is told while the window holds, and not after."""
    publish(store, to(HOSPITAL, A, until=T0 + 2 * DAY))
    publish(store, at=T0 + DAY)
    assert told(read(store, now=T0 + DAY)) == (2, "deleted")
    assert read(store, now=T0 + 2 * DAY) is None


def test_each_purpose_has_its_own_publications(store: Store) -> None:
    """What was published for treatment answers no other purpose; without purpose it answers all."""
    publish(store, to(HOSPITAL, A), to("innbygger/p1", A))
    with store.read() as reader:
        assert reader.for_recipients((HOSPITAL,), "HRESCH", T0).published("CareTeam", "t1") is None
        assert reader.for_recipients(("innbygger/p1",), "PATRQT", T0).published("CareTeam", "t1") is not None


def test_the_most_specific_recipient_of_a_record_answers(store: Store) -> None:
    """Of ward and hospital only the ward's view of a record counts, whatever the hospital was given."""
    publish(store, to(WARD, A), to(HOSPITAL, B), to(HOSPITAL, patient()))
    publish(store, to(HOSPITAL, team("t2", "p2", name="D")), record="s2")
    both = (NURSE, WARD, HOSPITAL)
    with store.read() as reader:
        seen = [
            reader.for_recipients(both, "TREAT", T0).published(*key)
            for key in (("CareTeam", "t1"), ("Patient", "p1"), ("CareTeam", "t2"))
        ]
    assert [told(found) for found in seen] == [(1, "A"), None, (1, "D")]


def test_a_deny_to_the_specific_is_not_undone_by_the_general(store: Store) -> None:
    """A row of a type no resource has stands for a deny: it hides what wider recipients were given."""
    publish(store, to(HOSPITAL, A), to(NURSE, {"resourceType": "-", "id": "s1"}))
    with store.read() as reader:
        assert reader.for_recipients((NURSE, HOSPITAL), "TREAT", T0).published("CareTeam", "t1") is None
        assert (
            reader.for_recipients((NURSE, HOSPITAL), "TREAT", T0).published_many([("CareTeam", "t1")]) == []
        )
        assert reader.for_recipients((NURSE, HOSPITAL), "TREAT", T0).published_history("CareTeam", "t1") == []


def test_a_specific_recipient_with_nothing_left_gives_way(store: Store) -> None:
    """Tombstones do not hide what a wider recipient has: only a live publication counts."""
    publish(store, to(WARD, A), to(HOSPITAL, B))
    publish(store, to(HOSPITAL, B))
    with store.read() as reader:
        assert told(reader.for_recipients((WARD, HOSPITAL), "TREAT", T0).published("CareTeam", "t1")) == (
            1,
            "B",
        )


def test_many_are_given_in_the_order_asked_for(store: Store) -> None:
    """What is not there or deleted is left out; a key asked for twice comes once."""
    publish(store, to(HOSPITAL, A), to(HOSPITAL, patient()), to(HOSPITAL, team("t2")))
    publish(store, to(HOSPITAL, A), to(HOSPITAL, patient()))
    wanted = [("Patient", "p1"), ("CareTeam", "t2"), ("CareTeam", "t1"), ("Patient", "p1"), ("Goal", "g")]
    with store.read() as reader:
        found = reader.for_recipients((HOSPITAL,), "TREAT", T0).published_many(wanted)
    assert [(row.type, row.id) for row in found] == [("Patient", "p1"), ("CareTeam", "t1")]


def test_an_id_belongs_to_one_record_for_good(store: Store) -> None:
    """Another record cannot publish under an id in use, nor under one that was deleted."""
    publish(store, to("kommune", A))
    with store.read() as reader:
        assert reader.holder("CareTeam", "t1") == ("sak", "s1")
        assert reader.holder("CareTeam", "t9") is None
    with pytest.raises(Conflict):
        publish(store, to("kommune", B), record="s2")
    publish(store)
    with pytest.raises(Conflict):
        publish(store, to("kommune", B), record="s2")


def test_changes_say_what_happened_to_whom(store: Store) -> None:
    """A write tells what it published, deleted, closed and ended, and nothing of what stayed."""
    publish(store, to(HOSPITAL, A), to(WARD, A), to(HOSPITAL, patient()), to(NURSE, A, until=T0 + DAY))
    changes = publish(
        store, to(HOSPITAL, B), to(HOSPITAL, patient()), narrowed={WARD: "withdrawn"}, at=T0 + 2 * DAY
    )
    assert {(change.recipient, change.version, change.action) for change in changes} == {
        (HOSPITAL, 2, "published"),
        (WARD, 0, "closed"),
        (NURSE, 0, "ended"),
    }
    assert [(c.type, c.action) for c in publish(store, to(HOSPITAL, B), at=T0 + 2 * DAY)] == [
        ("Patient", "deleted")
    ]


def test_the_same_bytes_are_stored_once(store: Store) -> None:
    """Content and its index rows are shared by hash, whoever they are given to."""
    publish(store, to(HOSPITAL, A), to(WARD, A), to("kommune", A))
    publish(store, to(HOSPITAL, B), to(WARD, B), to("kommune", A))
    with store.read() as reader:
        rows = reader._connection.exec_driver_sql("SELECT count(*) FROM blob").scalar_one()
        index = reader._connection.exec_driver_sql("SELECT count(*) FROM search_index WHERE param = 'status'")
        assert (rows, index.scalar_one()) == (2, 2)


def test_lastupdated_never_falls_when_the_clock_is_set_back(store: Store) -> None:
    """A write at an earlier instant than the last change is dated as that change."""
    publish(store, to(HOSPITAL, A), at=T0 + DAY)
    publish(store, to(HOSPITAL, B), at=T0)
    found = read(store, now=T0 + DAY)
    assert found is not None
    assert (found.version, found.last_updated) == (2, T0 + DAY)

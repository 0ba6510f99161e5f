"""Publications: the versions a recipient is given, and the history it can read afterwards."""

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


def test_a_read_gives_the_published_bytes(store: Store) -> None:
    """A read gives the published bytes, with the instant this recipient was given them."""
    wanted = to(HOSPITAL, A, permit="consent-1")
    publish(store, wanted)
    found = read(store)
    assert found is not None
    assert (found.body, found.version, found.last_updated) == (wanted.content.body, 1, T0)
    assert (found.kind, found.record_id, found.permit, found.seq) == ("sak", "s1", "consent-1", 1)


def test_an_unchanged_write_makes_no_version(store: Store) -> None:
    """The same content in the same window changes nothing, not even the clock."""
    publish(store, to(HOSPITAL, A))
    assert publish(store, to(HOSPITAL, A), at=T0 + DAY) == []
    with store.read() as reader:
        assert reader.seq() == 1
    assert history(store) == [(1, "A")]


def test_new_content_is_the_next_version_and_the_old_stays_readable(store: Store) -> None:
    """Superseded content is still answered by vread and history."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B), at=T0 + DAY)
    publish(store, to(HOSPITAL, A), at=T0 + 2 * DAY)
    assert told(read(store, now=T0 + 3 * DAY)) == (3, "A")
    assert history(store, now=T0 + 3 * DAY) == [(3, "A"), (2, "B"), (1, "A")]
    assert versions(store, now=T0 + 3 * DAY) == [1, 2, 3]


def test_another_permit_or_window_keeps_the_version(store: Store) -> None:
    """The content decides the version: ETag and lastUpdated stay if only permit or window changes."""
    publish(store, to(HOSPITAL, A, permit="one"))
    publish(store, to(HOSPITAL, A, permit="two", until=T0 + 9 * DAY), at=T0 + DAY)
    found = read(store, now=T0 + DAY)
    assert found is not None
    assert (found.version, found.last_updated, found.permit) == (1, T0, "two")
    assert history(store, now=T0 + DAY) == [(1, "A")]
    assert read(store, now=T0 + 9 * DAY) is None


def test_a_deletion_gives_its_recipients_a_tombstone(store: Store) -> None:
    """A deleted resource is a tombstone with a version of its own; its history stays."""
    publish(store, to(HOSPITAL, A), to(HOSPITAL, patient()))
    publish(store, to(HOSPITAL, patient()), at=T0 + DAY)
    assert told(read(store, now=T0 + DAY)) == (2, "deleted")
    assert history(store, now=T0 + DAY) == [(2, "deleted"), (1, "A")]
    assert publish(store, to(HOSPITAL, patient()), at=T0 + 2 * DAY) == []
    publish(store, to(HOSPITAL, patient()), to(HOSPITAL, A), at=T0 + 3 * DAY)
    assert history(store, now=T0 + 3 * DAY) == [(3, "A"), (2, "deleted"), (1, "A")]


def test_withdrawal_closes_everything_of_the_record(store: Store) -> None:
    """A narrowed recipient that keeps nothing gets the answer of an unknown id for every read."""
    publish(store, to(HOSPITAL, A), to(WARD, A))
    publish(store, to(HOSPITAL, B), to(WARD, B))
    publish(store, to(WARD, B), narrowed={HOSPITAL: "withdrawn"})
    assert (read(store), history(store), versions(store)) == (None, [], [])
    assert history(store, WARD) == [(2, "B"), (1, "A")]


def test_withdrawal_closes_tombstones_too(store: Store) -> None:
    """After a withdrawal not even a deletion can be read."""
    publish(store, to(HOSPITAL, A))
    publish(store)
    publish(store, narrowed={HOSPITAL: "withdrawn"})
    assert (read(store), versions(store)) == (None, [])


def test_a_narrowed_recipient_keeps_only_the_resources_it_still_sees(store: Store) -> None:
    """An unchanged resource keeps its version without its past; one that shows less has a new version."""
    publish(store, to(HOSPITAL, A), to(HOSPITAL, patient(gender="female")))
    publish(store, to(HOSPITAL, B), to(HOSPITAL, patient(gender="female")))
    publish(store, to(HOSPITAL, B), to(HOSPITAL, patient()), narrowed={HOSPITAL: "labelled"})
    assert (history(store), versions(store)) == ([(2, "B")], [2])
    with store.read() as reader:
        seen = reader.for_recipients((HOSPITAL,), "TREAT", T0).published_history("Patient", "p1")
    assert [row.version for row in seen] == [2]


def test_a_version_number_is_never_used_again(store: Store) -> None:
    """After a withdrawal and a new consent the numbers go on, so an old ETag never names new content."""
    publish(store, to(HOSPITAL, A))
    publish(store, narrowed={HOSPITAL: "withdrawn"})
    publish(store, to(HOSPITAL, A))
    assert history(store) == [(2, "A")]


def test_a_window_opens_and_closes_by_itself(store: Store) -> None:
    """Before and after its window a resource cannot be read, its history included."""
    publish(store, to(HOSPITAL, A))
    publish(store, to(HOSPITAL, B, until=T0 + 5 * DAY), at=T0 + DAY)
    publish(store, to(WARD, A, T0 + 2 * DAY, T0 + 4 * DAY), to(HOSPITAL, B, until=T0 + 5 * DAY), at=T0 + DAY)
    seen = [told(read(store, WARD, now=T0 + days * DAY)) for days in range(1, 5)]
    assert seen == [None, (1, "A"), (1, "A"), None]
    assert history(store, now=T0 + 4 * DAY) == [(2, "B"), (1, "A")]
    assert history(store, now=T0 + 5 * DAY) == []
    assert versions(store, now=T0 + 5 * DAY) == []


def test_lastupdated_is_the_instant_a_window_opens(store: Store) -> None:
    """A client that asks for updates since yesterday finds a resource whose window opened today."""
    publish(store, to(HOSPITAL, A, T0 + 2 * DAY))
    found = read(store, now=T0 + 3 * DAY)
    assert found is not None
    assert found.last_updated == T0 + 2 * DAY


def test_consecutive_windows_are_consecutive_versions(store: Store) -> None:
    """Content of a later window is the next version, and cannot be read before."""
    publish(store, to(HOSPITAL, A, None, T0 + 2 * DAY), to(HOSPITAL, B, T0 + 2 * DAY))
    assert history(store, now=T0 + DAY) == [(1, "A")]
    assert versions(store, now=T0 + DAY) == [1]
    assert told(read(store, now=T0 + 2 * DAY)) == (2, "B")
    assert history(store, now=T0 + 2 * DAY) == [(2, "B")]  # A's window has passed: no longer to be seen


def test_a_row_that_was_never_shown_leaves_no_trace(store: Store) -> None:
    """Future rows that are replaced before their window begins use up no version number."""
    for content in (A, B, A, C):
        publish(store, to(HOSPITAL, content, T0 + 9 * DAY))
    assert told(read(store, now=T0 + 9 * DAY)) == (1, "C")
    publish(store)
    assert (read(store, now=T0 + 9 * DAY), read(store)) == (None, None)


def test_versions_rise_when_only_the_present_window_changes(store: Store) -> None:
    """A future row is renumbered after the present one, so that no client sees its version fall."""
    publish(store, to(HOSPITAL, A, None, T0 + 2 * DAY), to(HOSPITAL, B, T0 + 2 * DAY))
    publish(store, to(HOSPITAL, C, None, T0 + 2 * DAY), to(HOSPITAL, B, T0 + 2 * DAY), at=T0 + DAY)
    assert told(read(store, now=T0 + DAY)) == (2, "C")
    assert told(read(store, now=T0 + 2 * DAY)) == (3, "B")


def test_a_begun_window_equals_a_window_without_a_beginning(store: Store) -> None:
    """The same write after a window has begun makes no row."""
    publish(store, to(HOSPITAL, A, T0 + DAY))
    assert publish(store, to(HOSPITAL, A), at=T0 + 2 * DAY) == []


def test_a_deletion_after_expiry_gives_no_tombstone(store: Store) -> None:
    """A recipient that could no longer see the resource gets no tombstone."""
    publish(store, to(HOSPITAL, A, until=T0 + DAY))
    publish(store, at=T0 + 2 * DAY)
    assert read(store, now=T0 + 2 * DAY) is None


def test_a_tombstone_lasts_as_long_as_the_permit_would_have(store: Store) -> None:
    """A tombstone can be read while the window of the resource holds, and not after."""
    publish(store, to(HOSPITAL, A, until=T0 + 2 * DAY))
    publish(store, at=T0 + DAY)
    assert told(read(store, now=T0 + DAY)) == (2, "deleted")
    assert read(store, now=T0 + 2 * DAY) is None


def test_each_purpose_has_its_own_publications(store: Store) -> None:
    """A publication for treatment answers no other purpose; a publication without purpose answers all."""
    publish(store, to(HOSPITAL, A), to("innbygger/p1", A))
    with store.read() as reader:
        assert reader.for_recipients((HOSPITAL,), "HRESCH", T0).published("CareTeam", "t1") is None
        assert reader.for_recipients(("innbygger/p1",), "PATRQT", T0).published("CareTeam", "t1") is not None


def test_the_most_specific_recipient_of_a_record_answers(store: Store) -> None:
    """Of ward and hospital, only the ward's publications of a record count."""
    publish(store, to(WARD, A), to(HOSPITAL, B), to(HOSPITAL, patient()))
    publish(store, to(HOSPITAL, team("t2", "p2", name="D")), record="s2")
    both = (NURSE, WARD, HOSPITAL)
    with store.read() as reader:
        seen = [
            reader.for_recipients(both, "TREAT", T0).published(*key)
            for key in (("CareTeam", "t1"), ("Patient", "p1"), ("CareTeam", "t2"))
        ]
    assert [told(found) for found in seen] == [(1, "A"), None, (1, "D")]


def test_a_deny_to_a_specific_recipient_hides_the_publications_to_wider_ones(store: Store) -> None:
    """A row of a type no resource has marks a deny: it hides the publications to wider recipients."""
    publish(store, to(HOSPITAL, A), to(NURSE, {"resourceType": "-", "id": "s1"}))
    with store.read() as reader:
        assert reader.for_recipients((NURSE, HOSPITAL), "TREAT", T0).published("CareTeam", "t1") is None
        assert (
            reader.for_recipients((NURSE, HOSPITAL), "TREAT", T0).published_many([("CareTeam", "t1")]) == []
        )
        assert reader.for_recipients((NURSE, HOSPITAL), "TREAT", T0).published_history("CareTeam", "t1") == []


def test_a_specific_recipient_with_only_tombstones_hides_nothing(store: Store) -> None:
    """Tombstones do not hide the publications to a wider recipient."""
    publish(store, to(WARD, A), to(HOSPITAL, B))
    publish(store, to(HOSPITAL, B))
    with store.read() as reader:
        assert told(reader.for_recipients((WARD, HOSPITAL), "TREAT", T0).published("CareTeam", "t1")) == (
            1,
            "B",
        )


def test_published_many_keeps_the_order_of_the_keys(store: Store) -> None:
    """Missing and deleted resources are left out; a repeated key gives one resource."""
    publish(store, to(HOSPITAL, A), to(HOSPITAL, patient()), to(HOSPITAL, team("t2")))
    publish(store, to(HOSPITAL, A), to(HOSPITAL, patient()))
    wanted = [("Patient", "p1"), ("CareTeam", "t2"), ("CareTeam", "t1"), ("Patient", "p1"), ("Goal", "g")]
    with store.read() as reader:
        found = reader.for_recipients((HOSPITAL,), "TREAT", T0).published_many(wanted)
    assert [(row.type, row.id) for row in found] == [("Patient", "p1"), ("CareTeam", "t1")]


def test_an_id_belongs_to_one_record_for_good(store: Store) -> None:
    """Another record cannot publish under an id in use, nor under the id of a deleted resource."""
    publish(store, to("kommune", A))
    with store.read() as reader:
        keys = {("CareTeam", "t1"), ("CareTeam", "t9")}
        assert reader.holders(keys) == {("CareTeam", "t1"): ("sak", "s1")}
    with pytest.raises(Conflict):
        publish(store, to("kommune", B), record="s2")
    publish(store)
    with pytest.raises(Conflict):
        publish(store, to("kommune", B), record="s2")


def test_a_write_returns_its_changes_by_recipient(store: Store) -> None:
    """A write returns the resources published, deleted, closed and ended, and none that stayed."""
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
    """Contents and their index rows are shared by hash between recipients."""
    publish(store, to(HOSPITAL, A), to(WARD, A), to("kommune", A))
    publish(store, to(HOSPITAL, B), to(WARD, B), to("kommune", A))
    with store.read() as reader:
        rows = reader._connection.exec_driver_sql("SELECT count(*) FROM blob").scalar_one()
        index = reader._connection.exec_driver_sql("SELECT count(*) FROM search_index WHERE param = 'status'")
        assert (rows, index.scalar_one()) == (2, 2)


def test_lastupdated_never_falls_when_the_clock_is_set_back(store: Store) -> None:
    """A write at an earlier instant than the last change has the instant of that change."""
    publish(store, to(HOSPITAL, A), at=T0 + DAY)
    publish(store, to(HOSPITAL, B), at=T0)
    found = read(store, now=T0 + DAY)
    assert found is not None
    assert (found.version, found.last_updated) == (2, T0 + DAY)

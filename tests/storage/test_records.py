"""Records: versions, keys, residue and permits, and the feed of changes."""

from __future__ import annotations

import pytest

from adapter.errors import Conflict
from adapter.fhir.codec.numbers import Spelled
from adapter.record.windows import Window
from adapter.storage import (
    ChangeNote,
    PermitRow,
    Plan,
    PublicationsPlan,
    RecordPlan,
    Residue,
    Store,
    Touched,
    Writer,
    plan_publications,
)
from adapter.storage.instants import to_micros
from tests.storage.given import DAY, NOTE, T0, change_to, patient, to

BODY = {
    "id": "s1",
    "tilstand": "aktiv",
    "vekt": Spelled("1.10"),
    "navn": "Ånne Č",
    "innbygger": {"b": 1, "a": 2},
}


def test_a_record_reads_as_it_was_stored(store: Store) -> None:
    """Digits of decimals, order of keys and every letter are kept, with the note and the instant."""
    with store.write(NOTE, T0) as writer:
        writer.put_record("sak", "s1", 1, BODY)
        assert (writer.seq(), writer.at) == (1, T0)
    with store.read() as reader:
        found = reader.record("sak", "s1")
        assert reader.record("sak", "s2") is None
        assert reader.record("ansatt", "s1") is None
    assert found is not None
    assert (found.body, str(found.body["vekt"])) == (BODY, "1.10")
    assert list(found.body["innbygger"]) == ["b", "a"]
    assert (found.kind, found.id, found.version, found.seq, found.at, found.note) == (
        "sak", "s1", 1, 1, T0, NOTE,
    )  # fmt: skip


def test_versions_are_kept_each_with_its_change(store: Store) -> None:
    """Every version stays unchanged, the newest first, each with its change."""
    other = ChangeNote("client-2", "Practitioner/a", None, None, "request-2", "create")
    for version, note in ((1, NOTE), (2, other)):
        with store.write(note, T0 + version * DAY) as writer:
            writer.put_record("sak", "s1", version, {"id": "s1", "n": version})
    with store.read() as reader:
        seen = [(v.version, v.body["n"], v.note, v.at) for v in reader.record_versions("sak", "s1")]
        first = reader.record_version("sak", "s1", 1)
        assert reader.record_version("sak", "s1", 3) is None
        assert reader.record_versions("sak", "s2") == []
    assert seen == [(2, 2, other, T0 + 2 * DAY), (1, 1, NOTE, T0 + DAY)]
    assert first is not None
    assert first.body["n"] == 1


@pytest.mark.parametrize("version", [1, 3])
def test_a_version_that_is_not_the_next_is_refused(store: Store, version: int) -> None:
    """The database itself refuses a version that is not the next, and stores nothing."""
    with store.write(NOTE, T0) as writer:
        writer.put_record("sak", "s1", 1, {"n": 1})
    with pytest.raises(Exception, match=r"(?i)unique|follow"), store.write(NOTE, T0) as writer:
        writer.put_record("sak", "s1", version, {"n": version})
    with store.read() as reader:
        assert [v.version for v in reader.record_versions("sak", "s1")] == [1]
        assert reader.seq() == 1


def test_records_are_paged_in_the_order_of_their_ids(store: Store) -> None:
    """Each page begins after the last id; ids sort by code point on both databases."""
    ids = ["B", "a", "a-1", "a.1", "a1", "å", "b"]
    with store.write(NOTE, T0) as writer:
        for id_ in reversed(ids):
            writer.put_record("organisasjon", id_, 1, {"id": id_})
    seen, after = [], None
    with store.read() as reader:
        while page := reader.records("organisasjon", after, 3):
            seen += [record.id for record in page]
            after = page[-1].id
    assert seen == sorted(ids)


def test_a_key_belongs_to_one_record_of_a_kind(store: Store) -> None:
    """Two records cannot have the same identifier; a record that loses it frees it."""
    with store.write(NOTE, T0) as writer:
        writer.put_keys("sak", "s1", [("fnr", "1"), ("hnr", "2")])
        writer.put_keys("ansatt", "a1", [("fnr", "1")])
    with pytest.raises(Conflict), store.write(NOTE, T0) as writer:
        writer.put_keys("sak", "s2", [("fnr", "1")])
    with store.write(NOTE, T0) as writer:
        writer.put_keys("sak", "s1", [("hnr", "2")])
        writer.put_keys("sak", "s2", [("fnr", "1")])
    with store.read() as reader:
        found = [reader.record_by_key("sak", *key) for key in (("fnr", "1"), ("hnr", "2"), ("fnr", "3"))]
        assert (found, reader.record_by_key("ansatt", "fnr", "1")) == (["s2", "s1", None], "a1")


def test_residue_is_kept_for_each_part(store: Store) -> None:
    """A part has one residue, with its writer; None deletes it."""
    with store.write(NOTE, T0) as writer:
        writer.put_residues("sak", "s1", {("CareTeam", "t1"): Residue("kommune", {"note": [{"text": "x"}]})})
        writer.put_residues("sak", "s1", {("Patient", "p1"): Residue("kommune", {"animal": Spelled("1.0")})})
        writer.put_residues("sak", "s2", {("CareTeam", "t1"): Residue("kommune", {"note": []})})
    with store.write(NOTE, T0) as writer:
        writer.put_residues(
            "sak", "s1", {("CareTeam", "t1"): Residue("organisasjon/h", {"note": [{"text": "y"}]})}
        )
        writer.put_residues("sak", "s1", {("Patient", "p1"): None})
    with store.read() as reader:
        assert reader.residues("sak", "s1") == {
            ("CareTeam", "t1"): Residue("organisasjon/h", {"note": [{"text": "y"}]})
        }


def test_permits_are_those_of_the_last_write(store: Store) -> None:
    """The permits of a sak are replaced as a whole, windows with open ends too."""
    rows = [
        PermitRow("organisasjon/h", "TREAT", "person", "", False, "c1", "r1", Window(None, T0)),
        PermitRow("ansatt/a", "", "team", "alle", True, "c2", "r2", Window(T0, None)),
    ]
    with store.write(NOTE, T0) as writer:
        writer.put_permits("s1", rows)
        writer.put_permits("s2", rows[:1])
    with store.write(NOTE, T0) as writer:
        assert writer.permits("s1") == rows
        writer.put_permits("s1", rows[1:])
    with store.read() as reader:
        assert (reader.permits("s1"), reader.permits("s2")) == (rows[1:], rows[:1])


def test_the_feed_has_each_change_once_in_order(store: Store) -> None:
    """Changes come by number, with the versions each made; a change of residue alone has none."""
    with store.write(NOTE, T0) as writer:
        writer.put_record("sak", "s1", 1, {})
        writer.put_record("ansatt", "a1", 1, {})
    with store.write(NOTE, T0) as writer:
        writer.put_residues("sak", "s1", {("CareTeam", "t1"): Residue("kommune", {})})
    with store.write(NOTE, T0 + DAY) as writer:
        writer.put_record("sak", "s1", 2, {})
    with store.read() as reader:
        feed = reader.changes(0, 10)
        assert reader.changes(1, 1) == feed[1:2]
        assert reader.changes(3, 10) == []
    assert [(change.seq, change.at, change.note) for change in feed] == [
        (1, T0, NOTE), (2, T0, NOTE), (3, T0 + DAY, NOTE),
    ]  # fmt: skip
    assert [change.records for change in feed] == [
        (Touched("ansatt", "a1", 1), Touched("sak", "s1", 1)),
        (),
        (Touched("sak", "s1", 2),),
    ]


def test_writing_the_same_keys_is_no_change(store: Store) -> None:
    """Unchanged keys make no change and do not move the clock."""
    for _ in range(2):
        with store.write(NOTE, T0) as writer:
            writer.put_keys("sak", "s1", [("fnr", "1")])
    with store.read() as reader:
        assert (reader.seq(), len(reader.changes(0, 10))) == (1, 1)


def test_every_change_of_a_record_touches_it(store: Store) -> None:
    """A change of a record's body, residue or publications alone moves the number it was last touched by."""
    with store.write(NOTE, T0) as writer:
        writer.put_record("sak", "s1", 1, {"id": "s1"})
    residue = {("Patient", "p1"): Residue("kommune", {"a": 1})}
    for number, made in enumerate((PublicationsPlan(0), residue, None), 2):
        with store.write(NOTE, T0) as writer:
            writer.store(_plan_of(writer, made))
            assert writer.touched({("sak", "s1"), ("sak", "s2")}) == {("sak", "s1"): number}


def _plan_of(writer: Writer, made: object) -> Plan:
    """A plan that publishes a Patient, stores residue, or stores the next version."""
    publications = PublicationsPlan(0)
    if isinstance(made, PublicationsPlan):
        rows = writer.open_publications("sak", "s1")
        wanted = [to("kommune", patient())]
        publications = plan_publications(rows, wanted, writer.newest_versions, to_micros(T0), {}, {})
    residue = made if isinstance(made, dict) else {}
    version, body = (2, {"id": "s1", "n": 2}) if made is None else (None, {"id": "s1"})
    return Plan(
        T0, (RecordPlan("sak", "s1", version, {"id": "s1"}, body, None, residue, None, publications),)
    )


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    """An exception rolls back the whole change: record, keys, publications and clock."""

    def fail() -> None:
        with store.write(NOTE, T0) as writer:
            writer.put_record("sak", "s1", 1, {})
            writer.put_keys("sak", "s1", [("fnr", "1")])
            change_to(writer, [to("kommune", patient())])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.read() as reader:
        assert (reader.record("sak", "s1"), reader.record_by_key("sak", "fnr", "1")) == (None, None)
        assert reader.holders({("Patient", "p1")}) == {}
        assert reader.for_recipients(("kommune",), "", T0).published("Patient", "p1") is None
        assert (reader.seq(), reader.changes(0, 10)) == (0, [])


def test_a_reader_sees_one_snapshot(store: Store) -> None:
    """A commit after a reader's first query is not seen by its later queries."""
    with store.write(NOTE, T0) as writer:
        writer.put_record("sak", "s1", 1, {"n": 1})
    with store.read() as reader:
        assert reader.seq() == 1
        with store.write(NOTE, T0) as writer:
            writer.put_record("sak", "s1", 2, {"n": 2})
        found = reader.record("sak", "s1")
        assert found is not None
        assert (found.version, reader.seq()) == (1, 1)
    with store.read() as reader:
        assert reader.seq() == 2


def test_a_database_has_one_secret_of_its_own(store: Store) -> None:
    """The secret is made with the database; another name gives KeyError."""
    with store.read() as reader:
        assert len(reader.seq_and_secret("pages")[1]) == 32
        assert reader.seq_and_secret("pages") == reader.seq_and_secret("pages")
        with pytest.raises(KeyError):
            reader.seq_and_secret("other")

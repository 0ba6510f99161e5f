"""A write is decided on a snapshot, and stored only while the snapshot still holds."""

from __future__ import annotations

import copy
import threading
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapter.errors import Conflict, NotFound
from adapter.fhir.codec.stored import read_stored
from adapter.repository import Put, Repository
from adapter.security.caller import OPEN_CALLER, Caller
from adapter.security.scopes import EVERYTHING
from adapter.storage import ChangeNote
from tests.rest.world import CASE, OTHER_CASE, RECORDS, SUCCESSOR, UNUSED_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapter.storage import Reader, Writer
    from tests.rest.conftest import Clock

NOTE = ChangeNote("test", None, None, None, "test", "update")
KINDS = {"organisasjoner": "organisasjon", "ansatte": "ansatt", "saker": "sak"}
WRITERS, TURNS = 6, 4


@pytest.fixture
def municipality(repository: Repository) -> Repository:
    """The small municipality, with a goal for each writer."""
    for base, body in RECORDS:
        put(repository, KINDS[base], body)
    put(repository, "sak", {**CASE, "maal": [goal(number) for number in range(WRITERS)]})
    return repository


def goal(number: int, text: str = "Gå i trapp") -> dict[str, Any]:
    """The goal of one writer."""
    return {"id": f"m{number}", "tekst": text, "status": "aktiv"}


def put(repository: Repository, kind: str, body: dict[str, Any]) -> Any:
    """Store a record whole."""
    return repository.put_record(kind, body["id"], copy.deepcopy(body), if_match=None, note=NOTE)


def sak(repository: Repository) -> dict[str, Any]:
    """The sak as it stands."""
    return repository.record("sak", "saken").body


def test_a_record_that_changes_under_a_write_is_decided_again(municipality: Repository) -> None:
    """Changed twice under a write, the record is decided the third time under the lock; nothing is lost."""
    rival = _Rival(municipality, _other_goal)
    before = municipality.record("sak", "saken").version
    slow = replace(municipality, store=rival)
    done = put(slow, "sak", {**CASE, "maal": [goal(0, "Lage middag")]})
    assert done.version.version == before + 3
    newest = municipality.record_versions("sak", "saken")[:3]
    assert [version.body["maal"][0]["tekst"] for version in newest] == ["Lage middag", "Nummer 2", "Nummer 1"]
    assert rival.snapshots == [1, 2]


def _other_goal(municipality: Repository, snapshot: int) -> None:
    """Change the goal of the sak."""
    put(municipality, "sak", {**sak(municipality), "maal": [goal(0, f"Nummer {snapshot}")]})


def _leave_rolle(municipality: Repository, snapshot: int) -> None:
    """End the rolle of an ansatt, once."""
    if snapshot == 1:
        (rolle,) = SUCCESSOR["roller"]
        put(municipality, "ansatt", {**SUCCESSOR, "roller": [{**rolle, "aktiv": False}]})


def _add_residue(municipality: Repository, snapshot: int) -> None:
    """Send the team with an element the record has no field for, once; the record stays."""
    if snapshot == 1:
        found = municipality.read("CareTeam", "teamet", caller=OPEN_CALLER)
        sent = Put("CareTeam", {**read_stored(found.body), "reasonCode": [{"text": "Samlet oppfølging"}]})
        municipality.put([sent], caller=OPEN_CALLER, note=NOTE)


def _take_number(municipality: Repository, snapshot: int) -> None:
    """Begin a sak about the person the other write is about, once."""
    if snapshot == 1:
        identer = [{"id": "i1", "type": "fnr", "verdi": UNUSED_NUMBER}]
        put(
            municipality,
            "sak",
            {"id": "ny", "tilstand": "aktiv", "innbygger": {"id": "kari", "identer": identer}},
        )


def _take_id(municipality: Repository, snapshot: int) -> None:
    """Add a goal to another sak under the id the other write uses, once."""
    if snapshot == 1:
        put(municipality, "sak", {**OTHER_CASE, "maal": [goal(99)]})


def test_a_rolle_that_ends_meanwhile_gives_nothing(municipality: Repository) -> None:
    """An ansatt that leaves a rolle between decision and store is not given what the rolle is permitted."""
    (samtykke,) = CASE["samtykker"]
    permitted = {**samtykke, "mottaker": {"rolle": "bjarte-koordinator"}}
    rival = _Rival(municipality, _leave_rolle)
    put(replace(municipality, store=rival), "sak", {**sak(municipality), "samtykker": [permitted]})
    assert rival.snapshots == [1, 2]
    bjarte = Caller("epj", person="Practitioner/bjarte", scopes=EVERYTHING)
    with pytest.raises(NotFound):
        municipality.read("CareTeam", "teamet", caller=bjarte)


def test_residue_that_comes_meanwhile_is_kept(municipality: Repository) -> None:
    """A write of residue alone makes no record version, and yet the other write is decided again."""
    rival = _Rival(municipality, _add_residue)
    team = {**CASE["team"][0], "navn": "Teamet"}
    put(replace(municipality, store=rival), "sak", {**sak(municipality), "team": [team]})
    assert rival.snapshots == [1, 2]
    stands = read_stored(municipality.read("CareTeam", "teamet", caller=OPEN_CALLER).body)
    assert (stands["name"], stands["reasonCode"]) == ("Teamet", [{"text": "Samlet oppfølging"}])


@pytest.mark.parametrize(("meanwhile", "code"), [(_take_number, "identifier-taken"), (_take_id, "id-taken")])
def test_a_number_or_id_taken_meanwhile_is_refused(
    municipality: Repository, meanwhile: Callable[[Repository, int], None], code: str
) -> None:
    """Ids and numbers that the snapshot did not have are asked again under the lock; nothing is stored."""
    stands = sak(municipality)
    number = {"id": "i2", "type": "fnr", "verdi": UNUSED_NUMBER}
    person = {**stands["innbygger"], "identer": [*stands["innbygger"]["identer"], number]}
    changed = {**stands, "maal": [goal(99)]} if meanwhile is _take_id else {**stands, "innbygger": person}
    before = municipality.record("sak", "saken").version
    with pytest.raises(Conflict) as caught:
        put(replace(municipality, store=_Rival(municipality, meanwhile)), "sak", changed)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert municipality.record("sak", "saken").version == before


@dataclass
class _Rival:
    """The store of a municipality, in which another client writes after every snapshot.

    ``change`` makes the write, and is given the number of the snapshot.
    """

    municipality: Repository
    change: Callable[[Repository, int], None]
    snapshots: list[int] = field(default_factory=list)

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A snapshot; the other client writes when it ends."""
        with self.municipality.store.read() as reader:
            yield reader
        self.snapshots.append(len(self.snapshots) + 1)
        self.change(self.municipality, len(self.snapshots))

    def write(self, note: ChangeNote, at: datetime) -> AbstractContextManager[Writer]:
        """A transaction of the municipality's store."""
        return self.municipality.store.write(note, at)


def test_parallel_writes_of_one_sak_are_all_kept(municipality: Repository) -> None:
    """Writers that change different goals of one sak at once lose nothing; every version is one change."""
    raised: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for turn in range(TURNS):
                found = municipality.read("Goal", f"m{number}", caller=OPEN_CALLER)
                text = {"description": {"text": f"Mål {number}, {turn}"}}
                sent = Put("Goal", {**read_stored(found.body), **text})
                municipality.put([sent], caller=OPEN_CALLER, note=NOTE)
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            raised.append(error)

    before = municipality.record("sak", "saken").version
    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    assert [one["tekst"] for one in sak(municipality)["maal"]] == [
        f"Mål {number}, {TURNS - 1}" for number in range(WRITERS)
    ]
    assert municipality.record("sak", "saken").version == before + WRITERS * TURNS


def test_a_write_that_changes_nothing_waits_for_nobody(municipality: Repository, clock: Clock) -> None:
    """While another write is open, an unchanged record is answered at once, also after its windows passed."""
    body = sak(municipality)
    clock.now += timedelta(days=3)
    answered: list[Any] = []
    with municipality.store.write(NOTE, clock.now) as writer:
        waiting = threading.Thread(target=lambda: answered.append(put(municipality, "sak", body)))
        waiting.start()
        waiting.join(timeout=30)
        assert [one.version.version for one in answered] == [municipality.record("sak", "saken").version]
        assert not writer.has_written


def test_a_clock_that_was_set_back_does_not_turn_time_back(municipality: Repository, clock: Clock) -> None:
    """The instant of a change, and lastUpdated of what it publishes, never fall."""
    put(municipality, "sak", {**sak(municipality), "maal": [goal(0, "Svømme")]})
    first = municipality.read("Goal", "m0", caller=OPEN_CALLER)
    clock.now -= timedelta(days=400)
    put(municipality, "sak", {**sak(municipality), "maal": [goal(0, "Sykle")]})
    clock.now += timedelta(days=400)
    second = municipality.read("Goal", "m0", caller=OPEN_CALLER)
    assert second.version == first.version + 1
    assert second.last_updated >= first.last_updated
    instants = [version.at for version in municipality.record_versions("sak", "saken")]
    assert instants == sorted(instants, reverse=True)

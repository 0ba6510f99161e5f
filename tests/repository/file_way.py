"""The way by file: what the FHIR door places for the municipality, converted from a file instead.

The file is a collection Bundle with everything that stands: the person's sak, every ansatt and every
organisasjon as ``convert --to fhir`` writes them, and the sent resources in place of the old ones. Converting
it must give the parts that the door's placing gives, with the same residue, or refuse the same at the same
places. What differs because a file does not know it is in ``DIFFERENCES``, and nowhere else.

Not compared: the rules of law, which the door asks after placing and a conversion does not ask; writes of
recipients, which consent decides; and the ids of list items that the sender leaves out, which the door takes
from the part that stands.

``pytest -p tests.repository.file_way`` compares every write of a test run, and prints their number.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.cli.record_conversion import to_bundle, to_records
from adapter.cli.record_files import REST, RecordFile
from adapter.errors import AdapterError
from adapter.fhir.canonical import BASE
from adapter.fhir.json_trees import with_texts
from adapter.fhir.narrative_writing import is_ours
from adapter.mapping import installed
from adapter.record.parts import kind_of, parts
from adapter.repository.writes import put_transaction
from adapter.repository.writes.number_holders import RegisteredNumbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pytest

    from adapter.errors import Finding
    from adapter.repository import Put
    from adapter.repository.draft import Key
    from adapter.repository.session import Session
    from adapter.repository.writes.part_reader import PartReader

COUNTED = "ADAPTER_TEST_CONVERTED"
"""The environment variable with the file that the number of compared writes is written to."""


class Difference(NamedTuple):
    """A finding of the door and another of the conversion (empty: none), and why they must differ.

    Args:
        door: the code at the door.
        file: the code of the conversion.
        at: the end of the door's place.
        also: the end of the place that the conversion leaves out.
        why: the reason.
    """

    door: str
    file: str
    at: str
    also: str
    why: str


DIFFERENCES = (
    Difference("belongs-elsewhere", "owner-unknown", "", "", "a file has one person and knows no other"),
    Difference(
        "belongs-elsewhere", "owner-unknown", "", ".identifier",
        "the same, named by number: the part stands at the door, so its number is compared with the owner's",
    ),
    Difference(
        "owner-unknown", "owner-unknown", "", ".identifier",
        "a part that stands has an owner at the door, and only its number is unknown",
    ),
    Difference(
        "code-unknown", "", "ServiceRequest.intent", "",
        "a tiltak that stands cannot become a henvendelse; in a file it is one from the beginning",
    ),
    Difference("contradicts-fixed", "", "ServiceRequest.intent", "", "the same, the other way"),
)  # fmt: skip

Told = set[tuple[str, str]]
"""Code and place of each finding; the place begins with ``Type/id``."""

_place_all = put_transaction.place_all
_compared = 0


@contextmanager
def compared() -> Iterator[list[int]]:
    """Convert every write too; gives a list that gets the number of writes at the end."""
    before, number = _compared, []
    put_transaction.place_all = _compare
    try:
        yield number
    finally:
        put_transaction.place_all = _place_all
        number.append(_compared - before)


def pytest_configure(config: pytest.Config) -> None:
    """Convert every write of the run too."""
    del config
    put_transaction.place_all = _compare


def pytest_sessionfinish() -> None:
    """Write the number of compared writes to the file that the environment names."""
    if COUNTED in os.environ:
        with Path(os.environ[COUNTED]).open("a", encoding="ascii") as file:
            file.write(f"{_compared}\n")


def _compare(puts: Sequence[Put], reader: PartReader, place: Callable[[Put], None]) -> None:
    global _compared  # noqa: PLW0603 - the plugin prints it at the end
    if not isinstance(reader.numbers, RegisteredNumbers):
        _place_all(puts, reader, place)
        return
    session: Any = reader.numbers.draft
    people = {put.key: _person(session, put, puts, reader) for put in puts}
    stated = _extensions(session, {person for person in people.values() if person})
    try:
        _place_all(puts, reader, place)
    except AdapterError as refusal:
        _, told = _converted(_files(session, puts, people, stated))
        _assert_alike(_told(refusal.findings, _names(puts)), told, {f"{'/'.join(put.key)}" for put in puts})
        _compared += 1
        raise
    made, told = _converted(_files(session, puts, people, stated))
    assert told == set()
    for key, revision in session.revisions.items():
        kept = {key: residue.body for key, residue in session.residues(*key).items()}
        name = ("sak", revision.after["innbygger"]["id"]) if key[0] == "sak" else key
        assert _given(key[0], *made[name]) == _given(key[0], revision.after, kept)
    _compared += 1


def _assert_alike(door: Told, file: Told, sent: set[str]) -> None:
    """Assert that both refuse the same, but for the closed list of differences.

    A resource of the file that is not sent may link to a refused one; the door does not read it.
    """
    file = {(code, place) for code, place in file if code != "link-unknown" or _name(place) in sent}
    explained = set()
    for code, place in door - file:
        of = f"{place.partition('/')[0]}.{place.partition('.')[2]}"
        for one in DIFFERENCES:
            instead = (one.file, place.removesuffix(one.also))
            fits = one.door == code and of.endswith(one.at) and place.endswith(one.also)
            if fits and (not one.file or instead in file):
                explained |= {(code, place), instead}
    assert door - explained == file - explained


def _name(place: str) -> str:
    return place.partition(".")[0]


def _told(findings: Iterable[Finding], names: dict[str, str]) -> Told:
    """The findings with ``Type/id`` instead of the place of an entry."""
    told = set()
    for finding in findings:
        place = finding.expression or ""
        start = max((one for one in names if f"{place}.".startswith(f"{one}.")), key=len)
        told.add((finding.code, names[start] + place.removeprefix(start)))
    return told


def _names(puts: Sequence[Put]) -> dict[str, str]:
    return {put.element or put.type: "/".join(put.key) for put in puts}


def _person(session: Session, put: Put, puts: Sequence[Put], reader: PartReader) -> Key | None:
    """The sak of a resource, or the Patient it begins one for; None where the owner is unknown."""
    if kind_of(put.resource).record != "sak":
        return None
    if holder := session.holder(*put.key):
        return holder
    named = put.key if put.type == "Patient" else reader.owner(put.resource)
    if named is None and "reference" not in put.resource[kind_of(put.resource).owner]:
        named = next((one.key for one in puts if one.type == "Patient"), None)  # perhaps by its number
    return (session.holder(*named) or named) if named else None


def _extensions(session: Session, people: set[Key]) -> dict[str, list[dict[str, Any]]]:
    """The extensions of every entry that stands, by fullUrl."""
    return {
        entry["fullUrl"]: entry["extension"]
        for entry in [*_standing(session, people), *_around(session)]
        if "extension" in entry
    }


def _standing(session: Session, people: set[Key]) -> list[dict[str, Any]]:
    saker = [session.body(*person) for person in people if person[0] == "sak"]
    return [entry for sak in saker if sak for entry in _bundle(session, "sak", sak)["entry"]]


def _around(session: Session) -> list[dict[str, Any]]:
    """The entries of every ansatt and organisasjon."""
    stored = [
        (kind, one.id)
        for kind in ("organisasjon", "ansatt")
        for one in session.reader.records(kind, None, 1000)
    ]
    bodies = [(kind, session.body(kind, id_)) for kind, id_ in stored]
    return [entry for kind, body in bodies if body for entry in _bundle(session, kind, body)["entry"]]


def _files(
    session: Session,
    puts: Sequence[Put],
    people: dict[Key, Key | None],
    stated: dict[str, list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """A Bundle for each person that the write is about, with what stands and what is sent."""
    shared = [put for put in puts if kind_of(put.resource).record != "sak"]
    persons = dict.fromkeys(people[put.key] for put in puts if put not in shared) or {None: None}
    around, files = _around(session), []
    for person in persons:
        sak = session.body(*person) if person and person[0] == "sak" else None
        stands = _bundle(session, "sak", sak) if sak else {"resourceType": "Bundle", "type": "collection"}
        sent = [put for put in puts if put in shared or people[put.key] == person]
        entries = [*stands.get("entry", ()), *around]
        files.append({**stands, "entry": _overlaid(session, entries, sent, stated)})
    return files


def _bundle(session: Session, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    kept = session.stored_residues(kind, body["id"])
    rest = {f"{type_}/{id_}": {"rest": residue.body} for (type_, id_), residue in kept.items()}
    return to_bundle(RecordFile(Path("stands"), kind, body, rest), session.mappings)


def _overlaid(
    session: Session,
    entries: list[dict[str, Any]],
    puts: Sequence[Put],
    stated: dict[str, list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """The entries with the sent resources, which name the door's base address as a file names ours."""
    by_url = {entry["fullUrl"]: entry for entry in entries}
    here = f"{session.deployment.base_url}/"
    for put in puts:
        url = f"{BASE}/{put.type}/{put.resource['id']}"
        sent = with_texts(put.resource, "reference", lambda said: said.removeprefix(here))
        labels = {"extension": stated[url]} if url in stated else {}
        by_url[url] = {**labels, "fullUrl": url, "resource": sent}
    return list(by_url.values())


def _converted(files: list[dict[str, Any]]) -> tuple[dict[Key, tuple[Any, Any]], Told]:
    """The converted records (a sak by its person) with residue, and the findings of the refused files."""
    ids = count(1)
    made: dict[Key, tuple[Any, Any]] = {}
    told: Told = set()
    for file in files:
        names = {
            f"Bundle.entry[{nth}].resource": f"{one['resource']['resourceType']}/{one['resource']['id']}"
            for nth, one in enumerate(file["entry"])
        }
        try:
            records = to_records(file, installed(), lambda: f"file-{next(ids)}")
        except AdapterError as error:
            told |= _told(error.findings, names)
            continue
        for (kind, id_), one in records.items():
            rest = {tuple(name.split("/")): said["rest"] for name, said in one.pop(REST, {}).items()}
            made[kind, one["innbygger"]["id"] if kind == "sak" else id_] = (one, rest)
    return made, told


def _given(kind: str, body: dict[str, Any], rest: dict[Key, Any]) -> dict[Any, Any]:
    """The parts of a record, the resources they give back, and its other fields; without ids of items."""
    mappings = installed()
    given: dict[Any, Any] = {}
    for part in parts(kind, body):
        residue = rest.get((part.type, part.id))
        resource = mappings.of(part.kind).to_fhir(part.body, part.surroundings, residue)
        text = None if is_ours(resource["text"]) else resource["text"]
        given[part.kind, part.id] = _bare(part.body), _bare({**resource, "text": text})
    return {**given, "sak": {name: body.get(name) for name in ("tilstand", "saksnummer")}}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(one) for name, one in value.items() if name != "id"}
    return [_bare(one) for one in value] if isinstance(value, list) else value

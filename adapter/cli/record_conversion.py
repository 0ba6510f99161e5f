"""Conversion between a record and a collection Bundle, without a database.

The Bundle carries the fields of the record itself: the id, the saksnummer as identifier, the tilstand as a
tag; extensions on an entry carry the rest (:mod:`entry_extensions`). Residue is in the field ``rest`` of the
record file, as at the municipal door. Resources are placed in records by the code of the FHIR door.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from adapter.cli.entry_extensions import extensions_of, stated_part, stated_sak
from adapter.cli.record_files import REST
from adapter.consent.lens import KOMMUNE
from adapter.errors import IssueType, Message, Unprocessable
from adapter.fhir.bundle_links import Located, linked
from adapter.fhir.canonical import BASE
from adapter.record.parts import TYPES, kind_of, parts
from adapter.repository.deployment import Deployment
from adapter.repository.draft import Draft
from adapter.repository.memory_snapshot import MemorySnapshot
from adapter.repository.revision import Sent
from adapter.repository.writes.number_holders import RegisteredNumbers
from adapter.repository.writes.part_reader import PartReader
from adapter.repository.writes.placing import NewPart, Placing, put_part
from adapter.repository.writes.puts_in_order import TWICE, Put, place_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapter.cli.record_files import RecordFile
    from adapter.mapping import Mappings
    from adapter.repository.draft import Key

CASE_NUMBER = f"{BASE}/sid/saksnummer"
CASE_STATE = f"{BASE}/CodeSystem/ip-sakstilstand"

UNMAPPED = Message(
    "type-unmapped",
    IssueType.NOT_SUPPORTED,
    nb="Kommunens post har ingen del for denne ressurstypen. Fjern ressursen fra fila.",
    en="The municipal record has no part for this resource type. Remove the resource from the file.",
)
SEVERAL_PEOPLE = Message(
    "several-people",
    IssueType.BUSINESS_RULE,
    nb="Bundle inneholder flere Patient, men en post gjelder én person. Konverter én person om gangen.",
    en="The Bundle holds several Patients, but a record is about one person. Convert one person at a time.",
    source="https://hl7.org/fhir/R4/bundle.html#collection",
)


def to_bundle(record: RecordFile, mappings: Mappings) -> dict[str, Any]:
    """The Bundle with every part of a record that has a resource type, as the municipality sees it."""
    entries = []
    rest = record.residues()
    for part in parts(record.kind, record.body):
        residue = rest.get((part.type, part.id))
        scene = mappings.scene(part.kind, record.body)
        resource = mappings.of(part.kind).to_fhir(part.body, part.surroundings, residue, scene)
        entry = {"fullUrl": f"{BASE}/{part.type}/{part.id}", "resource": resource}
        stated = extensions_of(record.body, part, mappings)
        entries.append({"extension": stated, **entry} if stated else entry)
    return {"resourceType": "Bundle", "id": record.body["id"], **_about(record.body), "entry": entries}


def _about(body: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {"type": "collection"}
    if "saksnummer" in body:
        about = {"identifier": {"system": CASE_NUMBER, "value": body["saksnummer"]}, **about}
    if "tilstand" in body:
        about = {"meta": {"tag": [{"system": CASE_STATE, "code": body["tilstand"]}]}, **about}
    return about


def to_records(
    bundle: dict[str, Any], mappings: Mappings, new_id: Callable[[], str]
) -> dict[Key, dict[str, Any]]:
    """The records of a Bundle or of a single resource, by kind and id, each with its residue under ``rest``.

    The records are those that the FHIR door would make of the resources, had it none before. They are not
    judged: rules of law and references to other records ask for what no file has.

    Args:
        bundle: valid R4.
        mappings: the mapping files, compiled.
        new_id: makes the ids of new records, resources and items.

    Raises:
        Unprocessable: with the place of all content that can be neither mapped nor kept as residue, of all
            resources whose owner is not in the file, and of what a file about one person cannot have.
    """
    entries, puts = _entries(bundle, new_id)
    stands = MemorySnapshot(_begun_sak(bundle, entries, new_id))
    draft = Draft(Deployment(mappings, partial(datetime.now, UTC), new_id, BASE), stands)
    placing = Placing(draft, PartReader(draft.deployment, RegisteredNumbers(draft)))

    def place(sent: Put) -> None:
        kind = kind_of(sent.resource)
        stated = stated_part(entries[sent.key], mappings.of(kind.name))
        if stated:
            record = placing.record_of(kind, sent.resource)
            put_part(draft, kind, record, NewPart(stated, None, KOMMUNE), Sent(sent.element, sent.resource))
        placing.put(sent.resource, sent.element)

    place_all(puts, placing.reader, place)
    return {key: _with_rest(draft, *key) for key in draft.revisions}


def _with_rest(draft: Draft, kind: str, id_: str) -> dict[str, Any]:
    """A record with its residue under ``rest``, by ``Type/id`` of the part."""
    body = draft.revisions[kind, id_].after
    kept = draft.residues(kind, id_).items()
    rest = {f"{type_}/{part}": {"rest": residue.body} for (type_, part), residue in kept}
    return {**body, REST: rest} if rest else body


def _entries(
    bundle: dict[str, Any], new_id: Callable[[], str]
) -> tuple[dict[Key, dict[str, Any]], list[Put]]:
    """The entries by type and id of their resource, and the resources to put.

    Each resource has an id, and ``Type/id`` in place of references by ``fullUrl``.
    """
    if bundle["resourceType"] == "Bundle":
        sent = [(f"Bundle.entry[{index}]", entry) for index, entry in enumerate(bundle.get("entry", []))]
    else:
        sent = [("", {"resource": bundle})]
    _refuse_unmapped(sent)
    sent = [(place, {**entry, "resource": {"id": new_id(), **entry["resource"]}}) for place, entry in sent]
    located = [Located(entry.get("fullUrl"), f"{place}.resource", entry["resource"]) for place, entry in sent]
    puts = [
        Put(one.resource["resourceType"], one.resource, place=place)
        for (place, _), one in zip(sent, linked(located, BASE), strict=True)
    ]
    _refuse_several(puts)
    return {put.key: entry for put, (_, entry) in zip(puts, sent, strict=True)}, puts


def _refuse_unmapped(sent: list[tuple[str, dict[str, Any]]]) -> None:
    """Raise Unprocessable for every entry whose resource type no record has a part for."""
    types = [(place, entry.get("resource", {}).get("resourceType")) for place, entry in sent]
    unmapped = [UNMAPPED.at(place or type_) for place, type_ in types if type_ not in TYPES]
    if unmapped:
        raise Unprocessable(*unmapped)


def _refuse_several(puts: list[Put]) -> None:
    """Raise Unprocessable for each Patient after the first, and each resource that is there already."""
    people = [put for put in puts if put.type == "Patient"]
    first = {put.key: put for put in reversed(puts)}
    several = [
        *(SEVERAL_PEOPLE.at(put.place) for put in people[1:]),
        *(TWICE.at(put.element) for put in puts if first[put.key] is not put),
    ]
    if several:
        raise Unprocessable(*several)


def _begun_sak(
    bundle: dict[str, Any], entries: Mapping[Key, dict[str, Any]], new_id: Callable[[], str]
) -> dict[Key, dict[str, Any]]:
    """The sak of the Bundle's person, with the id, tilstand, saksnummer and fields that the Bundle states.

    A Bundle without a person, and a resource alone, begin none.
    """
    person = next((id_ for type_, id_ in entries if type_ == "Patient"), None)
    if person is None or bundle["resourceType"] != "Bundle":
        return {}
    tags = bundle.get("meta", {}).get("tag", [])
    states = [tag["code"] for tag in tags if tag.get("system") == CASE_STATE and "code" in tag]
    sak = {
        **stated_sak(entries["Patient", person]),
        "id": bundle.get("id") or new_id(),
        "tilstand": states[0] if states else "aktiv",
        "innbygger": {"id": person},
    }
    identifier = bundle.get("identifier", {})
    if identifier.get("system") == CASE_NUMBER and "value" in identifier:
        sak["saksnummer"] = identifier["value"]
    return {("sak", sak["id"]): sak}

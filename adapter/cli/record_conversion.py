"""Conversion between a record and a collection Bundle, without a database.

The Bundle carries the fields of the record itself: the id, the saksnummer as identifier, the tilstand as a
tag. Extensions on an entry carry the labels of the part and the fields that have no FHIR element. Residue is
in the field ``rest`` of the record file, as at the municipal door.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.cli.record_files import REST
from adapter.errors import IssueType, Message, Unprocessable
from adapter.fhir.canonical import BASE
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.stored import render
from adapter.fhir.json_trees import with_texts
from adapter.fhir.search.parameter_values import local
from adapter.mapping.transforms import PAIRS
from adapter.record.parts import PARTS, TYPES, kind_of, parts, put, surroundings, unlinked
from adapter.repository.writes.order import in_order
from adapter.repository.writes.part_reader import LINK_UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.cli.record_files import RecordFile
    from adapter.mapping import Mappings
    from adapter.record.parts import Part, PartKind

CASE_NUMBER = f"{BASE}/sid/saksnummer"
CASE_STATE = f"{BASE}/CodeSystem/ip-sakstilstand"
TOPIC = f"{BASE}/StructureDefinition/ip-emne"
OWNER = f"{BASE}/StructureDefinition/ip-eier"
FIELDS = f"{BASE}/StructureDefinition/ip-felter"
_LABELS = frozenset({"id", "emner", "eier"})
_SAK = "sak"
_OF_A_SAK = frozenset({"id", "tilstand", "saksnummer"})

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
        labels = [*_labels(part.body), *_fields(_awaiting(record, part, mappings))]
        entries.append({"extension": labels, **entry} if labels else entry)
    return {"resourceType": "Bundle", "id": record.body["id"], **_about(record.body), "entry": entries}


def _labels(part: dict[str, Any]) -> list[dict[str, Any]]:
    """The emner and the eier of a part as extensions of the entry; the resource has no element for them."""
    topics = [{"url": TOPIC, "valueCode": topic} for topic in part.get("emner", ())]
    owner = [{"url": OWNER, "valueReference": _absolute(part["eier"])}] if "eier" in part else []
    return topics + owner


def _absolute(aktor: dict[str, Any]) -> dict[str, Any]:
    """The reference to an aktor, with an absolute address: an extension of an entry has no base address."""
    reference: dict[str, Any] = PAIRS["aktor"].to_fhir(aktor)
    named = local(reference.get("reference", ""))
    return {"reference": f"{BASE}/{named.type}/{named.id}"} if named else reference


def _awaiting(record: RecordFile, part: Part, mappings: Mappings) -> dict[str, Any]:
    """The fields without a FHIR element: those of the part, and with the innbygger those of the sak."""
    mapping = mappings.of(part.kind)
    known = {*_LABELS, mapping.closed.flag} if mapping.closed else _LABELS
    own = {name: value for name, value in mapping.unmapped(part.body).items() if name not in known}
    if part.kind != "innbygger":
        return own
    lists = {kind.field for kind in PARTS if kind.record == record.kind} | _OF_A_SAK
    sak = {name: value for name, value in record.body.items() if name not in lists}
    return {**own, **({_SAK: sak} if sak else {})}


def _fields(fields: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"url": FIELDS, "valueString": render(fields).decode()}] if fields else []


def _fields_of(entry: dict[str, Any]) -> dict[str, Any]:
    """The fields that an entry carries in its extension."""
    said = (one.get("valueString") for one in entry.get("extension", ()) if one["url"] == FIELDS)
    text = next(filter(None, said), None)
    return read_received(text.encode()) if text else {}


def _labelled(part: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """The part with the labels its entry carries."""
    labels = entry.get("extension", ())
    topics = [label["valueCode"] for label in labels if label["url"] == TOPIC]
    owners = [_owner(label["valueReference"]) for label in labels if label["url"] == OWNER]
    said = {"emner": topics or None, "eier": owners[0] if owners else None}
    return {**part, **{name: value for name, value in said.items() if value is not None}}


def _owner(reference: dict[str, Any]) -> dict[str, Any] | None:
    """The aktor of a reference under our own base address, or of any other reference."""
    said = with_texts(reference, "reference", lambda address: address.removeprefix(f"{BASE}/"))
    owner: dict[str, Any] | None = PAIRS["aktor"].to_plan(said)
    return owner


def _about(body: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {"type": "collection"}
    if "saksnummer" in body:
        about = {"identifier": {"system": CASE_NUMBER, "value": body["saksnummer"]}, **about}
    if "tilstand" in body:
        about = {"meta": {"tag": [{"system": CASE_STATE, "code": body["tilstand"]}]}, **about}
    return about


@dataclass(slots=True)
class ToPlan:
    """Conversion of resources to parts, one by one, in the records they belong to.

    Raises Unprocessable, with the place, for content that can be neither mapped nor kept as residue.
    """

    mappings: Mappings
    new_id: Callable[[], str]
    records: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    rest: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def bundle(self, bundle: dict[str, Any]) -> list[dict[str, Any]]:
        """The records of a Bundle (or of a single resource), each with its residue under ``rest``."""
        entries = bundle.get("entry", []) if bundle["resourceType"] == "Bundle" else [{"resource": bundle}]
        _refuse_unmapped(entries)
        entries = self._with_ids(entries)
        _refuse_several_people(entries)
        for entry in in_order(entries, lambda entry: entry["resource"], self.mappings):
            self._put(kind_of(entry["resource"]), entry, bundle)
        return [
            {**body, REST: self.rest[key]} if key in self.rest else body for key, body in self.records.items()
        ]

    def _with_ids(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The entries, with an id in each resource and ``Type/id`` in place of references by ``fullUrl``."""
        named = [{**entry, "resource": {"id": self.new_id(), **entry["resource"]}} for entry in entries]
        local = {
            entry["fullUrl"]: f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
            for entry in named
            if "fullUrl" in entry
        }
        return [
            {
                **entry,
                "resource": with_texts(entry["resource"], "reference", lambda said: local.get(said, said)),
            }
            for entry in named
        ]

    def _put(self, kind: PartKind, entry: dict[str, Any], bundle: dict[str, Any]) -> None:
        resource = entry["resource"]
        key, around = self._record_of(kind, resource, bundle)
        fields = _fields_of(entry)
        self.records[key] |= fields.pop(_SAK, {})
        mapping = self.mappings.of(kind.name)
        part, residue = mapping.to_plan(resource, around, onto=fields, new_id=self.new_id)
        unknown = [mapping.place(link, part, resource) for link in unlinked(kind, self.records[key], part)]
        if unknown:
            raise Unprocessable(*(LINK_UNKNOWN.at(place) for place in unknown))
        self.records[key] = put(kind, self.records[key], {**_labelled(part, entry), **fields})
        if residue is not None:
            name = f"{kind.type}/{resource['id']}"
            self.rest.setdefault(key, {})[name] = {"rest": residue}

    def _record_of(
        self, kind: PartKind, resource: dict[str, Any], bundle: dict[str, Any]
    ) -> tuple[tuple[str, str], dict[str, str]]:
        """The key of the resource's record (created if missing), and the surroundings of the part."""
        owner = (resource.get(kind.owner) or {}).get("reference", "") if kind.owner else ""
        for key, body in self.records.items():
            if key[0] == kind.record and owner and owner in surroundings(kind.record, body).values():
                return key, surroundings(kind.record, body)
        if kind.record == "sak":
            body = _begun_sak(bundle, self.new_id)
            around = {"person": owner} if kind.owner else {}
        else:
            body = {"id": owner.rpartition("/")[2] or resource["id"]}
            around = {"ansatt": f"Practitioner/{body['id']}"} if kind.record == "ansatt" else {}
        key = (kind.record, body["id"])
        self.records.setdefault(key, body)
        return key, surroundings(kind.record, self.records[key]) or around


def _refuse_unmapped(entries: list[dict[str, Any]]) -> None:
    """Raise Unprocessable for every entry whose resource type no record has a part for."""
    unmapped = [
        UNMAPPED.at(f"Bundle.entry[{index}]")
        for index, entry in enumerate(entries)
        if entry.get("resource", {}).get("resourceType") not in TYPES
    ]
    if unmapped:
        raise Unprocessable(*unmapped)


def _refuse_several_people(entries: list[dict[str, Any]]) -> None:
    """Raise Unprocessable for each Patient after the first: a record is about one person."""
    people = [n for n, entry in enumerate(entries) if entry["resource"]["resourceType"] == "Patient"]
    if people[1:]:
        raise Unprocessable(*(SEVERAL_PEOPLE.at(f"Bundle.entry[{index}]") for index in people[1:]))


def _begun_sak(bundle: dict[str, Any], new_id: Callable[[], str]) -> dict[str, Any]:
    """A new sak with the id, tilstand and saksnummer of the Bundle."""
    if bundle["resourceType"] != "Bundle":
        return {"id": new_id(), "tilstand": "aktiv"}
    tags = bundle.get("meta", {}).get("tag", [])
    states = [tag["code"] for tag in tags if tag.get("system") == CASE_STATE and "code" in tag]
    sak = {"id": bundle.get("id") or new_id(), "tilstand": states[0] if states else "aktiv"}
    identifier = bundle.get("identifier", {})
    if identifier.get("system") == CASE_NUMBER and "value" in identifier:
        sak["saksnummer"] = identifier["value"]
    return sak

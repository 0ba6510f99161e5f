"""A record as a collection Bundle and back, without a database: the mapping, and nothing else.

The Bundle carries what belongs to the record as a whole: its id, a sak's number as identifier, its tilstand
as a tag. Residue comes and goes in the record file's field ``rest``, as the municipal door shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.cli.record_files import REST
from adapter.fhir.canonical import BASE
from adapter.record.parts import BY_TYPE, parts, put, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.cli.record_files import RecordFile
    from adapter.mapping import Mappings
    from adapter.record.parts import PartKind

CASE_NUMBER = f"{BASE}/sid/saksnummer"
CASE_STATE = f"{BASE}/CodeSystem/ip-sakstilstand"

_OWNERS = {
    "RelatedPerson": "patient",
    "CareTeam": "subject",
    "Consent": "patient",
    "PractitionerRole": "practitioner",
}
"""The element that names the person or professional whose record a resource is a part of."""


def to_bundle(record: RecordFile, mappings: Mappings) -> dict[str, Any]:
    """Every part of a record that has a FHIR face, as the municipality sees it."""
    entries = []
    for part in parts(record.kind, record.body):
        residue = record.rest.get(f"{part.type}/{part.id}", {}).get("rest")
        resource = mappings.of(part.kind).to_fhir(part.body, part.surroundings, residue)
        entries.append({"fullUrl": f"{BASE}/{part.type}/{part.id}", "resource": resource})
    return {"resourceType": "Bundle", "id": record.body["id"], **_about(record.body), "entry": entries}


def _about(body: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {"type": "collection"}
    if "saksnummer" in body:
        about = {"identifier": {"system": CASE_NUMBER, "value": body["saksnummer"]}, **about}
    if "tilstand" in body:
        about = {"meta": {"tag": [{"system": CASE_STATE, "code": body["tilstand"]}]}, **about}
    return about


@dataclass(slots=True)
class ToPlan:
    """Resources put one by one into the records they belong to.

    Raises Unprocessable, naming the place, for what is neither mapped nor kept.
    """

    mappings: Mappings
    new_id: Callable[[], str]
    records: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    rest: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def bundle(self, bundle: dict[str, Any]) -> list[dict[str, Any]]:
        """The records of a Bundle (or of a single resource), each with its residue under ``rest``."""
        entries = bundle.get("entry", []) if bundle["resourceType"] == "Bundle" else [{"resource": bundle}]
        resources = self._with_ids(entries)
        for kind in BY_TYPE.values():
            for resource in resources:
                if resource["resourceType"] == kind.type:
                    self._put(kind, resource, bundle)
        return [
            {**body, REST: self.rest[key]} if key in self.rest else body for key, body in self.records.items()
        ]

    def _with_ids(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The resources, each with an id, and with references by ``fullUrl`` made local ones."""
        resources = [entry["resource"] for entry in entries if "resource" in entry]
        named = [{"id": self.new_id(), **resource} for resource in resources]
        addresses = [entry.get("fullUrl", "") for entry in entries if "resource" in entry]
        local = {
            address: f"{resource['resourceType']}/{resource['id']}"
            for address, resource in zip(addresses, named, strict=True)
        }
        return [_relinked(resource, local) for resource in named]

    def _put(self, kind: PartKind, resource: dict[str, Any], bundle: dict[str, Any]) -> None:
        key, around = self._record_of(kind, resource, bundle)
        part, residue = self.mappings.of(kind.name).to_plan(resource, around, onto=None, new_id=self.new_id)
        self.records[key] = put(kind, self.records[key], part)
        if residue is not None:
            name = f"{kind.type}/{resource['id']}"
            self.rest.setdefault(key, {})[name] = {"rest": residue}

    def _record_of(
        self, kind: PartKind, resource: dict[str, Any], bundle: dict[str, Any]
    ) -> tuple[tuple[str, str], dict[str, str]]:
        """The record a resource belongs to, begun if it is new, and what stands around the part."""
        element = _OWNERS.get(kind.type)
        owner = (resource.get(element) or {}).get("reference", "") if element else ""
        for key, body in self.records.items():
            if key[0] == kind.record and owner and owner in surroundings(kind.record, body).values():
                return key, surroundings(kind.record, body)
        if kind.record == "sak":
            body = _begun_sak(bundle, self.new_id)
            around = {"person": owner} if element else {}
        else:
            body = {"id": owner.rpartition("/")[2] or resource["id"]}
            around = {"ansatt": f"Practitioner/{body['id']}"} if kind.record == "ansatt" else {}
        key = (kind.record, body["id"])
        self.records.setdefault(key, body)
        return key, surroundings(kind.record, self.records[key]) or around


def _begun_sak(bundle: dict[str, Any], new_id: Callable[[], str]) -> dict[str, Any]:
    """A sak with what a Bundle says of it as a whole."""
    if bundle["resourceType"] != "Bundle":
        return {"id": new_id(), "tilstand": "aktiv"}
    tags = bundle.get("meta", {}).get("tag", [])
    states = [tag["code"] for tag in tags if tag.get("system") == CASE_STATE and "code" in tag]
    sak = {"id": bundle.get("id") or new_id(), "tilstand": states[0] if states else "aktiv"}
    identifier = bundle.get("identifier", {})
    if identifier.get("system") == CASE_NUMBER:
        sak["saksnummer"] = identifier["value"]
    return sak


def _relinked(value: Any, local: dict[str, str]) -> Any:
    """The tree with every ``reference`` that names an entry by its fullUrl as ``Type/id``."""
    if isinstance(value, dict):
        return {
            name: local.get(item, item)
            if name == "reference" and isinstance(item, str)
            else _relinked(item, local)
            for name, item in value.items()
        }
    return [_relinked(item, local) for item in value] if isinstance(value, list) else value

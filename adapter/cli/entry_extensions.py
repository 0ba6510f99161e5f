"""The extensions of a Bundle's entries: labels of a part, and fields of the record without a FHIR element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.fhir.canonical import BASE
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.stored import render
from adapter.fhir.json_trees import with_texts
from adapter.fhir.search.parameter_values import local
from adapter.mapping.transforms import PAIRS
from adapter.record.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.mapping import Mappings
    from adapter.mapping.mapping import PartMapping
    from adapter.record.parts import Part

TOPIC = f"{BASE}/StructureDefinition/ip-emne"
OWNER = f"{BASE}/StructureDefinition/ip-eier"
FIELDS = f"{BASE}/StructureDefinition/ip-felter"
_LABELS = frozenset({"id", "emner", "eier"})
_SAK = "sak"
_OF_A_SAK = frozenset({"id", "tilstand", "saksnummer"})


def extensions_of(record: dict[str, Any], part: Part, mappings: Mappings) -> list[dict[str, Any]]:
    """The extensions of a part's entry; the entry of the innbygger has the fields of the sak too."""
    mapping = mappings.of(part.kind)
    known = {*_LABELS, mapping.closed.flag} if mapping.closed else _LABELS
    fields = {name: value for name, value in mapping.unmapped(part.body).items() if name not in known}
    if part.kind == "innbygger" and (sak := _outside_parts(record)):
        fields[_SAK] = sak
    told = [{"url": FIELDS, "valueString": render(fields).decode()}] if fields else []
    return [*_labels(part.body), *told]


def stated_part(entry: dict[str, Any], mapping: PartMapping) -> dict[str, Any]:
    """The part as the extensions of its entry state it, without what the resource states.

    A part that only becomes opaque by its resource is stated as opaque, because nothing of it is enforced.
    """
    fields = {name: value for name, value in _fields(entry).items() if name != _SAK}
    stated = mapping.unmapped(fields) | dict(_labels_of(entry))
    stated |= {mapping.closed.flag: True} if stated and mapping.closed else {}
    return {**stated, "id": entry["resource"]["id"]} if stated else {}


def stated_sak(entry: dict[str, Any]) -> dict[str, Any]:
    """The fields of the sak that the entry of its innbygger states."""
    said = _fields(entry).get(_SAK)
    return _outside_parts(said) if isinstance(said, dict) else {}


def _outside_parts(sak: dict[str, Any]) -> dict[str, Any]:
    """The fields of a sak that are neither parts nor said by the Bundle itself."""
    elsewhere = {kind.field for kind in PARTS if kind.record == "sak"} | _OF_A_SAK
    return {name: value for name, value in sak.items() if name not in elsewhere}


def _labels(part: dict[str, Any]) -> list[dict[str, Any]]:
    """The emner and the eier of a part, for which the resource has no element."""
    topics = [{"url": TOPIC, "valueCode": topic} for topic in part.get("emner", ())]
    owner = [{"url": OWNER, "valueReference": _absolute(part["eier"])}] if "eier" in part else []
    return topics + owner


def _absolute(aktor: dict[str, Any]) -> dict[str, Any]:
    """The reference to an aktor, with an absolute address: an extension of an entry has no base address."""
    reference: dict[str, Any] = PAIRS["aktor"].to_fhir(aktor)
    named = local(reference.get("reference", ""))
    return {"reference": f"{BASE}/{named.type}/{named.id}"} if named else reference


def _labels_of(entry: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    labels = entry.get("extension", ())
    topics = [one["valueCode"] for one in labels if one["url"] == TOPIC and "valueCode" in one]
    owners = [one["valueReference"] for one in labels if one["url"] == OWNER and "valueReference" in one]
    if topics:
        yield "emner", topics
    if owners and (owner := _owner(owners[0])) is not None:
        yield "eier", owner


def _owner(reference: dict[str, Any]) -> dict[str, Any] | None:
    """The aktor of a reference under our own base address, or of any other reference."""
    said = with_texts(reference, "reference", lambda address: address.removeprefix(f"{BASE}/"))
    owner: dict[str, Any] | None = PAIRS["aktor"].to_plan(said)
    return owner


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    """The fields that an entry carries in its extension."""
    said = (one.get("valueString") for one in entry.get("extension", ()) if one["url"] == FIELDS)
    text = next(filter(None, said), None)
    return read_received(text.encode()) if text else {}

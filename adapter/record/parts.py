"""The parts of a record that have a FHIR face: where they stand, which resource they are, who they belong to.

One line of ``PARTS`` is one kind of part. Everything here is pure: a changed record is a new dict, and what
did not change is shared with the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class PartKind:
    """One kind of part.

    Args:
        name: what the part is called in the record's vocabulary, and the name of its mapping file's subject.
        record: the kind of record it stands in.
        field: the record's field that holds it; ``""`` when the part is the record itself.
        type: the resource type it is in FHIR.
        del_: the del a permit must name to open it; ``""`` for what no permit opens.
        listed: whether the field holds a list of them.
        apart: fields of the part that are parts of their own, and not this one's to show or change.
    """

    name: str
    record: str
    field: str
    type: str
    del_: str = ""
    listed: bool = True
    apart: tuple[str, ...] = ()


PARTS = (
    PartKind("innbygger", "sak", "innbygger", "Patient", "person", listed=False),
    PartKind("parorende", "sak", "parorende", "RelatedPerson", "parorende"),
    PartKind("team", "sak", "team", "CareTeam", "team"),
    PartKind("maal", "sak", "maal", "Goal", "mal"),
    PartKind("samtykke", "sak", "samtykker", "Consent"),
    PartKind("ansatt", "ansatt", "", "Practitioner", listed=False, apart=("roller",)),
    PartKind("rolle", "ansatt", "roller", "PractitionerRole"),
    PartKind("organisasjon", "organisasjon", "", "Organization", listed=False),
)
BY_TYPE: Mapping[str, PartKind] = {kind.type: kind for kind in PARTS}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of one record.

    ``surroundings`` are FHIR references to what the part stands in (``person``, ``ansatt``), which its
    resource names and the record does not repeat. ``emner`` are its topics.
    """

    kind: str
    type: str
    id: str
    body: dict[str, Any]
    surroundings: dict[str, str]
    del_: str
    emner: tuple[str, ...]


def parts(record: str, body: dict[str, Any]) -> list[Part]:
    """Every part of a record of kind ``record``, in the order of ``PARTS`` and then of the lists."""
    around = surroundings(record, body)
    return [
        Part(kind.name, kind.type, item["id"], item, around, kind.del_, tuple(item.get("emner", ())))
        for kind in PARTS
        if kind.record == record
        for item in _items(kind, body)
    ]


def surroundings(record: str, body: dict[str, Any]) -> dict[str, str]:
    """What every part of this record stands in, as FHIR references."""
    if record == "sak":
        return {"person": f"Patient/{body['innbygger']['id']}"} if "innbygger" in body else {}
    return {"ansatt": f"Practitioner/{body['id']}"} if record == "ansatt" else {}


def put(kind: PartKind, body: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The record with ``part`` in it: in the place of the one with its id, else as the last of its list."""
    if not kind.field:
        return {**part, **{field: body[field] for field in kind.apart if field in body}}
    if not kind.listed:
        return {**body, kind.field: part}
    items = body.get(kind.field, [])
    if any(item["id"] == part["id"] for item in items):
        return {**body, kind.field: [part if item["id"] == part["id"] else item for item in items]}
    return {**body, kind.field: [*items, part]}


def _items(kind: PartKind, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not kind.field:
        yield {key: value for key, value in body.items() if key not in kind.apart} if kind.apart else body
    elif kind.listed:
        yield from body.get(kind.field, ())
    elif kind.field in body:
        yield body[kind.field]

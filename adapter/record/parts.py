"""The parts of a record that are FHIR resources: their field, resource type, owner and del.

One row of ``PARTS`` is one kind of part; one row of ``LINKS`` is a link that is stored in one part and shown
in another as well. Every function is pure: a changed record is a new dict that shares unchanged values with
the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class PartKind:
    """One kind of part, with every fact the record and FHIR have about it.

    Args:
        name: the name of the part in the record's vocabulary, and under ``part`` in its mapping file.
        record: the kind of record the part is in.
        field: the record's field that holds the part; ``""`` when the part is the record itself.
        type: the FHIR resource type.
        del_: the del a permit must name to open the part; ``""`` for a part that no permit opens.
        owner: the element that names the owner of the record; ``""`` for the owner's own part.
        around: the name of the owner in the surroundings of the other parts; ``""`` for the other parts.
        in_error: the element, and its code, that mark the resource as entered in error.
        is_aktor: whether an aktor may refer to the part.
        named_by: the fields, other than aktor fields, that hold its id or a list of ids.
        natural: the natural key: the fields that together identify the part, the first of them required.
        listed: whether the field holds a list of parts.
        apart: fields of the part that are parts of their own, neither shown nor changed with this part.
        when: an element of the resource and its value that select this kind, where several kinds share a
            type; the kind without it is the default of the type.
    """

    name: str
    record: str
    field: str
    type: str
    del_: str = ""
    owner: str = ""
    around: str = ""
    in_error: tuple[str, str] = ("status", "entered-in-error")
    is_aktor: bool = False
    named_by: tuple[str, ...] = ()
    natural: tuple[str, ...] = ()
    listed: bool = True
    apart: tuple[str, ...] = ()
    when: tuple[str, str] | None = None


_OUT_OF_USE = ("active", "false")
"""The mark of error of people, units and roles: R4 only lets them be inactive."""

PARTS = (
    PartKind(
        "innbygger", "sak", "innbygger", "Patient", "person",
        around="person", in_error=_OUT_OF_USE, is_aktor=True, listed=False,
    ),
    PartKind(
        "parorende", "sak", "parorende", "RelatedPerson", "parorende", "patient",
        in_error=_OUT_OF_USE, is_aktor=True, natural=("identer",),
    ),
    PartKind(
        "team", "sak", "team", "CareTeam", "team", "subject", is_aktor=True, natural=("navn", "ansvarlige")
    ),
    PartKind(
        "maal", "sak", "maal", "Goal", "mal", "subject",
        in_error=("lifecycleStatus", "entered-in-error"), named_by=("maal", "delmaal"), natural=("tekst",),
    ),
    PartKind(
        "plan", "sak", "planer", "CarePlan", "plan", "subject",
        named_by=("plan", "erstatter", "delAv", "gjelderPlaner"), natural=("plantype", "tittel"),
    ),
    PartKind(
        "tiltak", "sak", "tiltak", "ServiceRequest", "tiltak", "subject",
        named_by=("tiltak",), natural=("tittel",),
    ),
    PartKind(
        "henvendelse", "sak", "henvendelser", "ServiceRequest", "henvendelse", "subject",
        named_by=("henvendelse",), natural=("type", "opprettet"), when=("intent", "proposal"),
    ),
    PartKind(
        "samtykke", "sak", "samtykker", "Consent", owner="patient", natural=("type", "mottaker", "gittDato")
    ),
    PartKind(
        "ansatt", "ansatt", "", "Practitioner",
        around="ansatt", in_error=_OUT_OF_USE, is_aktor=True, listed=False, apart=("roller",),
    ),
    PartKind(
        "rolle", "ansatt", "roller", "PractitionerRole", owner="practitioner",
        in_error=_OUT_OF_USE, is_aktor=True, natural=("organisasjon", "kode", "ipRolle"),
    ),
    PartKind(
        "organisasjon", "organisasjon", "", "Organization",
        in_error=_OUT_OF_USE, is_aktor=True, named_by=("organisasjon", "overordnet"), listed=False,
    ),
)  # fmt: skip
BY_NAME: Mapping[str, PartKind] = {kind.name: kind for kind in PARTS}
TYPES = tuple(dict.fromkeys(kind.type for kind in PARTS))
"""The resource types that are parts, ordered so that each refers only to types before it."""


def holder_of(record: str) -> PartKind:
    """The kind of part that is the owner of a record of this kind: innbygger, ansatt, organisasjon."""
    return next(kind for kind in PARTS if kind.record == record and not kind.listed)


@dataclass(frozen=True, slots=True)
class PartLink:
    """A link that is stored in one part and shown in the other part too, as a field that is not stored.

    Args:
        part: the kind of part that shows the link.
        field: the field the link is shown in: the ids of the parts that store it.
        home: the record's list of the parts that store the link.
        names: the field of those parts that holds the link, a list of ids.
    """

    part: str
    field: str
    home: str
    names: str


LINKS = (PartLink("tiltak", "planer", "planer", "tiltak"), PartLink("maal", "overmaal", "maal", "delmaal"))
SHOWN = frozenset(link.field for link in LINKS)
"""The fields that are shown in one part and stored in another."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of one record.

    ``surroundings`` are FHIR references to the owner (``person``, ``ansatt``), which the resource names and
    the record does not repeat. ``emner`` are the topics of the part.
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
        _part(kind, body, item, around)
        for kind in PARTS
        if kind.record == record
        for item in _items(kind, body)
    ]


def part_of(record: str, body: dict[str, Any], type_: str, id_: str) -> Part | None:
    """The part that is the resource of this type and id, None if the record has none."""
    for kind in PARTS:
        if (kind.record, kind.type) == (record, type_):
            for item in _items(kind, body):
                if item["id"] == id_:
                    return _part(kind, body, item, surroundings(record, body))
    return None


def path_of(record: str, body: dict[str, Any], part: Part) -> str:
    """The path of a part in its record, as findings show it: ``sak.planer[0]``."""
    kind = BY_NAME[part.kind]
    if not kind.field:
        return record
    if not kind.listed:
        return f"{record}.{kind.field}"
    index = next(n for n, item in enumerate(body[kind.field]) if item["id"] == part.id)
    return f"{record}.{kind.field}[{index}]"


def surroundings(record: str, body: dict[str, Any]) -> dict[str, str]:
    """The surroundings of every part of this record: FHIR references by name."""
    holder = holder_of(record)
    held = body.get(holder.field) if holder.field else body
    return {holder.around: f"{holder.type}/{held['id']}"} if holder.around and held else {}


def kind_of(resource: Mapping[str, Any]) -> PartKind:
    """The kind of part a resource maps to; KeyError for a type that is no part."""
    kinds = [kind for kind in PARTS if kind.type == resource["resourceType"]]
    for kind in sorted(kinds, key=lambda kind: kind.when is None):
        if kind.when is None or resource.get(kind.when[0]) == kind.when[1]:
            return kind
    raise KeyError(resource["resourceType"])


def put(kind: PartKind, body: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The record with ``part`` in it: replacing the part with the same id, else last in its list.

    Shown links are added to the part that stores them. A link that is left out is not removed: only the
    storing part removes it. Links to a part the record does not have are ignored, see :func:`unlinked`.
    """
    own = {field: value for field, value in part.items() if field not in SHOWN}
    body = _put(kind, body, own)
    for link in _links(kind):
        named = part.get(link.field, ())
        holders = [
            _naming(one, link, part["id"]) if one["id"] in named else one for one in body.get(link.home, ())
        ]
        body = {**body, link.home: holders} if named else body
    return body


def unlinked(kind: PartKind, body: dict[str, Any], part: dict[str, Any]) -> list[str]:
    """The places in ``part`` of shown links to parts the record does not have: ``planer[1]``."""
    return [
        f"{link.field}[{index}]"
        for link in _links(kind)
        for index, id_ in enumerate(part.get(link.field, ()))
        if all(one["id"] != id_ for one in body.get(link.home, ()))
    ]


def _links(kind: PartKind) -> Iterator[PartLink]:
    return (link for link in LINKS if link.part == kind.name)


def _naming(holder: dict[str, Any], link: PartLink, id_: str) -> dict[str, Any]:
    named = holder.get(link.names, [])
    return holder if id_ in named else {**holder, link.names: [*named, id_]}


def _shown(kind: PartKind, body: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """The part with the links that are stored in other parts."""
    for link in _links(kind):
        named = [one["id"] for one in body.get(link.home, ()) if item["id"] in one.get(link.names, ())]
        bare = {field: value for field, value in item.items() if field != link.field}
        item = {**bare, link.field: named} if named else bare
    return item


def _part(kind: PartKind, body: dict[str, Any], item: dict[str, Any], around: dict[str, str]) -> Part:
    emner = tuple(item.get("emner", ()))
    return Part(kind.name, kind.type, item["id"], _shown(kind, body, item), around, kind.del_, emner)


def _put(kind: PartKind, body: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
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

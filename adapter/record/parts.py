"""The parts of a record that have a FHIR face: where they stand, which resource they are, who they belong to.

One line of ``PARTS`` is one kind of part, one line of ``LINKS`` a fact that stands in one part and is shown
in another as well. Everything here is pure: a changed record is a new dict, and what did not change is shared
with the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class PartKind:
    """One kind of part: all that the record and FHIR say of it, so that no room keeps a table of its own.

    Args:
        name: what the part is called in the record's vocabulary, and the name of its mapping file's subject.
        record: the kind of record it stands in.
        field: the record's field that holds it; ``""`` when the part is the record itself.
        type: the resource type it is in FHIR.
        del_: the del a permit must name to open it; ``""`` for what no permit opens.
        owner: the element of the resource that names whose record it is in; ``""`` for whom the record is of.
        around: what whom the record is of is called by the other parts of it; ``""`` for those.
        in_error: the element, and its code, by which the resource says that it should not have been.
        is_aktor: whether an aktor may be one.
        named_by: the fields that hold its id, or a list of ids, and no aktor.
        natural: the fields that say together which part it is, the first of them always.
        listed: whether the field holds a list of them.
        apart: fields of the part that are parts of their own, and not this one's to show or change.
        when: an element of the resource and its value, where several kinds are of one type; without it the
            kind is what the type is otherwise.
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
"""How people, units and roles say that they should not have been: they are no longer in use."""

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
"""The resource types that are parts, in an order in which each may name those before it."""


def holder_of(record: str) -> PartKind:
    """The part that says whom or what a record of this kind is of: innbygger, ansatt, organisasjon."""
    return next(kind for kind in PARTS if kind.record == record and not kind.listed)


@dataclass(frozen=True, slots=True)
class PartLink:
    """A link that stands in one part and is read from the other too, as a field the record does not keep.

    Args:
        part: the kind of part that shows it.
        field: the field it is shown in: the ids of the parts that name it.
        home: the record's list of the parts in which it stands.
        names: their field that holds it, a list of ids.
    """

    part: str
    field: str
    home: str
    names: str


LINKS = (PartLink("tiltak", "planer", "planer", "tiltak"), PartLink("maal", "overmaal", "maal", "delmaal"))
SHOWN = frozenset(link.field for link in LINKS)
"""The fields that are shown in a part and stand in another."""


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
    """Where in its record a part stands, as findings tell it: ``sak.planer[0]``."""
    kind = BY_NAME[part.kind]
    if not kind.field:
        return record
    if not kind.listed:
        return f"{record}.{kind.field}"
    index = next(n for n, item in enumerate(body[kind.field]) if item["id"] == part.id)
    return f"{record}.{kind.field}[{index}]"


def surroundings(record: str, body: dict[str, Any]) -> dict[str, str]:
    """What every part of this record stands in, as FHIR references."""
    holder = holder_of(record)
    held = body.get(holder.field) if holder.field else body
    return {holder.around: f"{holder.type}/{held['id']}"} if holder.around and held else {}


def kind_of(resource: Mapping[str, Any]) -> PartKind:
    """The kind of part a resource is, or begins; KeyError for a type that is none."""
    kinds = [kind for kind in PARTS if kind.type == resource["resourceType"]]
    for kind in sorted(kinds, key=lambda kind: kind.when is None):
        if kind.when is None or resource.get(kind.when[0]) == kind.when[1]:
            return kind
    raise KeyError(resource["resourceType"])


def put(kind: PartKind, body: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The record with ``part`` in it: in the place of the one with its id, else as the last of its list.

    Links it shows are added where they stand; leaving one out takes none away, since that is for the other
    part to say. Those to a part the record does not have stay behind, see :func:`unlinked`.
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
    """What ``part`` shows as linked to it and the record does not have: ``planer[1]``."""
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
    """The part with the links that stand elsewhere."""
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

"""Valid R4 resources of any type, drawn from the table of definitions: every element can occur.

    resources("CareTeam")                                            some of its elements, at random
    resources("CareTeam", reaching="participant.member.display")     that one for certain
    resources("CareTeam", without={"modifierExtension"})             those never, wherever they stand

What is drawn satisfies :mod:`adapter.fhir.validation.structure`: formats, required codes, reference targets
and the invariants that :mod:`tests.strategies.repairs` mends. Shrinks towards the required elements alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from adapter.fhir.definitions import is_primitive, resource_types
from adapter.fhir.shapes import RESOURCE_KEY, Member, Shape, shape
from tests.strategies.repairs import repaired
from tests.strategies.values import CODES, VALUES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_DEEPEST = 5
_OBJECTS = 70
_SMALL = ("Basic", "Binary", "Flag", "Location", "Organization", "Patient", "Practitioner", "Substance")
"""The types of contained and bundled resources: some with and some without narrative, all small."""

_NEVER_OPTIONAL = frozenset({RESOURCE_KEY, "contained"})


def resources(
    type_name: str, *, reaching: str | None = None, without: Collection[str] = ()
) -> st.SearchStrategy[dict[str, Any]]:
    """Valid resources of a type.

    ``reaching`` is a dotted path of JSON keys below the resource (see :func:`element_paths`); ``without`` are
    names of elements that are left out at every level, unless they are required.
    """
    toward = tuple(reaching.split(".")) if reaching else ()
    return _resources(type_name, toward, frozenset(without))


@cache
def element_paths(type_name: str, *, into_datatypes: bool = True) -> tuple[str, ...]:
    """Every path of JSON keys into a type, until a type comes again on the way.

    With ``into_datatypes`` the elements of its datatypes too, else of its own parts only. What is inside an
    extension or another resource is not followed, nor what is inside a Reference.
    """
    return tuple(_paths(type_name, "", (type_name,), into_datatypes))


def _paths(
    type_name: str,
    above: str,
    seen: tuple[str, ...],
    into_datatypes: bool,
) -> Iterator[str]:
    for member in shape(type_name).members.values():
        if member.role in {"type", "resource"}:
            continue
        path = f"{above}{member.key}"
        yield path
        is_followed = member.role == "part" and (into_datatypes or "." in member.type)
        if is_followed and member.type not in {*seen, "Extension", "Reference"}:
            for inner in _paths(member.type, f"{path}.", (*seen, member.type), into_datatypes):
                if not (member.rules and inner.endswith("comparator")):
                    yield inner


@cache
def _optional(type_name: str, without: frozenset[str]) -> tuple[Member, ...]:
    """The optional members of a type: values before their companions."""
    return tuple(
        member
        for member in shape(type_name).members.values()
        if member.role != "companion" and member.name not in without | _NEVER_OPTIONAL
    )


@cache
def _up_to(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


@cache
def _text_of(choices: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(choices)


@st.composite
def _resources(
    draw: st.DrawFn, type_name: str, toward: tuple[str, ...], without: frozenset[str]
) -> dict[str, Any]:
    return _Drawing(draw, without).resource(type_name, toward)


@dataclass
class _Drawing:
    """One resource being drawn, with a budget of objects."""

    draw: st.DrawFn
    without: frozenset[str]
    objects: int = _OBJECTS

    def resource(self, type_name: str, toward: tuple[str, ...]) -> dict[str, Any]:
        node = {RESOURCE_KEY: type_name, **self.object(type_name, 0, toward)}
        if "contained" in shape(type_name).members and "contained" not in self.without and self._chance(4):
            inner = self.inner(2)
            inner["id"] = "inni-1"
            inner.pop("meta", None)
            node["contained"] = [inner]
            link = {"url": "urn:example:holds", "valueReference": {"reference": "#inni-1"}}
            node["extension"] = [*node.get("extension", ()), link]
        return node

    def inner(self, depth: int) -> dict[str, Any]:
        """A resource inside another resource."""
        type_name = self.draw(_text_of(_SMALL))
        return {RESOURCE_KEY: type_name, **self.object(type_name, depth, ())}

    def object(self, type_name: str, depth: int, toward: tuple[str, ...]) -> dict[str, Any]:
        """The members of an object, in random order."""
        self.objects -= 1
        of = shape(type_name)
        if type_name == "Extension":
            return self._extension(of, depth, toward)
        chosen = self._chosen(of, depth, toward)
        node: dict[str, Any] = {}
        for member in chosen.values():
            is_forced = toward[:1] in {(member.key,), (f"_{member.key}",)}
            self._fill(node, member, depth, toward if is_forced else ())
        return repaired(type_name, node, toward)

    def _chosen(self, of: Shape, depth: int, toward: tuple[str, ...]) -> dict[str, Member]:
        """The members to fill, by name so that a choice occurs once: forced, required and some others."""
        chosen: dict[str, Member] = {}
        if toward:
            forced = of.members[toward[0].removeprefix("_")]
            chosen[forced.name] = forced
        for name, keys in of.required:
            if name not in chosen:
                key = self.draw(_text_of(tuple(sorted(key for key in keys if not key.startswith("_")))))
                chosen[name] = of.members[key]
        optional = _optional(of.name, self.without)
        if optional and depth < _DEEPEST and self.objects > 0:
            most = len(optional) * 2 // 3 if depth == 0 else 3 if depth < 3 else 1
            for _ in range(self.draw(_up_to(most))):
                member = self._one_of(optional)
                chosen.setdefault(member.name, member)
        if not of.is_resource and chosen.keys() <= {"id"}:
            content = [
                member for member in optional if member.name not in {"id", "extension", "modifierExtension"}
            ]
            simple = [member for member in content if member.role == "value"]
            member = self._one_of(simple or content)
            chosen[member.name] = member
        return chosen

    def _one_of(self, members: Sequence[Member]) -> Member:
        return members[self.draw(_up_to(len(members) - 1))]

    def _fill(self, node: dict[str, Any], member: Member, depth: int, toward: tuple[str, ...]) -> None:
        """Fill a member; ``toward`` begins with its own key if the member leads to the wanted path."""
        if member.role == "value":
            self._values(node, member, depth, toward)
        elif member.is_list:
            more = self.draw(_up_to(2 if depth < 3 else 0))
            items = [self._part(member, depth, toward[1:])]
            node[member.key] = [*items, *(self._part(member, depth, ()) for _ in range(more))]
        else:
            node[member.key] = self._part(member, depth, toward[1:])

    def _part(self, member: Member, depth: int, toward: tuple[str, ...]) -> dict[str, Any]:
        if member.role == "resource":
            return self.inner(depth + 1)
        if member.concepts and not toward:
            return self._concept(member)
        if member.type == "Reference" and not toward:
            return self._reference(member, depth)
        node = self.object(member.type, depth + 1, toward)
        if member.type == "Reference" and {"reference", "type"} & node.keys():
            node |= self._literal(member)
        if member.rules:  # a SimpleQuantity
            dropped = [node.pop(key, None) for key in ("comparator", "_comparator")]
            node = {"value": 1, **node} if any(dropped) else node
        return node | (self._concept(member) if member.concepts else {})

    def _concept(self, member: Member) -> dict[str, Any]:
        """A Coding or CodeableConcept of a required value set."""
        concepts = member.concepts or {}
        system = self.draw(_text_of(tuple(sorted(name for name in concepts if concepts[name]))))
        coding = {"system": system, "code": self.draw(_text_of(tuple(sorted(concepts[system]))))}
        return {"coding": [coding]} if member.type == "CodeableConcept" else coding

    def _reference(self, member: Member, depth: int) -> dict[str, Any]:
        match self.draw(_up_to(5)):
            case 0:
                return {"display": "Kari Eksempel"}
            case 1:
                return {"reference": "urn:uuid:0d9ee3b8-5d0f-4d66-9c0e-2f3e8f1f4b61"}
            case 2 if depth < _DEEPEST:
                return {"identifier": self.object("Identifier", depth + 1, ())}
            case 3:
                return {"extension": [self.object("Extension", depth + 1, ())], **self._literal(member)}
            case _:
                return self._literal(member)

    def _literal(self, member: Member) -> dict[str, Any]:
        """A literal reference to a type the element may name, relative or absolute."""
        targets = member.targets or resource_types()
        target = self.draw(_text_of(tuple(sorted(targets))))
        base = self.draw(_text_of(("", "", "https://ehr.example.org/fhir/")))
        version = self.draw(_text_of(("", "", "/_history/2")))
        return {"reference": f"{base}{target}/a-1{version}", "type": target}

    def _extension(self, of: Shape, depth: int, toward: tuple[str, ...]) -> dict[str, Any]:
        """A url, and either one value or extensions."""
        node: dict[str, Any] = {"url": self.draw(VALUES["url"])}
        if toward[:1] == ("extension",) or (depth < 3 and not toward and self._chance(6)):
            node["extension"] = [self.object("Extension", depth + 2, toward[1:])]
            return node
        kinds = tuple(
            member
            for member in _optional(of.name, self.without)
            if member.choice and (depth < _DEEPEST - 1 or is_primitive(member.type))
        )
        forced = of.members.get(toward[0].removeprefix("_")) if toward else None
        member = forced if forced and forced.choice else self._one_of(kinds)
        self._fill(node, member, depth + 1, toward if member is forced else ())
        if forced and forced.key == "id":
            node["id"] = "e1"
        return node

    def _values(self, node: dict[str, Any], member: Member, depth: int, toward: tuple[str, ...]) -> None:
        """A primitive or a list of them, now and then with an id or extensions beside."""
        count = 1 + self.draw(_up_to(2)) if member.is_list else 1
        values = [self._value(member) for _ in range(count)]
        node[member.key] = values if member.is_list else values[0]
        is_bare = member.is_attribute or member.name == "id" or member.type == "xhtml"
        if toward[:1] == (f"_{member.key}",) or (not is_bare and depth < _DEEPEST and self._chance(8)):
            self._beside(node, member, depth, is_needed=toward[:1] == (member.key,))

    def _value(self, member: Member) -> Any:
        if member.codes:
            return self.draw(_text_of(tuple(sorted(member.codes))))
        if member.is_attribute and member.name == "id":
            return self.draw(VALUES["element-id"])
        if member.type == "code":
            return self.draw(_text_of(CODES.get(member.name, CODES[""])))
        return self.draw(VALUES[member.type])

    def _beside(self, node: dict[str, Any], member: Member, depth: int, *, is_needed: bool) -> None:
        """An id or extensions beside a value; with extensions the value may be missing if not needed."""
        extended = {"extension": [self.object("Extension", max(depth + 1, 3), ())]}
        kind = self.draw(_up_to(2))
        beside = ({"id": "p1"}, extended, {"id": "p2", **extended})[kind]
        is_missing = kind > 0 and not is_needed and self._chance(2)
        if not member.is_list:
            node[f"_{member.key}"] = beside
            if is_missing:
                del node[member.key]
            return
        values = node[member.key]
        at = self.draw(_up_to(len(values) - 1))
        node[f"_{member.key}"] = [beside if index == at else None for index in range(len(values))]
        if is_missing:
            values[at] = None
            if len(values) == 1:
                del node[member.key]

    def _chance(self, one_in: int) -> bool:
        return self.draw(_up_to(one_in - 1)) == one_in - 1

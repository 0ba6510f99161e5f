"""Rows for lists: plain values (``many``) and parts with ids (``each``).

A path that ends in a selector is about the items it chooses, and leaves the rest of the list to other rows.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message
from adapter.mapping.keeping import without_items
from adapter.mapping.paths import PlanPath, Twice
from adapter.mapping.rows import SAID_TWICE, Taking, append, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapter.mapping.field_shapes import FieldShape
    from adapter.mapping.paths import FhirPath, Selector
    from adapter.mapping.rows import Row
    from adapter.mapping.transforms import Pair

ID_TWICE = Message(
    "element-id-twice",
    IssueType.DUPLICATE,
    nb="To elementer i lista har samme id",
    en="Two elements of the list have the same id",
    source="https://hl7.org/fhir/R4/element.html#id",
)


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a list a row is about: all of them, or those its selector chooses."""

    path: FhirPath
    selector: Selector | None

    @classmethod
    def of(cls, path: FhirPath) -> Items:
        """The items a path means; a selector at its end chooses among them."""
        return cls(path.unselected(), path.steps[-1].selector)

    def give(self, resource: dict[str, Any], items: list[Any]) -> None:
        """Put items into the list, after those that other rows put there."""
        append(self.path, resource, items)

    def begin(self) -> dict[str, Any]:
        """A new item that the selector chooses, or will when it is filled."""
        return self.selector.begin() if self.selector and self.selector.value is not None else {}

    def take(self, resource: dict[str, Any], place: str, taking: Taking) -> Iterator[tuple[Any, str]]:
        """The items that are there, each with its place; what is said twice on the way is refused."""
        yield from self._chosen(*found(self.path, resource, place, taking))

    def sent(self, resource: dict[str, Any], place: str) -> Iterator[tuple[Any, str]]:
        """The same, once more: what is refused was told when they were taken."""
        with suppress(Twice):
            yield from self._chosen(*self.path.read(resource, place))

    def _chosen(self, items: Any, at: str) -> Iterator[tuple[Any, str]]:
        for index, item in enumerate(items or ()):
            if item is not None and (self.selector is None or self.selector.chooses(item)):
                yield item, f"{at}[{index}]"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values or references, each through a named pair; what the pair does not know is residue."""

    plan: PlanPath
    fhir: Items
    pair: Pair
    unique: bool

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        self.fhir.give(resource, [self.pair.to_fhir(value) for value in self.plan.read(part) or ()])

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        read = [(self.pair.to_plan(item), at) for item, at in self.fhir.take(resource, place, taking)]
        self.plan.write(part, said(read, taking, unique=self.unique))


@dataclass(frozen=True, slots=True)
class Restated(Many):
    """A list that stands in another part, and some say here: read in, and given there (``only: in``).

    What is said here is added there; leaving it out takes nothing away. The sender's words stay residue as
    long as they are true.
    """

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        """Nothing: it is given in the other part."""

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        known = self.plan.read(part) or []
        named = self.named(resource)
        self.plan.write(part, [*known, *(one for one in named if one not in known)] or None)

    def named(self, resource: dict[str, Any]) -> list[Any]:
        """What a resource says here."""
        read = (self.pair.to_plan(item) for item, _ in self.fhir.sent(resource, ""))
        return list(dict.fromkeys(value for value in read if value is not None))

    def true(self, residue: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
        """The residue without what is said in it here and no longer stands."""
        known = (None, *(self.plan.read(part) or ()))
        return without_items(residue, self.key, lambda item: self._said(item) not in known)

    @property
    def key(self) -> str:
        """The element whose items they are."""
        return self.fhir.path.steps[0].name

    def _said(self, item: Any) -> Any:
        chosen = self.fhir.selector is None or self.fhir.selector.chooses(item)
        return self.pair.to_plan(item) if chosen else None


def said(read: list[tuple[Any, str]], taking: Taking, *, unique: bool) -> list[Any] | None:
    """The values that were understood. In a list that says nothing twice, what is repeated is refused.

    As residue it would be read again, and speak for what the record has since taken out.
    """
    known: list[Any] = []
    for value, place in read:
        if unique and value in known:
            taking.refused.append(SAID_TWICE.at(place))
        elif value is not None:
            known.append(value)
    return known or None


_ONE = PlanPath(("value",))


@dataclass(frozen=True, slots=True)
class Inside:
    """A list of values, each inside an item of its own: an extension that repeats, an activity's reference.

    ``row`` reads and writes one of them in its item, as the field ``value``.
    """

    plan: PlanPath
    fhir: Items
    row: Row
    unique: bool

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        items = []
        for value in self.plan.read(part) or ():
            item = self.fhir.begin()
            self.row.give({"value": value}, item, surroundings)
            items.append(item)
        self.fhir.give(resource, items)

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        values = []
        for item, where in self.fhir.take(resource, place, taking):
            read: dict[str, Any] = {}
            self.row.take(item, where, read, taking)
            values.append((_ONE.read(read), where))
        self.plan.write(part, said(values, taking, unique=self.unique))


@dataclass(frozen=True, slots=True)
class Each:
    """A list of parts with ids: the element id is the part's id, and order is the sender's.

    A sender that gives no element id is matched with an old part by what ``match`` names, else a new id is
    made. Position never counts. What cannot be a part of ``shape`` is not one: it stays residue.
    """

    plan: PlanPath
    fhir: Items
    rows: tuple[Row, ...]
    match: tuple[PlanPath, ...]
    shape: FieldShape

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        items = self.plan.read(part) or ()
        self.fhir.give(resource, [self._given(item, surroundings) for item in items])

    def _given(self, item: dict[str, Any], surroundings: Mapping[str, str]) -> dict[str, Any]:
        element: dict[str, Any] = {"id": item["id"]} if "id" in item else {}
        for row in self.rows:
            row.give(item, element, surroundings)
        return element

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        items = [one for one in self.fhir.take(resource, place, taking) if isinstance(one[0], dict)]
        old = {item["id"]: item for item in self.plan.read(part) or () if "id" in item}
        named = [item["id"] for item, _ in items if "id" in item]
        free = {id_: item for id_, item in old.items() if id_ not in named}
        taken: list[dict[str, Any]] = []
        met: set[str] = set()
        for item, where in items:
            id_ = item.get("id")
            if id_ in met:
                taking.refused.append(ID_TWICE.at(f"{where}.id"))
            if id_:
                met.add(id_)
            new = self._taken(item, where, old.get(id_ or ""), free, taking)
            if self.shape.holds(new):
                taken.append(new)
        self.plan.write(part, taken or None)

    def _taken(
        self,
        item: dict[str, Any],
        place: str,
        old: dict[str, Any] | None,
        free: dict[str, dict[str, Any]],
        taking: Taking,
    ) -> dict[str, Any]:
        new: dict[str, Any] = dict(old or {})
        self._read(item, place, new, taking)
        if "id" in item:
            return {**new, "id": item["id"]}
        known = next((id_ for id_, one in free.items() if self._alike(one, new)), None)
        if known is None:
            return {"id": taking.new_id(), **new}
        new = dict(free.pop(known))
        self._read(item, place, new, Taking(taking.surroundings, taking.new_id))
        return new

    def _read(self, item: dict[str, Any], place: str, new: dict[str, Any], taking: Taking) -> None:
        for row in self.rows:
            row.take(item, place, new, taking)

    def _alike(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        keys = [path.read(old) for path in self.match]
        return any(key is not None for key in keys) and keys == [path.read(new) for path in self.match]

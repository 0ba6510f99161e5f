"""Rows for lists: values (``many``) and items with ids (``each``).

A path that ends in a selector covers the items it selects, and leaves the rest of the list to other rows.
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
    nb="To elementer i ressursen har samme id. Gi hvert element sin egen id.",
    en="Two elements of the resource have the same id. Give each element an id of its own.",
    source="https://hl7.org/fhir/R4/element.html#id",
)


@dataclass(frozen=True, slots=True)
class Items:
    """The list items of a row: all of them, or those its selector selects."""

    path: FhirPath
    selector: Selector | None

    @classmethod
    def of(cls, path: FhirPath) -> Items:
        """The items of a path; a selector at its end selects among them."""
        return cls(path.unselected(), path.steps[-1].selector)

    def give(self, resource: dict[str, Any], items: list[Any]) -> None:
        """Append items to the list, after those of other rows."""
        append(self.path, resource, items)

    def begin(self) -> dict[str, Any]:
        """A new item that the selector selects."""
        return self.selector.begin() if self.selector and self.selector.value is not None else {}

    def take(self, resource: dict[str, Any], place: str, taking: Taking) -> Iterator[tuple[Any, str]]:
        """The sent items, each with its place; a value repeated on the way is refused."""
        yield from self._chosen(*found(self.path, resource, place, taking))

    def sent(self, resource: dict[str, Any], place: str) -> Iterator[tuple[Any, str]]:
        """The sent items again, without the refusals, which :meth:`take` has made."""
        with suppress(Twice):
            yield from self._chosen(*self.path.read(resource, place))

    def ids_beside(self, resource: dict[str, Any], place: str) -> set[str]:
        """The element ids of the list's items that the selector does not select."""
        chosen = {where for _, where in self.sent(resource, place)}
        every = Items(self.path, None).sent(resource, place)
        return {
            item["id"] for item, at in every if at not in chosen and isinstance(item, dict) and "id" in item
        }

    def _chosen(self, items: Any, at: str) -> Iterator[tuple[Any, str]]:
        for index, item in enumerate(items or ()):
            if item is not None and (self.selector is None or self.selector.chooses(item)):
                yield item, f"{at}[{index}]"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values or references, each through a named pair; an unknown value is residue."""

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
    """An import-only list (``only: in``): a link stated here is stored and shown in another part.

    Each stated link is added there; leaving one out removes none. The sent items are residue as long as the
    links exist.
    """

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        """Write nothing: the link is shown in the other part."""

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        known = self.plan.read(part) or []
        named = self.named(resource)
        self.plan.write(part, [*known, *(one for one in named if one not in known)] or None)

    def named(self, resource: dict[str, Any]) -> list[Any]:
        """The links a resource states here."""
        read = (self.pair.to_plan(item) for item, _ in self.fhir.sent(resource, ""))
        return list(dict.fromkeys(value for value in read if value is not None))

    def true(self, residue: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
        """The residue without the links that no longer exist."""
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
    """The mapped values. In a list of unique values a repeated value is refused.

    As residue it would be read again, and restore a value that the record has removed.
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
    """A list of values, each inside an item of its own: a repeating extension, the reference of an activity.

    ``row`` maps one value in its item, as the field ``value``.
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
    """A list of items with ids: the element id is the item's id, and the order is the sender's.

    An element without an id is matched with an old item by the fields of ``match``, else it gets a new id.
    The position never matters. An item that is invalid by ``shape`` is residue.
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
        beside = self.fhir.ids_beside(resource, place)
        for item, where in items:
            id_ = item.get("id")
            if id_ in beside or id_ in taking.element_ids:
                taking.refused.append(ID_TWICE.at(f"{where}.id"))
            if id_:
                taking.element_ids.add(id_)
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

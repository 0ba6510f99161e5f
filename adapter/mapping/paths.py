"""Paths to a value in a FHIR resource or in a part, to read, write and clear it.

A FHIR path is element names with dots; a selector selects a list item by its content:
``identifier[system=x]`` (equal), ``extension[url=x]``, or ``telecom[value]`` (present). A plan path is field
names with dots. A path has no indices and no expressions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEP = re.compile(r"([A-Za-z_]\w*)(?:\[([\w.]+)(?:=([^\]]*))?\])?(?:\.|$)")


class PathError(ValueError):
    """A path in a mapping file is invalid."""


class Twice(Exception):
    """Two items of a list match one selector; ``place`` is the place of the later."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True, slots=True)
class Selector:
    """Selects the item of a list in which ``names`` leads to ``value`` (None: to any value)."""

    names: tuple[str, ...]
    value: str | None

    def chooses(self, item: Any) -> bool:
        """Does the selector match this item?"""
        if len(self.names) == 1:
            value = item.get(self.names[0]) if isinstance(item, dict) else None
            if not isinstance(value, list):
                return value is not None if self.value is None else value == self.value
        found = list(_leaves(item, self.names))
        return bool(found) if self.value is None else self.value in found

    def begin(self) -> dict[str, Any]:
        """A new item that this selector matches; only for selectors with a value."""
        item: Any = self.value
        for name in reversed(self.names):
            item = {name: [item]} if name == "coding" else {name: item}
        return dict(item)


def _leaves(item: Any, names: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(item, list):
        for each in item:
            yield from _leaves(each, names)
    elif not names:
        yield item
    elif isinstance(item, dict) and names[0] in item:
        yield from _leaves(item[names[0]], names[1:])


@dataclass(frozen=True, slots=True)
class Step:
    """One element name, with the selector of an item of its list."""

    name: str
    selector: Selector | None = None

    @property
    def text(self) -> str:
        """The step as written in a mapping file."""
        if self.selector is None:
            return self.name
        value = "" if self.selector.value is None else f"={self.selector.value}"
        return f"{self.name}[{'.'.join(self.selector.names)}{value}]"


@dataclass(frozen=True, slots=True)
class FhirPath:
    """A path into a resource."""

    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> FhirPath:
        """The path of ``text``; PathError if it is invalid."""
        steps, end = [], 0
        while end < len(text):
            match = _STEP.match(text, end)
            if match is None:
                raise PathError(f"invalid path {text}")
            name, selected, value = match.groups()
            selector = Selector(tuple(selected.split(".")), value) if selected else None
            steps.append(Step(name, selector))
            end = match.end()
        if not steps:
            raise PathError(f"invalid path {text}")
        return cls(tuple(steps))

    @property
    def text(self) -> str:
        """The path as written in a mapping file."""
        return ".".join(step.text for step in self.steps)

    def unselected(self) -> FhirPath:
        """The path without the selector at its end: the path to the list itself."""
        return FhirPath((*self.steps[:-1], Step(self.steps[-1].name)))

    def read(self, resource: dict[str, Any], place: str) -> tuple[Any, str]:
        """The value and its place; None and the place it would have.

        Raises:
            Twice: a selector matches two items.
        """
        value: Any = resource
        for step in self.steps:
            place = f"{place}.{step.name}"
            value = value.get(step.name) if isinstance(value, dict) else None
            if step.selector is not None:
                value, place = _chosen(step.selector, value, place)
            if value is None:
                return None, place
        return value, place

    def write(self, resource: dict[str, Any], value: Any) -> None:
        """Write ``value`` at the path, with the elements that lead to it."""
        for step in self.steps[:-1]:
            resource = _enter(resource, step)
        last = self.steps[-1]
        if last.selector is None:
            resource[last.name] = value
        else:
            _enter(resource, last).update(value)


def _chosen(selector: Selector, items: Any, place: str) -> tuple[Any, str]:
    if not isinstance(items, list):
        return None, place
    found = [index for index, item in enumerate(items) if selector.chooses(item)]
    if len(found) > 1:
        raise Twice(f"{place}[{found[1]}]")
    return (items[found[0]], f"{place}[{found[0]}]") if found else (None, place)


def _enter(resource: dict[str, Any], step: Step) -> dict[str, Any]:
    if step.selector is None:
        inner: dict[str, Any] = resource.setdefault(step.name, {})
        return inner
    items = resource.setdefault(step.name, [])
    for item in items:
        if step.selector.chooses(item):
            chosen: dict[str, Any] = item
            return chosen
    items.append(step.selector.begin())
    made: dict[str, Any] = items[-1]
    return made


@dataclass(frozen=True, slots=True)
class PlanPath:
    """A path into a part: field names."""

    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> PlanPath:
        """The path of ``text``."""
        return cls(tuple(text.split(".")))

    @property
    def text(self) -> str:
        """The path as written in a mapping file."""
        return ".".join(self.names)

    def read(self, part: dict[str, Any]) -> Any:
        """The value, or None."""
        value: Any = part
        for name in self.names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    def write(self, part: dict[str, Any], value: Any) -> None:
        """Write ``value`` at the path, or clear the field for None, with the objects it leaves empty.

        ``part`` is changed; its inner objects are copied first. An empty list or object has no FHIR form, so
        clearing keeps it: a read that is put back changes nothing.
        """
        _write(part, self.names, value)


def _write(part: dict[str, Any], names: tuple[str, ...], value: Any) -> None:
    name = names[0]
    if len(names) > 1:
        inner = dict(part.get(name) or {})
        _write(inner, names[1:], value)
        value = inner or None
    if value is not None:
        part[name] = value
    elif name in part and part[name] not in ([], {}):
        del part[name]


def holds(whole: Any, part: Any) -> bool:
    """Does ``whole`` contain ``part``: every field of it, and every item of its lists?"""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and holds(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(holds(item, one) for item in whole) for one in part)
    return bool(whole == part) and isinstance(whole, bool) == isinstance(part, bool)

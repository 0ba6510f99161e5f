"""What the record's schema asks of a part, so that a mapping takes in nothing the record would refuse.

An item of a list that cannot be one of the record's stays residue, whole; a part that lacks what it must have
is refused at the element that would have said it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def resolved(
    node: Mapping[str, Any], defs: Mapping[str, Any], name: str = ""
) -> tuple[Mapping[str, Any], str]:
    """What a node says with what its ``$ref`` says, and the name of what that points to, else ``name``.

    What stands beside a ``$ref`` adds to it: what has a title of its own is described for itself, and of a
    field that is narrowed the definition is told.
    """
    while "$ref" in node:
        steps = node["$ref"].removeprefix("#/$defs/").split("/")
        name, target = steps[-1], defs
        for step in steps:
            target = target[step]
        beside = {key: value for key, value in node.items() if key != "$ref"}
        own = {"title", "description"} if "title" in beside else set()
        node = {**{key: value for key, value in target.items() if key not in own}, **beside}
        if "properties" in beside:
            node["properties"] = {**beside["properties"], **target.get("properties", {})}
    return node, name


@dataclass(frozen=True)
class FieldShape:
    """An object, list or value of ``plan.schema.json``.

    Args:
        node: what the schema says of it, with what its ``$ref`` says.
        defs: the schema's definitions.
    """

    node: Mapping[str, Any]
    defs: Mapping[str, Any]

    @classmethod
    def of(cls, node: Mapping[str, Any], defs: Mapping[str, Any]) -> FieldShape:
        """The shape a node describes."""
        return cls(resolved(node, defs)[0], defs)

    def field(self, path: str) -> FieldShape:
        """The shape at the end of a plan path, through lists; one that asks nothing if there is none."""
        shape = self
        for name in path.split("."):
            inside = shape.items if "items" in shape.node else shape
            shape = FieldShape.of(inside.node.get("properties", {}).get(name, {}), self.defs)
        return shape

    @property
    def items(self) -> FieldShape:
        """The shape of a list's items."""
        return FieldShape.of(self.node.get("items", {}), self.defs)

    @property
    def unique(self) -> bool:
        """Does a list say nothing twice?"""
        return bool(self.node.get("uniqueItems"))

    @property
    def pattern(self) -> str | None:
        """What a string must look like; the items', for a list."""
        found: str | None = self._of_value("pattern")
        return found

    @property
    def codes(self) -> Sequence[str] | None:
        """The codes a string may be; the items', for a list."""
        found: Sequence[str] | None = self._of_value("enum")
        return found

    @property
    def table(self) -> str | None:
        """The code table a string reads in, where the schema says one; the items', for a list."""
        found: str | None = self._of_value("x-codes")
        return found

    def _of_value(self, keyword: str) -> Any:
        return self.node.get(keyword) or self.items.node.get(keyword)

    def holds(self, item: Mapping[str, Any]) -> bool:
        """Can this be an item of the record: does it say something, and all that must be said?"""
        return item.keys() > {"id"} and not any(self.lacking(item))

    def lacking(self, item: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
        """What ``item`` must say and does not: each as the plan paths of which one would do."""
        yield from self._needs.lacking(item)
        for name, needs in self._needs_inside.items():
            if name in item:
                for paths in needs.lacking(item[name]):
                    yield tuple(f"{name}.{path}" for path in paths)

    @cached_property
    def _needs(self) -> _Needs:
        node = self.node
        return _Needs(
            tuple(name for name in node.get("required", ()) if name != "id"),
            tuple(node.get("dependentRequired", {}).items()),
            tuple(branch["required"][0] for branch in node.get("anyOf", ()) if "required" in branch),
        )

    @cached_property
    def _needs_inside(self) -> dict[str, _Needs]:
        """The needs of the objects that are fields of this one."""
        fields = {name: self.field(name) for name in self.node.get("properties", ())}
        return {
            name: shape._needs  # noqa: SLF001 - another of its kind
            for name, shape in fields.items()
            if shape.node.get("type") == "object" and shape._needs != _Needs()  # noqa: SLF001 - the same
        }


@dataclass(frozen=True, slots=True)
class _Needs:
    """Fields that must be there: always, beside another, and one of several."""

    always: tuple[str, ...] = ()
    beside: tuple[tuple[str, list[str]], ...] = ()
    either: tuple[str, ...] = ()

    def lacking(self, item: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
        yield from ((name,) for name in self.always if name not in item)
        for name, others in self.beside:
            if name in item:
                yield from ((other,) for other in others if other not in item)
        if self.either and not any(item.get(name) for name in self.either):
            yield self.either

"""The requirements of the record's schema on a part, so that a mapping stores nothing the schema refuses.

A list item that the schema would refuse becomes residue as a whole; a part without a required field is
refused at the element of that field.
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
    """A schema node merged with the target of its ``$ref``, and the name of the target, else ``name``.

    Keywords beside a ``$ref`` are added to the target. A node with a title of its own keeps its own title and
    description; else those of the target apply.
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
        node: its schema node, merged with the target of its ``$ref``.
        defs: the schema's definitions.
    """

    node: Mapping[str, Any]
    defs: Mapping[str, Any]

    @classmethod
    def of(cls, node: Mapping[str, Any], defs: Mapping[str, Any]) -> FieldShape:
        """The shape of a schema node."""
        return cls(resolved(node, defs)[0], defs)

    def field(self, path: str) -> FieldShape:
        """The shape at the end of a plan path, through lists; an empty shape if there is none."""
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
        """Are the items of a list unique?"""
        return bool(self.node.get("uniqueItems"))

    @property
    def pattern(self) -> str | None:
        """The regular expression of a string, or of the items of a list."""
        found: str | None = self._of_value("pattern")
        return found

    @property
    def codes(self) -> Sequence[str] | None:
        """The allowed codes of a string, or of the items of a list."""
        found: Sequence[str] | None = self._of_value("enum")
        return found

    @property
    def table(self) -> str | None:
        """The code table the schema names for a string, or for the items of a list."""
        found: str | None = self._of_value("x-codes")
        return found

    def _of_value(self, keyword: str) -> Any:
        return self.node.get(keyword) or self.items.node.get(keyword)

    def holds(self, item: Mapping[str, Any]) -> bool:
        """Is this a valid list item: not empty, and with every required field?"""
        return item.keys() > {"id"} and not any(self.lacking(item))

    def lacking(self, item: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
        """The missing requirements of ``item``: for each the plan paths, of which one is enough."""
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
    """The required fields: always, with another field, and one of several."""

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

"""The profiles of the project as the mapping check reads them: the rules of each element, by element id.

A view holds the differentials of a profile and of those below it that the package has; what they do not say,
R4 says. https://hl7.org/fhir/R4/elementdefinition.html#id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import read_stored
from adapter.mapping.paths import holds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_VALUES = ("fixed", "pattern")


@dataclass(frozen=True)
class View:
    """The rules of a profile or an extension: element id to the rules of all its differentials."""

    url: str
    type: str
    elements: Mapping[str, Mapping[str, Any]]

    def of(self, id_: str) -> Mapping[str, Any]:
        """The rules of an element; empty if no differential has any."""
        return self.elements.get(id_, {})

    def slices(self, id_: str) -> Iterator[str]:
        """The ids of the slices of a list."""
        depth = id_.count(".")
        for one in self.elements:
            if one.startswith(f"{id_}:") and one.count(".") == depth:
                yield one

    def extension(self, id_: str, url: str) -> str | None:
        """The id of the slice of ``id_.extension`` with an extension, or None."""
        for one in self.slices(f"{id_}.extension"):
            if any(url in type_.get("profile", ()) for type_ in self.of(one).get("type", ())):
                return one
        return None

    def inner(self, id_: str, name: str) -> str | None:
        """The id of the slice of ``id_.extension`` with the url ``name`` within an extension, or None."""
        found = f"{id_}.extension:{name}"
        return found if found in self.elements else None

    def value(self, id_: str) -> Any:
        """The fixed or pattern value of an element, with those of the elements in it; None without any."""
        own = next((item for key, item in self.of(id_).items() if key.startswith(_VALUES)), None)
        inner = {
            name: value
            for child in self.elements
            if (name := child.removeprefix(f"{id_}.")) != child and "." not in name and ":" not in name
            if (value := self.value(child)) is not None
        }
        if "coding" in inner:
            inner["coding"] = [inner["coding"]]
        return {**inner, **(own if isinstance(own, dict) else {})} if inner else own

    def chosen(self, id_: str, value: Any) -> Iterator[str]:
        """The ids of the slices whose items hold ``value``, or whose values it holds."""
        for one in self.slices(id_):
            said = self.value(one)
            if said is not None and (holds(value, said) or holds(said, value)):
                yield one


@dataclass(frozen=True)
class Profiles:
    """The StructureDefinitions of a package, by canonical URL."""

    definitions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Profiles:
        """The definitions below a folder."""
        files = [
            read_stored(path.read_bytes()) for path in sorted(folder.rglob("StructureDefinition-*.json"))
        ]
        return cls({one["url"]: one for one in files})

    def view(self, url: str) -> View | None:
        """The view of a profile or an extension; None if the package does not have it."""
        if url not in self.definitions:
            return None
        merged: dict[str, dict[str, Any]] = {}
        for definition in reversed(list(self._chain(url))):
            for element in definition["differential"]["element"]:
                merged.setdefault(element["id"], {}).update(element)
        return View(url, self.definitions[url]["type"], merged)

    def _chain(self, url: str) -> Iterator[Mapping[str, Any]]:
        while url in self.definitions:
            yield self.definitions[url]
            url = self.definitions[url]["baseDefinition"]

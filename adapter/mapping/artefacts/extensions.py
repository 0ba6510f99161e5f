"""Definitions of the extensions that rows of the mapping files name: url, context, type and binding.

https://hl7.org/fhir/R4/defining-extensions.html. An extension that only code writes (``ip-venter`` on a note,
and those on an entry of a Bundle) has no row; its definition is written by hand, in FSH.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fhir.resources.R4B.structuredefinition import StructureDefinition

from adapter.fhir.canonical import BASE
from adapter.mapping.artefacts.metadata import metadata
from adapter.mapping.bound_codes import codes_in_fhir
from adapter.mapping.field_shapes import FieldShape
from adapter.mapping.sources import walk
from adapter.record.parts import BY_NAME, PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.mapping.paths import Step
    from adapter.mapping.sources import FileSource, Place, RowSource, Sources

_OURS = f"{BASE}/StructureDefinition/"
_TYPE = "http://hl7.org/fhir/StructureDefinition/"
_AKTORER = tuple(kind.name for kind in PARTS if kind.is_aktor)


@dataclass(slots=True)
class _Value:
    """The value of an extension, or of an extension within it."""

    type: str
    title: str
    is_required: bool
    targets: tuple[str, ...] = ()
    binding: tuple[str, str] | None = None


@dataclass(slots=True)
class _Extension:
    """One extension: its contexts, and its values by the url within it (``""``: its own value)."""

    id: str
    title: str
    fields: list[str] = field(default_factory=list)
    contexts: list[str] = field(default_factory=list)
    values: dict[str, _Value] = field(default_factory=dict)


def extensions(sources: Sources) -> list[dict[str, Any]]:
    """The StructureDefinition of every extension of the project that a row names, by id."""
    found: dict[str, _Extension] = {}
    for file in sources.files:
        shape = FieldShape.of(sources.defs[file.part], sources.defs)
        for place in walk(file.rows):
            _read(file, place, shape, sources, found)
    return [_definition(found[id_]) for id_ in sorted(found)]


def _read(
    file: FileSource, place: Place, shape: FieldShape, sources: Sources, found: dict[str, _Extension]
) -> None:
    """Add what one row says of an extension of ours; nothing if it names none."""
    for path in place.elements:
        for index, step in enumerate(path.steps):
            url = step.selector.value or "" if step.selector and step.selector.names == ("url",) else ""
            if step.name != "extension" or not url.startswith(_OURS):
                continue
            inside = path.steps[index + 1 :]
            within = _url_within(inside)
            said = place.paths[0] if place.paths else ""
            outer = _outer(said, is_inner=bool(within), is_item=place.row.kind == "each")
            one = found.setdefault(url, _Extension(url.removeprefix(_OURS), _title(shape, outer)))
            _add(one.contexts, ".".join([file.type, *(before.name for before in path.steps[:index])]))
            if said:
                _add(one.fields, f"{file.part}.{outer}")
            if inside and inside[-1].name.startswith("value"):
                value = _value(place.row, inside[-1].name, shape, said, outer, sources)
                one.values.setdefault(within, value)


def _add(items: list[str], item: str) -> None:
    if item not in items:
        items.append(item)


def _url_within(inside: tuple[Step, ...]) -> str:
    """The url of the extension within the extension, in which the value is; empty for its own value."""
    first = inside[0] if inside else None
    return (first.selector.value or "") if first and first.name == "extension" and first.selector else ""


def _outer(path: str, *, is_inner: bool, is_item: bool) -> str:
    """The field that is the whole extension: for an extension within it the field around that value."""
    return path.rpartition(".")[0] if is_inner and not is_item else path


def _title(shape: FieldShape, path: str) -> str:
    return str(shape.field(path).node.get("title") or path.rpartition(".")[2])


def _value(row: RowSource, key: str, shape: FieldShape, path: str, outer: str, sources: Sources) -> _Value:
    around, name = shape.field(outer), path.rpartition(".")[2]
    around = around.items if "items" in around.node else around
    type_ = key.removeprefix("value")
    if row.codes:
        there = codes_in_fhir(sources.codes[row.codes], sources)
        strength = "required" if type_ == "Code" else there.strength
        binding = (there.value_set, strength) if there.value_set else None
    else:
        binding = None
    return _Value(
        type=type_[0].lower() + type_[1:] if type_ in _PRIMITIVE else type_,
        title=_title(shape, path),
        is_required=path != outer and name in around.node.get("required", ()),
        targets=_targets(row, shape.field(path)),
        binding=binding,
    )


_PRIMITIVE = {"Boolean", "Code", "Date", "DateTime", "String"}


def _targets(row: RowSource, shape: FieldShape) -> tuple[str, ...]:
    """The types a Reference may name: those of the kinds of aktor the schema allows."""
    if row.pair != "aktor":
        return ()
    named = shape.node.get("propertyNames") or shape.items.node.get("propertyNames") or {}
    kinds = named.get("enum", _AKTORER)
    return tuple(dict.fromkeys(BY_NAME[kind].type for kind in kinds if kind in BY_NAME))


def _definition(one: _Extension) -> dict[str, Any]:
    about = f"{one.title}: {', '.join(one.fields)} of the municipality's record."
    content = {
        **metadata("StructureDefinition", one.id, one.title, about),
        "fhirVersion": "4.0.1",
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": context} for context in one.contexts],
        "type": "Extension",
        "baseDefinition": f"{_TYPE}Extension",
        "derivation": "constraint",
        "differential": {"element": list(_elements(one, about))},
    }
    StructureDefinition.model_validate(content)
    return content


def _elements(one: _Extension, about: str) -> Iterator[dict[str, Any]]:
    url = f"{_OURS}{one.id}"
    yield {"id": "Extension", "path": "Extension", "short": one.title, "definition": about}
    if "" in one.values:
        yield {"id": "Extension.extension", "path": "Extension.extension", "max": "0"}
        yield _fixed("Extension", url)
        yield _valued("Extension", one.values[""])
        return
    required = sum(value.is_required for value in one.values.values())
    slicing = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
    whole = {"id": "Extension.extension", "path": "Extension.extension", "slicing": slicing}
    yield {**whole, "min": required} if required else whole
    for name, value in one.values.items():
        yield from _inner(name, value)
    yield _fixed("Extension", url)
    yield {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"}


def _inner(name: str, value: _Value) -> Iterator[dict[str, Any]]:
    at, path = f"Extension.extension:{name}", "Extension.extension"
    yield {
        "id": at,
        "path": path,
        "sliceName": name,
        "short": value.title,
        "min": int(value.is_required),
        "max": "1",
    }
    yield {"id": f"{at}.extension", "path": f"{path}.extension", "max": "0"}
    yield _fixed(at, name)
    yield _valued(at, value)


def _fixed(at: str, url: str) -> dict[str, Any]:
    return {"id": f"{at}.url", "path": f"{_path(at)}.url", "fixedUri": url}


def _valued(at: str, value: _Value) -> dict[str, Any]:
    type_: dict[str, Any] = {"code": value.type}
    if value.targets:
        type_["targetProfile"] = [f"{_TYPE}{target}" for target in value.targets]
    element = {"id": f"{at}.value[x]", "path": f"{_path(at)}.value[x]", "min": 1, "type": [type_]}
    if value.binding:
        value_set, strength = value.binding
        element["binding"] = {"strength": strength, "valueSet": value_set}
    return element


def _path(at: str) -> str:
    return ".".join(step.partition(":")[0] for step in at.split("."))

"""A JSON Schema as lines: each field's path with its type, whether it is required, and its codes.

References are followed, so that it does not matter how a schema is cut into named pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Schema = dict[str, Any]


def fields(name: str, pointer: str, document: Schema, apart: Collection[str] = ()) -> list[str]:
    """The lines of one schema, sorted by path.

    Args:
        name: the first step of every path.
        pointer: where the schema stands in the document, as a ``$ref`` says it.
        document: what references lead into.
        apart: pointers of schemas told elsewhere: a reference to one of them is a line, and not followed.
    """
    return sorted(_lines(name, _at(pointer, document), document, apart))


def _lines(
    path: str, schema: Schema, document: Schema, apart: Collection[str], mark: str = ""
) -> Iterator[str]:
    if schema.get("$ref") in apart:
        yield "  ".join(filter(None, (path, schema["$ref"].rpartition("/")[2], mark)))
        return
    whole = _followed(schema, document)
    others = [(path, other, mark) for other in whole.get("anyOf", ()) if "$ref" in other or "type" in other]
    if not others:
        yield "  ".join(filter(None, (path, _type(whole), mark)))
    inner = others + ([(f"{path}[]", whole["items"], "")] if "items" in whole else [])
    names = whole.get("propertyNames", {}).get("enum")
    inner += [
        (f"{path}.{field}", below, "required" if field in whole.get("required", ()) else "")
        for field, below in whole.get("properties", {}).items()
        if names is None or field in names
    ]
    for where, below, required in inner:
        yield from _lines(where, below, document, apart, required)


def _followed(schema: Schema, document: Schema) -> Schema:
    """The schema with what it refers to; what stands beside a reference holds too."""
    if "$ref" not in schema:
        return schema
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**_followed(_at(schema["$ref"], document), document), **beside}


def _at(pointer: str, document: Schema) -> Schema:
    found = document
    for step in pointer.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _type(schema: Schema) -> str:
    """The type with its format, or the codes where there are any."""
    if "enum" in schema:
        return f"one of: {', '.join(sorted(map(str, schema['enum'])))}"
    type_, format_ = schema.get("type", "anything"), schema.get("format")
    return f"{type_} {format_}" if format_ else str(type_)

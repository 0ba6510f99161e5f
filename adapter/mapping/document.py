"""``docs/mapping.md``, written from the mapping files, the schema and the code tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.mapping.field_shapes import FieldShape
from adapter.mapping.loading import load
from adapter.mapping.sources import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from adapter.mapping.codes import Codes
    from adapter.mapping.sources import LeftOut, Place, RowSource

_HEAD = """# Field by field

Written by `ip-adapter check --document`; change the mapping files, not this page. A field is a path in the
municipal record, an element a path in the FHIR resource; a row maps in both directions.
"""


def document(folder: Path, refused: str = "") -> str:
    """The page ``docs/mapping.md``, as Markdown.

    Args:
        folder: the mapping files.
        refused: the section on refusals, which come from other packages too.

    Raises:
        MappingError, CodesError: a file is invalid.
    """
    sources = load(folder).sources
    lines = [_HEAD]
    for file in sources.files:
        shape = FieldShape.of(sources.defs[file.part], sources.defs)
        lines += [f"## {file.part} – {file.type}\n", "| field | element | meaning |", "|---|---|---|"]
        lines += [_line(place, shape) for place in walk(file.rows)]
        lines += ["", *_left_out(file.left_out)]
    return "\n".join([*lines, refused, *_glossary(sources.codes)]) + "\n"


def _line(place: Place, shape: FieldShape) -> str:
    fields = ", ".join(f"`{path}`" for path in place.fields)
    elements = ", ".join(f"`{_short(path.text)}`" for path in place.elements)
    meaning = "; ".join(
        filter(None, [*(_title(shape.field(path)) for path in place.paths), _given(place.row)])
    )
    return f"| {fields} | {elements} | {meaning} |"


def _short(path: str) -> str:
    """A path without the long addresses: ``extension(ip-bidrag).valueString``."""
    shown, rest = "", path
    while "[" in rest:
        before, _, after = rest.partition("[")
        selector, _, rest = after.partition("]")
        shown += f"{before}({selector.partition('=')[2].rpartition('/')[2] or selector})"
    return shown + rest


def _title(shape: FieldShape) -> str:
    return ". ".join(filter(None, [shape.node.get("title"), shape.node.get("description")]))


def _given(row: RowSource) -> str:
    """Statement of a row about its value: fixed, supplied, codes, or import-only."""
    if row.kind in {"fixed", "around"}:
        return (
            f"always {_said(row.value)}" if row.kind == "fixed" else f"reference to the owner: {row.around}"
        )
    if row.kind == "flag":
        also = "".join(f", or {_said({'coding': [one]})}," for one in row.also)
        return f"yes when {_said(row.value)}{also} is among them"
    if row.codes:
        return f"codes [{row.codes}](#{row.codes})" + (f"; absent: `{row.absent}`" if row.absent else "")
    if row.system:
        return f"codes of `{row.system}`"
    return f"import-only: {row.why}" if row.why else ""


def _said(value: Any) -> str:
    """A fixed value as text; a Coding as its code and system."""
    if not isinstance(value, dict):
        return f"`{value}`"
    if value.keys() == {"coding"}:
        return ", ".join(f"`{one['code']}` of `{one['system']}`" for one in value["coding"])
    return ", ".join(f"{name} `{one}`" for name, one in value.items())


def _left_out(left_out: LeftOut) -> Iterator[str]:
    for class_, entries in left_out.items():
        if entries:
            named = (f"`{name}` ({why})" if why else f"`{name}`" for name, why in entries.items())
            yield f"*{class_}*: {('; ' if any(entries.values()) else ', ').join(named)}\n"


def _glossary(tables: Mapping[str, Codes]) -> Iterator[str]:
    yield "## Codes\n"
    for name, codes in sorted(tables.items()):
        yield f"### {name}\n"
        if codes.system:
            yield f"`{codes.system}`\n"
        yield from ("| record | FHIR | bokmål | nynorsk | English |", "|---|---|---|---|---|")
        for plan, fhir in (codes.to_fhir or {}).items():
            texts = codes.displays[plan]
            yield f"| {plan} | {fhir} | {texts['nb']} | {texts['nn']} | {texts['en']} |"
        yield ""

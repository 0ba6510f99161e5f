"""``docs/mapping.md``, written from the mapping files, the schema and the code tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from adapter.mapping.loading import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_HEAD = """# Field by field

Written by `ip-adapter check --document`; change the mapping files, not this page. A field is a path in the
municipal record, an element a path in the FHIR resource; a row holds in both directions.
"""


def document(folder: Path, refused: str = "") -> str:
    """The page, as Markdown.

    Args:
        folder: the mapping files.
        refused: the section on what is refused, which more than the mapping knows of.

    Raises:
        MappingError, CodesError: a file is not as it should be.
    """
    mappings = load(folder)
    schema = yaml.safe_load((folder / "plan.schema.json").read_text(encoding="utf-8"))["$defs"]
    shared = yaml.safe_load((folder / "datatypes.yaml").read_text(encoding="utf-8"))["parts"]
    lines = [_HEAD]
    for content in mappings.files.values():
        page = _Page(schema, {**shared, **content.get("parts", {})})
        lines += [
            f"## {content['part']} – {content['fhir']}\n",
            "| field | element | meaning |",
            "|---|---|---|",
        ]
        lines += [f"| {field} | {element} | {meaning} |" for field, element, meaning in page.rows(content)]
        lines += ["", *_left_out(content.get("left_out", {}))]
    return "\n".join([*lines, refused, *_glossary(mappings.codes)]) + "\n"


class _Page:
    """Rows of one file, with the schema to look meanings up in."""

    def __init__(self, schema: Mapping[str, Any], parts: Mapping[str, Any]) -> None:
        self._schema = schema
        self._parts = parts

    def rows(self, content: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        """Field, element and meaning, each list of parts followed by its own rows."""
        yield from self._rows(content["rows"], self._schema[content["part"]], "", "")

    def _rows(
        self, rows: list[dict[str, Any]], shape: dict[str, Any], field: str, element: str
    ) -> Iterator[tuple[str, str, str]]:
        for row in rows:
            fhir = row["fhir"] if isinstance(row["fhir"], list) else [row["fhir"]]
            where = ", ".join(f"`{element}{_short(path)}`" for path in fhir)
            if "plan" not in row:
                yield "", where, _given(row)
                continue
            plan = row["plan"] if isinstance(row["plan"], list) else [row["plan"]]
            found = [self._at(shape, path) for path in plan]
            named = ", ".join(f"`{field}{path}`" for path in plan)
            yield named, where, "; ".join(filter(None, [*map(_title, found), _given(row)]))
            if "each" in row:
                items = self._resolved(found[0]).get("items", {})
                inner = self._parts[row["each"]]
                yield from self._rows(inner, items, f"{field}{plan[0]}[].", f"{element}{_short(fhir[0])}.")

    def _at(self, shape: dict[str, Any], path: str) -> dict[str, Any]:
        for name in path.split("."):
            shape = self._resolved(shape).get("properties", {}).get(name, {})
        return shape

    def _resolved(self, shape: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in shape:
            found: Any = self._schema
            for step in shape["$ref"].removeprefix("#/$defs/").split("/"):
                found = found[step]
            shape = {**found, **{key: value for key, value in shape.items() if key != "$ref"}}
        return shape


def _short(path: str) -> str:
    """A path without the long addresses: ``extension(ip-bidrag).valueString``."""
    shown, rest = "", path
    while "[" in rest:
        before, _, after = rest.partition("[")
        selector, _, rest = after.partition("]")
        shown += f"{before}({selector.partition('=')[2].rpartition('/')[2] or selector})"
    return shown + rest


def _title(shape: dict[str, Any]) -> str:
    return ". ".join(filter(None, [shape.get("title", ""), shape.get("description", "")]))


def _given(row: dict[str, Any]) -> str:
    if "around" in row:
        return f"whose it is: {row['around']}"
    if "fixed" in row:
        return f"always {_said(row['fixed'])}"
    if "flag" in row:
        also = "".join(f", or {_said({'coding': [one]})}," for one in row.get("also", ()))
        return f"yes when {_said(row['flag'])}{also} is among them"
    if "codes" in row:
        absent = f"; absent: `{row['absent']}`" if "absent" in row else ""
        return f"codes [{row['codes']}](#{row['codes']}){absent}"
    if "system" in row:
        return f"codes of `{row['system']}`"
    return f"only read: {row['why']}" if "only" in row else ""


def _said(value: Any) -> str:
    """A fixed value as it reads: ``LA28865-6`` of its system, where it is a coding."""
    if not isinstance(value, dict):
        return f"`{value}`"
    if value.keys() == {"coding"}:
        return ", ".join(f"`{one['code']}` of `{one['system']}`" for one in value["coding"])
    return ", ".join(f"{name} `{one}`" for name, one in value.items())


def _left_out(left_out: Mapping[str, Any]) -> Iterator[str]:
    for class_, entries in left_out.items():
        if isinstance(entries, dict):
            listed = "; ".join(f"`{name}` ({why})" for name, why in entries.items())
        else:
            listed = ", ".join(f"`{name}`" for name in entries)
        if listed:
            yield f"*{class_}*: {listed}\n"


def _glossary(tables: Mapping[str, Any]) -> Iterator[str]:
    yield "## Codes\n"
    for name, codes in sorted(tables.items()):
        yield f"### {name}\n"
        if codes.system:
            yield f"`{codes.system}`\n"
        yield from ("| record | FHIR | bokmål | nynorsk | English |", "|---|---|---|---|---|")
        for plan, fhir in codes.to_fhir.items():
            texts = codes.displays[plan]
            yield f"| {plan} | {fhir} | {texts['nb']} | {texts['nn']} | {texts['en']} |"
        yield ""

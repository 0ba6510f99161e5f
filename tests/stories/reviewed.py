"""The pinned answers in a form to review: differences from the municipality's answers, and plain text."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import msgspec

from adapter.fhir.codec.stored import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_TAG = re.compile(r"<(/?)(\w+)[^>]*>")


def difference(municipal: Mapping[str, dict[str, Any]], given: Mapping[str, dict[str, Any]]) -> bytes:
    """The resources of a recipient as differences from the municipality's, in indented JSON.

    ``same`` and ``notGiven`` are references. ``differs`` has by reference the elements that differ, null for
    one that is left out; the narrative is in the text file.
    """
    told = {
        "same": [name for name in municipal if given.get(name) == municipal[name]],
        "notGiven": [name for name in municipal if name not in given],
        "differs": {
            name: _differing(municipal.get(name, {}), resource)
            for name, resource in given.items()
            if resource != municipal.get(name)
        },
    }
    return msgspec.json.format(render(told), indent=2) + b"\n"


def _differing(municipal: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    names = [*municipal, *(name for name in given if name not in municipal)]
    return {
        name: given.get(name) for name in names if name != "text" and municipal.get(name) != given.get(name)
    }


def texts(resources: Mapping[str, dict[str, Any]], apart_from: Mapping[str, dict[str, Any]]) -> str:
    """The narratives of resources as plain text, each under its reference, but those equal in another set."""
    return "\n".join(
        f"# {name}\n\n" + "\n".join(_lines(resource["text"]["div"])) + "\n"
        for name, resource in resources.items()
        if "text" in resource and resource["text"] != apart_from.get(name, {}).get("text")
    )


def _lines(div: str) -> Iterator[str]:
    """The lines of a generated narrative: headings underlined, list items indented by their depth."""
    depth, line, place = 0, "", 0
    for tag in _TAG.finditer(div):
        line += unescape(div[place : tag.start()])
        place = tag.end()
        name, ends = tag[2], bool(tag[1])
        if name in {"h2", "h3", "p", "li", "ul", "div"} and line:
            yield f"{'  ' * max(0, depth - 1)}{'- ' if depth else ''}{line}"
            if ends and name in {"h2", "h3"}:
                yield ("=" if name == "h2" else "-") * len(line)
            line = ""
        if name == "ul":
            depth += -1 if ends else 1

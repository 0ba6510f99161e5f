"""Our own narratives: a title, sections and lists of labelled lines made one div of XHTML, and known again.

A div of ours says so by its class. It is the server's to make and tells nothing the resource does not, so a
resource that comes back with it has said nothing by it. Rules: https://hl7.org/fhir/R4/narrative.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from adapter.fhir.narrative import XHTML

if TYPE_CHECKING:
    from collections.abc import Sequence

OURS = "ip-adapter"
"""The class of a div of ours."""

_LANGUAGE = "nb"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ATTRIBUTES = {"xmlns": XHTML, "class": OURS, "lang": _LANGUAGE, _XML_LANG: _LANGUAGE}
"""Of the div. The namespace is one of them: elements that each had it would take twice the time to make."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OPENING = re.compile(r"""\s*<(?:\w+:)?div\s[^>]*?\bclass\s*=\s*["'](?:[^"'>]*\s)?ip-adapter[\s"']""")


class Line(NamedTuple):
    """A line of a list: a label, what it says, and lines beneath it. Each may be empty, not all."""

    label: str
    text: str
    lines: Sequence[Line] = ()


class Section(NamedTuple):
    """Some lines under a heading, which may be empty; a line without a label beneath a heading is a text."""

    heading: str
    lines: Sequence[Line]


def generated(title: str, sections: Sequence[Section]) -> dict[str, Any]:
    """The Narrative of a title and sections; what stands in them is text, whatever it looks like."""
    root = etree.Element("div", _ATTRIBUTES)
    _text(etree.SubElement(root, "h2"), title)
    for heading, lines in sections:
        if heading:
            _text(etree.SubElement(root, "h3"), heading)
        if len(lines) == 1 and not lines[0].label:
            _paragraph(root, lines[0])
        elif lines:
            _list(root, lines)
    return {"status": "generated", "div": etree.tostring(root, encoding="unicode")}


def is_ours(narrative: Any) -> bool:
    """Is it a Narrative this adapter has made, and nothing more?"""
    return (
        isinstance(narrative, dict)
        and narrative.keys() == {"status", "div"}
        and narrative["status"] == "generated"
        and _OPENING.match(narrative["div"]) is not None
    )


def _paragraph(root: etree._Element, line: Line) -> None:
    if line.text:
        _text(etree.SubElement(root, "p"), line.text)
    if line.lines:
        _list(root, line.lines)


def _list(parent: etree._Element, lines: Sequence[Line]) -> None:
    ul = etree.SubElement(parent, "ul")
    for label, text, beneath in lines:
        item = etree.SubElement(ul, "li")
        if label:
            bold = etree.SubElement(item, "b")
            _text(bold, f"{label}:")
            if text:
                _text(item, f" {text}", bold)
        elif text:
            _text(item, text)
        if beneath:
            _list(item, beneath)


def _text(element: etree._Element, text: str, after: etree._Element | None = None) -> None:
    """Put a text into an element, or in it after another; line ends as breaks."""
    first, *more = text.splitlines() if "\n" in text else (text,)
    if after is None:
        element.text = _written(first)
    else:
        after.tail = _written(first)
    for line in more:
        etree.SubElement(element, "br").tail = _written(line)


def _written(text: str) -> str:
    """The text with what XML cannot hold, not even escaped, shown as such."""
    return text if text.isprintable() else _NO_XML.sub("\ufffd", text)

"""Our own narratives: a title, sections and lists of labelled lines made one div of XHTML, and known again.

A div of ours says so by its class. It is the server's to make and tells nothing the resource does not, so a
resource that comes back with it has said nothing by it. Rules: https://hl7.org/fhir/R4/narrative.html.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.fhir.narrative import XHTML

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OURS = "ip-adapter"
"""The class of a div of ours."""

_OPEN = f'<div xmlns="{XHTML}" class="{OURS}" lang="nb" xml:lang="nb">'
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
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
    written = "".join(piece for section in sections for piece in _section(*section))
    return {"status": "generated", "div": f"{_OPEN}<h2>{_text(title)}</h2>{written}</div>"}


def is_ours(narrative: Any) -> bool:
    """Is it a Narrative this adapter has made, and nothing more?"""
    return (
        isinstance(narrative, dict)
        and narrative.keys() == {"status", "div"}
        and narrative["status"] == "generated"
        and _OPENING.match(narrative["div"]) is not None
    )


def _section(heading: str, lines: Sequence[Line]) -> Iterator[str]:
    if heading:
        yield f"<h3>{_text(heading)}</h3>"
    if len(lines) == 1 and not lines[0].label:
        (line,) = lines
        yield f"<p>{_text(line.text)}</p>" if line.text else ""
        yield _list(line.lines)
    else:
        yield _list(lines)


def _list(lines: Sequence[Line]) -> str:
    return f"<ul>{''.join(map(_item, lines))}</ul>" if lines else ""


def _item(line: Line) -> str:
    label, text, lines = line
    beneath = _list(lines) if lines else ""
    if not label:
        return f"<li>{_text(text)}{beneath}</li>"
    return f"<li>{_bold(label)} {_text(text)}{beneath}</li>" if text else f"<li>{_bold(label)}{beneath}</li>"


@cache
def _bold(label: str) -> str:
    """A label; there are no more of them than fields."""
    return f"<b>{_text(label)}:</b>"


def _text(text: str) -> str:
    """The text as XML holds it: markup shown, line ends as breaks, what XML cannot hold replaced."""
    if text.isprintable():
        return text.translate(_MARKUP) if "&" in text or "<" in text or ">" in text else text
    return "<br/>".join(_NO_XML.sub("\ufffd", line).translate(_MARKUP) for line in text.splitlines())

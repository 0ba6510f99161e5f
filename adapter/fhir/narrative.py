"""Check of the narrative of a resource: well-formed XHTML, permitted elements, no active content.

The invariant txt-1 permits the elements and attributes, with a few more from the HTML 4.0 chapters it names
(such as ``kbd``, ``ins`` and ``u``). Links may lead to other servers. Code, imports and content from other
servers are refused: an image, as an element or in a style, is in the text itself (``data:``), in the resource
(``#``), or at a relative address. Rules: https://hl7.org/fhir/R4/narrative.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from adapter.errors import Finding, IssueType, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

XHTML = "http://www.w3.org/1999/xhtml"
MAX_DEPTH = 100
"""Largest number of nested elements."""

_PAGE = "https://hl7.org/fhir/R4/narrative.html"
FORM = Message(
    "narrative-not-xhtml",
    IssueType.STRUCTURE,
    nb="Narrative er ikke ett velformet div-element i navnerommet for XHTML."
    " Fjern DOCTYPE, entiteter, CDATA og prosesseringsinstruksjoner, og send ett div-element.",
    en="The narrative is not one well-formed div element in the XHTML namespace."
    " Remove DOCTYPE, entities, CDATA and processing instructions, and send one div element.",
    source=f"{_PAGE}#xhtml",
)
ELEMENT = Message(
    "txt-1",
    IssueType.INVARIANT,
    nb="Narrative har et element som ikke er tillatt. Fjern elementet.",
    en="The narrative has an element that is not allowed. Remove the element.",
    source=f"{_PAGE}#Narrative",
)
ATTRIBUTE = replace(
    ELEMENT,
    nb="Narrative har et attributt som ikke er tillatt. Fjern attributtet.",
    en="The narrative has an attribute that is not allowed. Remove the attribute.",
)
ACTIVE = Message(
    "narrative-active",
    IssueType.SECURITY,
    nb="Narrative har en adresse eller stil som kan kjøre kode eller hente innhold utenfra. Fjern den.",
    en="The narrative has an address or style that can run code or load outside content. Remove it.",
    source=f"{_PAGE}#security",
)
EMPTY = Message(
    "txt-2",
    IssueType.INVARIANT,
    nb="Narrative mangler innhold. Legg til tekst eller bilde, eller utelat elementet.",
    en="The narrative has no content. Add text or an image, or leave the element out.",
    source=f"{_PAGE}#Narrative",
)

_ELEMENTS = (
    "a abbr acronym address b bdo big blockquote br caption center cite code col colgroup dd del dfn div dl"
    " dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp small span strike strong sub sup"
    " table tbody td tfoot th thead tr tt u ul var"
)
_ATTRIBUTES = (
    "abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff"
    " charset cite class color colspan compact coords datetime dir face frame headers height href hreflang"
    " hspace id lang longdesc name noshade nowrap rel rev rowspan rules scope shape size span src start style"
    " summary tabindex target title type valign value vspace width"
)
ELEMENTS = frozenset(_ELEMENTS.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
_ADDRESSES = frozenset({"href", "src", "cite", "longdesc"})
_LINK = re.compile(r"(?:https?|mailto|tel|urn|ftp|sms):.*|[^:]*(?:[/?#].*)?", re.IGNORECASE | re.DOTALL)
_IMAGE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=]*|#\S*|[A-Za-z0-9][^:]*", re.IGNORECASE
)
_STYLE_URL = re.compile(r"""url\s*\(([^()"']*|\s*"[^"]*"\s*|\s*'[^']*'\s*)\)""", re.IGNORECASE)
_STYLE = re.compile(
    r"url\s*\(|image(?:-set)?\s*\(|\bsrc\s*\(|expression|javascript|@import|behavior|binding|\\",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0]")
_NAMES = re.compile(r"""</?([^\s<>/="']+)|\s([^\s<>/="']+)\s*=\s*["']|&([^\s<>&;#]+)""")
"""Names of elements, attributes and entities; a word of the text can match too."""
_FAMILIAR = ELEMENTS | ATTRIBUTES | {"", "xmlns", "xml:lang", "xml:space", "amp", "lt", "gt", "quot", "apos"}


@dataclass(slots=True)
class _Reading:
    """The faults found in one pass over a narrative."""

    faults: list[Message] = field(default_factory=list)

    def of(self, root: etree._Element) -> list[Message]:
        """The faults of a whole div."""
        self._element(root, 1)
        has_image = any("src" in image.attrib for image in root.iter(f"{{{XHTML}}}img"))
        if not has_image and all(str(text).isspace() for text in root.itertext()):
            self._add(EMPTY)
        return self.faults

    def _element(self, element: etree._Element, depth: int) -> None:
        namespace, _, tag = str(element.tag)[1:].rpartition("}")
        if depth > MAX_DEPTH or namespace != XHTML or (depth == 1 and tag != "div"):
            raise ValueError("not a div of XHTML, or too deep")
        if tag not in ELEMENTS:
            self._add(ELEMENT)
        for key, value in element.items():
            self._attribute(tag, str(key), str(value))
        for child in element:
            self._element(child, depth + 1)

    def _attribute(self, tag: str, key: str, value: str) -> None:
        if key not in ATTRIBUTES and not key.startswith("{http://www.w3.org/XML/1998/namespace}"):
            self._add(ATTRIBUTE)
        if key == "style" and not _is_plain(value):
            self._add(ACTIVE)
        if key in _ADDRESSES:
            allowed = _IMAGE if tag == "img" and key == "src" else _LINK
            if not _is_allowed(value, allowed):
                self._add(ACTIVE)

    def _add(self, message: Message) -> None:
        if message not in self.faults:
            self.faults.append(message)


def _is_allowed(address: str, allowed: re.Pattern[str]) -> bool:
    """Tests whether an address has an allowed form, without the blanks and controls a browser ignores."""
    return allowed.fullmatch(_CONTROL.sub("", address)) is not None


def _is_plain(style: str) -> bool:
    """Tests whether a style runs and loads nothing; its ``url()`` is checked as the address of an image."""
    urls = _STYLE_URL.findall(style)
    plain = all(_is_allowed(url.strip().strip("\"'"), _IMAGE) for url in urls)
    return plain and _STYLE.search(_STYLE_URL.sub(" ", style)) is None


def faults(div: str) -> list[Message]:
    """The faults of the text of a ``Narrative.div``; empty for a valid text."""
    if "<!" in div.replace("<!--", "") or "<?" in div:
        return [FORM]
    if _FAMILIAR.issuperset(chain.from_iterable(_NAMES.findall(div))):
        return _read(div)
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - seldom needed

    # libxml2 keeps every name for the lifetime of the thread: unfamiliar names get a thread of their own.
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(_read, div).result()


def _read(div: str) -> list[Message]:
    from lxml import etree  # noqa: PLC0415 - slow to load, and needed for narratives only

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        return _Reading().of(etree.fromstring(div.encode(), parser))
    except (etree.XMLSyntaxError, ValueError):
        return [FORM]


def is_div(div: str) -> bool:
    """Tests whether a text is one well-formed div of XHTML, with any content."""
    return FORM not in faults(div)


def check(div: str, expression: str) -> Iterator[Finding]:
    """The findings of a ``Narrative.div`` at ``expression``."""
    return (message.at(expression) for message in faults(div))

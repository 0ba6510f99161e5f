"""Reader of XML that gives elements with line and column, and refuses XML that FHIR does not use.

The reader refuses text that is not XML or not UTF-8, DOCTYPE (and so every entity), processing instructions,
other namespaces, text between elements, and nesting beyond ``MAX_DEPTH``. It reads nothing outside the
document, and ignores comments. It uses expat instead of lxml because expat gives the byte where an element
begins, so a narrative can be copied byte for byte.
Rules: https://hl7.org/fhir/R4/xml.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from adapter.errors import BadRequest, IssueType, Message
from adapter.fhir import narrative
from adapter.fhir.codec.scanning import DEPTH, MAX_DEPTH

FHIR = "http://hl7.org/fhir"

_PAGE = "https://hl7.org/fhir/R4/xml.html"
SYNTAX = Message(
    "xml-syntax",
    IssueType.STRUCTURE,
    nb="XML-teksten er ikke velformet. Rett teksten på dette stedet.",
    en="The XML text is not well-formed. Correct the text at this place.",
    source="https://www.w3.org/TR/xml/",
)
ENCODING = Message(
    "xml-encoding",
    IssueType.STRUCTURE,
    nb="XML-teksten er ikke i UTF-8. Send den i UTF-8.",
    en="The XML text is not in UTF-8. Send it in UTF-8.",
    source=f"{_PAGE}#representation",
)
DOCTYPE = Message(
    "xml-doctype",
    IssueType.SECURITY,
    nb="XML-teksten har DOCTYPE, som ikke er tillatt. Fjern DOCTYPE og entitetene.",
    en="The XML text has a DOCTYPE, which is not allowed. Remove the DOCTYPE and its entities.",
    source=_PAGE,
)
INSTRUCTION = Message(
    "xml-processing-instruction",
    IssueType.STRUCTURE,
    nb="XML-teksten har en prosesseringsinstruksjon, som ikke er tillatt. Fjern instruksjonen.",
    en="The XML text has a processing instruction, which is not allowed. Remove the instruction.",
    source=_PAGE,
)
NAMESPACE = Message(
    "xml-namespace",
    IssueType.STRUCTURE,
    nb="Elementet er ikke i navnerommet http://hl7.org/fhir. Sett navnerommet, eller fjern elementet.",
    en="The element is not in the namespace http://hl7.org/fhir. Set the namespace, or remove the element.",
    source=_PAGE,
)
TEXT = Message(
    "xml-text",
    IssueType.STRUCTURE,
    nb="XML-teksten har tekst mellom elementene. Skriv verdien i attributtet value.",
    en="The XML text has text between the elements. Write the value in the attribute value.",
    source=_PAGE,
)
CARRIAGE_RETURN = "&#0013;"
"""The character reference for a carriage return in a narrative; the unusual spelling marks it as ours."""

_DEFAULT = ""
_ENCODINGS = {"utf-8", "utf8", "us-ascii"}
_TAG_END = re.compile(r"[\s/>]")


@dataclass(slots=True)
class Element:
    """An element in the FHIR namespace, or the div of a narrative with its text as sent (``source``)."""

    name: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list[Element] = field(default_factory=list)
    source: str | None = None


def read(data: bytes) -> Element:
    """The root element of an XML document.

    Raises:
        BadRequest: the document is refused; the finding is the first fault, with line and column.
    """
    return _Reader(data).root()


@dataclass(slots=True)
class _Div:
    """The narrative being read: its first byte, the current depth, and the outer namespaces it needs."""

    element: Element
    start: int
    declarations: dict[str, str]
    depth: int = 1
    is_empty: bool = True


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[Element] = []
        self._root: Element | None = None
        self._div: _Div | None = None
        self._scope: list[tuple[str, str]] = []
        self._fresh = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartNamespaceDeclHandler = self._namespace
        self._parser.EndNamespaceDeclHandler = self._namespace_end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.ProcessingInstructionHandler = self._instruction

    def root(self) -> Element:
        try:
            self._data.decode("utf-8")
            self._parser.Parse(self._data, True)
        except UnicodeDecodeError as error:
            before = self._data[: error.start]
            place = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
            raise BadRequest(ENCODING.at(line=place[0], column=place[1])) from None
        except expat.ExpatError as error:
            raise BadRequest(SYNTAX.at(line=error.lineno, column=error.offset + 1)) from None
        if self._root is None:
            raise BadRequest(SYNTAX.at(line=1, column=1))
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        fresh, self._fresh = self._fresh, 0
        if self._div is not None:
            self._div.depth += 1
            self._div.is_empty = False
            if self._div.depth > narrative.MAX_DEPTH:
                self._refuse(DEPTH, limit=narrative.MAX_DEPTH)
            return
        namespace, _, local = name.rpartition(" ")
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        element = Element(local, attributes, line, column)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        if namespace == narrative.XHTML and self._open:
            self._div = _Div(element, self._parser.CurrentByteIndex, self._inherited(fresh))
            return
        if namespace != FHIR:
            self._refuse(NAMESPACE)
        if len(self._open) > MAX_DEPTH:
            self._refuse(DEPTH, limit=MAX_DEPTH)
        self._open.append(element)

    def _end(self, _: str) -> None:
        if self._div is None:
            self._open.pop()
        elif self._div.depth > 1:
            self._div.depth -= 1
        else:
            self._div.element.source = self._source(self._div)
            self._div = None

    def _source(self, div: _Div) -> str:
        """The narrative as sent, with line feeds, and with the outer namespace declarations it needs."""
        end = self._parser.CurrentByteIndex
        # expat gives the end of an empty-element tag, and the start of any other end tag.
        if not (div.is_empty and self._data[end - 2 : end] == b"/>"):
            end = self._data.index(b">", end) + 1
        text = self._data[div.start : end].decode().replace("\r\n", "\n").replace("\r", "\n")
        text = text.replace(CARRIAGE_RETURN, "\r")
        tag = _TAG_END.split(text, 1)[0]
        for prefix, uri in div.declarations.items():
            if f"{prefix}:" in text if prefix else uri == narrative.XHTML:
                from xml.sax.saxutils import quoteattr  # noqa: PLC0415 - seldom needed, and slow to load

                name = f"xmlns:{prefix}" if prefix else "xmlns"
                text = text.replace(tag, f"{tag} {name}={quoteattr(uri)}", 1)
        return text

    def _inherited(self, fresh: int) -> dict[str, str]:
        """The namespaces in scope, except the last ``fresh`` ones, which the element declares itself."""
        outer, own = self._scope[: len(self._scope) - fresh], self._scope[len(self._scope) - fresh :]
        return {prefix: uri for prefix, uri in dict(outer).items() if prefix not in dict(own)}

    def _text(self, text: str) -> None:
        if self._div is not None:
            self._div.is_empty = False
        elif not text.isspace():
            self._refuse(TEXT)

    def _namespace(self, prefix: str | None, uri: str) -> None:
        self._scope.append((prefix or _DEFAULT, uri))
        self._fresh += 1

    def _namespace_end(self, _: str | None) -> None:
        self._scope.pop()

    def _doctype(self, *_: object) -> NoReturn:
        self._refuse(DOCTYPE)

    def _instruction(self, *_: object) -> NoReturn:
        self._refuse(INSTRUCTION)

    def _declaration(self, _: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            self._refuse(ENCODING)

    def _refuse(self, message: Message, **names: int) -> NoReturn:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        raise BadRequest(message.at(None, line=line, column=column, limit=names.get("limit", 0)))

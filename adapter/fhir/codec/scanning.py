"""Slow JSON scanner that gives line and column: of every value, and of the first fault.

:mod:`adapter.fhir.codec.received` scans a text after refusing it, to find the place of the fault. Findings of
the structure check get their places here too. Rules: https://hl7.org/fhir/R4/json.html and RFC 8259.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from adapter.errors import BadRequest, IssueType, Message
from adapter.fhir.codec.numbers import MAX_DIGITS, MAX_EXPONENT, number

if TYPE_CHECKING:
    from adapter.fhir.codec.numbers import Spelled

MAX_DEPTH = 64
"""Largest number of nested objects and lists; a plan that uses every element needs 15."""

LARGE = 2**20
"""Largest number of bytes that is scanned for places; the scan of a larger text can take seconds."""

Place = tuple[int, int]
"""Line and column, both from 1; a column counts characters."""

Key = str | int
Path = tuple[Key, ...]

_JSON = "https://hl7.org/fhir/R4/json.html"
_RFC = "https://www.rfc-editor.org/rfc/rfc8259"
SYNTAX = Message(
    "json-syntax",
    IssueType.STRUCTURE,
    nb="Ugyldig JSON: forventet {expected}. Rett JSON-teksten.",
    en="Invalid JSON: expected {expected}. Correct the JSON text.",
    source=_RFC,
)
ENCODING = Message(
    "json-encoding",
    IssueType.STRUCTURE,
    nb="JSON-teksten er ikke UTF-8, eller har byte order mark. Send UTF-8 uten byte order mark.",
    en="The JSON text is not UTF-8, or has a byte order mark. Send UTF-8 without a byte order mark.",
    source=_RFC,
)
DUPLICATE = Message(
    "json-duplicate-key",
    IssueType.STRUCTURE,
    nb="JSON-objektet har samme nøkkel to ganger. Fjern én av dem.",
    en="The JSON object has the same key twice. Remove one of them.",
    source=_JSON,
)
CHARACTER = Message(
    "json-character",
    IssueType.VALUE,
    nb="Strengen har et kontrolltegn, et halvt surrogatpar eller et ikke-tegn. Fjern tegnet.",
    en="The string has a control character, a lone surrogate or a noncharacter. Remove the character.",
    source="https://hl7.org/fhir/R4/datatypes.html#string",
)
NUMBER = Message(
    "json-number",
    IssueType.VALUE,
    nb="Tallet har for mange siffer eller for stor eksponent."
    f" Bruk høyst {MAX_DIGITS} tegn, og en eksponent fra -{MAX_EXPONENT} til {MAX_EXPONENT}.",
    en="The number has too many digits or too large an exponent."
    f" Use at most {MAX_DIGITS} characters, and an exponent from -{MAX_EXPONENT} to {MAX_EXPONENT}.",
    source="https://hl7.org/fhir/R4/datatypes.html#decimal",
)
DEPTH = Message(
    "json-depth",
    IssueType.TOO_COSTLY,
    nb="Innholdet har flere enn {limit} nivåer i hverandre. Send et innhold med færre nivåer.",
    en="The content is nested deeper than {limit} levels. Send content with fewer levels.",
)

_BLANK = re.compile(r"[ \t\n\r]*")
# Possessive quantifiers: without them, an unterminated string is matched in 2^n ways.
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+)"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"true|false|null")
_WORDS = {"true": True, "false": False, "null": None}
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Scan:
    """One scan of one text; with ``marking``, ``offsets`` has the offset of every value, or of its key."""

    text: str
    max_depth: int
    marking: bool = False
    offset: int = 0
    offsets: dict[Path, int] = field(default_factory=dict)

    def document(self) -> Any:
        """The tree of the text.

        Raises:
            BadRequest: the text is not JSON as FHIR allows; the finding has line and column.
        """
        self._blank()
        self.offsets[()] = self.offset
        value = self._value(())
        self._blank()
        if self.offset < len(self.text):
            self._refuse(SYNTAX, expected="end of text")
        return value

    def place(self, offset: int) -> Place:
        """Line and column of an offset."""
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)

    def places(self) -> dict[Path, Place]:
        """Line and column of every value read, in one pass over the text."""
        found: dict[Path, Place] = {}
        line, start = 1, 0
        for path, offset in sorted(self.offsets.items(), key=lambda item: item[1]):
            while (end := self.text.find("\n", start, offset)) >= 0:
                line, start = line + 1, end + 1
            found[path] = (line, offset - start + 1)
        return found

    def _value(self, path: Path) -> Any:
        first = self.text[self.offset : self.offset + 1]
        if first == '"':
            return self._string()
        if first in {"{", "["} and first:
            if len(path) >= self.max_depth:
                self._refuse(DEPTH)
            return self._object(path) if first == "{" else self._array(path)
        if match := _WORD.match(self.text, self.offset):
            self.offset = match.end()
            return _WORDS[match[0]]
        return self._number()

    def _object(self, path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        self._step("{")
        while not (self._at("}") and not members):
            start = self.offset
            if not self._at('"'):
                self._refuse(SYNTAX, expected='"key"')
            key = self._string()
            if key in members:
                self._refuse(DUPLICATE, start)
            self._blank()
            self._step(":")
            members[key] = self._value(self._mark(path, key, start))
            self._blank()
            if self._at("}"):
                break
            self._step(",")
        self.offset += 1
        return members

    def _array(self, path: Path) -> list[Any]:
        items: list[Any] = []
        self._step("[")
        while not (self._at("]") and not items):
            items.append(self._value(self._mark(path, len(items), self.offset)))
            self._blank()
            if self._at("]"):
                break
            self._step(",")
        self.offset += 1
        return items

    def _string(self) -> str:
        match = _STRING.match(self.text, self.offset)
        if match is None:
            self._refuse(SYNTAX, expected='string "..."')
        text: str = json.loads(match[0]) if "\\" in match[1] else match[1]
        if ILLEGAL.search(text):
            self._refuse(CHARACTER)
        self.offset = match.end()
        return text

    def _number(self) -> int | Spelled:
        match = _NUMBER.match(self.text, self.offset)
        if match is None:
            self._refuse(SYNTAX, expected="value")
        try:
            value = number(match[0])
        except ValueError:
            self._refuse(NUMBER)
        self.offset = match.end()
        return value

    def _mark(self, path: Path, key: Key, offset: int) -> Path:
        here = (*path, key)
        if self.marking:
            self.offsets[here] = offset
        return here

    def _at(self, mark: str) -> bool:
        return self.text.startswith(mark, self.offset)

    def _step(self, mark: str) -> None:
        """Move past ``mark`` and the blanks after it."""
        if not self._at(mark):
            self._refuse(SYNTAX, expected=mark)
        self.offset += 1
        self._blank()

    def _blank(self) -> None:
        match = _BLANK.match(self.text, self.offset)
        self.offset = match.end() if match else self.offset

    def _refuse(self, message: Message, offset: int | None = None, *, expected: str = "") -> NoReturn:
        line, column = self.place(self.offset if offset is None else offset)
        found = message.at(line=line, column=column, expected=expected, limit=self.max_depth)
        raise BadRequest(found)


def decoded(data: bytes) -> str:
    """The text of UTF-8 bytes.

    Raises:
        BadRequest: the bytes are not UTF-8, or begin with a byte order mark.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise BadRequest(ENCODING.at(line=line, column=column)) from None
    if text.startswith("\ufeff"):
        raise BadRequest(ENCODING.at(line=1, column=1))
    return text


def scanned(data: bytes) -> tuple[Any, dict[Path, Place]]:
    """The tree of a text, and line and column of every value (or of its key) by path.

    A text of more than ``LARGE`` bytes is not scanned; both results are then empty.

    Raises:
        BadRequest: the text is one that :func:`adapter.fhir.codec.received.read_received` refuses.
    """
    if len(data) > LARGE:
        return {}, {}
    scan = Scan(decoded(data), MAX_DEPTH, marking=True)
    return scan.document(), scan.places()

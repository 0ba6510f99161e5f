"""Tokens of a FHIRPath expression. Grammar: https://hl7.org/fhirpath/N1/grammar.html."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from adapter.fhir.fhirpath.fhirpath_error import FhirPathError

Kind = Literal["name", "quoted", "string", "number", "date", "time", "symbol", "end"]

MAX_LENGTH = 20_000
"""Largest number of characters in an expression; the longest of R4 has 1 300."""

_TOKEN = re.compile(
    r"""
      (?P<skip>   \s+ | //[^\n]* | /\*.*?\*/ )
    | (?P<date>   @\d{4}(?:-\d\d(?:-\d\d)?)?
                  (?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)? )
    | (?P<time>   @T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)? )
    | (?P<number> \d+(?:\.\d+)? )
    | (?P<name>   [A-Za-z_][A-Za-z0-9_]* )
    | (?P<string> '(?:[^'\\]|\\.)*' )
    | (?P<quoted> `(?:[^`\\]|\\.)*` )
    | (?P<symbol> \$this|\$index|\$total|<=|>=|!=|!~|[.,()\[\]{}=~<>+\-*/|&%] )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {
    "'": "'", '"': '"', "`": "`", "\\": "\\", "/": "/", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A token; ``text`` of a string or a quoted name is without quotes and escapes."""

    kind: Kind
    text: str
    position: int


def tokens(expression: str) -> list[Token]:
    """The tokens of an expression, with an ``end`` token last.

    Raises:
        FhirPathError: the expression has a character outside the grammar, or too many characters.
    """
    if len(expression) > MAX_LENGTH:
        raise FhirPathError("too-costly", "The expression is too long", MAX_LENGTH)
    found: list[Token] = []
    position = 0
    while position < len(expression):
        match = _TOKEN.match(expression, position)
        if match is None:
            raise FhirPathError("syntax", "Unexpected character", position)
        kind = match.lastgroup
        if kind != "skip":
            found.append(_token(kind, match[0], position))
        position = match.end()
    found.append(Token("end", "", position))
    return found


def _token(kind: str | None, text: str, position: int) -> Token:
    if kind in {"string", "quoted"}:
        inner = _unescaped(text[1:-1], position)
        return Token("string" if kind == "string" else "quoted", inner, position)
    if kind == "date":
        return Token("date", text[1:], position)
    if kind == "time":
        return Token("time", text[2:], position)
    return Token("number" if kind == "number" else "name" if kind == "name" else "symbol", text, position)


def _unescaped(text: str, position: int) -> str:
    def character(match: re.Match[str]) -> str:
        escape = match[1]
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape not in _ESCAPED:
            raise FhirPathError("syntax", "Unknown escape in a string", position + 1 + match.start())
        return _ESCAPED[escape]

    return _ESCAPE.sub(character, text) if "\\" in text else text

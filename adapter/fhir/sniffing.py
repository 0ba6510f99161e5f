"""The format of bytes without a media type, and the byte order mark some editors put before them."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from adapter.errors import IssueType, Message, Severity

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MARKED = Message(
    "byte-order-mark",
    IssueType.STRUCTURE,
    "Filen begynner med byte order mark, som JSON ikke skal ha; lagre den som UTF-8 uten BOM",
    "The file begins with a byte order mark, which JSON must not have; save it as UTF-8 without BOM",
    "https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    Severity.WARNING,
)
_BLANK = b" \t\r\n"


class Format(StrEnum):
    """The two ways a resource is written."""

    JSON = "json"
    XML = "xml"


class Sniffed(NamedTuple):
    """What the first bytes of a text tell; ``data`` is the text without its byte order mark."""

    format: Format
    data: bytes
    has_mark: bool


def sniff(data: bytes) -> Sniffed:
    """The format of a text: XML begins with ``<``, anything else is read as JSON.

    A reader may pass over a byte order mark: https://www.rfc-editor.org/rfc/rfc8259#section-8.1 and
    https://www.w3.org/TR/xml/#sec-guessing.
    """
    has_mark = data.startswith(BYTE_ORDER_MARK)
    text = data.removeprefix(BYTE_ORDER_MARK)
    is_xml = text.lstrip(_BLANK).startswith(b"<")
    return Sniffed(Format.XML if is_xml else Format.JSON, text, has_mark)

"""Detection of the format of bytes without a media type, and of a byte order mark before them."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from adapter.errors import IssueType, Message, Severity

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MARKED = Message(
    "byte-order-mark",
    IssueType.STRUCTURE,
    nb="Filen begynner med byte order mark, som JSON ikke skal ha. Lagre den som UTF-8 uten BOM.",
    en="The file begins with a byte order mark, which JSON must not have. Save it as UTF-8 without BOM.",
    source="https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    severity=Severity.WARNING,
)
_BLANK = b" \t\r\n"
_RESOURCE_KEY = b'"resourceType"'
_LONGEST_PROLOGUE = 2**16
_BEFORE_ROOT = re.compile(rb"<!--.*?-->|<\?.*?\?>|<![^>]*>", re.DOTALL)
_ROOT = re.compile(rb"<[^>]*")
_NAMESPACE = re.compile(rb"""\sxmlns(?::\w+)?\s*=\s*["']http://hl7\.org/fhir["']""")


class _Root(msgspec.Struct):
    """The key of a JSON object that shows that the object is a resource."""

    resourceType: Any = msgspec.UNSET  # noqa: N815 - FHIR's spelling


class Format(StrEnum):
    """The two formats of a resource."""

    JSON = "json"
    XML = "xml"


class Sniffed(NamedTuple):
    """The format of a text, and the text without its byte order mark (``data``)."""

    format: Format
    data: bytes
    has_mark: bool


def sniff(data: bytes) -> Sniffed:
    """The format of a text: XML begins with ``<``, any other text is JSON.

    A reader may ignore a byte order mark: https://www.rfc-editor.org/rfc/rfc8259#section-8.1 and
    https://www.w3.org/TR/xml/#sec-guessing.
    """
    has_mark = data.startswith(BYTE_ORDER_MARK)
    text = data.removeprefix(BYTE_ORDER_MARK)
    is_xml = text.lstrip(_BLANK).startswith(b"<")
    return Sniffed(Format.XML if is_xml else Format.JSON, text, has_mark)


def is_fhir(data: bytes) -> bool:
    """Tests whether a text claims to be FHIR: JSON with a resourceType, or XML with a FHIR root.

    JSON that cannot be read, and NDJSON, claim to be FHIR when the key resourceType occurs anywhere.
    """
    format_, text, _ = sniff(data)
    if format_ is Format.XML:
        root = _ROOT.search(_BEFORE_ROOT.sub(b"", text[:_LONGEST_PROLOGUE]))
        return root is not None and _NAMESPACE.search(root[0]) is not None
    try:
        return msgspec.json.decode(text, type=_Root).resourceType is not msgspec.UNSET
    except msgspec.ValidationError:
        return False
    except (msgspec.DecodeError, RecursionError):
        return _RESOURCE_KEY in text

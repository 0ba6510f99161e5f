"""Content negotiation: the format of an answer and of a body.

https://hl7.org/fhir/R4/http.html#mime-type and RFC 9110 § 12.5.1. JSON and XML have several media types each,
and the answer has the media type that the client asked for. ``_format`` outranks Accept; of formats with
equal weight the first is used; JSON is the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from adapter.errors import IssueType, Message, NotAcceptable, UnsupportedMediaType
from adapter.fhir.codec.sniffing import Format
from adapter.http_refusals import MEDIA_TYPE_UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPEC = "https://hl7.org/fhir/R4/http.html#mime-type"
FORMAT_UNAVAILABLE = Message(
    "format-unavailable",
    IssueType.NOT_SUPPORTED,
    nb="Tjenesten støtter ingen av formatene det er bedt om. Be om ett av: {valid} (FHIR 4.0).",
    en="The service supports none of the requested formats. Ask for one of: {valid} (FHIR 4.0).",
    source=_SPEC,
)

FHIR_JSON, FHIR_XML = "application/fhir+json", "application/fhir+xml"
FORM = "application/x-www-form-urlencoded"
MEDIA_TYPES: Mapping[str, Format] = MappingProxyType(
    {
        FHIR_JSON: Format.JSON,
        FHIR_XML: Format.XML,
        "application/json": Format.JSON,
        "application/xml": Format.XML,
        "text/json": Format.JSON,
        "text/xml": Format.XML,
        "application/json+fhir": Format.JSON,
        "application/xml+fhir": Format.XML,
    }
)
"""The media types of the formats: those of FHIR R4 first, the last two from FHIR before R3."""

_SHORT = {"json": FHIR_JSON, "xml": FHIR_XML}
_RANGES = {
    "*/*": (FHIR_JSON, FHIR_XML),
    "application/*": (FHIR_JSON, FHIR_XML),
    "text/*": ("text/xml", "text/json"),
}
_VERSIONS = {"4.0", "4.0.0", "4.0.1"}


@dataclass(frozen=True, slots=True)
class AnswerFormat:
    """The format of an answer and the media type the client asked for; ``pretty`` indents the JSON."""

    format: Format
    media_type: str
    pretty: bool = False


DEFAULT = AnswerFormat(Format.JSON, FHIR_JSON)


class _Media(NamedTuple):
    """One media type or range of a header, with its weight."""

    name: str
    parameters: dict[str, str]
    weight: float

    @property
    def is_this_version(self) -> bool:
        return self.parameters.get("fhirversion", "4.0") in _VERSIONS


@lru_cache(maxsize=256)
def negotiate(accept: str, asked: str = "") -> AnswerFormat:
    """The answer's format.

    Args:
        accept: the Accept header; empty if there is none.
        asked: the ``_format`` parameter; empty if there is none.

    Raises:
        NotAcceptable: the service supports none of the requested formats.
    """
    if asked:
        # A plus sign that was not encoded in the address arrives as a space.
        media = _media(asked.strip().replace(" ", "+") if ";" not in asked else asked)
        name = _SHORT.get(media.name, media.name)
        if name not in MEDIA_TYPES or not media.is_this_version:
            raise NotAcceptable(FORMAT_UNAVAILABLE.at("http._format", valid=_valid()))
        return AnswerFormat(MEDIA_TYPES[name], name)
    if not accept.strip():
        return DEFAULT
    wanted = _by_preference(accept)
    if not wanted:
        raise NotAcceptable(FORMAT_UNAVAILABLE.at(valid=_valid()))
    return AnswerFormat(MEDIA_TYPES[wanted[0]], wanted[0])


def reading(content_type: str, content_encoding: str = "") -> Format:
    """The format of a body that is a resource.

    Raises:
        UnsupportedMediaType: the media type is unknown, or the body is not in UTF-8, or is compressed.
    """
    media = _media(content_type)
    known = media.name in MEDIA_TYPES and media.is_this_version
    if not known or not _is_plain(media, content_encoding):
        raise UnsupportedMediaType(MEDIA_TYPE_UNREADABLE.at(valid=f"{_valid()} (FHIR 4.0)"))
    return MEDIA_TYPES[media.name]


def check_form(content_type: str, content_encoding: str = "") -> None:
    """Raise UnsupportedMediaType if the body is not an uncompressed form in UTF-8."""
    media = _media(content_type)
    if media.name != FORM or not _is_plain(media, content_encoding):
        raise UnsupportedMediaType(MEDIA_TYPE_UNREADABLE.at(valid=FORM))


def _is_plain(media: _Media, content_encoding: str) -> bool:
    charset = media.parameters.get("charset", "utf-8").lower()
    return charset in {"utf-8", "utf8", "us-ascii"} and content_encoding.strip().lower() in {"", "identity"}


def _by_preference(accept: str) -> list[str]:
    """The acceptable media types by falling weight; a media type comes before a range of equal weight."""
    listed = [_media(item) for item in accept.split(",")]
    named = {media.name for media in listed}
    wanted = []
    for media in listed:
        if media.weight > 0 and media.is_this_version:
            if media.name in MEDIA_TYPES:
                wanted.append((-media.weight, 0, media.name))
            wanted += [(-media.weight, 1, name) for name in _RANGES.get(media.name, ()) if name not in named]
    return [name for _, _, name in sorted(wanted, key=lambda one: one[:2])]


def _media(text: str) -> _Media:
    name, *rest = (part.strip() for part in text.split(";"))
    pairs = (part.partition("=") for part in rest)
    parameters = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
    return _Media(name.lower(), parameters, _weight(parameters.get("q", "1")))


def _weight(text: str) -> float:
    """The q-value; 0 (not acceptable) if it is not a number from 0 to 1."""
    try:
        weight = float(text)
    except ValueError:
        return 0
    return weight if 0 <= weight <= 1 else 0


def _valid() -> str:
    return ", ".join(MEDIA_TYPES)

"""Content negotiation: a table of the headers that real clients send and the format of each answer."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.errors import NotAcceptable, UnsupportedMediaType
from adapter.fhir.codec.sniffing import Format
from adapter.rest.formats import MEDIA_TYPES, AnswerFormat, check_form, negotiate, reading

JSON, XML = "application/fhir+json", "application/fhir+xml"

ACCEPTED = [
    ("", JSON),
    ("*/*", JSON),
    ("application/*", JSON),
    ("application/fhir+json", JSON),
    ("application/fhir+xml", XML),
    ("APPLICATION/FHIR+XML", XML),
    ("application/json", "application/json"),
    ("application/xml", "application/xml"),
    ("text/xml", "text/xml"),
    ("text/*", "text/xml"),
    ("application/json+fhir", "application/json+fhir"),
    ("application/xml+fhir;q=0.5", "application/xml+fhir"),
    # fhirpy, SMART's JavaScript client, Medplum, curl with a habit
    ("application/json, */*", "application/json"),
    ("application/fhir+json, */*; q=0.1", JSON),
    ("application/fhir+json;charset=utf-8", JSON),
    # HAPI's Java client: XML named first, equal weights
    (
        "application/fhir+xml;q=1.0, application/fhir+json;q=1.0, application/xml+fhir;q=0.9",
        XML,
    ),
    ("application/fhir+json, application/fhir+xml", JSON),
    ("application/fhir+xml;q=0.8, application/fhir+json;q=0.9", JSON),
    ("application/fhir+json;q=0.2, application/fhir+xml;q=0.20001", XML),
    # a name before a range of equal weight; a range speaks for what is not named
    ("*/*, application/fhir+xml", XML),
    ("application/fhir+json;q=0, */*", XML),
    ("application/fhir+json;q=0.1, */*;q=1", XML),
    ("application/fhir+xml;q=0, */*", JSON),
    # a browser: XML is the first of what it names that can be given
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml"),
    ("text/html, */*;q=0.1", JSON),
    # the version of FHIR
    ("application/fhir+json; fhirVersion=4.0", JSON),
    ('application/fhir+xml; fhirVersion="4.0"', XML),
    ("application/fhir+json; fhirVersion=5.0, application/fhir+xml; fhirVersion=4.0", XML),
    # an invalid weight counts as 0
    ("application/fhir+json;q=high, application/fhir+xml;q=0.1", XML),
    (",,;, application/fhir+xml", XML),
]

REFUSED = [
    "text/html",
    "application/fhir+turtle",
    "application/pdf, image/*",
    "application/fhir+json; fhirVersion=3.0",
    "application/fhir+json; fhirVersion=5.0, application/fhir+xml; fhirVersion=5.0",
    "application/fhir+json;q=0",
    "*/*;q=0",
    "application/fhir+json;q=2",
    "json",
    ";",
]

ASKED = [
    ("json", JSON),
    ("xml", XML),
    ("application/fhir+json", JSON),
    ("application/fhir json", JSON),
    ("application/fhir+xml", XML),
    ("application/xml+fhir", "application/xml+fhir"),
    ("application/json", "application/json"),
    ("text/xml", "text/xml"),
    ("XML", XML),
    ("application/fhir+xml; fhirVersion=4.0", XML),
]


@pytest.mark.parametrize(("accept", "media_type"), ACCEPTED)
def test_accept_decides_the_format_and_the_media_type(accept: str, media_type: str) -> None:
    """The answer has the format with the highest weight, under the media type in Accept."""
    assert negotiate(accept) == AnswerFormat(MEDIA_TYPES[media_type], media_type)


@pytest.mark.parametrize("accept", REFUSED)
def test_an_unsupported_accept_is_406(accept: str) -> None:
    """A client gets no answer in a format it does not accept."""
    with pytest.raises(NotAcceptable):
        negotiate(accept)


@pytest.mark.parametrize(("asked", "media_type"), ASKED)
@pytest.mark.parametrize("accept", ["", "application/fhir+json", "application/fhir+xml", "text/html"])
def test_format_parameter_outranks_accept(asked: str, media_type: str, accept: str) -> None:
    """_format decides the format, whatever Accept says."""
    assert negotiate(accept, asked) == AnswerFormat(MEDIA_TYPES[media_type], media_type)


@pytest.mark.parametrize(
    "asked", ["ttl", "html", "application/fhir+json; fhirVersion=3.0", "*/*", "xml,json"]
)
def test_an_unsupported_format_parameter_is_406(asked: str) -> None:
    """An unsupported _format is refused, with the parameter as the place."""
    with pytest.raises(NotAcceptable) as refused:
        negotiate("*/*", asked)
    assert refused.value.findings[0].expression == "http._format"
    assert "application/fhir+json" in refused.value.findings[0].en


@given(st.text(max_size=200), st.text(max_size=30))
def test_any_accept_header_gives_a_format_or_406(accept: str, asked: str) -> None:
    """Any header gives a known format or NotAcceptable, never another error."""
    with suppress(NotAcceptable):
        assert negotiate(accept, asked).media_type in MEDIA_TYPES


READ = [
    ("application/fhir+json", Format.JSON),
    ("application/fhir+json; charset=utf-8", Format.JSON),
    ("application/fhir+json;charset=UTF-8;fhirVersion=4.0", Format.JSON),
    ("application/json", Format.JSON),
    ("application/json+fhir", Format.JSON),
    ("application/fhir+xml", Format.XML),
    ("application/xml", Format.XML),
    ("text/xml", Format.XML),
    ("application/xml+fhir", Format.XML),
]


@pytest.mark.parametrize(("content_type", "format_"), READ)
def test_a_body_is_read_by_every_media_type_of_its_format(content_type: str, format_: Format) -> None:
    """A body may have application/json, and the media types of before R3."""
    assert reading(content_type) is format_


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("", ""),
        ("text/plain", ""),
        ("application/x-www-form-urlencoded", ""),
        ("application/json-patch+json", ""),
        ("application/fhir+json; fhirVersion=3.0", ""),
        ("application/fhir+json; charset=iso-8859-1", ""),
        ("application/fhir+json", "gzip"),
    ],
)
def test_an_unsupported_media_type_is_refused_with_the_supported_ones(
    content_type: str, encoding: str
) -> None:
    """The refusal lists the supported media types."""
    with pytest.raises(UnsupportedMediaType) as refused:
        reading(content_type, encoding)
    assert "application/fhir+json" in refused.value.findings[0].en


def test_a_search_by_post_takes_only_a_form() -> None:
    """_search takes a form in UTF-8 and no other body. https://hl7.org/fhir/R4/http.html#search."""
    check_form("application/x-www-form-urlencoded; charset=UTF-8")
    for content_type in ("application/fhir+json", "multipart/form-data; boundary=x", ""):
        with pytest.raises(UnsupportedMediaType) as refused:
            check_form(content_type)
        assert "application/x-www-form-urlencoded" in refused.value.findings[0].en

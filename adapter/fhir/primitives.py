"""Formats of FHIR's primitive types, with a check that days and times exist.

Rules: https://hl7.org/fhir/R4/datatypes.html#primitive.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

_PAGE = "https://hl7.org/fhir/R4/datatypes.html"
MAX_STRING = 1024 * 1024
"""Largest number of characters in a string: https://hl7.org/fhir/R4/datatypes.html#string."""

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?")
_ZONE = re.compile(r"Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_CODE = re.compile(r"[^\s]+(?:\s[^\s]+)*")
_CANONICAL = re.compile(r"#\S*|[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_NO_SPACE = re.compile(r"\S+")
_OID = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_BASE64 = re.compile(r"[0-9A-Za-z+/]+={0,2}")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Primitive:
    """A primitive type: the Python types of its JSON values, its format, and its error messages."""

    types: tuple[type, ...]
    fits: Callable[[Any], bool]
    wrong_type: Message
    wrong_format: Message

    def fault(self, value: object) -> Message | None:
        """The error message for a value, or None. A bool is not a number here, unlike in Python."""
        if type(value) not in self.types and not (Decimal in self.types and isinstance(value, Decimal)):
            return self.wrong_type
        return None if self.fits(value) else self.wrong_format


def is_date(text: str) -> bool:
    """Tests whether a text is a year, a month or a day that exists."""
    match = _DATE.fullmatch(text)
    return match is not None and _exists(*match.groups())


def is_date_time(text: str) -> bool:
    """Tests whether a text is a date or an instant; a time of day needs seconds and a zone."""
    return is_instant(text) if "T" in text else is_date(text)


def is_instant(text: str) -> bool:
    """Tests whether a text is a day that exists, with a time of day and a zone."""
    day, _, rest = text.partition("T")
    match = _DAY.fullmatch(day)
    time = _TIME.match(rest)
    return (
        match is not None
        and time is not None
        and _ZONE.fullmatch(rest, time.end()) is not None
        and _exists(*match.groups())
    )


def _exists(year: str, month: str | None, day: str | None) -> bool:
    if year == "0000" or (month is not None and not 1 <= int(month) <= 12):
        return False
    return day is None or (month is not None and 1 <= int(day) <= monthrange(int(year), int(month))[1])


def _is_base64(text: str) -> bool:
    packed = _BLANKS.sub("", text)
    return len(packed) % 4 == 0 and _BASE64.fullmatch(packed) is not None


def _whole(low: int) -> Callable[[Any], bool]:
    return lambda value: low <= value <= 2**31 - 1


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda text: pattern.fullmatch(text) is not None


def _primitive(
    name: str, types: tuple[type, ...], fits: Callable[[Any], bool], nb: str, en: str, json: tuple[str, str]
) -> Primitive:
    page = f"{_PAGE}#{name}"
    return Primitive(
        types,
        fits,
        Message(
            f"{name}-type",
            IssueType.STRUCTURE,
            nb=f"Verdien er ikke {json[0]}. Send {name} som {json[0]}.",
            en=f"The value is not {json[1]}. Send {name} as {json[1]}.",
            source=page,
        ),
        Message(
            f"{name}-format",
            IssueType.VALUE,
            nb=f"Verdien er ikke en gyldig {name}. {nb}",
            en=f"The value is not a valid {name}. {en}",
            source=page,
        ),
    )


_STRING = ("en streng", "a string")
_INTEGER = ("et heltall", "a whole number")


def _text(name: str, fits: Callable[[Any], bool], nb: str, en: str) -> Primitive:
    return _primitive(name, (str,), fits, nb, en, _STRING)


def _integer(name: str, low: int, nb: str, en: str) -> Primitive:
    return _primitive(name, (int,), _whole(low), nb, en, _INTEGER)


def _address(name: str) -> Primitive:
    return _text(
        name,
        _matches(_NO_SPACE),
        "Bruk minst ett tegn, uten mellomrom.",
        "Use at least one character, without whitespace.",
    )


def _any_text(name: str) -> Primitive:
    return _text(
        name,
        lambda text: 0 < len(text) <= MAX_STRING,
        "Bruk minst ett tegn, og høyst 1 MB.",
        "Use at least one character, and at most 1 MB.",
    )


PRIMITIVES = {
    "string": _any_text("string"),
    "markdown": _any_text("markdown"),
    "xhtml": _any_text("xhtml"),
    "uri": _address("uri"),
    "url": _address("url"),
    "canonical": _address("canonical"),
    "oid": _text(
        "oid",
        _matches(_OID),
        "Skriv urn:oid: og tall med punktum mellom.",
        "Write urn:oid: and numbers separated by dots.",
    ),
    "uuid": _text(
        "uuid",
        _matches(_UUID),
        "Skriv urn:uuid: og en UUID med små bokstaver.",
        "Write urn:uuid: and a UUID in lower case.",
    ),
    "code": _text(
        "code",
        _matches(_CODE),
        "Bruk minst ett tegn, uten mellomrom ytterst og uten to mellomrom på rad.",
        "Use at least one character, without whitespace at the ends and without two spaces in a row.",
    ),
    "id": _text(
        "id",
        _matches(_ID),
        "Bruk 1-64 tegn: bokstaver A-Z og a-z, siffer, bindestrek og punktum.",
        "Use 1-64 characters: letters A-Z and a-z, digits, hyphen and dot.",
    ),
    "base64Binary": _text(
        "base64Binary", _is_base64, "Kod innholdet som base64.", "Encode the content as base64."
    ),
    "date": _text(
        "date",
        is_date,
        "Bruk ÅÅÅÅ, ÅÅÅÅ-MM eller ÅÅÅÅ-MM-DD, og en dag som finnes.",
        "Use YYYY, YYYY-MM or YYYY-MM-DD, and a day that exists.",
    ),
    "dateTime": _text(
        "dateTime",
        is_date_time,
        "Bruk en date, eller ÅÅÅÅ-MM-DDThh:mm:ss med tidssone, og et tidspunkt som finnes.",
        "Use a date, or YYYY-MM-DDThh:mm:ss with a time zone, and a time that exists.",
    ),
    "instant": _text(
        "instant",
        is_instant,
        "Bruk ÅÅÅÅ-MM-DDThh:mm:ss med tidssone, og et tidspunkt som finnes.",
        "Use YYYY-MM-DDThh:mm:ss with a time zone, and a time that exists.",
    ),
    "time": _text(
        "time",
        _matches(_TIME),
        "Bruk hh:mm:ss uten tidssone.",
        "Use hh:mm:ss without a time zone.",
    ),
    "boolean": _primitive(
        "boolean",
        (bool,),
        lambda _: True,
        "Bruk true eller false.",
        "Use true or false.",
        ("true eller false", "true or false"),
    ),
    "integer": _integer(
        "integer",
        -(2**31),
        "Bruk et heltall fra -2147483648 til 2147483647.",
        "Use a whole number from -2147483648 to 2147483647.",
    ),
    "unsignedInt": _integer(
        "unsignedInt",
        0,
        "Bruk et heltall fra 0 til 2147483647.",
        "Use a whole number from 0 to 2147483647.",
    ),
    "positiveInt": _integer(
        "positiveInt",
        1,
        "Bruk et heltall fra 1 til 2147483647.",
        "Use a whole number from 1 to 2147483647.",
    ),
    "decimal": _primitive(
        "decimal", (int, Decimal), lambda _: True, "Bruk et tall.", "Use a number.", ("et tall", "a number")
    ),
}
"""Every primitive type of R4 by name."""

ELEMENT_ID = _text(
    "element-id",
    lambda text: len(text) <= MAX_STRING and _NO_SPACE.fullmatch(text) is not None,
    "Bruk minst ett tegn, uten mellomrom.",
    "Use at least one character, without whitespace.",
)
"""The id of an element within a resource: any string without whitespace."""

CANONICAL = Message(
    "canonical-not-absolute",
    IssueType.VALUE,
    nb="Verdien av typen canonical er ikke en absolutt adresse."
    " Bruk en absolutt adresse, eller # og et navn i samme ressurs.",
    en="The canonical value is not an absolute address."
    " Use an absolute address, or # and a name in the same resource.",
    source=f"{_PAGE}#canonical",
    severity=Severity.WARNING,
)
URN = Message(
    "urn-format",
    IssueType.VALUE,
    nb="Adressen er ikke en gyldig URN."
    " Skriv en UUID med små bokstaver etter urn:uuid:, og tall med punktum mellom etter urn:oid:.",
    en="The address is not a valid URN."
    " Write a UUID in lower case after urn:uuid:, and numbers separated by dots after urn:oid:.",
    source=f"{_PAGE}#uri",
    severity=Severity.WARNING,
)


def doubt(type_name: str, value: str) -> Message | None:
    """The warning for a well-formed address that is doubtful; HL7's own resources have such addresses."""
    if type_name == "canonical" and _CANONICAL.fullmatch(value) is None:
        return CANONICAL
    wrong_uuid = value.startswith("urn:uuid:") and _UUID.fullmatch(value) is None
    wrong_oid = value.startswith("urn:oid:") and _OID.fullmatch(value) is None
    return URN if wrong_uuid or wrong_oid else None

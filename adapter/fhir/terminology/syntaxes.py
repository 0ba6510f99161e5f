"""Code systems whose codes follow a grammar: media types, language tags, URIs and units.

Media types: https://www.rfc-editor.org/rfc/rfc6838#section-4.2. Language tags:
https://www.rfc-editor.org/rfc/rfc5646. Units (UCUM): https://ucum.org/ucum, with the optional package
ucumvert; without that package no unit is judged.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from adapter.fhir.terminology.registers import register

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.terminology.answers import Answer

MAX_CODE = 200
"""Characters of a code that are judged; a longer code has the answer unknown."""

_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 - a grammar
_MEDIA_TYPE = re.compile(rf"{_NAME}/{_NAME}(?: ?; ?{_TOKEN}=(?:{_TOKEN}|\"[^\"\\]*\"))*")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_LANGUAGE_TAG = re.compile(
    r"(?P<language>[a-z]{2,3}(?P<extlang>-[a-z]{3})?|[a-z]{4,8})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*)"
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"
)
_PRIVATE_TAG = re.compile(r"x(?:-[a-z0-9]{1,8})+")


def is_syntax(system: str) -> bool:
    """Tests whether the codes of a system follow a grammar, and are not listed."""
    return system in _JUDGES


def follows(system: str, code: str) -> Answer:
    """The answer whether a code follows its system's grammar; units need the package ucumvert."""
    return _JUDGES[system](code) if len(code) <= MAX_CODE else "unknown"


_FHIR_FORMATS = frozenset({"json", "xml", "ttl"})
"""Short names of FHIR's formats, which CapabilityStatement.format allows beside media types."""


def _media_type(code: str) -> Answer:
    return "yes" if code in _FHIR_FORMATS or _MEDIA_TYPE.fullmatch(code) else "no"


def _uri(code: str) -> Answer:
    return "yes" if _URI.fullmatch(code) else "no"


def _language_tag(code: str) -> Answer:
    """The answer whether a tag is well-formed, and its language, script and region are registered."""
    tag = code.lower()
    if tag in register("tags") or _PRIVATE_TAG.fullmatch(tag):
        return "yes"
    match = _LANGUAGE_TAG.fullmatch(tag)
    if match is None:
        return "no"
    registered = (
        match["language"].partition("-")[0] in register("languages")
        and (match["extlang"] or "").lstrip("-") in {"", *register("extlangs")}
        and (match["script"] or "") in {"", *register("scripts")}
        and (match["region"] or "") in {"", *register("regions")}
    )
    variants = match["variants"].split("-")[1:]
    known = len(set(variants)) == len(variants) and register("variants").issuperset(variants)
    return "yes" if registered and known else "no"


def _unit(code: str) -> Answer:
    parse = _unit_parser()
    return "unknown" if parse is None else _parsed_unit(code)


@lru_cache(1024)
def _parsed_unit(code: str) -> Answer:
    parse = _unit_parser()
    if parse is None:
        return "unknown"
    return "yes" if parse(code) else "no"


@cache
def _unit_parser() -> Callable[[str], bool] | None:
    """The parser of UCUM, imported with the first unit, since the import is slow."""
    try:
        from lark.exceptions import LarkError  # noqa: PLC0415 - optional
        from ucumvert import get_ucum_parser  # noqa: PLC0415 - optional
    except ImportError:
        return None
    parser: Any = get_ucum_parser()

    def parse(code: str) -> bool:
        try:
            parser.parse(code)
        except LarkError:
            return False
        return True

    return parse


_JUDGES: dict[str, Callable[[str], Answer]] = {
    "urn:ietf:bcp:13": _media_type,
    "urn:ietf:bcp:47": _language_tag,
    "urn:ietf:rfc:3986": _uri,
    "http://unitsofmeasure.org": _unit,
}

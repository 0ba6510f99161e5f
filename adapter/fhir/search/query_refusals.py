"""Why a search is refused; texts name parameters and valid forms, never a value that was sent."""

from __future__ import annotations

from dataclasses import replace

from adapter.errors import IssueType, Message

_SPEC = "https://hl7.org/fhir/R4/search.html"

UNKNOWN_PARAMETER = Message(
    "search-parameter-unknown",
    IssueType.NOT_SUPPORTED,
    nb="{type} kan ikke søkes med {name}; gyldige parametre: {valid}",
    en="{type} cannot be searched by {name}; valid parameters: {valid}",
    source=_SPEC,
)
MODIFIER = Message(
    "search-modifier-unsupported",
    IssueType.NOT_SUPPORTED,
    nb="Parameteren {name} har ikke modifikatoren :{modifier}; gyldige: {valid}",
    en="The parameter {name} does not take the modifier :{modifier}; valid ones: {valid}",
    source=f"{_SPEC}#modifiers",
)
VALUE = Message(
    "search-value-invalid",
    IssueType.VALUE,
    nb="Verdien av {name} er ikke gyldig; ventet: {expected}",
    en="The value of {name} is not valid; expected: {expected}",
    source=_SPEC,
)
TOO_COSTLY = Message(
    "search-too-costly",
    IssueType.TOO_COSTLY,
    nb="Søket har flere enn {limit} verdier",
    en="The search has more than {limit} values",
    source=_SPEC,
)
ONCE = replace(
    VALUE,
    nb="Parameteren {name} kan bare gis én gang",
    en="The parameter {name} can be given only once",
)
NOT_TOGETHER = Message(
    "search-parameters-exclusive",
    IssueType.NOT_SUPPORTED,
    nb="{one} og {other} kan ikke brukes sammen",
    en="{one} and {other} cannot be used together",
    source=f"{_SPEC}#summary",
)

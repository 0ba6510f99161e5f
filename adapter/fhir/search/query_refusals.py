"""Messages of a refused search; they name parameters and valid forms, and quote no sent value."""

from __future__ import annotations

from dataclasses import replace

from adapter.errors import IssueType, Message

_SPEC = "https://hl7.org/fhir/R4/search.html"

UNKNOWN_PARAMETER = Message(
    "search-parameter-unknown",
    IssueType.NOT_SUPPORTED,
    nb="Søkeparameteren {name} finnes ikke for {type}. Gyldige parametre: {valid}.",
    en="The search parameter {name} does not exist for {type}. Valid parameters: {valid}.",
    source=_SPEC,
)
MODIFIER = Message(
    "search-modifier-unsupported",
    IssueType.NOT_SUPPORTED,
    nb="Søkeparameteren {name} støtter ikke modifikatoren :{modifier}. Gyldige modifikatorer: {valid}.",
    en="The search parameter {name} does not support the modifier :{modifier}. Valid modifiers: {valid}.",
    source=f"{_SPEC}#modifiers",
)
VALUE = Message(
    "search-value-invalid",
    IssueType.VALUE,
    nb="Verdien av {name} er ugyldig. Gyldige former: {expected}.",
    en="The value of {name} is invalid. Valid forms: {expected}.",
    source=_SPEC,
)
TOO_COSTLY = Message(
    "search-too-costly",
    IssueType.TOO_COSTLY,
    nb="Søket har flere enn {limit} verdier. Del det i flere søk.",
    en="The search has more than {limit} values. Split it into several searches.",
    source=_SPEC,
)
ONCE = replace(
    VALUE,
    nb="Parameteren {name} er sendt flere ganger. Send den én gang.",
    en="The parameter {name} is sent more than once. Send it once.",
)
NOT_TOGETHER = Message(
    "search-parameters-exclusive",
    IssueType.NOT_SUPPORTED,
    nb="Parametrene {one} og {other} er sendt sammen. Bruk bare én av dem.",
    en="The parameters {one} and {other} are sent together. Use only one of them.",
    source=f"{_SPEC}#summary",
)

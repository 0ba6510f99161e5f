"""The JSON Schema of the record, validated before any rule; each finding names its path in the record.

The schema is ``mappings/plan.schema.json`` (https://json-schema.org/draft/2020-12), beside the mapping files
because they name the same fields. Findings name fields, types and allowed codes, never a sent value.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import jsonschema_rs

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.codec.numbers import Spelled
from adapter.fhir.codec.stored import read_stored
from adapter.fhir.faults import shown
from adapter.fhir.primitives import is_date, is_date_time
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

KINDS = ("organisasjon", "ansatt", "sak")
"""The kinds of record, each after the kinds it refers to."""
MOST_FINDINGS = 100
"""The most findings in one answer, so that a body of nothing but errors gets a short answer."""

_PAGE = "https://json-schema.org/understanding-json-schema/reference"
UNKNOWN_FIELD = Message(
    "unknown-field",
    IssueType.STRUCTURE,
    nb="Posten har ikke dette feltet. Fjern feltet, eller rett navnet.",
    en="The record does not have this field. Remove the field, or correct its name.",
    source=f"{_PAGE}/object#additionalproperties",
)
MISSING_FIELD = Message(
    "missing-field",
    IssueType.REQUIRED,
    nb="Feltet {name} er påkrevd og mangler.",
    en="The field {name} is required and missing.",
    source=f"{_PAGE}/object#required",
)
WRONG_TYPE = Message(
    "wrong-type",
    IssueType.STRUCTURE,
    nb="Verdien må være av typen {types}.",
    en="The value must be of type {types}.",
    source=f"{_PAGE}/type",
)
UNKNOWN_CODE = Message(
    "unknown-code",
    IssueType.CODE_INVALID,
    nb="Verdien må være en av: {codes}",
    en="The value must be one of: {codes}",
    source=f"{_PAGE}/enum",
)
BAD_FORMAT = Message(
    "bad-format",
    IssueType.VALUE,
    nb="Verdien er ikke en gyldig {format}. Gyldige former: {nb}",
    en="The value is not a valid {format}. Valid forms: {en}",
    source=f"{_PAGE}/string#format",
)
BAD_PATTERN = Message(
    "bad-pattern",
    IssueType.VALUE,
    nb="Verdien har ikke formen {pattern}",
    en="The value does not have the form {pattern}",
    source=f"{_PAGE}/regular_expressions",
)
EMPTY = Message(
    "empty-value",
    IssueType.VALUE,
    nb="Verdien er tom. Utelat feltet, eller fyll det ut.",
    en="The value is empty. Leave the field out, or fill it in.",
    source=f"{_PAGE}/string#length",
)
NOT_ONE = Message(
    "not-exactly-one",
    IssueType.STRUCTURE,
    nb="Nøyaktig ett av feltene må være med.",
    en="Exactly one of the fields must be present.",
    source=f"{_PAGE}/object#size",
)
REPEATED = Message(
    "repeated-value",
    IssueType.VALUE,
    nb="Listen har samme verdi to ganger. Fjern den ene.",
    en="The list has the same value twice. Remove one of them.",
    source=f"{_PAGE}/array#uniqueItems",
)
OUT_OF_BOUNDS = Message(
    "out-of-bounds",
    IssueType.VALUE,
    nb="Tallet er utenfor grensene i skjemaet.",
    en="The number is outside the bounds of the schema.",
    source=f"{_PAGE}/numeric#range",
)
NOT_TOGETHER = Message(
    "not-together",
    IssueType.STRUCTURE,
    nb="Feltene {names} utelukker hverandre. Bruk bare ett av dem.",
    en="The fields {names} exclude each other. Use only one of them.",
    source=f"{_PAGE}/combining#not",
)
AT_LEAST_ONE = Message(
    "at-least-one",
    IssueType.REQUIRED,
    nb="Minst ett av feltene {names} må være med, og være fylt ut.",
    en="At least one of the fields {names} must be present, with a value.",
    source=f"{_PAGE}/combining#anyOf",
)
OTHER_AKTOR = Message(
    "other-aktor",
    IssueType.STRUCTURE,
    nb="Aktøren er av en type feltet ikke tar. Tillatte typer: {names}",
    en="The aktor is of a kind the field does not take. Allowed kinds: {names}",
    source=f"{_PAGE}/object#property-names",
)
NOT_VALID = Message(
    "not-valid",
    IssueType.INVALID,
    nb="Verdien følger ikke skjemaet for posten ({keyword}).",
    en="The value does not follow the schema of the record ({keyword}).",
    source=_PAGE,
)
_FORMATS = {
    "fhir-date": (
        "ÅÅÅÅ, ÅÅÅÅ-MM eller en gyldig dato ÅÅÅÅ-MM-DD",
        "YYYY, YYYY-MM or a valid date YYYY-MM-DD",
    ),
    "fhir-dateTime": (
        "ÅÅÅÅ, ÅÅÅÅ-MM, en gyldig dato ÅÅÅÅ-MM-DD, eller dato og klokkeslett med sekunder og tidssone",
        "YYYY, YYYY-MM, a valid date YYYY-MM-DD, or date and time with seconds and time zone",
    ),
}


def validate(kind: str, body: dict[str, Any]) -> list[Finding]:
    """The findings of a record of kind ``kind``, in the order of the record; empty if it is valid.

    At most one finding per path and ``MOST_FINDINGS`` in all, each with a path such as
    ``sak.team[0].deltakere[1].rolle``. Raises KeyError for a kind that is not one.
    """
    found: dict[str, Finding] = {}
    for finding in islice(_findings(kind, body), MOST_FINDINGS):
        found.setdefault(finding.expression or "", finding)
    return list(found.values())


def with_integers(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """The record as it is stored: ``6.0`` and ``6e0`` in a field of type integer are ``6``.

    JSON Schema accepts every number without a fraction as an integer; FHIR writes an integer without point
    and exponent. An incoming record therefore gets FHIR's spelling; every other number keeps its own.
    A number with a fraction stays as it is, and :func:`validate` refuses it.
    https://json-schema.org/draft/2020-12/json-schema-validation#section-6.1.1,
    https://hl7.org/fhir/R4/datatypes.html#integer.
    """
    return cast("dict[str, Any]", _with_integers({"$ref": f"#/$defs/{kind}"}, body))


def _with_integers(schema: dict[str, Any], value: Any) -> Any:
    said = resolved(schema)
    if isinstance(value, dict):
        fields = said.get("properties", {})
        return {key: _with_integers(fields.get(key, {}), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_integers(said.get("items", {}), item) for item in value]
    is_whole = isinstance(value, Spelled) and said.get("type") == "integer" and value == int(value)
    return int(value) if is_whole else value


@cache
def definitions() -> dict[str, Any]:
    """The schema's ``$defs``, where ``sak``, ``ansatt`` and ``organisasjon`` are; not to be changed."""
    text = (mappings_folder() / "plan.schema.json").read_bytes()
    return cast("dict[str, Any]", read_stored(text)["$defs"])


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that the ``$ref`` of a schema leads to, else the schema itself; not to be changed."""
    while "$ref" in schema:
        schema = _pointed(schema["$ref"])
    return schema


@cache
def _pointed(reference: str) -> dict[str, Any]:
    target: dict[str, Any] = {"$defs": definitions()}
    for step in reference.removeprefix("#/").split("/"):
        target = target[step]
    return target


def place(kind: str, steps: Sequence[str | int]) -> str:
    """The path of a place: names joined with dots, indices in brackets, unknown keys as ``*``."""
    return kind + "".join(f"[{step}]" if isinstance(step, int) else f".{shown(step)}" for step in steps)


@cache
def _validators() -> dict[str, Any]:
    defs = definitions()
    return {
        kind: jsonschema_rs.Draft202012Validator(
            {"$ref": f"#/$defs/{kind}", "$defs": defs},
            validate_formats=True,
            ignore_unknown_formats=False,
            formats={"fhir-date": is_date, "fhir-dateTime": is_date_time},
        )
        for kind in KINDS
    }


def _findings(kind: str, body: dict[str, Any]) -> Iterator[Finding]:
    for error in _validators()[kind].iter_errors(_measured(body)):
        steps = list(error.instance_path)
        reading = _KEYWORDS.get(error.kind.name)
        if reading is None:
            yield NOT_VALID.at(place(kind, steps), keyword=error.kind.name)
        else:
            yield from reading(kind, steps, error.kind)


def _measured(value: Any) -> Any:
    """The value with its numbers as Decimal: the validator takes no subclass of Decimal."""
    if isinstance(value, dict):
        return {key: _measured(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_measured(item) for item in value]
    return Decimal(value) if isinstance(value, Spelled) else value


def _unexpected(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    for name in error.unexpected:
        yield UNKNOWN_FIELD.at(place(kind, [*steps, name]))


def _required(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    yield MISSING_FIELD.at(place(kind, [*steps, error.property]), name=error.property)


def _type(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    yield WRONG_TYPE.at(place(kind, steps), types=", ".join(error.types))


def _enum(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    yield UNKNOWN_CODE.at(place(kind, steps), codes=", ".join(error.options))


def _format(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    nb, en = _FORMATS[error.format]
    yield BAD_FORMAT.at(place(kind, steps), format=error.format, nb=nb, en=en)


def _pattern(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    blank = error.pattern == r"\S"
    yield (EMPTY if blank else BAD_PATTERN).at(place(kind, steps), pattern=error.pattern)


def _size(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    one_of = error.name == "maxProperties" or steps[-1:] != ["gyldighet"]
    yield (NOT_ONE if one_of else EMPTY).at(place(kind, steps))


def _not(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    """The two uses of ``not``: fields that exclude each other, and an item with no field but its id."""
    names, at = error.schema.get("required"), place(kind, steps)
    yield NOT_TOGETHER.at(at, names=", ".join(names)) if names else EMPTY.at(at)


def _any_of(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    """One finding that names the field each branch lacks: absent or empty."""
    missed = [branch[0] for branch in error.context]
    names = [getattr(one.kind, "property", None) or str(one.instance_path[-1]) for one in missed]
    yield AT_LEAST_ONE.at(place(kind, steps), names=", ".join(names))


def _names(kind: str, steps: list[str | int], error: Any) -> Iterator[Finding]:
    yield OTHER_AKTOR.at(place(kind, steps), names=", ".join(error.error.kind.options))


def _plain(message: Message) -> Callable[[str, list[str | int], Any], Iterator[Finding]]:
    return lambda kind, steps, _error: iter((message.at(place(kind, steps)),))


_KEYWORDS: dict[str, Callable[[str, list[str | int], Any], Iterator[Finding]]] = {
    "additionalProperties": _unexpected,
    "required": _required,
    "type": _type,
    "enum": _enum,
    "format": _format,
    "pattern": _pattern,
    "minProperties": _size,
    "maxProperties": _size,
    "not": _not,
    "anyOf": _any_of,
    "propertyNames": _names,
    "minLength": _plain(EMPTY),
    "minItems": _plain(EMPTY),
    "uniqueItems": _plain(REPEATED),
    "minimum": _plain(OUT_OF_BOUNDS),
    "maximum": _plain(OUT_OF_BOUNDS),
}

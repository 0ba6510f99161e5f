"""Parser of a search query; it ignores no parameter.

https://hl7.org/fhir/R4/search.html. An unknown parameter, modifier, prefix or value is a BadRequest whose
text lists the valid ones and quotes no sent value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.errors import BadRequest, Finding
from adapter.fhir.search.parameter_values import (
    Target,
    Token,
    Value,
    alternatives,
    parse_id,
    parse_moment,
    parse_target,
    parse_text,
    parse_token,
)
from adapter.fhir.search.parameters import (
    CHAINS,
    RESULT_PARAMETERS,
    SERVED,
    ParameterType,
    SearchParameter,
)
from adapter.fhir.search.person_numbers import canonical_system
from adapter.fhir.search.query_refusals import MODIFIER, TOO_COSTLY, UNKNOWN_PARAMETER, VALUE
from adapter.fhir.search.results import BY_ID, BY_UPDATE, DEFAULT_COUNT, Include, Results, Sort, read
from adapter.fhir.search.subset import WHOLE, Subset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MAX_VALUES = 200
MAX_LENGTH = 2000

_RESULT_NAMES = {
    name: tuple(one.partition(":")[2] for one in RESULT_PARAMETERS if one.startswith(f"{name}:"))
    for name in RESULT_PARAMETERS
    if ":" not in name
}
"""The result parameters, with their modifiers."""

_EXPECTED = {
    ParameterType.TOKEN: "code, system|code, |code, system|",
    ParameterType.REFERENCE: "Type/id, id, URL",
    ParameterType.DATE: "[eq|ne|gt|lt|ge|le|sa|eb|ap]YYYY[-MM[-DD[Thh:mm[:ss[.s]][Z|+hh:mm]]]]",
    ParameterType.STRING: "text",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of a search: any of ``values`` matches, or the element is missing or not (``missing``).

    With ``chained``, the values apply to that parameter of the referenced resource of type ``target``.
    """

    parameter: SearchParameter
    values: tuple[Value, ...] = ()
    modifier: str | None = None
    missing: bool | None = None
    target: str | None = None
    chained: SearchParameter | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A parsed search: all ``criteria`` must hold, and ``sort`` always ends with the id.

    ``pairs`` is the executed query, for the self link. ``subset`` is the part of each resource to return.
    """

    type: str
    criteria: tuple[Criterion, ...] = ()
    includes: tuple[Include, ...] = ()
    iterate_includes: tuple[Include, ...] = ()
    reverse_includes: tuple[Include, ...] = ()
    count: int = DEFAULT_COUNT
    sort: tuple[Sort, ...] = BY_ID
    total: bool = True
    pairs: tuple[tuple[str, str], ...] = ()
    subset: Subset = WHOLE


def parse(type_: str, pairs: Sequence[tuple[str, str]], base: str | None = None) -> SearchQuery:
    """Parse the parameters of a search.

    Args:
        type_: the resource type searched, one of ``SERVED``.
        pairs: names and values, decoded, in the order sent; ``_format`` and ``_pretty`` are left to the door.
        base: the FHIR base address of this server; a reference that begins with it is local.

    Raises:
        BadRequest: a parameter is invalid; the error has one finding for each.
    """
    result = Results()
    criteria: list[Criterion] = []
    carried: list[tuple[str, str]] = []
    findings: list[Finding] = []
    for name, value in pairs:
        if name in {"_format", "_pretty"}:
            continue
        try:
            if name in RESULT_PARAMETERS:
                carried.append((name, read(result, type_, name, value)))
            else:
                criteria.append(_criterion(type_, name, value, base))
                carried.append((name, value))
        except BadRequest as refused:
            findings += refused.findings
    try:
        subset = result.subset
    except BadRequest as refused:
        findings += refused.findings
    if sum(len(criterion.values) for criterion in criteria) > MAX_VALUES or len(pairs) > MAX_VALUES:
        findings.append(TOO_COSTLY.at(limit=MAX_VALUES))
    if findings:
        raise BadRequest(*findings)
    return SearchQuery(
        type_,
        tuple(criteria),
        tuple(result.includes),
        tuple(result.iterate),
        tuple(result.reverse),
        0 if result.only_count else result.count,
        result.sort or _unasked_order(criteria),
        result.total or result.only_count,
        tuple(carried),
        subset,
    )


def _unasked_order(criteria: Iterable[Criterion]) -> tuple[Sort, ...]:
    by_update = any(criterion.parameter.name == "_lastUpdated" for criterion in criteria)
    return BY_UPDATE if by_update else BY_ID


def served(type_: str, pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The query without unknown parameters, for a client that sends ``Prefer: handling=lenient``.

    https://hl7.org/fhir/R4/search.html#errors. Only unknown parameters are removed. An invalid modifier or
    value of a known parameter is still refused, since ignoring it would change the search.
    """
    known = {*SERVED[type_], *CHAINS[type_], *_RESULT_NAMES, "_format", "_pretty"}
    return tuple((name, value) for name, value in pairs if _plain(name) in known)


def _plain(name: str) -> str:
    """The parameter name without modifier: ``patient.identifier`` of ``patient:Patient.identifier``."""
    link, dot, last = name.partition(".")
    return link.partition(":")[0] + dot + last


def _criterion(type_: str, name: str, value: str, base: str | None) -> Criterion:
    path, _, modifier = name.partition(":")
    if "." in name:
        return _chain(type_, name, value, base)
    if path in _RESULT_NAMES:
        raise BadRequest(_unfit(path, modifier, _RESULT_NAMES[path]))
    parameter = SERVED[type_].get(path)
    if parameter is None:
        raise BadRequest(_unknown(type_, path))
    if modifier and modifier not in parameter.modifiers:
        raise BadRequest(_unfit(path, modifier, parameter.modifiers))
    if modifier == "missing":
        if value not in {"true", "false"}:
            raise BadRequest(VALUE.at(path, name=f"{path}:missing", expected="true, false"))
        return Criterion(parameter, modifier=modifier, missing=value == "true")
    return Criterion(parameter, _values(parameter, path, value, modifier, base), modifier or None)


def _chain(type_: str, name: str, value: str, base: str | None) -> Criterion:
    """The criterion of ``patient.identifier`` or ``patient:Patient.identifier``."""
    link, _, last = name.partition(".")
    path, _, target = link.partition(":")
    if f"{path}.{last}" not in CHAINS[type_]:
        raise BadRequest(_unknown(type_, name))
    parameter = SERVED[type_][path]
    target = target or parameter.targets[0]
    if target not in parameter.targets:
        raise BadRequest(_unfit(path, target, parameter.targets))
    chained = SERVED[target][last]
    values = _values(chained, f"{path}.{last}", value, "", base)
    return Criterion(parameter, values, target=target, chained=chained)


def _values(
    parameter: SearchParameter, name: str, value: str, modifier: str, base: str | None
) -> tuple[Value, ...]:
    parse_one = _reader(parameter, modifier, base)
    try:
        if len(value) > MAX_LENGTH or "\0" in value:
            raise ValueError("too long, or with a character that no stored value has")
        value.encode()
        return tuple(dict.fromkeys(parse_one(one) for one in alternatives(value)))
    except (ValueError, OverflowError):
        expected = _EXPECTED[ParameterType.TOKEN if modifier == "identifier" else parameter.type]
        raise BadRequest(VALUE.at(name, name=name, expected=expected)) from None


def _reader(parameter: SearchParameter, modifier: str, base: str | None) -> Callable[[str], Value]:
    if parameter.name == "_id":
        return parse_id
    if parameter.type is ParameterType.TOKEN or modifier == "identifier":
        return _known_token
    if parameter.type is ParameterType.DATE:
        return parse_moment
    if parameter.type is ParameterType.STRING:
        return lambda value: parse_text(value, exact=modifier == "exact")
    return lambda value: _typed(parse_target(value, base), modifier, parameter)


def _known_token(value: str) -> Token:
    token = parse_token(value)
    return Token(canonical_system(token.system), token.value) if token.system else token


def _typed(target: Target, modifier: str, parameter: SearchParameter) -> Target:
    """The Target with the type of the modifier, or with the only type of the parameter."""
    if target.type is not None:
        if target.type not in ({modifier} if modifier else parameter.targets):
            raise ValueError("the parameter does not refer to this type")
        return target
    if ":" in target.id:
        return target
    only = parameter.targets[0] if len(parameter.targets) == 1 else None
    return Target(modifier or only, target.id)


def _unfit(name: str, modifier: str, valid: Iterable[str]) -> Finding:
    shown = modifier if re.fullmatch(r"[A-Za-z\-]{1,32}", modifier) else "?"
    told = ", ".join(f":{one}" for one in sorted(valid)) or "-"
    return MODIFIER.at(name, name=name, modifier=shown, valid=told)


def _unknown(type_: str, name: str) -> Finding:
    shown = name if re.fullmatch(r"[A-Za-z_:.\-]{1,64}", name) else "?"
    valid = ", ".join([*SERVED[type_], *CHAINS[type_], *RESULT_PARAMETERS])
    return UNKNOWN_PARAMETER.at(shown, type=type_, name=shown, valid=valid)

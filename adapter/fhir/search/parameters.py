"""Table of the served search parameters, used by the query, the index and the CapabilityStatement.

A path is an element path inside the resource, with a choice element under its JSON key. Names, types and
targets are those of https://hl7.org/fhir/R4/searchparameter-registry.html. A parameter with ``key`` selects
one resource, or the resources about one person; each recipient has an index register of its own for these.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ParameterType(StrEnum):
    """The types of search parameters in use: https://hl7.org/fhir/R4/valueset-search-param-type.html."""

    TOKEN = "token"  # noqa: S105 - the name of a parameter type
    REFERENCE = "reference"
    DATE = "date"
    STRING = "string"


_MODIFIERS = {
    ParameterType.TOKEN: frozenset({"missing", "not"}),
    ParameterType.REFERENCE: frozenset({"missing", "identifier"}),
    ParameterType.DATE: frozenset({"missing"}),
    ParameterType.STRING: frozenset({"missing", "exact", "contains"}),
}


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """One search parameter of one resource type; a ``stored`` parameter has no index rows."""

    name: str
    type: ParameterType
    paths: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    documentation: str = ""
    key: bool = False
    stored: bool = False

    @property
    def modifiers(self) -> frozenset[str]:
        """The supported modifiers; a reference also supports the names of its ``targets``."""
        return frozenset() if self.stored else _MODIFIERS[self.type] | frozenset(self.targets)


def _token(name: str, *paths: str, documentation: str = "") -> SearchParameter:
    return SearchParameter(name, ParameterType.TOKEN, paths, documentation=documentation)


def _reference(name: str, path: str, *targets: str, documentation: str = "") -> SearchParameter:
    return SearchParameter(name, ParameterType.REFERENCE, (path,), targets, documentation)


def _date(name: str, *paths: str, documentation: str = "") -> SearchParameter:
    return SearchParameter(name, ParameterType.DATE, paths, documentation=documentation)


def _string(name: str, *paths: str, documentation: str = "") -> SearchParameter:
    return SearchParameter(name, ParameterType.STRING, paths, documentation=documentation)


def _person(name: str, path: str) -> SearchParameter:
    return SearchParameter(
        name,
        ParameterType.REFERENCE,
        (path,),
        ("Patient",),
        f"The person; {name}.identifier is served as chain, and a birth number goes in the body of _search",
        key=True,
    )


_ZONE = "A date without a zone is Norwegian time (Europe/Oslo)"
_FOLDED = "Begins with, whatever the case and accents: å, ø, æ and the Sámi letters as their plain ones"
_EVERYWHERE = (
    SearchParameter("_id", ParameterType.TOKEN, documentation="The resource's id", stored=True),
    SearchParameter(
        "_lastUpdated",
        ParameterType.DATE,
        documentation=f"When this version was given to the caller. {_ZONE}",
        stored=True,
    ),
    SearchParameter(
        "identifier",
        ParameterType.TOKEN,
        ("identifier",),
        documentation="system|value; a birth number goes in the body of _search",
        key=True,
    ),
)
_SOMEBODY = ("Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson")
_WHOEVER = ("CareTeam", *_SOMEBODY)
_NAME_OF_PERSON = _string("name", "name", documentation=f"Any part of any name. {_FOLDED}")
_WHEN = _date("date", "period", documentation=f"The time it covers. {_ZONE}")

_OWN: dict[str, tuple[SearchParameter, ...]] = {
    "Patient": (_NAME_OF_PERSON, _date("birthdate", "birthDate", documentation="Date of birth")),
    "RelatedPerson": (_person("patient", "patient"),),
    "CareTeam": (
        _person("patient", "subject"),
        _person("subject", "subject"),
        _token("status", "status", documentation="Whether the team is at work"),
        _token("category", "category", documentation="Type of team"),
        _reference("participant", "participant.member", *_WHOEVER, documentation="Who is involved"),
        _WHEN,
    ),
    "Practitioner": (_NAME_OF_PERSON,),
    "PractitionerRole": (
        _reference("practitioner", "practitioner", "Practitioner", documentation="Who holds the role"),
        _reference("organization", "organization", "Organization", documentation="Where it is held"),
    ),
    "Organization": (
        _string("name", "name", "alias", documentation=f"Name or alias. {_FOLDED}"),
        _reference("partof", "partOf", "Organization", documentation="The organisation above"),
    ),
    "Consent": (
        _person("patient", "patient"),
        _token("status", "status", documentation="Whether the consent is in force"),
        _token("category", "category", documentation="Type of consent"),
        _date("period", "provision.period", documentation=f"The time it holds for. {_ZONE}"),
        _reference("actor", "provision.actor.reference", *_WHOEVER, documentation="Whom it is about"),
        _reference("consentor", "performer", *_SOMEBODY, documentation="Who gave it"),
    ),
    "CarePlan": (
        _person("patient", "subject"),
        _person("subject", "subject"),
        _token("status", "status", documentation="Status of the plan"),
        _token("intent", "intent", documentation="proposal | plan | order | option"),
        _token("category", "category", documentation="Type of plan"),
        _WHEN,
        _reference("care-team", "careTeam", "CareTeam", documentation="The team around the plan"),
        _reference("goal", "goal", "Goal", documentation="What the plan is to reach"),
        _reference("based-on", "basedOn", "CarePlan", documentation="The plan it follows from"),
        _reference("part-of", "partOf", "CarePlan", documentation="The plan it is a part of"),
        _reference("replaces", "replaces", "CarePlan", documentation="The plan it came instead of"),
        _reference(
            "activity-reference", "activity.reference", "ServiceRequest", documentation="A tiltak of the plan"
        ),
    ),
    "Goal": (
        _person("patient", "subject"),
        _person("subject", "subject"),
        _token("lifecycle-status", "lifecycleStatus", documentation="Where the goal stands"),
        _token("achievement-status", "achievementStatus", documentation="How far it is reached"),
        _token("category", "category", documentation="Type of goal"),
        _date("start-date", "startDate", documentation=f"When work on it began. {_ZONE}"),
        _date("target-date", "target.dueDate", documentation=f"When it should be reached. {_ZONE}"),
    ),
    "ServiceRequest": (
        _person("patient", "subject"),
        _person("subject", "subject"),
        _token("status", "status", documentation="Status of the request"),
        _token("intent", "intent", documentation="proposal | plan | order | ..."),
        _token("category", "category", documentation="Type of service"),
        _token("code", "code", documentation="What is to be done"),
        _date("authored", "authoredOn", documentation=f"When it was written. {_ZONE}"),
        _date(
            "occurrence",
            "occurrenceDateTime",
            "occurrencePeriod",
            "occurrenceTiming",
            documentation=f"When it is done; of a timing, from its first to its last. {_ZONE}",
        ),
        _reference("based-on", "basedOn", "CarePlan", "ServiceRequest", documentation="Its plan"),
        _reference("requester", "requester", *_SOMEBODY, documentation="Who asked for it"),
        _reference("performer", "performer", *_WHOEVER, documentation="Who does it"),
    ),
}  # fmt: skip

SERVED: Mapping[str, Mapping[str, SearchParameter]] = MappingProxyType(
    {
        type_: MappingProxyType({parameter.name: parameter for parameter in (*_EVERYWHERE, *own)})
        for type_, own in _OWN.items()
    }
)
"""Every parameter by resource type and name."""

INCLUDES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        type_: tuple(f"{type_}:{p.name}" for p in served.values() if p.type is ParameterType.REFERENCE)
        for type_, served in SERVED.items()
    }
)
"""The valid values of ``_include`` by source type."""

REVINCLUDES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        type_: tuple(
            f"{source}:{p.name}"
            for source, served in SERVED.items()
            for p in served.values()
            if p.type is ParameterType.REFERENCE and type_ in p.targets
        )
        for type_ in SERVED
    }
)
"""The valid values of ``_revinclude`` by target type."""

CHAINS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        type_: tuple(
            f"{p.name}.identifier" for p in served.values() if p.key and p.type is ParameterType.REFERENCE
        )
        for type_, served in SERVED.items()
    }
)
"""The chained parameters, by type."""

RESULT_PARAMETERS = (
    "_count",
    "_include",
    "_include:iterate",
    "_revinclude",
    "_sort",
    "_total",
    "_summary",
    "_elements",
)
SORTS = ("_id", "_lastUpdated")


def is_key(type_: str, name: str, kind: str) -> bool:
    """Whether an index row of this kind belongs to the register that each recipient has for itself."""
    parameter = SERVED.get(type_, {}).get(name)
    return parameter is not None and parameter.key and kind == parameter.type

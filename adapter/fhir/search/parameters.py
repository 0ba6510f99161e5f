"""Table of the served search parameters, used by the query, the index and the CapabilityStatement.

A path is an element path inside the resource, with a choice element under its JSON key. Names, types and
targets are those of https://hl7.org/fhir/R4/searchparameter-registry.html. A parameter with ``key`` selects
one resource, the resources about one person, or those with a name; each recipient has an index register of
its own for these.
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
    return SearchParameter(name, ParameterType.STRING, paths, documentation=documentation, key=True)


def _person(name: str, path: str) -> SearchParameter:
    return SearchParameter(
        name,
        ParameterType.REFERENCE,
        (path,),
        ("Patient",),
        f"Patient of the resource. The chain {name}.identifier is supported; use _search for birth numbers",
        key=True,
    )


_ZONE = "A date without a zone is Norwegian time (Europe/Oslo)"
_FOLDED = "Matches the beginning, without case and accents (å, ø, æ and Sámi letters are plain letters)"
_EVERYWHERE = (
    SearchParameter("_id", ParameterType.TOKEN, documentation="Id of the resource", stored=True),
    SearchParameter(
        "_lastUpdated",
        ParameterType.DATE,
        documentation=f"Time the caller received this version. {_ZONE}",
        stored=True,
    ),
    SearchParameter(
        "identifier",
        ParameterType.TOKEN,
        ("identifier",),
        documentation="system|value; send a birth number in the body of _search",
        key=True,
    ),
)
_SOMEBODY = ("Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson")
_WHOEVER = ("CareTeam", *_SOMEBODY)
_NAME_OF_PERSON = _string("name", "name", documentation=f"Each part of each name. {_FOLDED}")
_WHEN = _date("date", "period", documentation=f"Period of the resource. {_ZONE}")

_OWN: dict[str, tuple[SearchParameter, ...]] = {
    "Patient": (_NAME_OF_PERSON, _date("birthdate", "birthDate", documentation="Date of birth")),
    "RelatedPerson": (_person("patient", "patient"),),
    "CareTeam": (
        _person("patient", "subject"),
        _person("subject", "subject"),
        _token("status", "status", documentation="Status of the team"),
        _token("category", "category", documentation="Type of team"),
        _reference("participant", "participant.member", *_WHOEVER, documentation="Member of the team"),
        _WHEN,
    ),
    "Practitioner": (_NAME_OF_PERSON,),
    "PractitionerRole": (
        _reference("practitioner", "practitioner", "Practitioner", documentation="Practitioner in the role"),
        _reference("organization", "organization", "Organization", documentation="Organization of the role"),
    ),
    "Organization": (
        _string("name", "name", "alias", documentation=f"Name or alias. {_FOLDED}"),
        _reference("partof", "partOf", "Organization", documentation="Parent organization"),
    ),
    "Consent": (
        _person("patient", "patient"),
        _token("status", "status", documentation="Status of the consent"),
        _token("category", "category", documentation="Type of consent"),
        _date("period", "provision.period", documentation=f"Period of the provision. {_ZONE}"),
        _reference("actor", "provision.actor.reference", *_WHOEVER, documentation="Named recipient"),
        _reference("consentor", "performer", *_SOMEBODY, documentation="Person that gave the consent"),
    ),
    "CarePlan": (
        _person("patient", "subject"),
        _person("subject", "subject"),
        _token("status", "status", documentation="Status of the plan"),
        _token("intent", "intent", documentation="proposal | plan | order | option"),
        _token("category", "category", documentation="Type of plan"),
        _WHEN,
        _reference("care-team", "careTeam", "CareTeam", documentation="CareTeam of the plan"),
        _reference("goal", "goal", "Goal", documentation="Goal of the plan"),
        _reference("based-on", "basedOn", "CarePlan", documentation="CarePlan that the plan is based on"),
        _reference("part-of", "partOf", "CarePlan", documentation="CarePlan that the plan is part of"),
        _reference("replaces", "replaces", "CarePlan", documentation="CarePlan that the plan replaces"),
        _reference(
            "activity-reference", "activity.reference", "ServiceRequest", documentation="Tiltak of the plan"
        ),
    ),
    "Goal": (
        _person("patient", "subject"),
        _person("subject", "subject"),
        _token("lifecycle-status", "lifecycleStatus", documentation="Lifecycle status of the goal"),
        _token("achievement-status", "achievementStatus", documentation="Achievement status of the goal"),
        _token("category", "category", documentation="Type of goal"),
        _date("start-date", "startDate", documentation=f"Start date of the goal. {_ZONE}"),
        _date("target-date", "target.dueDate", documentation=f"Due date of the goal. {_ZONE}"),
    ),
    "ServiceRequest": (
        _person("patient", "subject"),
        _person("subject", "subject"),
        _token("status", "status", documentation="Status of the request"),
        _token("intent", "intent", documentation="proposal | plan | order | ..."),
        _token("category", "category", documentation="Type of service"),
        _token("code", "code", documentation="Code of the requested service"),
        _date("authored", "authoredOn", documentation=f"Date of the request. {_ZONE}"),
        _date(
            "occurrence",
            "occurrenceDateTime",
            "occurrencePeriod",
            "occurrenceTiming",
            documentation=f"Time of the service; a Timing counts from its first event to its last. {_ZONE}",
        ),
        _reference("based-on", "basedOn", "CarePlan", "ServiceRequest", documentation="Plan of the request"),
        _reference("requester", "requester", *_SOMEBODY, documentation="Requester of the service"),
        _reference("performer", "performer", *_WHOEVER, documentation="Performer of the service"),
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
    """Tests whether an index row of this kind belongs to the register that each recipient has for itself."""
    parameter = SERVED.get(type_, {}).get(name)
    return parameter is not None and parameter.key and kind == parameter.type

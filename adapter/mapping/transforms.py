"""Named pairs: what a row cannot say by itself, each a function and its inverse.

A pair's ``to_plan`` answers None for a FHIR value it does not know: that value is then kept as residue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.fhir.search.values import Local, local
from adapter.mapping.rows import holds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KINDS = {
    "innbygger": "Patient",
    "parorende": "RelatedPerson",
    "ansatt": "Practitioner",
    "rolle": "PractitionerRole",
    "organisasjon": "Organization",
    "team": "CareTeam",
}
_OF_TYPE = {type_: kind for kind, type_ in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Pair:
    """A translation of one value, both ways."""

    to_fhir: Callable[[Any], Any]
    to_plan: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _reference(aktor: Mapping[str, Any]) -> dict[str, Any]:
    """``{rolle: x}`` as ``PractitionerRole/x``; a party of somebody else by identifier or address."""
    kind, value = next(iter(aktor.items()))
    if kind == "identifikator":
        return {"identifier": {"system": value["system"], "value": value["verdi"]}}
    return {"reference": value if kind == "adresse" else f"{_KINDS[kind]}/{value}"}


def _aktor(reference: Any) -> dict[str, Any] | None:
    if not isinstance(reference, dict):
        return None
    address = reference.get("reference")
    if address is None:
        identifier = reference.get("identifier") or {}
        if {"system", "value"} <= identifier.keys():
            return {"identifikator": {"system": identifier["system"], "verdi": identifier["value"]}}
        return None
    named = _current(address)
    if named is not None:
        return {_OF_TYPE[named.type]: named.id} if named.type in _OF_TYPE else None
    return {"adresse": address} if address.startswith(("http://", "https://")) else None


def _current(address: str) -> Local | None:
    """Type and id of a reference into this service; one to a version is more than the record can say."""
    return None if "/_history/" in address else local(address)


def _to_type(type_: str) -> Pair:
    """An id as a reference to one type of resource."""

    def to_plan(reference: Any) -> str | None:
        named = _current((reference or {}).get("reference") or "")
        return named.id if named and named.type == type_ else None

    return Pair(lambda id_: {"reference": f"{type_}/{id_}"}, to_plan)


_CODING = {"system": "system", "versjon": "version", "kode": "code", "visning": "display"}


def _coding(koding: Mapping[str, str]) -> dict[str, Any]:
    """A code of any system, where the record keeps codes as they came."""
    return {theirs: koding[ours] for ours, theirs in _CODING.items() if ours in koding}


def _koding(coding: Mapping[str, Any]) -> dict[str, str] | None:
    return {ours: coding[theirs] for ours, theirs in _CODING.items() if theirs in coding} or None


_GOAL = _to_type("Goal")
_MILESTONE = {
    "url": "type",
    "valueCodeableConcept": {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/goal-relationship-type", "code": "milestone"}
        ]
    },
}


def _milestone(id_: str) -> dict[str, Any]:
    """A delmaal as its parent's goal-relationship: a piece of attaining it."""
    target = {"url": "target", "valueReference": _GOAL.to_fhir(id_)}
    return {
        "url": "http://hl7.org/fhir/StructureDefinition/goal-relationship",
        "extension": [_MILESTONE, target],
    }


def _delmaal(relationship: Any) -> str | None:
    """The goal a relationship names as a milestone; other relationships are not understood here."""
    said = {one.get("url"): one for one in relationship.get("extension", ())}
    if not holds(said.get("type"), _MILESTONE) or len(said) != len(relationship["extension"]):
        return None
    target: str | None = _GOAL.to_plan(said.get("target", {}).get("valueReference"))
    return target


PAIRS: Mapping[str, Pair] = {
    "same": Pair(_same, _same),
    "aktor": Pair(_reference, _aktor),
    "coding": Pair(_coding, _koding),
    "milestone": Pair(_milestone, _delmaal),
    "reference(Goal)": _GOAL,
    "reference(Organization)": _to_type("Organization"),
}

_SYSTEMS = {
    "fnr": "urn:oid:2.16.578.1.12.4.1.4.1",
    "dnr": "urn:oid:2.16.578.1.12.4.1.4.2",
    "fhn": "urn:oid:2.16.578.1.12.4.1.4.3",
    "hpr": "urn:oid:2.16.578.1.12.4.1.4.4",
    "orgnr": "urn:oid:2.16.578.1.12.4.1.4.101",
    "resh": "urn:oid:2.16.578.1.12.4.1.4.102",
}
_TYPES = {system: type_ for type_, system in _SYSTEMS.items()}


def _identifier_system(type_: str | None, system: str | None) -> tuple[str | None]:
    return (_SYSTEMS.get(type_ or "", system),)


def _identifier_type(system: str | None) -> tuple[str, str | None]:
    """The national numbers by name; anything else is ``annen`` with its system."""
    type_ = _TYPES.get(system or "")
    return (type_, None) if type_ else ("annen", system)


@dataclass(frozen=True, slots=True)
class TuplePair:
    """A translation of several values at once, both ways: as many arguments as the row has paths."""

    to_fhir: Callable[..., tuple[Any, ...]]
    to_plan: Callable[..., tuple[Any, ...]]


_RECIPIENT = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]
}


def _actors(mottaker: Mapping[str, Any] | None) -> tuple[list[dict[str, Any]] | None]:
    return ([{"role": _RECIPIENT, "reference": _reference(mottaker)}] if mottaker else None,)


def _mottaker(actors: Any) -> tuple[dict[str, Any] | None]:
    """The one actor that is an information recipient; others are not understood here."""
    if not isinstance(actors, list) or len(actors) != 1 or actors[0].get("role") != _RECIPIENT:
        return (None,)
    return (_aktor(actors[0].get("reference")),)


TUPLES: Mapping[str, TuplePair] = {
    "recipient": TuplePair(_actors, _mottaker),
    "identifier-system": TuplePair(_identifier_system, _identifier_type),
}

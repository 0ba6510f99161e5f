"""Named pairs: translations a row cannot express by itself, each a function and its inverse.

The ``to_plan`` of a pair returns None for an unknown FHIR value: that value becomes residue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.fhir.search.parameter_values import Local, local
from adapter.mapping.paths import holds
from adapter.record.identifiers import SYSTEMS
from adapter.record.parts import BY_NAME, PARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OF_TYPE = {kind.type: kind.name for kind in PARTS if kind.is_aktor}


@dataclass(frozen=True, slots=True)
class Pair:
    """A translation of one value, in both directions."""

    to_fhir: Callable[[Any], Any]
    to_plan: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _reference(aktor: Mapping[str, Any]) -> dict[str, Any]:
    """An aktor as a Reference: ``{rolle: x}`` is ``PractitionerRole/x``, else identifier or address."""
    kind, value = next(iter(aktor.items()))
    if kind == "identifikator":
        return {"identifier": {"system": value["system"], "value": value["verdi"]}}
    return {"reference": value if kind == "adresse" else f"{BY_NAME[kind].type}/{value}"}


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
    """Type and id of a reference into this service; None for a reference to a version."""
    return None if "/_history/" in address else local(address)


def _to_type(type_: str) -> Pair:
    """The pair of an id and a reference to one type of resource."""

    def to_plan(reference: Any) -> str | None:
        named = _current((reference or {}).get("reference") or "")
        return named.id if named and named.type == type_ else None

    return Pair(lambda id_: {"reference": f"{type_}/{id_}"}, to_plan)


def _renamed(names: Mapping[str, str]) -> Pair:
    """The pair of an object whose fields have other names in FHIR; None for a value with none of them."""

    def to_fhir(value: Mapping[str, Any]) -> dict[str, Any]:
        return {theirs: value[ours] for ours, theirs in names.items() if ours in value}

    def to_plan(value: Mapping[str, Any]) -> dict[str, Any] | None:
        return {ours: value[theirs] for ours, theirs in names.items() if theirs in value} or None

    return Pair(to_fhir, to_plan)


_PERIOD = _renamed({"fra": "start", "til": "end"})


def _relationship(concept: Mapping[str, Any]) -> Pair:
    """The pair of a goal id and a goal-relationship of one type; other types are unknown."""
    type_, goal = {"url": "type", "valueCodeableConcept": concept}, _to_type("Goal")

    def to_fhir(id_: str) -> dict[str, Any]:
        target = {"url": "target", "valueReference": goal.to_fhir(id_)}
        url = "http://hl7.org/fhir/StructureDefinition/goal-relationship"
        return {"url": url, "extension": [type_, target]}

    def to_plan(relationship: Mapping[str, Any]) -> Any:
        said = {one.get("url"): one for one in relationship.get("extension", ())}
        if not holds(said.get("type"), type_) or len(said) != len(relationship["extension"]):
            return None
        return goal.to_plan(said.get("target", {}).get("valueReference"))

    return Pair(to_fhir, to_plan)


_MILESTONE = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/goal-relationship-type", "code": "milestone"}
    ]
}
"""The goal-relationship type of a goal to its delmål."""

_BASED_ON = {"text": "based-on"}
"""The goal-relationship type of a delmål to its goal, as Denmark's KL writes it."""

_UNITS = {"time": "h", "dag": "d", "uke": "wk", "maned": "mo", "ar": "a"}
_OF_UNIT = {unit: enhet for enhet, unit in _UNITS.items()}
_UCUM = "http://unitsofmeasure.org"


def _duration(intervall: Mapping[str, Any]) -> dict[str, Any]:
    """``{antall: 6, enhet: maned}`` as a Duration in UCUM."""
    return {"value": intervall["antall"], "system": _UCUM, "code": _UNITS[intervall["enhet"]]}


def _intervall(duration: Any) -> dict[str, Any] | None:
    """A Duration as an intervall; None without a whole number in a known unit, or with a comparator."""
    value, enhet = duration.get("value"), _OF_UNIT.get(duration.get("code"))
    if not _is_count(value) or enhet is None or duration.get("system") != _UCUM or "comparator" in duration:
        return None
    return {"antall": value, "enhet": enhet}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


PAIRS: Mapping[str, Pair] = {
    "same": Pair(_same, _same),
    "aktor": Pair(_reference, _aktor),
    "based-on": _relationship(_BASED_ON),
    "coding": _renamed({"system": "system", "versjon": "version", "kode": "code", "visning": "display"}),
    "duration": Pair(_duration, _intervall),
    "milestone": _relationship(_MILESTONE),
    "reference(CarePlan)": _to_type("CarePlan"),
    "reference(Goal)": _to_type("Goal"),
    "reference(Organization)": _to_type("Organization"),
    "reference(ServiceRequest)": _to_type("ServiceRequest"),
}

_TYPES = {system: type_ for type_, system in SYSTEMS.items()}
_LOCAL = ("hnr", "HNR")  # a hjelpenummer has the system of its issuer, so its type is a code of Volven 8327


def _identifier_system(type_: str | None, system: str | None) -> tuple[str | None, str | None]:
    return _LOCAL[1] if type_ == _LOCAL[0] else None, SYSTEMS.get(type_ or "", system)


def _identifier_type(code: str | None, system: str | None) -> tuple[str, str | None]:
    """The ident type of an identifier: a national number by its system, HNR by its code, else ``annen``."""
    type_ = _TYPES.get(system or "")
    return (type_, None) if type_ else (_LOCAL[0] if code == _LOCAL[1] else "annen", system)


@dataclass(frozen=True, slots=True)
class TuplePair:
    """A translation of several values at once, in both directions: one argument for each path of the row."""

    to_fhir: Callable[..., tuple[Any, ...]]
    to_plan: Callable[..., tuple[Any, ...]]


_RECIPIENT = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]
}


def _actors(mottaker: Mapping[str, Any] | None) -> tuple[list[dict[str, Any]] | None]:
    return ([{"role": _RECIPIENT, "reference": _reference(mottaker)}] if mottaker else None,)


def _mottaker(actors: Any) -> tuple[dict[str, Any] | None]:
    """The recipient of exactly one actor with the role information recipient; None for other actors."""
    if not isinstance(actors, list) or len(actors) != 1 or not holds(actors[0].get("role"), _RECIPIENT):
        return (None,)
    return (_aktor(actors[0].get("reference")),)


def _occurrence(
    gyldighet: Mapping[str, Any] | None, omfang: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Gyldighet alone as occurrencePeriod; with omfang as the bounds of an occurrenceTiming."""
    period = _PERIOD.to_fhir(gyldighet or {})
    if not omfang:
        return period or None, None
    repeat: dict[str, Any] = {"boundsPeriod": period} if period else {}
    if "hyppighet" in omfang:
        often = omfang["hyppighet"]
        repeat["frequency"] = often["ganger"]
        repeat |= {"period": often["per"], "periodUnit": _UNITS[often["enhet"]]}
    timing: dict[str, Any] = {"repeat": repeat} if repeat else {}
    return None, {**timing, "code": {"text": omfang["tekst"]}} if "tekst" in omfang else timing


def _gyldighet_and_omfang(period: Any, timing: Any) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Gyldighet and omfang of a Timing with a text or a whole frequency; None for another Timing."""
    if timing is None:
        return _PERIOD.to_plan(period or {}), None
    repeat, omfang = timing.get("repeat", {}), {}
    if "text" in timing.get("code", {}):
        omfang["tekst"] = timing["code"]["text"]
    ganger, per, enhet = (repeat.get(name) for name in ("frequency", "period", "periodUnit"))
    if _is_count(ganger) and _is_count(per) and enhet in _OF_UNIT:
        omfang["hyppighet"] = {"ganger": ganger, "per": per, "enhet": _OF_UNIT[enhet]}
    return (_PERIOD.to_plan(repeat.get("boundsPeriod", {})), omfang) if omfang else (None, None)


TUPLES: Mapping[str, TuplePair] = {
    "occurrence": TuplePair(_occurrence, _gyldighet_and_omfang),
    "recipient": TuplePair(_actors, _mottaker),
    "identifier-system": TuplePair(_identifier_system, _identifier_type),
}

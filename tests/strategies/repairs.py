"""Repairs of a drawn resource: removes clashing elements, and adds required ones.

What was asked for by name is never taken away; then the other side of the clash goes. The invariants of the
datatypes, of Bundle and of the types that are mapped are kept; those of other types are not.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from adapter.fhir.definitions import data_types, facts, resource_types
from adapter.fhir.shapes import shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Node = dict[str, Any]
_DIV = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'
_UCUM = {"system": "http://unitsofmeasure.org", "code": "1"}


def repaired(part: str, node: Node, toward: tuple[str, ...]) -> Node:
    """The node changed to hold the invariants of its type; ``toward`` is the path that must stay."""
    keep = {key.removeprefix("_") for key in toward}
    for mend in _MENDS.get(part, ()):
        mend(node, keep)
    return node


@cache
def unmended() -> frozenset[str]:
    """The keys of the invariants that a drawn resource can break: those of types without a mend here."""
    mended: set[str] = set()
    others: set[str] = set()
    types = {part.partition(".")[0] for part in _MENDS}
    for type_name in resource_types() | data_types():
        keys = mended if type_name in types else others
        for of in map(shape, _parts(type_name)):
            keys.update(rule.key for rule in of.rules)
            keys.update(rule.key for member in of.members.values() for rule in member.rules)
    return frozenset(others - mended)


def _parts(part: str) -> Iterator[str]:
    """A type or backbone element and all backbone elements below it."""
    yield part
    for element in facts(part).elements.values():
        if element.part and element.part.startswith(f"{part}."):
            yield from _parts(element.part)


def _has(node: Node, *names: str) -> bool:
    return any(name in node or f"_{name}" in node for name in names)


def _drop(node: Node, *names: str) -> None:
    for name in names:
        node.pop(name, None)
        node.pop(f"_{name}", None)


def _choices(node: Node, name: str) -> list[str]:
    keys = {key.removeprefix("_") for key in node}
    return [key for key in keys if key.startswith(name) and key[len(name) :][:1].isupper()]


def _with(element: str, needed: str, value: object) -> Callable[[Node, set[str]], None]:
    """``element`` needs ``needed``."""

    def mend(node: Node, _: set[str]) -> None:
        if _has(node, element) and not _has(node, needed):
            node[needed] = value

    return mend


def _any_of(value: object, *names: str) -> Callable[[Node, set[str]], None]:
    """One of the names must be there; the first is added."""

    def mend(node: Node, _: set[str]) -> None:
        if not _has(node, *names):
            node[names[0]] = value

    return mend


def _not_both(first: str, second: str) -> Callable[[Node, set[str]], None]:
    """Two elements exclude each other."""

    def mend(node: Node, kept: set[str]) -> None:
        if _has(node, first) and _has(node, second):
            _drop(node, first if second in kept else second)

    return mend


def _period(node: Node, _: set[str]) -> None:
    if "start" in node and "end" in node:
        node["start"], node["end"] = "2016", "2026-12-31T23:59:59+01:00"


def _range(node: Node, kept: set[str]) -> None:
    if "low" in node and "high" in node:
        asked, other = ("high", "low") if "high" in kept else ("low", "high")
        node[asked] = {"value": 1, **node[asked]}
        node[other] = {**node[asked], "id": "lik"}


def _ratio(node: Node, kept: set[str]) -> None:
    if (
        kept & {"numerator", "denominator"}
        or _has(node, "numerator", "denominator")
        or "extension" not in node
    ):
        node.setdefault("numerator", {"value": 1})
        node.setdefault("denominator", {"value": 2})


def _measure(node: Node, _: set[str]) -> None:
    """Age, Count, Distance and Duration: positive, whole and in UCUM."""
    node["value"] = 3
    for name, value in _UCUM.items():
        node[name] = value


def _repeat(node: Node, kept: set[str]) -> None:
    for name in ("duration", "period"):
        if _has(node, name):
            node[name] = 1
    if _has(node, "offset") or _has(node, "when"):
        _drop(node, "timeOfDay") if "timeOfDay" not in kept else _drop(node, "when", "offset")
    if _has(node, "offset"):
        _drop(node, "when")
        node["when"] = ["MORN"]


def _trigger(node: Node, kept: set[str]) -> None:
    timing = _choices(node, "timing")
    if timing and set(timing) & kept:
        _drop(node, "data", "condition")
        node["type"] = "periodic"
    elif kept & {"data", "condition"} or (_has(node, "data", "condition") and not timing):
        _drop(node, *timing)
        node.setdefault("data", [{"type": "Patient"}])
        node["type"] = "data-added"
    else:
        _drop(node, "data", "condition", *timing)
        node["type"] = "named-event"
        node["name"] = "hendelse"


def _filter(node: Node, kept: set[str]) -> None:
    _not_both("path", "searchParam")(node, kept)
    _any_of("code", "path", "searchParam")(node, kept)


def _member(node: Node, _: set[str]) -> None:
    if "onBehalfOf" in node:
        node["member"] = {"reference": "Practitioner/1"}


def _organization(node: Node, _: set[str]) -> None:
    for name in ("telecom", "address"):
        for item in node.get(name, ()):
            if item.get("use") == "home":
                item["use"] = "work"


def _goal_target(node: Node, _: set[str]) -> None:
    if _choices(node, "detail"):
        node.setdefault("measure", {"text": "mål"})


def _task(node: Node, _: set[str]) -> None:
    if "lastModified" in node:
        node["lastModified"] = "2027-01-01"


def _observation(node: Node, kept: set[str]) -> None:
    values = _choices(node, "value")
    if values and _has(node, "dataAbsentReason"):
        _drop(node, *(values if "dataAbsentReason" in kept else ["dataAbsentReason"]))
    if values:
        node["code"] = {**node["code"], "coding": [{"code": "egen"}]}


def _condition(node: Node, kept: set[str]) -> None:
    _drop(node, "verificationStatus") if "verificationStatus" not in kept else None
    if "verificationStatus" in node:
        node["verificationStatus"]["coding"][0]["code"] = "confirmed"
    if _choices(node, "abatement"):
        system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
        node["clinicalStatus"] = {"coding": [{"system": system, "code": "resolved"}]}


def _appointment(node: Node, _: set[str]) -> None:
    for name, value in (("start", "2026-03-05T09:00:00Z"), ("end", "2026-03-05T10:00:00Z")):
        if not _has(node, name):
            node[name] = value
    if _has(node, "cancelationReason"):
        node["status"] = "cancelled"


def _parameter(node: Node, kept: set[str]) -> None:
    values = _choices(node, "value")
    content = [*values, *(name for name in ("part", "resource") if name in node)]
    stays = next((name for name in content if name in kept), content[0] if content else None)
    _drop(node, *(name for name in content if name != stays))
    if stays is None:
        node["valueBoolean"] = True


_KINDS = {"search": "searchset", "total": "searchset", "request": "batch", "response": "batch-response"}


def _bundle(node: Node, kept: set[str]) -> None:
    """The type decides what entries hold; each entry has an address of its own."""
    wanted = [kind for name, kind in _KINDS.items() if name in kept]
    kind = wanted[0] if wanted else node.get("type", "collection")
    node["type"] = kind = "collection" if kind in {"document", "message"} else kind
    if kind not in {"searchset", "history"}:
        _drop(node, "total")
    for index, entry in enumerate(node.get("entry", ())):
        _entry(entry, kind)
        entry["fullUrl"] = f"urn:uuid:0d9ee3b8-5d0f-4d66-9c0e-{index:012d}"


def _entry(entry: Node, kind: str) -> None:
    if kind != "searchset":
        _drop(entry, "search")
    if kind not in {"batch", "transaction", "history"}:
        _drop(entry, "request")
    elif "request" not in entry:
        entry["request"] = {"method": "GET", "url": "Patient/1"}
    if kind not in {"batch-response", "transaction-response", "history"}:
        _drop(entry, "response")
    elif "response" not in entry:
        entry["response"] = {"status": "200"}
    if not _has(entry, "resource", "request", "response"):
        entry["resource"] = {"resourceType": "Basic", "code": {"text": "x"}}


_ACTION = (_not_both("operation", "assert"), _any_of({"result": "pass"}, "operation", "assert"))

_MENDS: dict[str, tuple[Callable[[Node, set[str]], None], ...]] = {
    "Quantity": (_with("code", "system", "urn:iso:std:iso:4217"),),
    "Age": (_measure,),
    "Count": (_measure,),
    "Distance": (_measure,),
    "Duration": (_measure,),
    "Period": (_period,),
    "Range": (_range,),
    "Ratio": (_ratio,),
    "Attachment": (_with("data", "contentType", "text/plain"),),
    "ContactPoint": (_with("value", "system", "phone"),),
    "Expression": (_any_of("true", "expression", "reference"),),
    "Timing.repeat": (
        _with("durationMax", "duration", 1),
        _with("duration", "durationUnit", "h"),
        _with("periodMax", "period", 1),
        _with("period", "periodUnit", "d"),
        _with("countMax", "count", 1),
        _repeat,
    ),
    "DataRequirement.codeFilter": (_filter,),
    "DataRequirement.dateFilter": (_filter,),
    "TriggerDefinition": (_trigger,),
    "Patient.contact": (_any_of({"text": "Per Eksempel"}, "name", "telecom", "address", "organization"),),
    "Organization": (_any_of("Eksempel kommune", "name", "identifier"), _organization),
    "CareTeam.participant": (_member,),
    "CarePlan.activity": (_not_both("detail", "reference"),),
    "Goal.target": (_goal_target,),
    "ServiceRequest": (_with("orderDetail", "code", {"text": "x"}),),
    "Consent": (_any_of({"text": "x"}, "policyRule", "policy"),),
    "Task": (_task,),
    "Observation": (_observation,),
    "Observation.referenceRange": (_any_of("x", "text", "low", "high"),),
    "Condition": (_condition,),
    "Condition.stage": (_any_of({"text": "x"}, "summary", "assessment"),),
    "Condition.evidence": (_any_of([{"text": "x"}], "code", "detail"),),
    "Composition.section": (
        _any_of([{"display": "x"}], "entry", "text", "section"),
        _not_both("emptyReason", "entry"),
        _any_of({"status": "generated", "div": _DIV}, "text", "entry", "section"),
    ),
    "Appointment": (_appointment,),
    "Appointment.participant": (_any_of([{"text": "x"}], "type", "actor"),),
    "Parameters.parameter": (_parameter,),
    "TestReport.setup.action": _ACTION,
    "TestReport.test.action": _ACTION,
    "Bundle": (_bundle,),
}  # fmt: skip

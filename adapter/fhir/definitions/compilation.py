"""Compilation of a StructureDefinition to facts: names, cardinalities, types, flags and invariants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TYPES = "http://hl7.org/fhir/StructureDefinition/"
_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
_EXAMPLE = "http://hl7.org/fhir/SearchParameter/example"
_OF_EVERY_ELEMENT = {"ele-1", "ext-1"}
_JUDGED = {"required", "extensible"}

Fact = dict[str, Any]


def is_type(definition: Mapping[str, Any]) -> bool:
    """Tests whether a StructureDefinition defines a type; a profile or a logical model does not."""
    return definition.get("derivation") != "constraint" and definition["kind"] != "logical"


def compiled(definition: Mapping[str, Any]) -> Fact:
    """The facts of a type: one part for the type itself and one for each backbone element."""
    elements = definition["snapshot"]["element"]
    name = definition["type"]
    parts: dict[str, Fact] = {name: _part(elements[0])}
    for element in elements[1:]:
        parent = element["path"].rpartition(".")[0]
        if definition["kind"] == "primitive-type" and element["path"] == f"{name}.value":
            continue
        parts.setdefault(parent, {"elements": []})["elements"].append(_element(element, parts))
    return {
        "kind": definition["kind"].removesuffix("-type"),
        "abstract": definition["abstract"],
        "base": definition.get("baseDefinition", "").removeprefix(TYPES),
        "parts": parts,
    }


def value_sets(fact: Fact) -> Iterator[str]:
    """The value sets of required and extensible bindings, which a receiver must check."""
    for part in fact["parts"].values():
        for element in part["elements"]:
            strength, value_set = element.get("binding", ("", ""))
            if strength in _JUDGED:
                yield value_set


def search_parameters(definitions: Iterable[Mapping[str, Any]]) -> dict[str, list[Fact]]:
    """Search parameters by resource type, in the order of their names.

    The examples of SearchParameter in the package are left out, since they reuse names of real parameters.
    """
    found: dict[str, list[Fact]] = {}
    declared = (one for one in definitions if not one["url"].startswith(_EXAMPLE))
    for definition in sorted(declared, key=lambda one: str(one["url"])):
        for base in definition.get("base", ()):
            fact = {
                "name": definition["code"],
                "url": definition["url"],
                "type": definition["type"],
                "expression": _of_base(definition.get("expression", ""), base),
                "targets": sorted(definition.get("target", ())),
            }
            found.setdefault(base, []).append(fact)
    return {base: sorted(found[base], key=lambda fact: str(fact["name"])) for base in sorted(found)}


def _of_base(expression: str, base: str) -> str:
    """The alternatives of an expression that start from ``base``; a shared parameter lists all its types."""
    own = [one for one in expression.split(" | ") if one.strip("( ").partition(".")[0] == base]
    return " | ".join(own) or expression


def _part(element: Mapping[str, Any]) -> Fact:
    return {"invariants": _invariants(element), "elements": []}


def _element(element: Mapping[str, Any], parts: dict[str, Fact]) -> Fact:
    path: str = element["path"]
    fact: Fact = {
        "name": path.rpartition(".")[2].removesuffix("[x]"),
        "min": element["min"],
        "max": None if element["max"] == "*" else int(element["max"]),
    }
    if path.endswith("[x]"):
        fact["choice"] = True
    if "contentReference" in element:
        fact["content"] = element["contentReference"].partition("#")[2]
    else:
        fact["types"] = [_type(one) for one in element["type"]]
    if element.get("isModifier"):
        fact["modifier"] = True
    if element.get("isSummary"):
        fact["summary"] = True
    if "xmlAttr" in element.get("representation", ()):
        fact["attribute"] = True
    elif fact["name"] == "id":
        fact["types"] = [["id"]]  # of a resource; the package says string, and resource.html says id
    binding = element.get("binding")
    if binding and "valueSet" in binding:
        fact["binding"] = [binding["strength"], binding["valueSet"].partition("|")[0]]
    return fact | _own_rules(element, fact, parts)


def _own_rules(element: Mapping[str, Any], fact: Fact, parts: dict[str, Fact]) -> Fact:
    """Put the invariants of a backbone element into its part; other invariants stay with the element."""
    if fact.get("types", [[""]])[0][0] in {"BackboneElement", "Element"}:
        parts[element["path"]] = _part(element)
        return {}
    rules = [rule for rule in _invariants(element) if rule[0] not in _OF_EVERY_ELEMENT]
    return {"invariants": rules} if rules else {}


def _invariants(element: Mapping[str, Any]) -> list[list[str]]:
    return [
        [rule["key"], rule["severity"], rule.get("expression", "")] for rule in element.get("constraint", ())
    ]


def _type(declared: Mapping[str, Any]) -> list[Any]:
    """``[code, reference targets, profiles]``; a FHIRPath system type is replaced by its FHIR type."""
    code = declared["code"]
    if code.startswith("http://hl7.org/fhirpath/"):
        stands_for = [one["valueUrl"] for one in declared.get("extension", ()) if one["url"] == _FHIR_TYPE]
        code = stands_for[0] if stands_for else "string"
    targets = sorted(url.removeprefix(TYPES) for url in declared.get("targetProfile", ()))
    profiles = sorted(url.removeprefix(TYPES) for url in declared.get("profile", ()))
    return [code, targets, profiles] if profiles else [code, targets] if targets else [code]

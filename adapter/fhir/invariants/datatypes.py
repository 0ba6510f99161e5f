"""Invariants of the R4 datatypes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.fhir.invariants.rule import (
    Node,
    Rules,
    RuleScene,
    amount,
    at_least_one,
    child,
    has,
    has_choice,
    in_order,
    needs,
    not_both,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_rules = Rules("datatypes.html")
RULES = _rules.by_part

_UCUM = "http://unitsofmeasure.org"
_MEALS = {"C", "CM", "CD", "CV"}


def _measured(node: Node) -> bool:
    """Tests whether a value has a code, and a system is UCUM."""
    return (has(node, "code") or not has(node, "value")) and _is_or_missing(node, "system", _UCUM)


def _is_or_missing(node: Node, name: str, wanted: str) -> bool:
    """Tests whether an element is missing or has the wanted value; an extension alone is no value."""
    return not has(node, name) or text(node, name) == wanted


def _not_negative(element: str) -> Callable[[Node], bool]:
    def holds(node: Node) -> bool:
        found = amount(node, element)
        return not has(node, element) or (found is not None and found >= 0)

    return holds


def _positive(node: Node) -> bool:
    """Tests whether the value is above zero or missing."""
    found = amount(node, "value")
    return found is None or found > 0


_rules.must(
    "Quantity Age Count Distance Duration",
    "qty-3",
    "Enheten har code uten system. Legg til system.",
    "The unit has a code without a system. Add system.",
    needs("code", "system"),
)
_rules.must(
    "SimpleQuantity",
    "sqt-1",
    "Mengden har comparator, som ikke er tillatt her. Fjern comparator.",
    "The quantity has a comparator, which is not allowed here. Remove comparator.",
    lambda node: not has(node, "comparator"),
)
_rules.must(
    "Age",
    "age-1",
    "Alderen er ikke over null, eller mangler kode fra UCUM. Send en positiv verdi med UCUM-kode.",
    "The age is not above zero, or has no code from UCUM. Send a positive value with a UCUM code.",
    lambda node: _measured(node) and _positive(node),
)
_rules.must(
    "Distance",
    "dis-1",
    "Avstanden har verdi uten kode fra UCUM. Legg til code og system fra UCUM.",
    "The distance has a value without a code from UCUM. Add code and system from UCUM.",
    _measured,
)
_rules.must(
    "Count",
    "cnt-3",
    "Antallet er ikke et heltall med UCUM-koden 1. Send et heltall med koden 1.",
    "The count is not a whole number with the UCUM code 1. Send a whole number with the code 1.",
    lambda node: (
        _measured(node) and _is_or_missing(node, "code", "1") and "." not in str(node.get("value", ""))
    ),
)
_rules.must(
    "Duration",
    "drt-1",
    "Varigheten har kode uten verdi, eller koden er ikke fra UCUM. Legg til value, og bruk UCUM.",
    "The duration has a code without a value, or the code is not from UCUM. Add value, and use UCUM.",
    lambda node: not has(node, "code") or (node.get("system") == _UCUM and has(node, "value")),
)


@_rules.places(
    "Period",
    "per-1",
    "Perioden slutter før den begynner, eller start og end har så ulik presisjon at rekkefølgen er uviss."
    " Rett start eller end.",
    "The period ends before it begins, or start and end differ so much in precision that their order is"
    " uncertain. Correct start or end.",
)
def _period(node: Node, _: RuleScene) -> Iterator[str]:
    if "start" in node and "end" in node and not in_order(node, "start", "end"):
        yield ""


@_rules.places(
    "Range",
    "rng-2",
    "Intervallet har low over high, eller en av dem mangler verdi. Rett low eller high.",
    "The range has low above high, or one of them has no value. Correct low or high.",
)
def _range(node: Node, _: RuleScene) -> Iterator[str]:
    low, high = child(node, "low"), child(node, "high")
    least, most = amount(low, "value"), amount(high, "value")
    # Different units are not compared: that needs UCUM conversion.
    same_unit = all(low.get(key) == high.get(key) for key in ("system", "code"))
    if low and high and same_unit and (least is None or most is None or least > most):
        yield ""


_rules.must(
    "Ratio",
    "rat-1",
    "Forholdstallet har ikke både numerator og denominator. Send begge, eller bare en extension.",
    "The ratio does not have both numerator and denominator. Send both, or an extension only.",
    lambda node: has(node, "numerator") == has(node, "denominator") and has(node, "numerator", "extension"),
)
_rules.must(
    "Attachment",
    "att-1",
    "Vedlegget har data uten contentType. Legg til contentType.",
    "The attachment has data without a contentType. Add contentType.",
    needs("data", "contentType"),
)
_rules.must(
    "ContactPoint",
    "cpt-2",
    "Kontaktpunktet har value uten system. Legg til system.",
    "The contact point has a value without a system. Add system.",
    needs("value", "system"),
)
_rules.must(
    "Expression",
    "exp-1",
    "Uttrykket har verken expression eller reference. Legg til minst én av dem.",
    "The expression has neither expression nor reference. Add at least one of them.",
    at_least_one("expression", "reference"),
)

for key, element, needed in (
    ("tim-1", "duration", "durationUnit"),
    ("tim-2", "period", "periodUnit"),
    ("tim-6", "periodMax", "period"),
    ("tim-7", "durationMax", "duration"),
    ("tim-8", "countMax", "count"),
):
    _rules.must(
        "Timing.repeat",
        key,
        f"{element} krever {needed}, som mangler. Legg til {needed}.",
        f"{element} requires {needed}, which is missing. Add {needed}.",
        needs(element, needed),
    )
for key, element in (("tim-4", "duration"), ("tim-5", "period")):
    _rules.must(
        "Timing.repeat",
        key,
        f"{element} er negativ eller uten verdi. Send en verdi som ikke er negativ.",
        f"{element} is negative or has no value. Send a value that is not negative.",
        _not_negative(element),
    )
_rules.must(
    "Timing.repeat",
    "tim-9",
    "offset mangler when, eller when er selve måltidet (C, CM, CD, CV). Rett when, eller fjern offset.",
    "offset has no when, or when is the meal itself (C, CM, CD, CV). Correct when, or remove offset.",
    lambda node: (
        not has(node, "offset")
        or (has(node, "when") and not _MEALS.intersection(map(str, node.get("when", ()))))
    ),
)
_rules.must(
    "Timing.repeat",
    "tim-10",
    "timeOfDay og when er sendt sammen. Fjern én av dem.",
    "timeOfDay and when are sent together. Remove one of them.",
    not_both("timeOfDay", "when"),
)

for key, part in (("drq-1", "DataRequirement.codeFilter"), ("drq-2", "DataRequirement.dateFilter")):
    _rules.must(
        part,
        key,
        "Filteret har både path og searchParam, eller ingen av dem. Send nøyaktig én av dem.",
        "The filter has both path and searchParam, or neither. Send exactly one of them.",
        lambda node: has(node, "path") != has(node, "searchParam"),
    )
_rules.must(
    "TriggerDefinition",
    "trd-1",
    "data og timing[x] er sendt sammen. Fjern én av dem.",
    "data and timing[x] are sent together. Remove one of them.",
    lambda node: not (has(node, "data") and has_choice(node, "timing")),
)
_rules.must(
    "TriggerDefinition",
    "trd-2",
    "condition krever data, som mangler. Legg til data.",
    "condition requires data, which is missing. Add data.",
    needs("condition", "data"),
)


@_rules.places(
    "TriggerDefinition",
    "trd-3",
    "Utløseren mangler elementet som typen krever. Legg til name, timing[x] eller data.",
    "The trigger lacks the element that its type requires. Add name, timing[x] or data.",
)
def _trigger(node: Node, _: RuleScene) -> Iterator[str]:
    kind = str(node.get("type"))
    missing = (
        (kind == "named-event" and not has(node, "name"))
        or (kind == "periodic" and not has_choice(node, "timing"))
        or (kind.startswith("data-") and not has(node, "data"))
    )
    if missing:
        yield ""

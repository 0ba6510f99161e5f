"""The invariants of R4's datatypes."""

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
    """A value has a code, and a system is UCUM."""
    return (has(node, "code") or not has(node, "value")) and _is_or_missing(node, "system", _UCUM)


def _is_or_missing(node: Node, name: str, wanted: str) -> bool:
    """An element is not there, or it has the value; with an extension alone it has another."""
    return not has(node, name) or text(node, name) == wanted


def _not_negative(element: str) -> Callable[[Node], bool]:
    def holds(node: Node) -> bool:
        found = amount(node, element)
        return not has(node, element) or (found is not None and found >= 0)

    return holds


def _positive(node: Node) -> bool:
    """A value above zero, or none."""
    found = amount(node, "value")
    return found is None or found > 0


_rules.must(
    "Quantity Age Count Distance Duration",
    "qty-3",
    "En enhet med kode må si hvilket kodesystem koden er fra",
    "A unit with a code must say which system the code is from",
    needs("code", "system"),
)
_rules.must(
    "SimpleQuantity",
    "sqt-1",
    "Her kan mengden ikke ha comparator",
    "The quantity cannot have a comparator here",
    lambda node: not has(node, "comparator"),
)
_rules.must(
    "Age",
    "age-1",
    "En alder er over null og har UCUM-kode når den har verdi",
    "An age is positive and has a UCUM code when it has a value",
    lambda node: _measured(node) and _positive(node),
)
_rules.must(
    "Distance",
    "dis-1",
    "En avstand har UCUM-kode når den har verdi",
    "A distance has a UCUM code when it has a value",
    _measured,
)
_rules.must(
    "Count",
    "cnt-3",
    "Et antall er et heltall med UCUM-koden 1",
    "A count is a whole number with the UCUM code 1",
    lambda node: (
        _measured(node) and _is_or_missing(node, "code", "1") and "." not in str(node.get("value", ""))
    ),
)
_rules.must(
    "Duration",
    "drt-1",
    "En varighet med kode har verdi, og koden er fra UCUM",
    "A duration with a code has a value, and the code is from UCUM",
    lambda node: not has(node, "code") or (node.get("system") == _UCUM and has(node, "value")),
)


@_rules.places(
    "Period",
    "per-1",
    "Perioden slutter før den begynner, eller start og end er så ulikt nøyaktige at det ikke kan avgjøres",
    "The period ends before it begins, or start and end differ in precision so that nobody can tell",
)
def _period(node: Node, _: RuleScene) -> Iterator[str]:
    if "start" in node and "end" in node and not in_order(node, "start", "end"):
        yield ""


@_rules.places(
    "Range",
    "rng-2",
    "Intervallet har low over high, eller en av dem uten verdi",
    "The range has low above high, or one of them without a value",
)
def _range(node: Node, _: RuleScene) -> Iterator[str]:
    low, high = child(node, "low"), child(node, "high")
    least, most = amount(low, "value"), amount(high, "value")
    # Units that differ can be compared by UCUM alone, which is not at hand.
    same_unit = all(low.get(key) == high.get(key) for key in ("system", "code"))
    if low and high and same_unit and (least is None or most is None or least > most):
        yield ""


_rules.must(
    "Ratio",
    "rat-1",
    "Et forholdstall har både teller og nevner, eller ingen av dem og en utvidelse",
    "A ratio has both numerator and denominator, or neither and an extension",
    lambda node: has(node, "numerator") == has(node, "denominator") and has(node, "numerator", "extension"),
)
_rules.must(
    "Attachment",
    "att-1",
    "Innhold i data må ha contentType",
    "Content in data must have a contentType",
    needs("data", "contentType"),
)
_rules.must(
    "ContactPoint",
    "cpt-2",
    "Et kontaktpunkt med value må ha system",
    "A contact point with a value must have a system",
    needs("value", "system"),
)
_rules.must(
    "Expression",
    "exp-1",
    "Et uttrykk må ha expression eller reference",
    "An expression must have expression or reference",
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
        f"{element} må ha {needed} med seg",
        f"{element} must have {needed} with it",
        needs(element, needed),
    )
for key, element in (("tim-4", "duration"), ("tim-5", "period")):
    _rules.must(
        "Timing.repeat",
        key,
        f"{element} kan ikke være negativ",
        f"{element} cannot be negative",
        _not_negative(element),
    )
_rules.must(
    "Timing.repeat",
    "tim-9",
    "offset må ha when med seg, og ikke ved selve måltidet",
    "offset must have when with it, and not at the meal itself",
    lambda node: (
        not has(node, "offset")
        or (has(node, "when") and not _MEALS.intersection(map(str, node.get("when", ()))))
    ),
)
_rules.must(
    "Timing.repeat",
    "tim-10",
    "timeOfDay og when kan ikke stå sammen",
    "timeOfDay and when cannot stand together",
    not_both("timeOfDay", "when"),
)

for key, part in (("drq-1", "DataRequirement.codeFilter"), ("drq-2", "DataRequirement.dateFilter")):
    _rules.must(
        part,
        key,
        "Filteret må ha path eller searchParam, og bare en av dem",
        "The filter must have path or searchParam, and only one of them",
        lambda node: has(node, "path") != has(node, "searchParam"),
    )
_rules.must(
    "TriggerDefinition",
    "trd-1",
    "data og timing kan ikke stå sammen",
    "data and timing cannot stand together",
    lambda node: not (has(node, "data") and has_choice(node, "timing")),
)
_rules.must(
    "TriggerDefinition",
    "trd-2",
    "condition må ha data med seg",
    "condition must have data with it",
    needs("condition", "data"),
)


@_rules.places(
    "TriggerDefinition",
    "trd-3",
    "Utløseren mangler det typen krever: name, timing eller data",
    "The trigger lacks what its type requires: name, timing or data",
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

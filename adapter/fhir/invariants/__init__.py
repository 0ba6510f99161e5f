"""Invariants of R4 as Python functions: for the served types, the datatypes, and Bundle.

The table of definitions names every invariant of every type with its FHIRPath; an invariant without a
function here is not checked. An invariant holds when its expression is true. As in the official validator, a
comparison without an answer (of a day and a time within it, of a missing value) breaks the invariant.
"""

from __future__ import annotations

from adapter.fhir.invariants import bundle, datatypes, resources
from adapter.fhir.invariants.rule import Rule, RuleScene

RULES: dict[str, tuple[Rule, ...]] = {
    part: tuple(rule for module in (datatypes, resources, bundle) for rule in module.RULES.get(part, ()))
    for part in (*datatypes.RULES, *resources.RULES, *bundle.RULES)
}
"""Rules by the type, the backbone path, or the profile of Quantity they apply to."""

__all__ = ["RULES", "Rule", "RuleScene"]

"""The invariants of R4 written as Python: those of the served types, of the datatypes, and of Bundle.

The table of definitions names every rule of every type with its FHIRPath; what has no function here is not
judged. A rule holds when its expression is true: as for the official validator, a comparison that cannot be
made (of a day with a time in it, of a value that is missing) breaks it.
"""

from __future__ import annotations

from adapter.fhir.invariants import bundle, datatypes, resources
from adapter.fhir.invariants.rule import Rule, RuleScene

RULES: dict[str, tuple[Rule, ...]] = {
    part: tuple(rule for module in (datatypes, resources, bundle) for rule in module.RULES.get(part, ()))
    for part in (*datatypes.RULES, *resources.RULES, *bundle.RULES)
}
"""Rules by the part they hold in: a type, a backbone path, or a profile on Quantity."""

__all__ = ["RULES", "Rule", "RuleScene"]

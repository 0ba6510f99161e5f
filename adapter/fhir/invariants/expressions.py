"""Which of R4's expressions are used as they stand, which are corrected, and which are checked elsewhere.

HL7 has published R4's expressions with known errors. Its own validator replaces some of them before it
judges, and R4B or R5 state others anew; each correction here says why it is needed.
"""

from __future__ import annotations

LEFT_OUT: dict[str, str] = {
    "ele-1": "the structure check finds empty objects and primitives at their places",
    "ext-1": "the structure check finds an extension with both value and extensions, or neither",
    "txt-1": "the structure check reads the XHTML of every narrative, and says what is wrong in it",
    "txt-2": "the structure check reads the XHTML of every narrative, and says what is wrong in it",
    "ref-1": "the check of references finds a missing contained resource at the reference itself",
    "dom-2": "the check of contained resources finds it at the contained element",
    "dom-3": "the check of contained resources notes every reference to one, those of narratives too",
    "dom-4": "the check of contained resources finds it at the element",
    "dom-5": "the check of contained resources finds it at the element",
    "dom-6": "it is best practice: HL7's validator tells it only when asked for best practice",
    "bdl-2": "the check of Bundles finds the entry",
    "bdl-3": "the check of Bundles finds the entry",
    "bdl-4": "the check of Bundles finds the entry",
    "bdl-7": "the check of Bundles finds the entry that repeats a fullUrl",
}
"""Invariants without a constraint here, by key, each with the reason."""

_NAME = "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')"

CORRECTED: dict[str, str] = {
    # HL7's validator too: without fullUrl the expression is empty, and not true.
    "bdl-8": "fullUrl.contains('/_history/').not() or fullUrl.empty()",
    # The text speaks of the category problem-list-item; a CodeableConcept never equals a string.
    "con-3": (
        "clinicalStatus.exists() or verificationStatus.coding.where(code = 'entered-in-error' and"
        " system = 'http://terminology.hl7.org/CodeSystem/condition-ver-status').exists()"
        " or category.coding.where(system = 'http://terminology.hl7.org/CodeSystem/condition-category'"
        " and code = 'problem-list-item').empty()"
    ),
    # resolve() gives nothing for a member that is named by its type and an identifier.
    "ctm-1": (
        "onBehalfOf.exists() implies iif(member.resolve().exists(), member.resolve() is Practitioner,"
        " member.type.empty() or member.type = 'Practitioner')"
    ),
    # max is optional, and the text speaks of its value.
    "md-1": "max.empty() or max = '*' or max.toInteger() > 0",
    # The same in another order: the answer for nearly every period comes first.
    "per-1": "start <= end or start.hasValue().not() or end.hasValue().not()",
    # HL7's validator too: the text says more than one.
    "que-12": "enableWhen.count() >= 2 implies enableBehavior.exists()",
    # The type of FHIR is boolean; Boolean is that of FHIRPath.
    "que-7": "operator = 'exists' implies (answer is boolean)",
    # HL7's validator too: without probability the expression is empty, and not true.
    "ras-2": "probability.empty() or (probability is decimal implies (probability as decimal) <= 100)",
    # As in R5: `in` takes one item, and each of several times of the day is meant.
    "tim-9": "offset.empty() or (when.exists() and when.where($this in ('C' | 'CM' | 'CD' | 'CV')).empty())",
}
"""Corrected expressions by key."""

_ANCHORED = {"eld-19", "eld-20"}

STATED_HERE: dict[str, dict[str, str]] = {
    # Stated at max, which is a primitive; constraints are judged on objects.
    "ElementDefinition": {"eld-3": "max.empty() or max = '*' or max.toInteger() >= 0"},
    # Codings are compared whole, with display, as HL7's validator does.
    "Observation.component": {
        "obs-7": "%resource.value.empty() or code.coding.intersect(%resource.code.coding).empty()"
    },
    # The profile of Quantity, which R4's elements name as their type.
    "SimpleQuantity": {"sqt-1": "comparator.empty()"},
}
"""Invariants at a part other than that of the specification, by part and key."""

_ELSEWHERE = frozenset(key for stated in STATED_HERE.values() for key in stated)


def judged(key: str, expression: str) -> str | None:
    """The expression that an invariant is judged by; None if it is not judged where R4 states it."""
    if key in LEFT_OUT or key in _ELSEWHERE:
        return None
    if expression == _NAME:  # HL7's validator too: a name may be missing, and the whole of it has to match
        return "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')"
    if key in _ANCHORED:  # HL7's validator too: matches() finds a match anywhere in the text
        return expression.replace("matches('", "matches('^").replace("')", "$')")
    return CORRECTED.get(key, expression)

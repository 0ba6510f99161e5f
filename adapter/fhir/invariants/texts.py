"""Texts of invariants: what a broken invariant is told as, and where in the object the finding points."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapter.errors import IssueType, Message, Severity
from adapter.fhir.definitions import resource_types

if TYPE_CHECKING:
    from adapter.fhir.definitions.layers import Constraint

_SPECIFICATION = "https://hl7.org/fhir/R4"
_METADATA = {"DataRequirement", "Expression", "TriggerDefinition"}
_OWN_PAGE = {"ElementDefinition"}
_SEVERITIES = {"warning": Severity.WARNING}


@dataclass(frozen=True, slots=True)
class Told:
    """The message of an invariant; ``place`` is the path from the object to the faulty element."""

    message: Message
    place: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts that one module declares, by key, or by type and key (``Task#inv-1``)."""

    by_key: dict[str, Told] = field(default_factory=dict)

    def add(self, type_name: str, key: str, nb: str, en: str, *, place: str = "") -> None:
        """Declare the texts of a key that belongs to a type."""
        code = key.rpartition("#")[2]
        message = Message(code, IssueType.INVARIANT, nb=nb, en=en, source=source_of(type_name))
        self.by_key[key] = Told(message, place)


def source_of(type_name: str) -> str:
    """The address of the invariants of a type in the specification."""
    page = (
        type_name.lower()
        if type_name in resource_types() or type_name in _OWN_PAGE
        else "metadatatypes"
        if type_name in _METADATA
        else "datatypes"
    )
    return f"{_SPECIFICATION}/{page}.html#invs"


def general(rule: Constraint, type_name: str) -> Told:
    """The text of an invariant without a text of its own: its key and its expression."""
    expression = rule.expression.replace("{", "{{").replace("}", "}}")
    return Told(
        Message(
            rule.key,
            IssueType.INVARIANT,
            nb=f"Innholdet bryter regelen {rule.key} i FHIR R4: {expression}."
            " Rett innholdet, slik at uttrykket blir sant.",
            en=f"The content breaks the rule {rule.key} of FHIR R4: {expression}."
            " Correct the content, so that the expression becomes true.",
            source=source_of(type_name),
            severity=_SEVERITIES.get(rule.severity, Severity.ERROR),
        )
    )

"""OperationOutcomes of the door: a refusal, or a success."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message, Severity
from adapter.fhir.validation.issues import outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.errors import Finding

DONE = Message("done", IssueType.INFORMATIONAL, nb="Utført", en="Done", severity=Severity.INFORMATION)


def operation_outcome(findings: Iterable[Finding]) -> dict[str, Any]:
    """The OperationOutcome with the findings; without findings it reports success."""
    return outcome(list(findings) or [DONE.at()])

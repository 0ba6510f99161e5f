"""Resources to put, placed in the order of what they refer to; the refusals of all are told together.

The outcome does not depend on the order of the resources: the owner of a record is placed before its parts.
Each finding is at the place of its entry in the Bundle.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapter.errors import AdapterError, IssueType, Message
from adapter.repository.writes.order import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapter.errors import Finding
    from adapter.repository.writes.part_reader import PartReader

TWICE = Message(
    "entry-twice",
    IssueType.DUPLICATE,
    nb="Duplikat: en annen oppføring har samme ressurs eller fullUrl. Send hver ressurs bare én gang.",
    en="Duplicate: another entry has the same resource or fullUrl. Send each resource only once.",
    source="https://hl7.org/fhir/R4/http.html#transaction",
)


@dataclass(frozen=True, slots=True)
class Put:
    """One resource to create or update.

    Args:
        type: one of the types that are parts of a record.
        resource: valid R4, with the id it is to have.
        if_match: the If-Match header as sent, None if absent.
        is_new: whether this service made the id, so that the caller creates and does not update.
        place: the place of its entry in the Bundle (``Bundle.entry[3]``); empty for a resource alone.
    """

    type: str
    resource: dict[str, Any]
    if_match: str | None = None
    is_new: bool = False
    place: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Type and id."""
        return self.type, self.resource["id"]

    @property
    def interaction(self) -> str:
        """The interaction that the caller's scope must allow."""
        return "create" if self.is_new else "update"

    @property
    def element(self) -> str:
        """The place of the resource in the Bundle; empty for a resource alone."""
        return f"{self.place}.resource" if self.place else ""


def place_all(puts: Sequence[Put], reader: PartReader, place: Callable[[Put], None]) -> None:
    """Place each resource after the resources it is mapped into.

    Args:
        puts: the resources, no two of the same type and id.
        reader: knows the owner of each resource.
        place: places one of them.

    Raises:
        AdapterError: the refusals of ``place``, with every finding at its entry.
    """
    refused = RefusedPuts()
    for put in in_order(puts, lambda put: put.resource, reader.deployment.mappings):
        if refused.keys and reader.owner(put.resource) in refused.keys:
            continue  # Its owner is refused, so the resource cannot be judged.
        with refused.of(put, "resource"):
            place(put)
    refused.tell()


@dataclass(slots=True)
class RefusedPuts:
    """The refusals of one step, gathered over all resources; ``keys`` has type and id of those refused."""

    errors: list[AdapterError] = field(default_factory=list)
    keys: set[tuple[str, str]] = field(default_factory=set)

    @contextmanager
    def of(self, put: Put, element: str) -> Iterator[None]:
        """Catch and keep the refusal of one resource, each finding placed at its entry."""
        try:
            yield
        except AdapterError as error:
            self.keys.add(put.key)
            self.errors.append(type(error)(*(_placed(finding, put, element) for finding in error.findings)))

    def tell(self) -> None:
        """Raise the kept refusals as one error with every finding; the first refusal decides the status."""
        if self.errors:
            raise type(self.errors[0])(*(found for error in self.errors for found in error.findings))


def _placed(finding: Finding, put: Put, element: str) -> Finding:
    """A finding about one resource, placed at its entry; a finding without a place gets ``element``."""
    if not put.place:
        return finding
    if finding.expression is None:
        return replace(finding, expression=f"{put.place}.{element}")
    type_, dot, below = finding.expression.partition(".")
    return replace(finding, expression=f"{put.element}{dot}{below}" if type_ == put.type else put.element)

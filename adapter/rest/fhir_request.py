"""What an interaction takes and what it gives: values free of the framework.

A handler is ``(FhirRequest, Repository) -> FhirResponse``; :mod:`adapter.rest.dispatch` makes the one from
what came in, and :mod:`adapter.rest.representation` makes HTTP of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from adapter.errors import BadRequest, IssueType, Message
from adapter.fhir.search.subset import ELEMENTS, SUMMARY, Subset, read_subset

if TYPE_CHECKING:
    from datetime import datetime
    from http import HTTPStatus

    from adapter.interaction import Interaction
    from adapter.security.caller import Caller
    from adapter.storage import ChangeNote, Published

UNKNOWN_PARAMETER = Message(
    "parameter-unknown",
    IssueType.NOT_SUPPORTED,
    nb="Interaksjonen {interaction} har ikke denne parameteren. Gyldige parametre: {valid}.",
    en="The interaction {interaction} does not have this parameter. Valid parameters: {valid}.",
    source="https://hl7.org/fhir/R4/http.html#parameters",
)

Pairs = tuple[tuple[str, str], ...]

DOOR_PARAMETERS = ("_format", "_pretty")
"""Parameters of every interaction; they are the door's and reach no handler."""


class Incoming(Protocol):
    """A request as it came; each part is read when it is asked for, and refused then."""

    method: str
    path: str
    """The address below the base: ``/CareTeam/x``."""

    def caller(self) -> Caller:
        """Who sends it; Unauthorized without a valid token."""

    def header(self, name: str) -> str | None:
        """A header, None if it was not sent."""

    def query(self) -> Pairs:
        """The parameters of the address; BadRequest or NotAcceptable where they cannot be understood."""

    def form(self) -> Pairs:
        """The parameters in the body; UnsupportedMediaType if it is no form."""

    def resource(self, expected: str) -> dict[str, Any]:
        """The resource in the body, of any type; ``expected`` is named where there is none."""


@dataclass(frozen=True, slots=True)
class FhirRequest:
    """One request at the FHIR door, understood.

    ``base`` is this service's FHIR address. ``query`` and ``form`` hold names and values in the order sent,
    without ``DOOR_PARAMETERS``, of which ``carried`` are those a link to a further page repeats. ``resource``
    is the body. ``preference`` is what Prefer says of the answer (``minimal``, ``representation``,
    ``OperationOutcome``), if it says so, and ``lenient`` whether it lets unknown parameters be passed over.
    ``statement`` is the CapabilityStatement the door was opened with.
    """

    interaction: str
    base: str
    caller: Caller
    note: ChangeNote
    type: str = ""
    id: str = ""
    version: str = ""
    query: Pairs = ()
    form: Pairs = ()
    carried: Pairs = ()
    resource: dict[str, Any] = field(default_factory=dict)
    if_match: str | None = None
    if_none_match: str | None = None
    preference: str | None = None
    lenient: bool = False
    statement: bytes = b""

    def take_no_parameters(self) -> None:
        """Refuse (BadRequest) any parameter but the door's own: nothing is ignored in silence."""
        self._take_only()

    def subset(self) -> Subset:
        """How much of the resource is wanted; any other parameter is refused (BadRequest)."""
        self._take_only(SUMMARY, ELEMENTS)
        try:
            return read_subset(self.type, self.query)
        except BadRequest as refused:
            raise BadRequest(*(finding.within("http.") for finding in refused.findings)) from None

    def _take_only(self, *names: str) -> None:
        if any(name not in names for name, _ in self.query):
            valid = ", ".join((*DOOR_PARAMETERS, *names))
            raise BadRequest(UNKNOWN_PARAMETER.at(interaction=self.interaction, valid=valid))


@dataclass(frozen=True, slots=True)
class FhirResponse:
    """One answer: ``body`` is a resource in JSON, empty where there is none.

    ``location`` is the address of what was created, ``content_location`` that of a changed resource in
    ``body``, both below the base (``CareTeam/x/_history/2``). ``told`` are the versions told of, and
    ``interaction`` is what the log tells of them; dispatch completes it. ``applied`` is what was obeyed of
    Prefer's return, ``lenient`` whether something was passed over as it lets us.
    """

    status: HTTPStatus
    body: bytes = b""
    version: int | None = None
    last_updated: datetime | None = None
    location: str | None = None
    content_location: str | None = None
    applied: str | None = None
    lenient: bool = False
    told: tuple[Published, ...] = ()
    interaction: Interaction | None = None

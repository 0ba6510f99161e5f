"""The request and the response of an interaction, as values without Flask.

A handler is ``(FhirRequest, Repository) -> FhirResponse``; :mod:`adapter.rest.dispatch` makes the request,
and :mod:`adapter.rest.representation` writes the response as HTTP.
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
"""Parameters of every interaction, which the door handles itself and keeps from the handlers."""


class Incoming(Protocol):
    """A request as it came in; each part is read, or refused, when dispatch asks for it."""

    method: str
    path: str
    """The address below the base: ``/CareTeam/x``."""

    def caller(self) -> Caller:
        """The caller; Unauthorized without a valid token."""

    def header(self, name: str) -> str | None:
        """The value of a header; None if the header was not sent."""

    def query(self) -> Pairs:
        """The parameters of the address; BadRequest or NotAcceptable if they are not valid."""

    def form(self) -> Pairs:
        """The parameters in the body; UnsupportedMediaType if the body is not a form."""

    def resource(self, expected: str) -> dict[str, Any]:
        """The resource in the body, of any type; an error for a missing type names ``expected``."""


@dataclass(frozen=True, slots=True)
class FhirRequest:
    """One matched request at the FHIR door.

    ``base`` is the FHIR address of this service. ``query`` and ``form`` hold names and values in the order
    sent, without ``DOOR_PARAMETERS``; ``carried`` holds those of the address, which the links of a page
    repeat. ``resource`` is the body. ``preference`` is the return preference in Prefer (``minimal``,
    ``representation``, ``OperationOutcome``), and ``lenient`` is true for ``handling=lenient``. ``statement``
    is the CapabilityStatement.
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
        """Refuse (BadRequest) every parameter but ``DOOR_PARAMETERS``: none is ignored in silence."""
        self._take_only()

    def subset(self) -> Subset:
        """The subset of ``_summary`` or ``_elements``; any other parameter is refused (BadRequest)."""
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
    """One answer: ``body`` is a resource in JSON, or empty.

    ``location`` is the address of a created resource, ``content_location`` that of a changed resource in
    ``body``, both below the base (``CareTeam/x/_history/2``). ``told`` holds the publications in the answer;
    dispatch completes ``interaction`` with them for the log. ``applied`` is the return preference that was
    applied; ``lenient`` is true if unknown parameters were ignored.
    """

    status: HTTPStatus
    body: bytes = b""
    version: int | None = None
    last_updated: datetime | None = None
    location: str | None = None
    content_location: str | None = None
    applied: str | None = None
    lenient: bool = False
    allow: tuple[str, ...] = ()
    told: tuple[Published, ...] = ()
    interaction: Interaction | None = None

"""Dispatch of a request at the FHIR door: its route, its caller, its handler and its interaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.errors import BadRequest, IssueType, Message, MethodNotAllowed
from adapter.http_refusals import concluded
from adapter.rest.conditions import preferred_return, wants_lenience
from adapter.rest.fhir_request import DOOR_PARAMETERS, FhirRequest, FhirResponse
from adapter.rest.interactions.capabilities import capabilities
from adapter.rest.interactions.definition import read_definition, search_definitions
from adapter.rest.interactions.history_instance import history_instance
from adapter.rest.interactions.put import put
from adapter.rest.interactions.read import read
from adapter.rest.interactions.search_type import search_type
from adapter.rest.interactions.transaction import transaction
from adapter.rest.interactions.validate import validate
from adapter.rest.interactions.vread import vread
from adapter.rest.matching import match
from adapter.rest.routes import Body
from adapter.rest.splicing import address
from adapter.security.caller import ANYBODY
from adapter.storage import ChangeNote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from adapter.interaction import Interaction
    from adapter.repository import Repository
    from adapter.rest.fhir_request import Incoming, Pairs
    from adapter.rest.matching import Matched
    from adapter.security.caller import Caller
    from adapter.storage import Published

    Handler = Callable[[FhirRequest, Repository], FhirResponse]

HANDLERS: Mapping[str, Handler] = {
    "capabilities": capabilities,
    "create": put,
    "history-instance": history_instance,
    "read": read,
    "search-type": search_type,
    "transaction": transaction,
    "update": put,
    "vread": vread,
    "$validate": validate,
}
"""The handler of each interaction with resources of a record, and with the service."""

OF_DEFINITIONS: Mapping[str, Handler] = {"read": read_definition, "search-type": search_definitions}
"""The handler of each interaction with definitions."""

UNSUPPORTED_CONDITION = Message(
    "condition-unsupported",
    IssueType.NOT_SUPPORTED,
    nb="Headeren {header} støttes ikke for interaksjonen {interaction}. Fjern headeren.",
    en="The header {header} is not supported for the interaction {interaction}. Remove the header.",
    source="https://hl7.org/fhir/R4/http.html#ccreate",
)
_CONDITIONS = {
    "create": ("If-None-Exist", "If-Match", "If-None-Match"),
    "update": ("If-None-Match", "If-None-Exist"),
    "transaction": ("If-None-Exist", "If-Match", "If-None-Match"),
}
"""Conditional headers that are refused for a write; ignoring them would change what the write does."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """The dispatcher of requests at ``base``, the FHIR address of this service."""

    repository: Repository
    base: str
    statement: bytes

    def dispatch(self, incoming: Incoming, begun: Interaction) -> FhirResponse:
        """The answer, with the interaction completed.

        Raises:
            AdapterError: the request is refused, or (Fault) fails; the error carries the interaction.
        """
        with concluded(begun):
            try:
                matched = match(incoming.method, incoming.path)
            except MethodNotAllowed as refused:
                if incoming.method != "OPTIONS":
                    raise
                return FhirResponse(HTTPStatus.OK, allow=refused.allow, interaction=begun)
        route = matched.route
        asked = replace(begun, name=route.interaction, type=matched.type or None, id=matched.id or None)
        with concluded(asked):
            caller = ANYBODY if route.is_open else incoming.caller()
        interaction = asked if route.is_open else caller.on(asked)
        with concluded(interaction):
            request = self._understood(incoming, matched, caller, interaction)
            handlers = OF_DEFINITIONS if route.is_of_definitions else HANDLERS
            response = handlers[route.interaction](request, self.repository)
        return replace(response, interaction=_completed(interaction, response.told))

    def _understood(
        self, incoming: Incoming, matched: Matched, caller: Caller, interaction: Interaction
    ) -> FhirRequest:
        route, type_ = matched.route, matched.type
        query = incoming.query()
        form = incoming.form() if route.body is Body.FORM else ()
        _refuse_conditions(route.interaction, incoming)
        resource = incoming.resource(type_ or "Bundle") if route.body is Body.RESOURCE else {}
        return FhirRequest(
            interaction=route.interaction,
            base=self.base,
            caller=caller,
            note=_note(caller, interaction),
            type=type_,
            id=matched.id,
            version=matched.version,
            query=_without(DOOR_PARAMETERS, query),
            form=_without(DOOR_PARAMETERS, form),
            carried=tuple(pair for pair in query if pair[0] in DOOR_PARAMETERS),
            resource=resource,
            if_match=incoming.header("If-Match"),
            if_none_match=incoming.header("If-None-Match"),
            preference=preferred_return(incoming.header("Prefer")),
            lenient=wants_lenience(incoming.header("Prefer")),
            statement=self.statement,
        )


def _note(caller: Caller, interaction: Interaction) -> ChangeNote:
    """The change note with the caller and the interaction (``update CareTeam``)."""
    return ChangeNote(
        caller=caller.client_id,
        person=caller.person,
        organisation=caller.organisation,
        purpose=caller.purpose,
        request_id=interaction.request_id,
        interaction=f"{interaction.name} {interaction.type or ''}".rstrip(),
    )


def _completed(interaction: Interaction, told: Iterable[Published]) -> Interaction:
    """The interaction with the versions in the answer, their records, their recipients and their permits."""
    given = tuple(told)
    return replace(
        interaction,
        about=tuple(dict.fromkeys(f"{one.kind}/{one.record_id}" for one in given)),
        recipients=tuple(dict.fromkeys(one.recipient for one in given)),
        permits=tuple(dict.fromkeys(one.permit for one in given if one.permit)),
        result=tuple(address(one) for one in given),
    )


def _refuse_conditions(interaction: str, incoming: Incoming) -> None:
    for header in _CONDITIONS.get(interaction, ()):
        if incoming.header(header) is not None:
            raise BadRequest(
                UNSUPPORTED_CONDITION.at(f"http.{header}", header=header, interaction=interaction)
            )


def _without(names: Iterable[str], pairs: Pairs) -> Pairs:
    return tuple(pair for pair in pairs if pair[0] not in names)

"""Dispatch works without Flask: the table of routes alone decides what an address means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from adapter.errors import (
    AdapterError,
    BadRequest,
    Fault,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    Unauthorized,
)
from adapter.fhir.codec.stored import read_stored
from adapter.http_refusals import concluded
from adapter.interaction import Interaction
from adapter.rest.dispatch import HANDLERS, Dispatcher
from adapter.rest.matching import allowed, match
from adapter.rest.routes import ROUTES
from adapter.security.caller import OPEN_CALLER, Caller

if TYPE_CHECKING:
    from adapter.rest.fhir_request import Pairs
    from tests.rest.conftest import House

pytestmark = pytest.mark.no_sql

BEGUN = Interaction("r1", "GET /fhir/x")


@dataclass
class Asked:
    """An Incoming request made by the test, without HTTP."""

    method: str
    path: str
    who: Caller | None = OPEN_CALLER
    pairs: Pairs = ()
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def caller(self) -> Caller:
        """The caller, or Unauthorized."""
        if self.who is None:
            raise Unauthorized
        return self.who

    def header(self, name: str) -> str | None:
        """A header."""
        return self.headers.get(name)

    def query(self) -> Pairs:
        """The parameters."""
        return self.pairs

    def form(self) -> Pairs:
        """The parameters in the body."""
        return self.pairs

    def resource(self, expected: str) -> dict[str, Any]:
        """The body."""
        return self.body or {"resourceType": expected}


@pytest.fixture
def dispatcher(world: House) -> Dispatcher:
    """A dispatcher on the small municipality, without HTTP."""
    return Dispatcher(
        world.client.application.extensions["repository"], "https://adapter.example/fhir", b"{}"
    )


def test_every_interaction_of_the_table_has_a_handler() -> None:
    """The table of routes and the table of handlers have the same interactions."""
    assert HANDLERS.keys() == {route.interaction for route in ROUTES}


@pytest.mark.parametrize(
    ("method", "path", "interaction", "type_", "id_"),
    [
        ("GET", "/metadata", "capabilities", "", ""),
        ("HEAD", "/Goal/g1", "read", "Goal", "g1"),
        ("GET", "/Goal/g1/_history/2", "vread", "Goal", "g1"),
        ("GET", "/Goal/g1/_history", "history-instance", "Goal", "g1"),
        ("PUT", "/Goal/g1", "update", "Goal", "g1"),
        ("POST", "/Goal", "create", "Goal", ""),
        ("GET", "/Goal", "search-type", "Goal", ""),
        ("POST", "/Goal/_search", "search-type", "Goal", ""),
        ("POST", "", "transaction", "", ""),
        ("POST", "/", "transaction", "", ""),
    ],
)
def test_a_method_and_a_path_match_the_table_of_routes(
    method: str, path: str, interaction: str, type_: str, id_: str
) -> None:
    """Method and path give the interaction, the type and the id."""
    found = match(method, path)
    assert (found.route.interaction, found.type, found.id) == (interaction, type_, id_)


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/metadata", ("GET", "HEAD", "OPTIONS")),
        ("/Goal", ("GET", "HEAD", "OPTIONS", "POST")),
        ("/Goal/g1", ("GET", "HEAD", "OPTIONS", "PUT")),
        ("/Goal/g1/_history", ("GET", "HEAD", "OPTIONS")),
        ("", ("OPTIONS", "POST")),
        ("/Basic", ()),
        ("/Goal/g1/x", ()),
        ("/Goals", ()),
        ("//Goal", ()),
    ],
)
def test_405_lists_the_methods_of_the_table_of_routes(path: str, allow: tuple[str, ...]) -> None:
    """405 lists the methods that an address supports; an address without methods is 404."""
    assert allowed(path) == allow
    with pytest.raises(MethodNotAllowed if allow else NotFound) as refused:
        match("TRACE", path)
    assert getattr(refused.value, "allow", ()) == allow


def test_an_answer_carries_the_completed_interaction(dispatcher: Dispatcher) -> None:
    """The interaction has the caller, the address, the records, the recipients and the versions."""
    response = dispatcher.dispatch(Asked("GET", "/CareTeam/teamet"), BEGUN)
    assert read_stored(response.body)["id"] == "teamet"
    assert response.interaction == Interaction(
        "r1",
        "read",
        "CareTeam",
        "teamet",
        client="open",
        purpose="TREAT",
        about=("sak/saken",),
        recipients=("kommune",),
        result=("CareTeam/teamet/_history/1",),
    )


@pytest.mark.parametrize(
    ("asked", "refusal", "told"),
    [
        (Asked("GET", "/Nothing"), NotFound, ("GET /fhir/x", None, None, None)),
        (Asked("GET", "/Goal/g9", who=None), Unauthorized, ("read", "Goal", "g9", None)),
        (Asked("GET", "/Goal/g9"), NotFound, ("read", "Goal", "g9", "open")),
        (Asked("GET", "/Goal/g9", who=Caller("epj")), Forbidden, ("read", "Goal", "g9", "epj")),
        (
            Asked("PUT", "/Goal/g9", body={"resourceType": "Goal"}),
            BadRequest,
            ("update", "Goal", "g9", "open"),
        ),
    ],
)
def test_a_refusal_carries_the_interaction_as_far_as_it_is_known(
    dispatcher: Dispatcher,
    asked: Asked,
    refusal: type[AdapterError],
    told: tuple[str, str | None, str | None, str | None],
) -> None:
    """The interaction has the route, then the caller, and the codes of the refusal as its result."""
    with pytest.raises(refusal) as refused:
        dispatcher.dispatch(asked, BEGUN)
    ended = refused.value.interaction
    assert ended is not None
    assert (ended.name, ended.type, ended.id, ended.client) == told
    assert ended.result == tuple(finding.code for finding in refused.value.findings)


def test_an_exception_becomes_a_fault_with_its_interaction() -> None:
    """An unexpected exception is 500 with the request id, and the log has the interaction."""
    with pytest.raises(Fault) as fault, concluded(BEGUN):
        raise KeyError("12856812055")
    assert fault.value.status == 500
    assert fault.value.interaction is not None
    assert fault.value.interaction.result == ("fault",)
    assert "r1" in fault.value.findings[0].en
    assert "12856812055" not in str(fault.value)

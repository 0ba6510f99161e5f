"""The OpenAPI document is the door: every route is in it, and answers are as it describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsonschema_rs
import pytest

from adapter.kommune.routes import ROUTES
from tests.rest.world import CASE

if TYPE_CHECKING:
    from tests.rest.conftest import House

DOCUMENT = "/kommune/v1/openapi.json"


def test_every_route_is_in_the_document(world: House) -> None:
    """Paths and methods are those of the routes table; no token is needed to read it."""
    document = world.call(None, "GET", DOCUMENT).json
    assert document["openapi"] == "3.1.0"
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == {
        (route.method, route.path.replace("<int:", "{").replace("<", "{").replace(">", "}"))
        for route in ROUTES
    }


def test_what_is_irregular_is_as_described(world: House) -> None:
    """A record answered with its avvik fits the schema; each tells code, place, texts and source."""
    team = {**CASE["team"][0], "deltakere": []}
    saken = "/kommune/v1/saker/saken"
    answer = world.municipality("PUT", saken, json={**CASE, "team": [team]}, headers={"If-Match": "*"})
    (found,) = answer.json["avvik"]
    assert found.keys() == {"kode", "sted", "nb", "en", "kilde"}
    assert (found["kode"], found["sted"]) == ("coordinator-vacancy", "sak.team[0].deltakere")
    document = world.call(None, "GET", DOCUMENT).json
    assert jsonschema_rs.is_valid({**document, "$ref": "#/components/schemas/sak"}, answer.json)
    again = world.municipality("PUT", saken, json=answer.json, headers={"If-Match": "*"})
    assert (again.status_code, again.headers["ETag"]) == (200, answer.headers["ETag"])


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/saker/saken", "sak"),
        ("/saker", "Liste"),
        ("/saker/saken/versjoner", "Versjoner"),
        ("/endringer?etter=0", "Endringer"),
        ("/saker/ingen", "Problem"),
    ],
)
def test_answers_are_as_described(world: House, path: str, schema: str) -> None:
    """What comes back fits the schema the document names."""
    document = world.call(None, "GET", DOCUMENT).json
    described = {**document, "$ref": f"#/components/schemas/{schema}"}
    assert (
        list(jsonschema_rs.iter_errors(described, world.municipality("GET", f"/kommune/v1{path}").json)) == []
    )
    assert jsonschema_rs.is_valid({**document, "$ref": "#/components/schemas/sak"}, CASE)

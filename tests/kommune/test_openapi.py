"""The OpenAPI document agrees with the municipal door: every route is in it, and answers fit its schemas."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from adapter.kommune.routes import ROUTES
from tests.rest.world import CASE, SUCCESSOR

if TYPE_CHECKING:
    from tests.rest.conftest import House

pytestmark = pytest.mark.no_sql

DOCUMENT = "/kommune/v1/openapi.json"


def test_every_route_is_in_the_document(world: House) -> None:
    """Paths and methods are those of the table of routes, and the document needs no token."""
    document = world.call(None, "GET", DOCUMENT).json
    assert document["openapi"] == "3.1.0"
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == {
        (route.method, route.path.replace("<int:", "{").replace("<", "{").replace(">", "}"))
        for route in ROUTES
    }


ASKED: list[tuple[str, str, str, dict[str, Any], int]] = [
    ("PUT", "/saker/{id}", "/saker/ny", {"json": {**CASE, "id": "ny"}}, 409),
    ("PUT", "/saker/{id}", "/saker/saken", {"json": CASE}, 428),
    ("PUT", "/saker/{id}", "/saker/saken", {"json": CASE, "headers": {"If-Match": '"9"'}}, 412),
    ("PUT", "/saker/{id}", "/saker/saken", {"json": CASE, "headers": {"If-Match": "1"}}, 400),
    ("PUT", "/saker/{id}", "/saker/saken", {"json": {}, "headers": {"If-Match": "*"}}, 422),
    ("PUT", "/saker/{id}", "/saker/saken", {"data": b"x", "content_type": "text/plain"}, 415),
    ("PUT", "/saker/{id}", "/saker/saken", {"data": b"x" * (5 * 1024 * 1024 + 1)}, 413),
    ("PUT", "/saker/{id}", "/saker/saken", {"json": CASE, "headers": {"If-Match": "*"}}, 200),
    ("PUT", "/ansatte/{id}", "/ansatte/ny", {"json": {**SUCCESSOR, "id": "ny", "roller": []}}, 201),
    ("GET", "/saker/{id}", "/saker/saken", {}, 200),
    ("GET", "/saker/{id}", "/saker/ingen", {}, 404),
    ("GET", "/saker/{id}/versjoner/{versjon}", "/saker/saken/versjoner/1", {}, 200),
    ("GET", "/saker/{id}/versjoner/{versjon}", "/saker/saken/versjoner/9", {}, 404),
    ("GET", "/saker/{id}/rest", "/saker/ingen/rest", {}, 404),
    ("GET", "/saker/{id}/{liste}/{del_id}", "/saker/saken/team/teamet", {}, 200),
    ("GET", "/saker", "/saker?antall=0", {}, 400),
    ("GET", "/saker", "/saker?antall=1", {}, 200),
    ("GET", "/endringer", "/endringer?etter=-1", {}, 400),
    ("GET", "/endringer", "/endringer?antall=1001", {}, 400),
    ("GET", "/endringer", "/endringer?epoke=en-annen", {}, 410),
]
"""Method, path in the document, address and body; the status of the answer."""


def test_every_status_is_described_where_it_occurs(world: House) -> None:
    """The document lists each status with its media type, and ETag exactly where an answer has it."""
    document = world.call(None, "GET", DOCUMENT).json
    for method, path, address, sent, status in ASKED:
        answer = world.municipality(method, f"/kommune/v1{address}", **sent)
        assert (method, address, answer.status_code) == (method, address, status)
        described = document["paths"][path][method.lower()]["responses"][str(status)]
        assert list(described["content"]) == [answer.mimetype]
        header = described.get("headers", {}).get("ETag")
        assert (header is not None) == ("ETag" in answer.headers)
        if header:
            assert re.search(header["schema"]["pattern"], answer.headers["ETag"])
    for caller, status in ((world.stranger, 403), (partial(world.call, None), 401)):
        assert caller("GET", "/kommune/v1/saker").status_code == status
        for item in document["paths"].values():
            assert all(str(status) in operation["responses"] for operation in item.values())


def references(tree: Any) -> set[str]:
    """Every ``$ref`` in a tree."""
    if isinstance(tree, list):
        return set().union(*map(references, tree))
    if not isinstance(tree, dict):
        return set()
    here = {tree["$ref"]} if isinstance(tree.get("$ref"), str) else set()
    return here.union(*map(references, tree.values()))


def test_every_schema_referred_to_is_in_the_document(world: House) -> None:
    """Each ``$ref`` of an operation, a record or an answer leads to a schema of the document."""
    document = world.call(None, "GET", DOCUMENT).json
    found = references(document)
    assert {f"#/components/schemas/{name}" for name in ("sak", "Avvik", "Versjon", "Post", "Rest")} <= found
    for reference in found:
        target = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in target, reference
            target = target[step]


def test_the_bounds_of_a_page_in_the_document_are_enforced(world: House) -> None:
    """A value within the bounds of the document is accepted, and a value outside is refused."""
    document = world.call(None, "GET", DOCUMENT).json
    for path in ("/saker", "/endringer"):
        for parameter in document["paths"][path]["get"]["parameters"]:
            name, schema = parameter["name"], parameter["schema"]
            for bound, beyond in (("minimum", -1), ("maximum", 1)):
                if bound in schema:
                    address = f"/kommune/v1{path}?{name}={schema[bound]}"
                    assert world.municipality("GET", address).status_code == 200
                    address = f"/kommune/v1{path}?{name}={schema[bound] + beyond}"
                    assert world.municipality("GET", address).status_code == 400
    bounds = {name for one in document["paths"]["/endringer"]["get"]["parameters"] for name in one["schema"]}
    assert {"minimum", "maximum"} <= bounds


def test_an_avvik_fits_its_schema(world: House) -> None:
    """A record with avvik fits the schema; each avvik has code, place, texts and source."""
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
        ("/saker?antall=1", "Liste"),
        ("/saker/saken/rest", "Rest"),
        ("/saker/saken/team/teamet", "Del"),
        ("/saker/ingen", "Problem"),
        ("/saker?antall=0", "Problem"),
    ],
)
def test_an_answer_fits_its_schema(world: House, path: str, schema: str) -> None:
    """An answer fits the schema in the document and has no field outside it."""
    document = world.call(None, "GET", DOCUMENT).json
    for name in ("Liste", "Versjoner", "Versjon", "Endringer", "Endring", "Post", "Problem", "Funn"):
        document["components"]["schemas"][name]["additionalProperties"] = False
    described = {**document, "$ref": f"#/components/schemas/{schema}"}
    assert (
        list(jsonschema_rs.iter_errors(described, world.municipality("GET", f"/kommune/v1{path}").json)) == []
    )
    assert jsonschema_rs.is_valid({**document, "$ref": "#/components/schemas/sak"}, CASE)

"""Each address is reached by the methods of ``routes.txt`` and by no other; Allow says so; all else is 404.

The lines are found by asking: FHIR's addresses for each type the CapabilityStatement tells of, those of the
municipal door's OpenAPI document, and those of the service itself. How Flask finds the way is nobody's to
rely on.
"""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from tests.promised import pinned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

FILE = "routes.txt"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OF_THE_SERVICE = ("/healthz", "/readyz", "/fhir", "/fhir/", "/fhir/metadata", "/kommune/v1/openapi.json")
SEARCH = "/fhir/<type>/_search"
OF_A_TYPE = (
    "/fhir/<type>",
    SEARCH,
    "/fhir/<type>/<id>",
    "/fhir/<type>/<id>/_history",
    "/fhir/<type>/<id>/_history/<version>",
    "/fhir/<type>/$validate",
    "/fhir/<type>/<id>/$validate",
)
NOWHERE = (
    "/",
    "/metrics",
    "/fhir/_history",
    "/fhir/_search",
    "/fhir/$export",
    "/fhir/CarePlan/",
    "/fhir/CarePlan/$apply",
    "/fhir/$validate",
    "/fhir/CarePlan/<id>/",
    "/fhir/CarePlan/<id>/$everything",
    "/fhir/CarePlan/<id>/_history/",
    "/fhir/Patient/<id>/CarePlan",
    "/fhir/Observation",
    "/fhir/Observation/<id>",
    "/fhir/Task/<id>",
    "/fhir/patient/<id>",
    "/kommune",
    "/kommune/v1",
    "/kommune/v1/planer",
    "/kommune/v1/planer/<id>",
    "/kommune/v1/saker/<id>/nowhere",
)
"""Addresses of https://hl7.org/fhir/R4/http.html#summary that are not offered, and some like them."""

FILLED = {"<id>": "x", "<version>": "1", "<versjon>": "1", "<liste>": "team", "<del_id>": "x"}
UNKNOWN = {"address-unknown", "operation-unoffered"}


def templates(house: House) -> Iterator[str]:
    """Every address that the test requests."""
    yield from (*OF_THE_SERVICE, *NOWHERE)
    statement = house.call(None, "GET", "/fhir/metadata").json
    served = [one["type"] for one in statement["rest"][0]["resource"]]
    yield from (path.replace("<type>", type_) for type_ in served for path in OF_A_TYPE)
    described = house.call(None, "GET", "/kommune/v1/openapi.json").json["paths"]
    yield from (re.sub(r"{(\w+)}", r"<\1>", f"/kommune/v1{path}") for path in described)


def told(house: House) -> list[str]:
    """One line an address: its methods, at the FHIR door with the interaction each is, and its Allow."""
    return sorted(_line(house, template) for template in templates(house))


def _line(house: House, template: str) -> str:
    # An id may be "_search": what other methods do there is for read and update to say.
    methods = ("POST",) if template.endswith("/_search") else METHODS
    asked = {method: _ask(house, method, path_of(template)) for method in methods}
    if all(is_unknown(answer) for answer, _ in asked.values()):
        return f"{template}  404"
    taken = [
        f"{method} {interaction}".rstrip()
        for method, (answer, interaction) in asked.items()
        if answer.status_code != 405 and not is_unknown(answer)
    ]
    allowed = sorted({_allow(answer) for answer, _ in asked.values() if answer.status_code == 405})
    return "  ".join([template, ", ".join(taken), *(f"Allow: {allow}" for allow in allowed)])


def path_of(template: str) -> str:
    """The address with something in the place of each parameter."""
    return re.sub(r"<\w+>", lambda name: FILLED[name[0]], template)


def _ask(house: House, method: str, path: str) -> tuple[TestResponse, str]:
    """The answer, and the interaction of FHIR that the log line of it names."""
    written = io.BytesIO()
    with redirect_stdout(io.TextIOWrapper(written)):
        answer = house.municipality(method, path)
        line = written.getvalue()
    interaction = json.loads(line)["interaction"] if line else ""
    return answer, interaction if path.startswith("/fhir") else ""


def is_unknown(answer: TestResponse) -> bool:
    """Tests whether the answer is that of an unknown address, not of a missing resource or another method."""
    if answer.status_code != 404:
        return False
    if answer.mimetype == "application/problem+json":
        return answer.json["funn"][0]["kode"] in UNKNOWN
    return answer.json["issue"][0]["details"]["coding"][0]["code"] in UNKNOWN


def _allow(answer: TestResponse) -> str:
    return ", ".join(sorted(answer.headers["Allow"].split(", ")))


def test_the_routes_equal_the_promised_routes(standing: House) -> None:
    """Each address takes exactly the promised methods, and an address without a route is 404."""
    pinned.compare(FILE, told(standing))


def test_allow_names_exactly_the_methods_taken(standing: House) -> None:
    """Allow names the methods an address takes, HEAD and OPTIONS included."""
    promised = [re.split(r"  (?:Allow: )?", line) for line in pinned.lines(FILE) if "Allow: " in line]
    assert promised
    for template, taken, allow in promised:
        methods = {one.partition(" ")[0] for one in taken.split(", ")}
        for method in ("HEAD", "OPTIONS"):
            answer = standing.municipality(method, path_of(template))
            methods |= set() if answer.status_code == 405 else {method}
        assert (template, methods) == (template, set(allow.split(", ")))

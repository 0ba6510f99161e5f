"""The OpenAPI 3.1 document of the municipal door, made from the routes, the vocabulary and the schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from adapter.kommune.record_handlers import LONGEST_PAGE, PAGE
from adapter.kommune.routes import ROUTES, Route
from adapter.kommune.vocabulary import PROBLEM_TYPE, SCHEMAS, Avvik, Endringer, Liste, Problem, Versjoner
from adapter.record.schema import KINDS, definitions

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFUSED = {
    400: "Ugyldig kall: syntaks, parameter, If-Match eller id",
    401: "Gyldig token mangler",
    403: "Døra er bare for kommunens egne fagsystemer",
    404: "Finnes ikke",
    409: "En verdi som må være unik, finnes fra før",
    410: "Databasen er lagt tilbake fra en sikkerhetskopi; les alt på nytt fra etter=0",
    412: "Posten er endret siden versjonen i If-Match; hver endret del er et funn",
    413: "Innholdet er for stort",
    415: "Innholdet er ikke JSON",
    422: "Posten bryter skjemaet eller en regel; hvert brudd er et funn",
    428: "If-Match mangler",
}
_PARAMETER = re.compile(r"<(?:(int):)?(\w+)>")
_AFTER: dict[str, dict[str, Any]] = {
    "Liste": {"type": "string"},
    "Endringer": {"type": "integer", "format": "int64", "minimum": 0, "default": 0},
}
"""The schema of ``etter`` for the paged answers: the last id, or the last number."""

_COUNT = {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": PAGE}
_ETAG = {
    "description": 'Versjonen av posten, W/"n"; send den som If-Match ved neste endring',
    "required": True,
    "schema": {"type": "string", "pattern": '^W/"[1-9][0-9]*"$'},
}
_AVVIK = {
    "type": "array",
    "readOnly": True,
    "description": "Avvik i posten nå, og rest som den siste endringen fjernet",
    "items": {"$ref": f"{SCHEMAS}Avvik"},
}
"""The schema of the field ``avvik``, which an answer adds to a record."""

_FREE = {
    "Rest": {"type": "object", "description": "Resten til hver del, ved «Type/id», og avsenderen"},
    "Del": {"type": "object", "description": "En del av saken, slik den står i sin liste"},
}
"""The schemas of answers whose fields the document does not list."""


def openapi(address: str) -> dict[str, Any]:
    """The OpenAPI document of a door at ``address``. https://spec.openapis.org/oas/v3.1.1.html."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        path = _PARAMETER.sub(r"{\2}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Individuell plan og koordinator: kommunens dør",
            "version": "1",
            "description": "Records as the municipality's own system writes and reads them.",
        },
        "servers": [{"url": address}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": _schemas(),
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": f"{route.handler.__name__}-{route.kind or 'alle'}",
        "parameters": list(_parameters(route)),
        "responses": {
            "200": _answer(route, "Svaret"),
            **({"201": _answer(route, "Opprettet")} if route.method == "PUT" else {}),
            **{str(status): _problem(_REFUSED[status]) for status in _refused(route)},
            "default": _problem("Feilen: hva som er galt, hvor, og hva avsenderen må gjøre"),
        },
    }
    if route.method == "PUT":
        operation["requestBody"] = {"required": True, **_json(route.answer, "Hele posten")}
    return operation


def _answer(route: Route, description: str) -> dict[str, Any]:
    """The schema of a successful answer, with ETag if the answer has a version."""
    answer = _json(route.answer, description)
    versioned = route.answer in {*KINDS, "Del"}
    return {**answer, "headers": {"ETag": _ETAG}} if versioned else answer


def _refused(route: Route) -> list[int]:
    """The 4xx statuses of a route; a PUT has no 404, since it creates an unknown record."""
    if route.method == "PUT":
        return [status for status in _REFUSED if status not in {404, 410}]
    paged = [400] if route.answer in _AFTER else []
    of_epoke = [410] if route.answer == "Endringer" else []
    return [*paged, 401, 403, *([404] if "<id>" in route.path else []), *of_epoke]


def _parameters(route: Route) -> Iterator[dict[str, Any]]:
    for kind, name in _PARAMETER.findall(route.path):
        shape = {"type": "integer", "minimum": 1} if kind else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": shape}
    if route.answer in _AFTER:
        yield {"name": "etter", "in": "query", "schema": _AFTER[route.answer]}
        yield {"name": "antall", "in": "query", "schema": _COUNT}
    if route.answer == "Endringer":
        yield {"name": "epoke", "in": "query", "schema": {"type": "string"},
               "description": "epoke fra forrige svar; en annen enn databasens gir 410"}  # fmt: skip
    if route.method == "PUT":
        yield {"name": "If-Match", "in": "header", "schema": {"type": "string"},
               "description": "ETag fra siste lesing, eller *; påkrevd når posten finnes"}  # fmt: skip


def _json(schema: str, description: str, media_type: str = "application/json") -> dict[str, Any]:
    content = {media_type: {"schema": {"$ref": f"{SCHEMAS}{schema}"}}}
    return {"description": description, "content": content}


def _problem(description: str) -> dict[str, Any]:
    return _json("Problem", description, PROBLEM_TYPE)


def _schemas() -> dict[str, Any]:
    """Every schema of the document by name: the records, and the answers of the door."""
    records = msgspec.json.encode(definitions()).replace(b'"#/$defs/', f'"{SCHEMAS}'.encode())
    schemas: dict[str, Any] = msgspec.json.decode(records)
    for kind in KINDS:
        schemas[kind]["properties"]["avvik"] = _AVVIK
    answers = (Avvik, Liste, Versjoner, Endringer, Problem)
    _, own = msgspec.json.schema_components(answers, ref_template=f"{SCHEMAS}{{name}}")
    return {**schemas, **own, **_FREE}

"""The municipal door as an OpenAPI 3.1 document: from the routes, the vocabulary and the record's schema."""

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
    400: "Ikke forstått: syntaks, parameter, If-Match eller id",
    401: "Uten gyldig token",
    403: "Døra er for kommunens egne fagsystemer",
    404: "Finnes ikke",
    409: "Ville brutt et krav om at noe er unikt",
    412: "Endret av andre siden versjonen i If-Match; hver del som er endret, er et funn",
    413: "Større enn det som leses",
    415: "Ikke JSON",
    422: "Forstått, men i strid med skjemaet eller en regel; hvert brudd er et funn",
    428: "If-Match mangler",
}
_PARAMETER = re.compile(r"<(?:(int):)?(\w+)>")
_AFTER: dict[str, dict[str, Any]] = {
    "Liste": {"type": "string"},
    "Endringer": {"type": "integer", "format": "int64", "minimum": 0, "default": 0},
}
"""What ``etter`` is, of the answers that come a page at a time: the last id, or the last number."""

_COUNT = {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": PAGE}
_ETAG = {
    "description": 'Versjonen av posten, W/"n"; send den som If-Match ved neste endring',
    "required": True,
    "schema": {"type": "string", "pattern": '^W/"[1-9][0-9]*"$'},
}
_AVVIK = {
    "type": "array",
    "readOnly": True,
    "description": "Det som er uregelmessig i posten nå, og det en endring nettopp har latt falle",
    "items": {"$ref": f"{SCHEMAS}Avvik"},
}
"""What an answered record has beside its own fields."""

_FREE = {
    "Rest": {"type": "object", "description": "Ved «Type/id»: hvem som skrev det, og hva"},
    "Del": {"type": "object", "description": "En del av saken, slik den står i sin liste"},
}
"""The answers whose fields the document does not tell."""


def openapi(address: str) -> dict[str, Any]:
    """The whole document, for a door at ``address``. https://spec.openapis.org/oas/v3.1.1.html."""
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
            "default": _problem("Hva som er galt, hvor, og hva som må gjøres"),
        },
    }
    if route.method == "PUT":
        operation["requestBody"] = {"required": True, **_json(route.answer, "Posten, hel")}
    return operation


def _answer(route: Route, description: str) -> dict[str, Any]:
    """What is answered, with its version where it is of one."""
    answer = _json(route.answer, description)
    versioned = route.answer in {*KINDS, "Del"}
    return {**answer, "headers": {"ETag": _ETAG}} if versioned else answer


def _refused(route: Route) -> list[int]:
    """The statuses a route refuses with, beside those of a fault of ours; a PUT creates what is not found."""
    if route.method == "PUT":
        return [status for status in _REFUSED if status != 404]
    paged = [400] if route.answer in _AFTER else []
    return [*paged, 401, 403, *([404] if "<id>" in route.path else [])]


def _parameters(route: Route) -> Iterator[dict[str, Any]]:
    for kind, name in _PARAMETER.findall(route.path):
        shape = {"type": "integer", "minimum": 1} if kind else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": shape}
    if route.answer in _AFTER:
        yield {"name": "etter", "in": "query", "schema": _AFTER[route.answer]}
        yield {"name": "antall", "in": "query", "schema": _COUNT}
    if route.method == "PUT":
        yield {"name": "If-Match", "in": "header", "schema": {"type": "string"},
               "description": "ETag fra siste lesing, eller *; påkrevd når posten finnes"}  # fmt: skip


def _json(schema: str, description: str, media_type: str = "application/json") -> dict[str, Any]:
    content = {media_type: {"schema": {"$ref": f"{SCHEMAS}{schema}"}}}
    return {"description": description, "content": content}


def _problem(description: str) -> dict[str, Any]:
    return _json("Problem", description, PROBLEM_TYPE)


def _schemas() -> dict[str, Any]:
    """Every schema of the document by its name: those of the records, and those of the door's own answers."""
    records = msgspec.json.encode(definitions()).replace(b'"#/$defs/', f'"{SCHEMAS}'.encode())
    schemas: dict[str, Any] = msgspec.json.decode(records)
    for kind in KINDS:
        schemas[kind]["properties"]["avvik"] = _AVVIK
    answers = (Avvik, Liste, Versjoner, Endringer, Problem)
    _, own = msgspec.json.schema_components(answers, ref_template=f"{SCHEMAS}{{name}}")
    return {**schemas, **own, **_FREE}

"""The municipal door told to machines: OpenAPI 3.1 from the routes table and the record's JSON Schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapter.kommune.records import LONGEST_PAGE, PAGE
from adapter.kommune.routes import KINDS, ROUTES, Route
from adapter.record.schema import definitions

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROBLEM = "application/problem+json"
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
_OF_A_WRITE = (400, 409, 412, 413, 415, 422, 428)
_PARAMETER = re.compile(r"<(?:(int):)?(\w+)>")
_LOCAL = "#/$defs/"
_AFTER: dict[str, dict[str, Any]] = {
    "Liste": {"type": "string"},
    "Endringer": {"type": "integer", "format": "int64", "minimum": 0, "default": 0},
}
"""What ``etter`` is, of the answers that come a page at a time: the last id, or the last number."""

_COUNT = {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": PAGE}


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
            "schemas": {**_localized(definitions()), **_answered(), **_OWN},
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
            **{str(status): _json("Problem", _REFUSED[status], _PROBLEM) for status in _refused(route)},
            "default": _json("Problem", "Hva som er galt, hvor, og hva som må gjøres", _PROBLEM),
        },
    }
    if route.method == "PUT":
        operation["requestBody"] = {"required": True, **_json(route.answer, "Posten, hel")}
    return operation


def _answer(route: Route, description: str) -> dict[str, Any]:
    """What is answered, with its version where it is of one."""
    answer = _json(route.answer, description)
    versioned = route.answer in {*KINDS.values(), "Del"}
    return {**answer, "headers": {"ETag": _ETAG}} if versioned else answer


def _refused(route: Route) -> list[int]:
    """The statuses a route refuses with, beside those of a fault of ours."""
    if route.method == "PUT":
        return sorted((401, 403, *_OF_A_WRITE))
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
    content = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _answered() -> dict[str, Any]:
    """The records as they are answered: with what is irregular in them, which is passed over when sent."""
    records = {kind: _localized(definitions()[kind]) for kind in KINDS.values()}
    return {
        kind: {**schema, "properties": {**schema["properties"], "avvik": _AVVIK}}
        for kind, schema in records.items()
    }


def _localized(schema: Any) -> Any:
    """The record's schema with its inner references pointing to where it stands in this document."""
    if isinstance(schema, dict):
        return {
            key: f"#/components/schemas/{value.removeprefix(_LOCAL)}"
            if key == "$ref" and isinstance(value, str) and value.startswith(_LOCAL)
            else _localized(value)
            for key, value in schema.items()
        }
    return [_localized(item) for item in schema] if isinstance(schema, list) else schema


_TEXT = {"type": "string"}
_ETAG = {
    "description": 'Versjonen av posten, W/"n"; send den som If-Match ved neste endring',
    "required": True,
    "schema": {"type": "string", "pattern": '^W/"[1-9][0-9]*"$'},
}
_NUMBER = {"type": "integer"}
_AVVIK: dict[str, Any] = {
    "type": "array",
    "readOnly": True,
    "description": "Det som er uregelmessig i posten nå, og det en endring nettopp har latt falle",
    "items": {
        "type": "object",
        "required": ["kode", "nb", "en"],
        "properties": {"kode": _TEXT, "sted": _TEXT, "nb": _TEXT, "en": _TEXT, "kilde": _TEXT},
        "additionalProperties": False,
    },
}
_OWN: dict[str, Any] = {
    "Liste": {
        "type": "object",
        "required": ["poster"],
        "properties": {
            "poster": {
                "type": "array",
                "items": {"anyOf": [{"$ref": f"#/components/schemas/{kind}"} for kind in KINDS.values()]},
            },
            "neste": _TEXT,
        },
    },
    "Versjoner": {
        "type": "object",
        "required": ["versjoner"],
        "properties": {
            "versjoner": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["versjon", "nummer", "tid", "av", "hva"],
                    "properties": {
                        "versjon": _NUMBER, "nummer": _NUMBER, "tid": _TEXT, "av": _TEXT, "person": _TEXT,
                        "organisasjon": _TEXT, "hva": _TEXT,
                    },
                },
            }
        },
    },
    "Endringer": {
        "type": "object",
        "required": ["endringer", "siste"],
        "properties": {
            "siste": _NUMBER,
            "endringer": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["nummer", "tid", "av", "hva", "poster"],
                    "properties": {
                        "nummer": _NUMBER, "tid": _TEXT, "av": _TEXT, "hva": _TEXT,
                        "poster": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "properties": {"type": _TEXT, "id": _TEXT, "versjon": _NUMBER},
                            },
                        },
                    },
                },
            },
        },
    },
    "Rest": {"type": "object", "description": "Ved «Type/id»: hvem som skrev det, og hva"},
    "Del": {"type": "object", "description": "En del av saken, slik den står i sin liste"},
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "funn"],
        "properties": {
            "type": _TEXT, "title": _TEXT, "status": _NUMBER, "detail": _TEXT, "foresporsel": _TEXT,
            "funn": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["alvor", "kode", "nb", "en"],
                    "properties": {
                        "alvor": _TEXT, "kode": _TEXT, "sted": _TEXT, "linje": _NUMBER, "kolonne": _NUMBER,
                        "nb": _TEXT, "en": _TEXT, "kilde": _TEXT,
                    },
                },
            },
        },
    },
}  # fmt: skip

"""The CapabilityStatement, made from the door's own tables of routes, search parameters and formats.

https://hl7.org/fhir/R4/capabilitystatement.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter import __version__
from adapter.fhir.canonical import BASE, FHIR_VERSION
from adapter.fhir.definitions import search_parameters
from adapter.fhir.search.parameters import CHAINS, INCLUDES, RESULT_PARAMETERS, REVINCLUDES, SERVED
from adapter.rest.entries import MOST_ENTRIES
from adapter.rest.formats import FHIR_JSON, FHIR_XML
from adapter.rest.published_definitions import profiles_of
from adapter.rest.routes import DEFINITIONS, OPERATIONS, ROUTES, TYPES

if TYPE_CHECKING:
    from datetime import date

    from adapter.fhir.search.parameters import SearchParameter

_SERVICE_CODES = "http://terminology.hl7.org/CodeSystem/restful-security-service"

_POST_ONLY = (
    "A number of a person (fødselsnummer, D-nummer and the like) is accepted only in the body of a POST to "
    "_search; a GET with such a number is refused, and no link, log or error repeats the number."
)
_ABOUT = (
    "Individuell plan and koordinator from a municipality's record. A caller receives what is published to "
    "it under a consent in force now; a resource that is not shared with the caller gets the same answer as "
    "an unknown resource. Dates without a zone are Norwegian time. Unknown parameters are refused, or "
    "ignored with Prefer: handling=lenient. read and vread take _summary and _elements too; a resource read "
    f"with them is incomplete and must not be written back. {_POST_ONLY}"
)
_SECURITY = (
    "Bearer tokens (RFC 6750) of the issuers this service trusts, with SMART on FHIR scopes, version 2 "
    "(system/CareTeam.rs) or 1 (system/CareTeam.read). Scopes are an upper limit; consent decides what the "
    "caller sees within it. /metadata and the definitions need no token."
)
_TRANSACTION = (
    f"POST and PUT, at most {MOST_ENTRIES} entries, all or none; references to fullUrl in any order. "
    "An entry with PUT needs ifMatch where an update needs If-Match. Only for the municipality's own "
    "systems. Batch is not supported."
)


def capability_statement(base: str, day: date, *, if_match_required: bool) -> dict[str, Any]:
    """The CapabilityStatement of a service.

    Args:
        base: the FHIR address of the service.
        day: the day the service was started.
        if_match_required: whether an update must have If-Match.
    """
    return {
        "resourceType": "CapabilityStatement",
        "id": "ip-adapter",
        "url": f"{BASE}/CapabilityStatement/ip-adapter",
        "version": __version__,
        "name": "IpAdapter",
        "title": "Individuell plan and koordinator",
        "status": "active",
        "date": day.isoformat(),
        "publisher": "ip-adapter",
        "description": _ABOUT,
        "kind": "instance",
        "software": {"name": "ip-adapter", "version": __version__},
        "implementation": {
            "description": "Individuell plan and koordinator of one municipality",
            "url": base,
        },
        "fhirVersion": FHIR_VERSION,
        "format": [FHIR_JSON, FHIR_XML, "json", "xml"],
        "rest": [
            {
                "mode": "server",
                "documentation": _ABOUT,
                "security": {
                    "service": [{"coding": [{"system": _SERVICE_CODES, "code": "OAuth"}]}],
                    "description": _SECURITY,
                },
                "resource": [
                    *(_resource(type_, if_match_required=if_match_required) for type_ in TYPES),
                    *(_definitions(type_) for type_ in DEFINITIONS),
                ],
                "interaction": [
                    {"code": interaction, "documentation": _TRANSACTION}
                    for interaction in dict.fromkeys(r.interaction for r in ROUTES if r.path in {"", "/"})
                ],
            }
        ],
    }


def _resource(type_: str, *, if_match_required: bool) -> dict[str, Any]:
    of_type = dict.fromkeys(route.interaction for route in ROUTES if "<type>" in route.path)
    operations = [name for name in of_type if name.startswith("$")]
    return {
        "type": type_,
        "supportedProfile": profiles_of(type_),
        "documentation": _documentation(type_),
        "interaction": [{"code": name} for name in of_type if name not in operations],
        "versioning": "versioned-update" if if_match_required else "versioned",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": False,
        "conditionalRead": "not-match",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        **({"searchInclude": list(INCLUDES[type_])} if INCLUDES[type_] else {}),
        **({"searchRevInclude": list(REVINCLUDES[type_])} if REVINCLUDES[type_] else {}),
        "searchParam": [_search_param(type_, parameter) for parameter in SERVED[type_].values()],
        "operation": [{"name": name[1:], "definition": OPERATIONS[name]} for name in operations],
    }


def _definitions(type_: str) -> dict[str, Any]:
    """What the service offers of a type of definitions: reading, and search by canonical URL."""
    offered = dict.fromkeys(route.interaction for route in ROUTES if route.is_of_definitions)
    url = search_parameters(type_)["url"]
    return {
        "type": type_,
        "documentation": f"{DEFINITIONS[type_]}, for everybody: no token is needed.",
        "interaction": [{"code": interaction} for interaction in offered],
        "versioning": "no-version",
        "searchParam": [{"name": url.name, "definition": url.url, "type": url.type}],
    }


def _documentation(type_: str) -> str:
    chains = f" Chained: {', '.join(CHAINS[type_])}." if CHAINS[type_] else ""
    return f"{TYPES[type_]}.{chains} Results: {', '.join(RESULT_PARAMETERS)}. {_POST_ONLY}"


def _search_param(type_: str, parameter: SearchParameter) -> dict[str, Any]:
    said = {
        "name": parameter.name,
        "definition": search_parameters(type_)[parameter.name].url,
        "type": parameter.type.value,
        "documentation": _with_modifiers(parameter),
    }
    return {key: value for key, value in said.items() if value}


def _with_modifiers(parameter: SearchParameter) -> str:
    modifiers = ", ".join(f":{modifier}" for modifier in sorted(parameter.modifiers))
    return f"{parameter.documentation}. Modifiers: {modifiers}" if modifiers else parameter.documentation

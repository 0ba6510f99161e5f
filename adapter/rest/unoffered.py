"""Refusals of unsupported interactions, each with the supported alternative.

https://hl7.org/fhir/R4/http.html: delete, patch, conditional update and operations are optional for a server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import IssueType, Message
from adapter.record.parts import PARTS
from adapter.rest.routes import TYPES

if TYPE_CHECKING:
    from adapter.errors import Finding

_SPEC = "https://hl7.org/fhir/R4/http.html"
DELETE_UNOFFERED = Message(
    "delete-unoffered",
    IssueType.NOT_SUPPORTED,
    nb="Tjenesten sletter ikke ressurser. Sett {element} til {value} og send {type} med PUT og If-Match.",
    en="The service does not delete resources. Set {element} to {value} and send the {type} by PUT with "
    "If-Match.",
    source=f"{_SPEC}#delete",
)
PATCH_UNOFFERED = Message(
    "patch-unoffered",
    IssueType.NOT_SUPPORTED,
    nb="Tjenesten støtter ikke PATCH. Les ressursen, endre den, og send hele ressursen med PUT og If-Match.",
    en="The service does not support PATCH. Read the resource, change it, and send the whole resource by "
    "PUT with If-Match.",
    source=f"{_SPEC}#patch",
)
CONDITIONAL_UPDATE_UNOFFERED = Message(
    "conditional-update-unoffered",
    IssueType.NOT_SUPPORTED,
    nb="Tjenesten støtter ikke betinget oppdatering. Søk etter ressursen, og send den med PUT til "
    "{base}/{type}/<id>.",
    en="The service does not support conditional update. Search for the resource, and send it by PUT to "
    "{base}/{type}/<id>.",
    source=f"{_SPEC}#cond-update",
)
OPERATION_UNOFFERED = Message(
    "operation-unoffered",
    IssueType.NOT_SUPPORTED,
    nb="Tjenesten støtter ikke denne operasjonen ($...) her. {base}/metadata viser hva tjenesten tilbyr.",
    en="The service does not support this operation ($...) here. {base}/metadata lists what it offers.",
    source="https://hl7.org/fhir/R4/operations.html",
)


def operation_unoffered(name: str, base: str) -> Finding | None:
    """The finding for an operation (``$name``), with the alternative; None if ``name`` is not an operation.

    Args:
        name: the last segment of a path.
        base: the path of the door.
    """
    if not name.startswith("$"):
        return None
    return OPERATION_UNOFFERED.at(base=base)


def method_unoffered(method: str, path: str, base: str) -> Finding | None:
    """The finding for an unsupported method, with the alternative; None if there is no alternative.

    Args:
        method: the method of a request to an address that does not support it.
        path: the address below ``base``.
        base: the path of the door.
    """
    type_, *rest = path.strip("/").split("/")
    if type_ not in TYPES or len(rest) > 1:
        return None
    if method == "DELETE":
        element, value = next(kind.in_error for kind in PARTS if kind.type == type_)
        return DELETE_UNOFFERED.at(element=f"{type_}.{element}", value=value, type=type_)
    if method == "PATCH":
        return PATCH_UNOFFERED.at()
    if method == "PUT" and not rest:
        return CONDITIONAL_UPDATE_UNOFFERED.at(base=base, type=type_)
    return None

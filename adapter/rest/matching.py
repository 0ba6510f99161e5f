"""Matching of a method and an address with the table of routes."""

from __future__ import annotations

import re
from typing import NamedTuple

from adapter.errors import MethodNotAllowed, NotFound
from adapter.http_refusals import ADDRESS_UNKNOWN, METHOD_UNKNOWN
from adapter.rest.routes import BASE_PATH, DEFINITIONS, DOCUMENT, ROUTES, TYPES, Route
from adapter.rest.unoffered import method_unoffered, operation_unoffered


class Matched(NamedTuple):
    """A route with the parts of the address; a part that the route does not have is empty."""

    route: Route
    type: str = ""
    id: str = ""
    version: str = ""


def _pattern(path: str) -> re.Pattern[str]:
    """The path of a route as a pattern: ``<type>`` and ``<definition>`` match their types, others no $."""
    held = {"type": "|".join(TYPES), "definition": "|".join(DEFINITIONS)}
    named = {"definition": "type"}

    def group(part: re.Match[str]) -> str:
        return f"(?P<{named.get(part[1], part[1])}>{held.get(part[1], '(?![$])[^/]+')})"

    return re.compile(re.sub(r"<(\w+)>", group, path.replace("$", r"\$")))


_PATTERNS = tuple((route, _pattern(route.path)) for route in ROUTES)


def match(method: str, path: str) -> Matched:
    """The route of a request.

    Args:
        method: of HTTP; HEAD is answered as GET.
        path: the address below the base, decoded: ``/CareTeam/x``.

    Raises:
        NotFound: no route has this address; for an operation the finding says what to do instead.
        MethodNotAllowed: the address supports other methods only.
    """
    asked = "GET" if method == "HEAD" else method
    for route, pattern in _PATTERNS:
        found = pattern.fullmatch(path)
        if found and route.method == asked:
            return Matched(route, **found.groupdict())
    allow = allowed(path)
    operation = operation_unoffered(path.rpartition("/")[2], BASE_PATH)
    if operation and not allow:
        raise NotFound(operation)
    if not allow:
        raise NotFound(ADDRESS_UNKNOWN.at(document=DOCUMENT))
    instead = method_unoffered(method, path, BASE_PATH)
    raise MethodNotAllowed(instead or METHOD_UNKNOWN.at(), allow=allow)


def allowed(path: str) -> tuple[str, ...]:
    """The methods that an address below the base supports, sorted; empty for an unknown address."""
    methods = {route.method for route, pattern in _PATTERNS if pattern.fullmatch(path)}
    return tuple(
        sorted(methods | ({"HEAD"} if "GET" in methods else set()) | ({"OPTIONS"} if methods else set()))
    )

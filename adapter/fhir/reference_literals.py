"""The target of a literal reference, read from its text; nothing is fetched.

A relative reference names type and id, and an absolute reference may end in them. ``#id`` is a contained
resource, and a URN names its target only inside a Bundle. Rules: https://hl7.org/fhir/R4/references.html#literal.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from adapter.fhir.definitions import resource_types

_ID = r"[A-Za-z0-9\-.]{1,64}"
_LITERAL = re.compile(
    rf"(?P<base>[a-z][a-z0-9+.\-]*://.+/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>{_ID})(?:/_history/{_ID})?"
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")


class Literal(NamedTuple):
    """Type and id of the target, and the base of an absolute reference ('' for a relative one)."""

    type: str
    id: str
    base: str


@lru_cache(maxsize=4096)
def literal(reference: str) -> Literal | None:
    """The target of a RESTful reference (``Patient/1``, ``https://x/fhir/Patient/1/_history/2``), or None."""
    match = _LITERAL.fullmatch(reference)
    if match is None or match["type"] not in resource_types():
        return None
    return Literal(match["type"], match["id"], match["base"] or "")


def is_absolute(reference: str) -> bool:
    """Tests whether a reference is a URI with a scheme: a URL or a URN."""
    return _ABSOLUTE.fullmatch(reference) is not None

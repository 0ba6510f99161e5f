"""The display name of a person, an organisation or a part of a sak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_OFFICIAL = "offisiell"
_PAST = frozenset({"gammelt", "pike"})


def name_of(body: Mapping[str, Any]) -> str | None:
    """The name of an innbygger, parorende, ansatt, organisasjon or team; None where no name is known.

    Of several names the official one is chosen, else the first that is in use.
    """
    navn = body.get("navn")
    if not navn or isinstance(navn, str):
        return navn or None
    best = min(navn, key=lambda one: (one.get("bruk") != _OFFICIAL, one.get("bruk") in _PAST))
    words = [*best.get("fornavn", ()), best.get("mellomnavn"), best.get("etternavn")]
    return " ".join(word for word in words if word) or None

"""The actors of a Consent who are named by number alone, named by reference too.

A deny that names whom it denies by organisation number must reach that recipient, and so must a permit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Find = Callable[[Mapping[str, Any]], str | None]


def with_references(consent: dict[str, Any], find: Find) -> dict[str, Any]:
    """The Consent with a reference beside each actor's number that ``find`` knows."""
    if "provision" not in consent:
        return consent
    return {**consent, "provision": _provision(consent["provision"], find)}


def _provision(provision: dict[str, Any], find: Find) -> dict[str, Any]:
    actors = [_actor(actor, find) for actor in provision.get("actor", ())]
    nested = [_provision(one, find) for one in provision.get("provision", ())]
    return {
        **provision,
        **({"actor": actors} if actors else {}),
        **({"provision": nested} if nested else {}),
    }


def _actor(actor: dict[str, Any], find: Find) -> dict[str, Any]:
    reference = actor.get("reference") or {}
    found = None if "reference" in reference else find(reference)
    return {**actor, "reference": {"reference": found, **reference}} if found else actor

"""Adds references to the actors of a Consent that are named by number alone.

A deny or a permit that names its recipient by organisation number must apply to that recipient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Find = Callable[[Mapping[str, Any]], str | None]


def with_references(consent: dict[str, Any], find: Find) -> dict[str, Any]:
    """The Consent with a reference added to each actor whose number ``find`` knows."""
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

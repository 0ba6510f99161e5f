"""The deployment: the set-up of one municipality's adapter, the same for every interaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.fhir.validation.beyond_base import Gravity

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from adapter.mapping import Mappings


@dataclass(frozen=True, slots=True)
class Deployment:
    """The set-up of one municipality; a host that serves several municipalities has one for each.

    Args:
        mappings: the mapping files, compiled.
        now: the clock.
        new_id: makes ids (UUIDs).
        base_url: this service's FHIR base; an absolute reference below it is a reference to this service.
        if_match_required: whether a write to an existing resource or record must send If-Match.
        profiles: the consequence of a broken rule of a profile that a write claims; None: not judged.
        production: whether real birth numbers are expected (and synthetic ones refused elsewhere).
    """

    mappings: Mappings
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    base_url: str
    if_match_required: bool = True
    profiles: Gravity | None = Gravity.WARN
    production: bool = False

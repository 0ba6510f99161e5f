"""Seats: every deltaker of every team, with the window in which it takes part.

The status of the team decides: in a proposed or erroneous team nobody has taken part, and in a closed team
nobody takes part any longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.record.windows import Window, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEVER_WAS = frozenset({"foreslatt", "feilregistrert"})


@dataclass(frozen=True, slots=True)
class Seat:
    """A deltaker in a team, with its path, its place and its window."""

    team: dict[str, Any]
    deltaker: dict[str, Any]
    path: str
    place: str
    window: Window


def seats(sak: dict[str, Any]) -> Iterator[Seat]:
    """Every deltaker of every team of the sak."""
    for t, team in enumerate(sak.get("team", ())):
        for d, deltaker in enumerate(team.get("deltakere", ())):
            path = f"sak.team[{t}].deltakere[{d}]"
            place = f"sak.team({team['id']}).deltakere({deltaker.get('id', d)})"
            yield Seat(team, deltaker, path, place, window_of(deltaker.get("gyldighet")))


def taken(sak: dict[str, Any]) -> list[Seat]:
    """The seats of teams that exist or existed: neither proposed nor registered in error."""
    return [seat for seat in seats(sak) if seat.team.get("status") not in _NEVER_WAS]


def standing(sak: dict[str, Any]) -> list[Seat]:
    """The seats of open teams: neither proposed, closed nor registered in error."""
    return [seat for seat in taken(sak) if is_standing(seat)]


def is_standing(seat: Seat) -> bool:
    """Is the team of a taken seat still open?"""
    return seat.team.get("status") != "inaktiv"

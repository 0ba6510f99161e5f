"""Who takes part: every deltaker of every team, as a seat held for a time.

What a seat means depends on its team: in one that is proposed or was an error nobody has taken part, and in
one that is closed nobody does any more.
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
    """A deltaker in a team, where it stands, and when it holds."""

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
    """The seats that are or were somebody's: not those in teams that are proposed or were an error."""
    return [seat for seat in seats(sak) if seat.team.get("status") not in _NEVER_WAS]


def standing(sak: dict[str, Any]) -> list[Seat]:
    """The seats in teams that are: neither proposed, closed nor registered in error."""
    return [seat for seat in taken(sak) if is_standing(seat)]


def is_standing(seat: Seat) -> bool:
    """Is the team of a seat that is or was somebody's open still?"""
    return seat.team.get("status") != "inaktiv"

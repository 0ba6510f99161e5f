"""Who comes to see less of a sak: by a write, whose history of it closes, or by time alone, when it will.

One comparison serves both: of what a recipient sees before and after an instant. Time needs no write to close
anything, so its instants are told ahead, and what was given until then is given no longer than that.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from adapter.consent.decision import Extent, decide
from adapter.consent.lens import Lens, Standing, lenses
from adapter.consent.visible import is_shielded
from adapter.record.parts import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from adapter.consent.permits import Holders
    from adapter.storage.values import PermitLike

_Row = tuple[str, str, str, str]
"""Recipient, formål, del and emne."""


def narrowed(
    before: dict[str, Any] | None, after: dict[str, Any], ansatt_with: Holders, now: datetime
) -> dict[str, str]:
    """Which recipients see less of a sak than before the write, and why: their history of it closes.

    Less is: a permit is gone or a deny has come, a part shows less than it did, an address is shielded now,
    or the whole sak was another person's. Whoever saw nothing of it any more begins anew.

    Returns:
        By recipient: ``withdrawn``, ``labelled``, ``shielded``, ``wrong-person``, or ``expired``.
    """
    if before is None:
        return {}
    old, new = _current(before, ansatt_with, now), _current(after, ansatt_with, now)
    seeing = {lens.recipient for lens in old.values()}
    reasons = {lens.recipient: "expired" for lens in new.values() if lens.recipient not in seeing}
    for key, lens in old.items():
        reason = _less(before, lens, after, new.get(key))
        if reason:
            reasons[lens.recipient] = reason
    return reasons


def bereft(stood: Iterable[PermitLike], stands: Iterable[PermitLike], now: datetime) -> dict[str, str]:
    """Which ansatte are permitted less, or denied more, than when a sak was last written, and why.

    Who holds a rolle is said in the record of the ansatt, so a sak that stays the same may be for others.

    Args:
        stood: the permits of the sak as they were stored.
        stands: as they are.
        now: an aware instant.
    """
    (given, denied), (given_now, denied_now) = _in_force(stood, now), _in_force(stands, now)
    return {row[0]: "withdrawn" for row in (given - given_now) | (denied_now - denied)}


def _in_force(rows: Iterable[PermitLike], now: datetime) -> tuple[set[_Row], set[_Row]]:
    """What is given to ansatte, and what is denied them."""
    found: tuple[set[_Row], set[_Row]] = set(), set()
    for row in rows:
        if row.window.holds(now) and row.recipient.startswith("ansatt/"):
            found[row.deny].add((row.recipient, row.purpose, row.del_, row.emne))
    return found


def narrowing(sak: dict[str, Any], ansatt_with: Holders, now: datetime) -> dict[str, datetime]:
    """When recipients first come to see less of a sak after ``now`` if nobody writes it; by recipient.

    A samtykke, a regel or a participation ends then, its giver can no longer give it, or a deny begins.
    """
    stretches: dict[tuple[str, str], list[Lens]] = defaultdict(list)
    for lens in lenses(sak, ansatt_with, now):
        stretches[lens.recipient, lens.purpose].append(lens)
    first: dict[str, datetime] = {}
    for (recipient, _), following in stretches.items():
        for end in _lessened(sak, following):
            first[recipient] = min(end, first.get(recipient, end))
    return first


def _lessened(sak: dict[str, Any], stretches: list[Lens]) -> Iterator[datetime]:
    """The ends of those stretches of one recipient and formål, in order of time, after which it sees less."""
    for lens, later in pairwise([*stretches, None]):
        if lens is None or lens.window.high is None:
            continue
        end = lens.window.high
        after = later if later and later.window.low == end else None
        alike = after and replace(after, window=lens.window) == lens
        if not alike and _less(sak, lens, sak, after):
            yield end


def _current(sak: dict[str, Any], ansatt_with: Holders, now: datetime) -> dict[tuple[str, str], Lens]:
    return {
        (lens.recipient, lens.purpose): lens
        for lens in lenses(sak, ansatt_with, now)
        if lens.window.holds(now)
    }


def _less(before: dict[str, Any], old: Lens, after: dict[str, Any], new: Lens | None) -> str | None:
    """Why a recipient sees less through ``new`` than it did through ``old``; None if it does not.

    Who is only denied saw nothing, so the end of a deny takes nothing.
    """
    if old.standing is Standing.MUNICIPALITY:
        return None
    if after.get("tilstand") == "feilregistrert":
        return "wrong-person"
    if old.standing is Standing.PERMITTED and not old.given:
        return None
    if new is None or _lost(old, new):
        return "withdrawn"
    if _shielded(after) - _shielded(before):
        return "shielded"
    return "labelled" if _shows_less(before, old, after, new) else None


def _lost(old: Lens, new: Lens) -> bool:
    (given, denied), (given_now, denied_now) = old.scope(), new.scope()
    return bool(given - given_now or denied_now - denied) or old.standing is not new.standing


def _shielded(sak: dict[str, Any]) -> set[str]:
    people = [sak["innbygger"], *sak.get("parorende", ())]
    return {person["id"] for person in people if is_shielded(person)}


_ORDER = (Extent.NOTHING, Extent.MINIMAL, Extent.PARTICIPANTS, Extent.COORDINATION, Extent.WHOLE)


def _shows_less(before: dict[str, Any], old: Lens, after: dict[str, Any], new: Lens) -> bool:
    now = {(part.kind, part.id): decide(new, part).extent for part in parts("sak", after)}
    return any(
        _ORDER.index(now[part.kind, part.id]) < _ORDER.index(decide(old, part).extent)
        for part in parts("sak", before)
        if (part.kind, part.id) in now
    )

"""Finds recipients that lose access to a sak: by a write, which closes their history, or as a period ends.

One comparison serves both: what a recipient sees before and after an instant. No write happens when a period
ends, so those instants are computed ahead, and the history is published no longer than that.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from adapter.consent.decision import Extent
from adapter.consent.lens import Lens, Standing
from adapter.consent.visible import is_shielded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from adapter.consent.audience import Audience
    from adapter.consent.visible import VisibleParts
    from adapter.storage.values import PermitLike

_Row = tuple[str, str, str, str]
"""Recipient, formål, del and emne."""


def narrowed(before: Audience | None, after: Audience) -> dict[str, str]:
    """The recipients that see less of a sak than before the write, with the reason: their history is closed.

    A recipient sees less if a permit is gone, a deny is new, a part shows less, an address is shielded now,
    or the sak was another person's. A recipient that had lost all access starts with an empty history.

    Returns:
        By recipient: ``withdrawn``, ``labelled``, ``shielded``, ``wrong-person``, or ``expired``.
    """
    if before is None:
        return {}
    old, new = before.current(), after.current()
    seeing = {lens.recipient for lens in old.values()}
    reasons = {lens.recipient: "expired" for lens in new.values() if lens.recipient not in seeing}
    for key, lens in old.items():
        reason = _less(before.visible, lens, after.visible, new.get(key))
        if reason:
            reasons[lens.recipient] = reason
    return reasons


def bereft(stood: Iterable[PermitLike], stands: Iterable[PermitLike], now: datetime) -> dict[str, str]:
    """The ansatte with fewer permits or more denies than when a sak was last written, with the reason.

    The record of the ansatt says who holds a rolle, so permits can change while the sak does not.

    Args:
        stood: the permits of the sak as stored at its last write.
        stands: the permits of the sak now.
        now: an aware instant.
    """
    (given, denied), (given_now, denied_now) = _in_force(stood, now), _in_force(stands, now)
    return {row[0]: "withdrawn" for row in (given - given_now) | (denied_now - denied)}


def _in_force(rows: Iterable[PermitLike], now: datetime) -> tuple[set[_Row], set[_Row]]:
    """The permits and the denies of ansatte that hold now."""
    found: tuple[set[_Row], set[_Row]] = set(), set()
    for row in rows:
        if row.window.holds(now) and row.recipient.startswith("ansatt/"):
            found[row.deny].add((row.recipient, row.purpose, row.del_, row.emne))
    return found


def narrowing(audience: Audience) -> dict[str, datetime]:
    """The first instant at which each recipient will see less of a sak without any write.

    Then a samtykke, a regel or a participation ends, its giver loses the right to give it, or a deny begins.
    """
    stretches: dict[tuple[str, str], list[Lens]] = defaultdict(list)
    for lens in audience.lenses:
        stretches[lens.recipient, lens.purpose].append(lens)
    first: dict[str, datetime] = {}
    for (recipient, _), following in stretches.items():
        for end in _lessened(audience.visible, following):
            first[recipient] = min(end, first.get(recipient, end))
    return first


def _lessened(visible: VisibleParts, stretches: list[Lens]) -> Iterator[datetime]:
    """The ends of the periods of one recipient and formål after which it sees less, in order of time."""
    for lens, later in pairwise([*stretches, None]):
        if lens is None or lens.window.high is None:
            continue
        end = lens.window.high
        after = later if later and later.window.low == end else None
        alike = after and replace(after, window=lens.window) == lens
        if not alike and _less(visible, lens, visible, after):
            yield end


def _less(before: VisibleParts, old: Lens, after: VisibleParts, new: Lens | None) -> str | None:
    """The reason a recipient sees less through lens ``new`` than through ``old``; None if it does not.

    A recipient with denies alone saw nothing, so the end of a deny takes nothing away.
    """
    if old.standing is Standing.MUNICIPALITY:
        return None
    if after.sak.get("tilstand") == "feilregistrert":
        return "wrong-person"
    if old.standing is Standing.PERMITTED and not old.given:
        return None
    if new is None or _lost(old, new):
        return "withdrawn"
    if _shielded(after.sak) - _shielded(before.sak):
        return "shielded"
    return "labelled" if _shows_less(before, old, after, new) else None


def _lost(old: Lens, new: Lens) -> bool:
    (given, denied), (given_now, denied_now) = old.scope(), new.scope()
    return bool(given - given_now or denied_now - denied) or old.standing is not new.standing


def _shielded(sak: dict[str, Any]) -> set[str]:
    people = [sak["innbygger"], *sak.get("parorende", ())]
    return {person["id"] for person in people if is_shielded(person)}


_ORDER = (Extent.NOTHING, Extent.MINIMAL, Extent.PARTICIPANTS, Extent.COORDINATION, Extent.WHOLE)


def _shows_less(before: VisibleParts, old: Lens, after: VisibleParts, new: Lens) -> bool:
    now = after.decisions(new)
    return any(
        _ORDER.index(now[key].extent) < _ORDER.index(decision.extent)
        for key, decision in before.decisions(old).items()
        if key in now
    )

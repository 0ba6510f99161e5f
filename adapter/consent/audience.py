"""The audience of one version of a sak: its permits, every recipient's lens, and what each shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.consent.lens import lenses_of
from adapter.consent.permits import permits
from adapter.consent.visible import VisibleParts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapter.consent.lens import Lens
    from adapter.consent.permits import Holders, Permit
    from adapter.record.difference import Difference

GROUND = ("id", "tilstand", "innbygger", "parorende", "team", "planer", "samtykker")
"""The fields of a sak that permits and lenses depend on; two versions with equal ones share them."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who sees one version of a sak from ``now`` on, and what they see.

    Args:
        permits: the permits and denies of the sak.
        lenses: the lenses of every recipient, one per window.
        visible: the parts as lenses show them.
        now: the instant of the first windows.
    """

    permits: list[Permit]
    lenses: list[Lens]
    visible: VisibleParts
    now: datetime

    @classmethod
    def of(cls, visible: VisibleParts, ansatt_with: Holders, now: datetime) -> Audience:
        """The audience of a version of a sak; ``ansatt_with`` is the holder of a rolle by its id."""
        ground = _ground(visible.sak)
        rows = permits(ground, ansatt_with)
        return cls(rows, lenses_of(ground, rows, now), visible, now)

    def changed_to(self, visible: VisibleParts, ansatt_with: Holders) -> Audience:
        """The audience of the next version, with the same lenses where nothing they depend on has changed."""
        if _ground(visible.sak) == _ground(self.visible.sak):
            return Audience(self.permits, self.lenses, visible, self.now)
        return Audience.of(visible, ansatt_with, self.now)

    def current(self) -> dict[tuple[str, str], Lens]:
        """The lens of each recipient and formål that holds now."""
        return {(lens.recipient, lens.purpose): lens for lens in self.lenses if lens.window.holds(self.now)}

    def lens_at(self, like: Lens, instant: datetime) -> Lens | None:
        """The lens of the same recipient and formål as another that holds at an instant; None for none."""
        same = (
            lens for lens in self.lenses if (lens.recipient, lens.purpose) == (like.recipient, like.purpose)
        )
        return next((lens for lens in same if lens.window.holds(instant)), None)


def audiences(
    before: dict[str, Any] | None,
    after: dict[str, Any],
    difference: Difference,
    ansatt_with: Holders,
    now: datetime,
) -> tuple[Audience | None, Audience]:
    """The audiences of two versions of a sak, which share what both see alike; None for no version before."""
    if before is None:
        return None, Audience.of(VisibleParts(after, difference.after), ansatt_with, now)
    stood = Audience.of(VisibleParts(before, difference.before), ansatt_with, now)
    stands = stood.visible.changed_to(after, difference.after)
    return stood, stood.changed_to(stands, ansatt_with)


def _ground(sak: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sak[name] for name in GROUND if name in sak}

"""A lens: what one recipient sees of one sak in one window, and why a part is shown or hidden.

The first row of the read table that fits applies: the municipality's system sees everything; the person (16
or older) the whole sak; a parent with foreldreansvar, while the child is under 16, all but parts with emne
``ikke-foreldre`` (pbrl § 3-4); any other recipient the parts its permits open and no deny closes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adapter.consent.permits import (
    ALLE,
    ALLE_FOR_FORELDRE,
    ANY_PURPOSE,
    DELER,
    IKKE_FORELDRE,
    INGEN_EMNE,
    Permit,
    permits,
)
from adapter.record.competence import adulthood, parents
from adapter.record.consequences import without_consent
from adapter.record.seats import seats
from adapter.record.windows import ALWAYS, Window, boundaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from adapter.consent.permits import Holders

KOMMUNE = "kommune"
DIRECTORY = "directory"


class Standing(StrEnum):
    """The row of the read table a recipient fits."""

    MUNICIPALITY = "municipality"
    PERSON = "person"
    PARENT = "parent"
    PERMITTED = "permitted"


@dataclass(frozen=True, slots=True)
class Lens:
    """Rights of a recipient to see a sak in ``window``.

    ``given`` and ``denied`` are the permits and denies in force, empty for the first three standings.
    ``shut`` are the ids of the plans whose consent is withdrawn.
    """

    recipient: str
    purpose: str
    standing: Standing
    window: Window = ALWAYS
    given: tuple[Permit, ...] = ()
    denied: tuple[Permit, ...] = ()
    shut: frozenset[str] = frozenset()

    def opens(self, del_: str, emner: Iterable[str]) -> bool:
        """Does the lens open a part of this del with these topics? Each must be permitted and none denied."""
        return self.refusal(del_, tuple(emner)) is None

    def refusal(self, del_: str, emner: tuple[str, ...]) -> tuple[str, str | None] | None:
        """The step that refuses a del with these topics, and the samtykke behind it; None if it is open."""
        if self.standing is Standing.PARENT:
            return ("parents-excluded", None) if IKKE_FORELDRE in emner else None
        if self.standing is not Standing.PERMITTED:
            return None
        deny = self._deny(del_, emner)
        if deny is not None:
            return "denied", deny.samtykke
        open_emner = {permit.emne for permit in self.given if permit.del_ == del_}
        if INGEN_EMNE not in open_emner:
            return "del-not-permitted", None
        if ALLE_FOR_FORELDRE in open_emner:
            open_emner |= {emne for emne in emner if emne != IKKE_FORELDRE}
        if ALLE not in open_emner and not open_emner.issuperset(emner):
            return "emne-not-permitted", None
        return None

    def denies(self, del_: str, emner: tuple[str, ...]) -> bool:
        """Does a deny close this del of a part with these topics?"""
        return self.standing is Standing.PERMITTED and self._deny(del_, emner) is not None

    def _deny(self, del_: str, emner: tuple[str, ...]) -> Permit | None:
        said = (deny for deny in self.denied if deny.del_ == del_)
        return next((deny for deny in said if deny.emne == ALLE or deny.emne in emner), None)

    @property
    def opens_anything(self) -> bool:
        """Does any permit open a del that no deny closes completely?"""
        shut = {deny.del_ for deny in self.denied if deny.emne == ALLE}
        return any(permit.del_ not in shut for permit in self.given)

    def samtykke_for(self, del_: str) -> str | None:
        """The id of the samtykke that opens a del; None for a standing that needs none."""
        return next((permit.samtykke for permit in self.given if permit.del_ == del_), None)

    @property
    def whole(self) -> bool:
        """Does the recipient see the whole sak: every del, every emne, no deny?"""
        if self.standing is Standing.PERMITTED:
            wide = {permit.del_ for permit in self.given if permit.emne == ALLE}
            return not self.denied and wide.issuperset(DELER)
        return self.standing is not Standing.PARENT

    def scope(self) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
        """The (del, emne) pairs permitted and denied, without their samtykker, for comparing two lenses."""
        return (
            frozenset((permit.del_, permit.emne) for permit in self.given),
            frozenset((deny.del_, deny.emne) for deny in self.denied),
        )


def lenses(sak: dict[str, Any], ansatt_with: Holders, now: datetime) -> list[Lens]:
    """The lenses of every recipient from ``now`` on, one per window; ended windows are left out.

    Args:
        sak: the record.
        ansatt_with: the holder of a rolle by its id; None if unknown.
        now: an aware instant.
    """
    return lenses_of(sak, permits(sak, ansatt_with), now)


def lenses_of(sak: dict[str, Any], rows: list[Permit], now: datetime) -> list[Lens]:
    """The lenses of every recipient from ``now`` on, made of the sak's permits and denies ``rows``."""
    found = [Lens(KOMMUNE, ANY_PURPOSE, Standing.MUNICIPALITY)]
    if sak.get("tilstand") == "feilregistrert":
        return found
    person = sak["innbygger"]["id"]
    found.append(Lens(f"innbygger/{person}", ANY_PURPOSE, Standing.PERSON, adulthood(sak)))
    decided = {f"parorende/{parent['id']}": window for parent, window in parents(sak)}
    found.extend(
        Lens(recipient, ANY_PURPOSE, Standing.PARENT, window) for recipient, window in decided.items()
    )
    ends = boundaries(seat.window for seat in seats(sak))
    for (recipient, purpose), own in _grouped(rows, decided).items():
        found.extend(_stretches(recipient, purpose, own, ends, now))
    shut = without_consent(sak)
    return [replace(lens, shut=shut) for lens in found if lens.window.high is None or lens.window.high > now]


def _grouped(rows: list[Permit], decided: dict[str, Window]) -> dict[tuple[str, str], list[Permit]]:
    """Permits and denies by recipient and formål; a deny for every formål is added to each group.

    Parorende have no formål. The permits of a parent begin when the parent no longer decides.
    """
    groups: dict[tuple[str, str], list[Permit]] = {}
    for permit in rows:
        private = permit.recipient.startswith("parorende/")
        key = (permit.recipient, ANY_PURPOSE if private else permit.purpose)
        parental = decided.get(permit.recipient)
        after = Window(parental.high, None) if parental else ALWAYS
        groups.setdefault(key, []).append(replace(permit, window=permit.window.within(after)))
    for (recipient, purpose), denies in groups.items():
        if purpose == ANY_PURPOSE and not recipient.startswith("parorende/"):
            for (other, formal), permitted in groups.items():
                if other == recipient and formal != ANY_PURPOSE:
                    permitted.extend(denies)
    return groups


def _stretches(
    recipient: str, purpose: str, rows: list[Permit], ends: set[datetime], now: datetime
) -> Iterator[Lens]:
    """Lenses from ``now`` on, cut at every instant a row begins or ends; none where no row holds."""
    cuts = sorted(end for end in boundaries(row.window for row in rows) | ends if end > now)
    for low, high in zip([now, *cuts], [*cuts, None], strict=True):
        holding = [row for row in rows if row.window.holds(low)]
        if holding:
            yield Lens(
                recipient,
                purpose,
                Standing.PERMITTED,
                Window(None if low == now else low, high),
                tuple(row for row in holding if not row.deny),
                tuple(row for row in holding if row.deny),
            )

"""Samtykker flattened: one row per recipient, formål, del and emne, with the time it holds.

A permit comes from a samtykke that is aktiv, of type opplysningsutveksling or deltaker, given by somebody
competent, naming its recipient. A regel with virkning ``nekt`` becomes a deny, and a deny always wins.
Helsepersonelloven § 22: consent lifts the duty of confidentiality.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.fhir.dates import interval
from adapter.record.competence import Able, competence, lifetime
from adapter.record.rules.consent import is_sharing
from adapter.record.seats import standing, taken
from adapter.record.windows import ALWAYS, Window, window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

DELER = ("person", "parorende", "koordinator", "team", "plan", "mal", "tiltak", "henvendelse")
ALLE = "alle"
ALLE_FOR_FORELDRE = "alle-for-foreldre"
"""Every topic but ``ikke-foreldre``: what a parent's consent to ``alle`` is to."""
IKKE_FORELDRE = "ikke-foreldre"
INGEN_EMNE = ""
_TREAT = ("TREAT",)
ANY_PURPOSE = ""


class Held(NamedTuple):
    """The id of the ansatt who holds a rolle, and while that is so."""

    ansatt: str
    window: Window = ALWAYS


Holders = Callable[[str], Held | None]
"""Who holds a rolle, by its id; None if nobody is known to."""


@dataclass(frozen=True, slots=True)
class Permit:
    """That ``recipient`` may see (with ``deny``: may not see) a del, for a formål, while ``window`` holds.

    ``emne`` is ``""`` for the parts without a topic, a topic, ``alle``, or ``alle-for-foreldre``; ``purpose``
    is a v3-ActReason code, or ``""`` for a deny that holds whatever the formål.
    """

    recipient: str
    purpose: str
    del_: str
    emne: str
    deny: bool
    samtykke: str
    regel: str
    window: Window


def permits(sak: dict[str, Any], ansatt_with: Holders) -> list[Permit]:
    """Flatten every samtykke of the sak.

    Args:
        sak: the record.
        ansatt_with: who holds a rolle, and while; None if nobody is known to.
    """
    if sak.get("tilstand") == "feilregistrert":
        return []
    ended = _ended_participation(sak, ansatt_with)
    return [
        permit
        for samtykke in sak.get("samtykker", ())
        if is_sharing(samtykke)
        for recipient, present in _recipients(sak, samtykke, ansatt_with)
        for permit in _flatten(sak, samtykke, recipient, present, _until(samtykke, ended.get(recipient)))
        if not permit.window.is_empty()
    ]


def _flatten(
    sak: dict[str, Any], samtykke: dict[str, Any], recipient: str, present: Window, until: Window
) -> Iterator[Permit]:
    """The rows of one samtykke for one recipient.

    A deny needs nobody's competence, since refusing to share never waits for a signature; and it does not end
    with the recipient's participation, which only what was permitted does.
    """
    agreed = present.within(window_of(samtykke.get("gyldighet"))).within(lifetime(sak))
    competent = [able._replace(window=able.window.within(until)) for able in competence(sak, samtykke)]
    for regel in samtykke.get("regler", ()):
        deny = regel["virkning"] == "nekt"
        for able in [Able(ALWAYS)] if deny else competent:
            window = agreed.within(window_of(regel.get("gyldighet"))).within(able.window)
            for purpose in regel.get("formal") or ([ANY_PURPOSE] if deny else _TREAT):
                for del_ in regel.get("del") or (DELER if deny else ()):
                    for emne in _denied(regel) if deny else _permitted(regel, able):
                        yield Permit(
                            recipient, purpose, del_, emne, deny, samtykke["id"], regel["id"], window
                        )


def _denied(regel: dict[str, Any]) -> Iterable[str]:
    """The topics a regel denies, all where it names none; the parts without a topic it leaves alone."""
    return regel.get("emner") or (ALLE,)


def _permitted(regel: dict[str, Any], by: Able) -> Iterator[str]:
    """The topics a regel permits, with the parts that have none.

    A parent gives nobody what is kept from parents (pbrl § 3-4).
    """
    yield INGEN_EMNE
    for emne in regel.get("emner", ()):
        if not by.as_parent:
            yield emne
        elif emne != IKKE_FORELDRE:
            yield ALLE_FOR_FORELDRE if emne == ALLE else emne


def _recipients(
    sak: dict[str, Any], samtykke: dict[str, Any], ansatt_with: Holders
) -> Iterator[tuple[str, Window]]:
    """The recipient the samtykke names; a team is its participants, each while participating."""
    mottaker = samtykke.get("mottaker") or {}
    if "team" not in mottaker:
        yield from recipients_of(mottaker, ansatt_with)
        return
    for seat in standing(sak):
        if seat.team["id"] == mottaker["team"]:
            for recipient, window in recipients_of(seat.deltaker.get("hvem") or {}, ansatt_with):
                yield recipient, seat.window.within(window)


def recipients_of(aktor: dict[str, Any], ansatt_with: Holders) -> Iterator[tuple[str, Window]]:
    """The recipient an aktor is, and while it is: a rolle is its ansatt, as long as the rolle is held.

    Nothing for those nothing is published to by permit.
    """
    held = ansatt_with(aktor["rolle"]) if "rolle" in aktor else None
    if held is not None:
        yield f"ansatt/{held.ansatt}", held.window
    for kind in ("organisasjon", "ansatt", "parorende"):
        if kind in aktor:
            yield f"{kind}/{aktor[kind]}", ALWAYS


def _ended_participation(sak: dict[str, Any], ansatt_with: Holders) -> dict[str, datetime]:
    """When those who were deltaker stopped being one; nobody who still is (or will stay) one without end."""
    ends: dict[str, datetime | None] = {}
    for seat in taken(sak):
        for recipient, _ in recipients_of(seat.deltaker.get("hvem") or {}, ansatt_with):
            end = seat.window.high
            known = ends.get(recipient, end)
            ends[recipient] = None if end is None or known is None else max(end, known)
    return {recipient: end for recipient, end in ends.items() if end is not None}


def _until(samtykke: dict[str, Any], ended: datetime | None) -> Window:
    """Consent to a deltaker ends with the participation, unless it was given after that."""
    if ended is None:
        return ALWAYS
    given = samtykke.get("gittDato")
    return ALWAYS if given and interval(given).low >= ended else Window(None, ended)

"""Samtykker flattened: one row per recipient, formål, del and emne, with the time it holds.

A permit comes from a samtykke that is aktiv, of type opplysningsutveksling or deltaker, given by somebody
competent, naming its recipient. A regel with virkning ``nekt`` becomes a deny, and a deny always wins.
Helsepersonelloven § 22: consent lifts the duty of confidentiality.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.fhir.dates import interval
from adapter.record.competence import competence, lifetime
from adapter.record.rules.consent import SHARING
from adapter.record.seats import standing, taken
from adapter.record.windows import ALWAYS, Window, window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

DELER = ("person", "parorende", "koordinator", "team", "plan", "mal", "tiltak", "henvendelse")
ALLE = "alle"
INGEN_EMNE = ""
_TREAT = ("TREAT",)
ANY_PURPOSE = ""


@dataclass(frozen=True, slots=True)
class Permit:
    """That ``recipient`` may see (with ``deny``: may not see) a del, for a formål, while ``window`` holds.

    ``emne`` is ``""`` for the parts without a topic, a topic, or ``alle``; ``purpose`` is a v3-ActReason
    code, or ``""`` for a deny that holds whatever the formål.
    """

    recipient: str
    purpose: str
    del_: str
    emne: str
    deny: bool
    samtykke: str
    regel: str
    window: Window


def permits(sak: dict[str, Any], ansatt_with: Callable[[str], str | None]) -> list[Permit]:
    """Flatten every samtykke of the sak.

    Args:
        sak: the record.
        ansatt_with: the id of the ansatt who holds a rolle (PractitionerRole id), None if unknown.
    """
    if sak.get("tilstand") == "feilregistrert":
        return []
    ended = _ended_participation(sak, ansatt_with)
    return [
        permit
        for samtykke in sak.get("samtykker", ())
        if _shares(samtykke)
        for recipient, present in _recipients(sak, samtykke, ansatt_with)
        for permit in _flatten(
            sak, samtykke, recipient, present.within(_until(samtykke, ended.get(recipient)))
        )
        if not permit.window.is_empty()
    ]


def _shares(samtykke: dict[str, Any]) -> bool:
    return (
        samtykke.get("tilstand") == "aktiv"
        and samtykke.get("type") in SHARING
        and not samtykke.get("ugjennomsiktig")
    )


def _flatten(
    sak: dict[str, Any], samtykke: dict[str, Any], recipient: str, present: Window
) -> Iterator[Permit]:
    agreed = present.within(window_of(samtykke.get("gyldighet"))).within(lifetime(sak))
    competent = competence(sak, samtykke)
    for regel in samtykke.get("regler", ()):
        deny = regel["virkning"] == "nekt"
        # A deny needs nobody's competence: refusing to share never waits for a signature.
        for able in [ALWAYS] if deny else competent:
            window = agreed.within(window_of(regel.get("gyldighet"))).within(able)
            for purpose in regel.get("formal") or ([ANY_PURPOSE] if deny else _TREAT):
                for del_ in regel.get("del") or (DELER if deny else ()):
                    for emne in _topics(regel, deny=deny):
                        yield Permit(
                            recipient, purpose, del_, emne, deny, samtykke["id"], regel["id"], window
                        )


def _topics(regel: dict[str, Any], *, deny: bool) -> Iterable[str]:
    """A permit to a topic covers the parts without one too; a deny of a topic leaves those alone."""
    emner = regel.get("emner") or []
    if deny:
        return emner or (ALLE,)
    return (INGEN_EMNE, *emner)


def _recipients(
    sak: dict[str, Any], samtykke: dict[str, Any], ansatt_with: Callable[[str], str | None]
) -> Iterator[tuple[str, Window]]:
    """The recipient the samtykke names; a team is its participants, each while participating."""
    mottaker = samtykke.get("mottaker") or {}
    if "team" not in mottaker:
        recipient = recipient_of(mottaker, ansatt_with)
        if recipient is not None:
            yield recipient, ALWAYS
        return
    for seat in standing(sak):
        recipient = recipient_of(seat.deltaker.get("hvem") or {}, ansatt_with)
        if recipient is not None and seat.team["id"] == mottaker["team"]:
            yield recipient, seat.window


def recipient_of(aktor: dict[str, Any], ansatt_with: Callable[[str], str | None]) -> str | None:
    """The recipient an aktor is: a rolle is its ansatt; None for those nothing is published to by permit."""
    if "rolle" in aktor:
        ansatt = ansatt_with(aktor["rolle"])
        return f"ansatt/{ansatt}" if ansatt else None
    for kind in ("organisasjon", "ansatt", "parorende"):
        if kind in aktor:
            return f"{kind}/{aktor[kind]}"
    return None


def _ended_participation(
    sak: dict[str, Any], ansatt_with: Callable[[str], str | None]
) -> dict[str, datetime]:
    """When those who were deltaker stopped being one; nobody who still is (or will stay) one without end."""
    ends: dict[str, datetime | None] = {}
    for seat in taken(sak):
        recipient = recipient_of(seat.deltaker.get("hvem") or {}, ansatt_with)
        if recipient is not None:
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

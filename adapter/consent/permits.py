"""Permits: samtykker flattened to one row per recipient, formål, del and emne, with its window.

A permit comes from a samtykke that is aktiv, has the type opplysningsutveksling or deltaker, a competent
giver and a recipient. A regel with virkning ``nekt`` becomes a deny, and a deny always wins.
Helsepersonelloven § 22: consent lifts the duty of confidentiality.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.fhir.dates import interval
from adapter.record.competence import Able, competence, lifetime
from adapter.record.parts import PARTS
from adapter.record.rules.consent import is_sharing
from adapter.record.seats import is_standing, taken
from adapter.record.windows import ALWAYS, NEVER, Window, unbroken, window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DELER = (*dict.fromkeys(kind.del_ for kind in PARTS if kind.del_), "koordinator")
"""The dels a permit may open: those of the parts, and ``koordinator``, a team's coordinators alone."""
ALLE = "alle"
ALLE_FOR_FORELDRE = "alle-for-foreldre"
"""Every emne but ``ikke-foreldre``: the meaning of ``alle`` in a samtykke given by a parent."""
IKKE_FORELDRE = "ikke-foreldre"
INGEN_EMNE = ""
_TREAT = ("TREAT",)
ANY_PURPOSE = ""


class Reached(NamedTuple):
    """One recipient of a samtykke, with the windows of its permits and of its denies."""

    recipient: str
    permitted: Window
    denied: Window


class Held(NamedTuple):
    """The holder of a rolle: the id of the ansatt, and the window in which the rolle is held."""

    ansatt: str
    window: Window = ALWAYS


Holders = Callable[[str], Held | None]
"""Finds the holder of a rolle by its id; None if unknown."""


@dataclass(frozen=True, slots=True)
class Permit:
    """A permit (with ``deny``: a deny) of one del to one recipient for one formål, in ``window``.

    ``emne`` is ``""`` for the parts without a topic, a topic, ``alle``, or ``alle-for-foreldre``; ``purpose``
    is a v3-ActReason code, or ``""`` for a deny that applies to every formål.
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
    """The permits and denies of every samtykke of the sak.

    Args:
        sak: the record.
        ansatt_with: the holder of a rolle by its id; None if unknown.
    """
    if sak.get("tilstand") == "feilregistrert":
        return []
    took_part = _participation(sak, ansatt_with)
    return [
        permit
        for samtykke in sak.get("samtykker", ())
        if is_sharing(samtykke)
        for reached in _recipients(sak, samtykke, ansatt_with)
        for permit in _flatten(sak, samtykke, reached, _until(samtykke, took_part.get(reached.recipient, [])))
        if not permit.window.is_empty()
    ]


def _flatten(
    sak: dict[str, Any], samtykke: dict[str, Any], reached: Reached, until: Window
) -> Iterator[Permit]:
    """The permits and denies of one samtykke for one recipient.

    A deny needs no competent giver, since refusing to share needs no signature. Permits end with the
    recipient's participation or rolle; denies do not.
    """
    recipient, agreed = reached.recipient, window_of(samtykke.get("gyldighet")).within(lifetime(sak))
    permitted = reached.permitted.within(until)
    competent = [able._replace(window=able.window.within(permitted)) for able in competence(sak, samtykke)]
    for regel in samtykke.get("regler", ()):
        deny = regel["virkning"] == "nekt"
        for able in [Able(reached.denied)] if deny else competent:
            window = agreed.within(window_of(regel.get("gyldighet"))).within(able.window)
            for purpose in regel.get("formal") or ([ANY_PURPOSE] if deny else _TREAT):
                for del_ in regel.get("del") or (DELER if deny else ()):
                    for emne in _denied(regel) if deny else _permitted(regel, able):
                        yield Permit(
                            recipient, purpose, del_, emne, deny, samtykke["id"], regel["id"], window
                        )


def _denied(regel: dict[str, Any]) -> Iterable[str]:
    """The topics a regel denies: those it names, else ``alle``."""
    return regel.get("emner") or (ALLE,)


def _permitted(regel: dict[str, Any], by: Able) -> Iterator[str]:
    """The topics a regel permits, with ``""`` for the parts without a topic.

    A parent cannot permit parts with emne ``ikke-foreldre`` (pbrl § 3-4).
    """
    yield INGEN_EMNE
    for emne in regel.get("emner", ()):
        if not by.as_parent:
            yield emne
        elif emne != IKKE_FORELDRE:
            yield ALLE_FOR_FORELDRE if emne == ALLE else emne


def _recipients(sak: dict[str, Any], samtykke: dict[str, Any], ansatt_with: Holders) -> Iterator[Reached]:
    """The recipients of a samtykke; a team means its participants, each while participating."""
    mottaker = samtykke.get("mottaker") or {}
    if "team" not in mottaker:
        for recipient, held in recipients_of(mottaker, ansatt_with):
            yield Reached(recipient, held, ALWAYS)
        return
    for seat in taken(sak):
        if seat.team["id"] == mottaker["team"]:
            present = seat.window if is_standing(seat) else NEVER
            for recipient, held in recipients_of(seat.deltaker.get("hvem") or {}, ansatt_with):
                yield Reached(recipient, present.within(held), Window(seat.window.low, None))


def recipients_of(aktor: dict[str, Any], ansatt_with: Holders) -> Iterator[tuple[str, Window]]:
    """The recipient of an aktor, with its window: a rolle is its ansatt, while the rolle is held.

    An aktor that cannot be a recipient by permit gives none.
    """
    held = ansatt_with(aktor["rolle"]) if "rolle" in aktor else None
    if held is not None:
        yield f"ansatt/{held.ansatt}", held.window
    for kind in ("organisasjon", "ansatt", "parorende"):
        if kind in aktor:
            yield f"{kind}/{aktor[kind]}", ALWAYS


def _participation(sak: dict[str, Any], ansatt_with: Holders) -> dict[str, list[Window]]:
    """The windows in which each recipient takes part: disjoint and in order of time."""
    seats: dict[str, list[Window]] = {}
    for seat in taken(sak):
        for recipient, _ in recipients_of(seat.deltaker.get("hvem") or {}, ansatt_with):
            seats.setdefault(recipient, []).append(seat.window)
    return {recipient: unbroken(windows) for recipient, windows in seats.items()}


def _until(samtykke: dict[str, Any], took_part: list[Window]) -> Window:
    """The window of a permit by participation: a permit given before a participation ended ends with it.

    A new participation does not revive the permit. A samtykke given after the last participation is not
    limited by it.
    """
    given = interval(samtykke["gittDato"]).low if "gittDato" in samtykke else None
    for stretch in took_part:
        if stretch.high is None or given is None or stretch.high > given:
            return Window(None, stretch.high)
    return ALWAYS

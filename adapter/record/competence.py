"""Competence to consent for the person: the person from 16, a parent until then, a verge by mandate.

Pasient- og brukerrettighetsloven § 4-3 (16 years), § 4-4 (parents), § 4-7 (deprived of legal capacity);
vergemålsloven § 21 (a verge acts within the mandate). A samtykke gives access only while one of its givers is
competent: a samtykke from a parent ends on the sixteenth birthday.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.fhir.dates import anniversary, interval
from adapter.record.windows import ALWAYS, Window, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator

HEALTH_MAJORITY = 16  # helserettslig myndighetsalder, pbrl § 4-3


def has_foreldreansvar(parorende: dict[str, Any]) -> bool:
    """Does this parorende have foreldreansvar: shared between the parents, or this parent's own?

    Codes: no-basis-parental-responsibility; a parent is one by ``relasjon`` mor, far or medmor.
    """
    relasjon = parorende.get("relasjon")
    return relasjon in {"mor", "far", "medmor"} and parorende.get("foreldreansvar") in {"felles", relasjon}


def adulthood(sak: dict[str, Any]) -> Window:
    """The window in which the person decides alone: from the age of 16; always without a birth date."""
    born = sak["innbygger"].get("fodselsdato")
    return Window(anniversary(born, HEALTH_MAJORITY), None) if born else ALWAYS


def under_parents(sak: dict[str, Any]) -> Window | None:
    """The window in which a parent decides for the person; None without a birth date."""
    born = sak["innbygger"].get("fodselsdato")
    return Window(None, anniversary(born, HEALTH_MAJORITY)) if born else None


def lifetime(sak: dict[str, Any]) -> Window:
    """The window up to the person's death; no samtykke gives access after it."""
    died = sak["innbygger"].get("dodsdato")
    return Window(None, interval(died).high) if died else ALWAYS


def parents(sak: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Window]]:
    """The parorende with parental responsibility, each with the window in which they decide."""
    child = under_parents(sak)
    if child is None:
        return
    for parorende in sak.get("parorende", ()):
        if parorende.get("aktiv", True) and has_foreldreansvar(parorende):
            yield parorende, child.within(window_of(parorende.get("gyldighet")))


class Able(NamedTuple):
    """One competent giver: the window of the competence, and whether it comes from foreldreansvar."""

    window: Window
    as_parent: bool = False


def competence(sak: dict[str, Any], samtykke: dict[str, Any]) -> list[Able]:
    """The givers of ``samtykke`` that were competent on the date it was given; empty if none was.

    A child that was not competent when the samtykke was given does not become a giver at 16.
    """
    given = samtykke.get("gittDato")
    when = Window(*interval(given)) if given else ALWAYS
    return [able for able in _able(sak, samtykke) if not able.window.within(when).is_empty()]


def _able(sak: dict[str, Any], samtykke: dict[str, Any]) -> Iterator[Able]:
    parental = {parorende["id"]: window for parorende, window in parents(sak)}
    guardians = {
        parorende["id"]: window_of(parorende.get("gyldighet"))
        for parorende in sak.get("parorende", ())
        if parorende.get("aktiv", True) and (parorende.get("verge") or {}).get("personligOmrade")
    }
    for giver in samtykke.get("gittAv", ()):
        if giver.get("innbygger") == sak["innbygger"]["id"]:
            yield Able(adulthood(sak))
        elif giver.get("parorende") in parental:
            yield Able(parental[giver["parorende"]], as_parent=True)
        elif giver.get("parorende") in guardians:
            yield Able(guardians[giver["parorende"]])

"""Who may decide for the person: the person from 16, until then a parent, and a verge within the mandate.

Pasient- og brukerrettighetsloven § 4-3 (16 years), § 4-4 (parents), § 4-7 (deprived of legal capacity);
vergemålsloven § 21 (a verge acts within the mandate). A samtykke opens nothing outside the time in which
somebody who gave it could give it: what a parent consented to ends on the sixteenth birthday.
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
    """When the person decides alone: from the sixteenth birthday, always if no birth date is known."""
    born = sak["innbygger"].get("fodselsdato")
    return Window(anniversary(born, HEALTH_MAJORITY), None) if born else ALWAYS


def under_parents(sak: dict[str, Any]) -> Window | None:
    """When a parent decides for the person; None if no birth date says that the person is a child."""
    born = sak["innbygger"].get("fodselsdato")
    return Window(None, anniversary(born, HEALTH_MAJORITY)) if born else None


def lifetime(sak: dict[str, Any]) -> Window:
    """Until the person's death; what was shared with consent is not shared on after it."""
    died = sak["innbygger"].get("dodsdato")
    return Window(None, interval(died).high) if died else ALWAYS


def parents(sak: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Window]]:
    """The parorende who decide as parents, each with the time in which they do."""
    child = under_parents(sak)
    if child is None:
        return
    for parorende in sak.get("parorende", ()):
        if parorende.get("aktiv", True) and has_foreldreansvar(parorende):
            yield parorende, child.within(window_of(parorende.get("gyldighet")))


class Able(NamedTuple):
    """While ``window`` holds somebody can decide for the person; ``as_parent``: with foreldreansvar."""

    window: Window
    as_parent: bool = False


def competence(sak: dict[str, Any], samtykke: dict[str, Any]) -> list[Able]:
    """Who of those who gave ``samtykke`` could give it when they did, and while each can; empty for nobody.

    A child's name beside the parents' does not become a consent on the sixteenth birthday.
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

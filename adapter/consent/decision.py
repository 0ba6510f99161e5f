"""The decision whether a recipient sees a part, with its rule and samtykke, as a privacy officer asks for it.

``decide`` is pure and total: every decision names the row of the read table or the step that refused, and the
samtykke behind it. ``visible`` decides every part the same way, so publications and explanations agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adapter.consent.lens import Lens, Standing, lenses
from adapter.consent.permits import ANY_PURPOSE

if TYPE_CHECKING:
    from datetime import datetime

    from adapter.consent.permits import Holders
    from adapter.record.parts import Part

COORDINATING = frozenset(
    {
        "koordinator",
        "koordinator-hf",
        "barnekoordinator",
        "forlopskoordinator-kommune",
        "forlopskoordinator-hf",
        "stedfortreder-koordinator",
        "koordinerende-enhet",
    }
)


class Extent(StrEnum):
    """Extent to which a part is shown."""

    NOTHING = "nothing"
    MINIMAL = "minimal"  # of the person: name, identifier, birth date, gender
    COORDINATION = "coordination"  # of a team: those who coordinate
    PARTICIPANTS = "participants"  # of a team: all but those
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Decision:
    """The extent a recipient sees of a part, the rule, and the samtykke that opened or closed the part."""

    extent: Extent
    rule: str
    samtykke: str | None = None


def decide(lens: Lens, part: Part) -> Decision:
    """The decision on one part through one lens.

    Rules that open: ``municipality``, ``person``, ``parent``, ``permitted``, ``oneself``. Steps that refuse:
    ``denied``, ``del-not-permitted``, ``emne-not-permitted``, ``parents-excluded``, ``not-a-coordinator``,
    ``names-another-recipient``, ``opaque``, ``draft``, ``plan-consent-withdrawn``.
    """
    if lens.standing is Standing.MUNICIPALITY:
        return Decision(Extent.WHOLE, lens.standing)
    if part.kind == "samtykke":
        return _decide_samtykke(lens, part)
    emner = tuple(part.emner)
    refusal = _shut_plan(lens, part) or lens.refusal(part.del_, emner)
    if refusal is None:
        all_but = part.kind == "team" and lens.denies("koordinator", emner)
        extent = Extent.PARTICIPANTS if all_but else Extent.WHOLE
        return Decision(extent, lens.standing, lens.samtykke_for(part.del_))
    return _decide_besides(lens, part, refusal[0]) or Decision(Extent.NOTHING, *refusal)


def _decide_besides(lens: Lens, part: Part, refused_by: str) -> Decision | None:
    """The decision on a part whose del is not open: any permit shows the person (minimal) and oneself."""
    if part.kind == "innbygger" and lens.opens_anything:
        return Decision(Extent.MINIMAL, lens.standing, lens.given[0].samtykke)
    is_oneself = lens.recipient == f"{part.kind}/{part.id}" and refused_by == "del-not-permitted"
    if is_oneself and lens.opens_anything:
        return Decision(Extent.WHOLE, "oneself", lens.given[0].samtykke)
    if part.kind == "team" and lens.opens("koordinator", part.emner):
        return _decide_coordination(lens, part)
    return None


def _shut_plan(lens: Lens, part: Part) -> tuple[str, None] | None:
    """Why a plan is closed: a draft of another owner, or a plan whose consent is withdrawn; None if open."""
    if part.kind != "plan" or lens.standing is not Standing.PERMITTED:
        return None
    kind, _, name = lens.recipient.partition("/")
    if part.body.get("status") == "utkast" and (part.body.get("eier") or {}).get(kind) != name:
        return "draft", None
    ended = (part.body.get("avslutning") or {}).get("grunn")
    is_shut = part.id in lens.shut or ended == "samtykke-trukket"
    return ("plan-consent-withdrawn", None) if is_shut else None


def _decide_coordination(lens: Lens, part: Part) -> Decision:
    if any(deltaker.get("rolle") in COORDINATING for deltaker in part.body.get("deltakere", ())):
        return Decision(Extent.COORDINATION, lens.standing, lens.samtykke_for("koordinator"))
    return Decision(Extent.NOTHING, "not-a-coordinator")


def _decide_samtykke(lens: Lens, part: Part) -> Decision:
    """A samtykke is shown to the municipality, the person, a deciding parent, its owner and its recipient."""
    if lens.standing in {Standing.PERSON, Standing.PARENT}:
        refusal = lens.refusal("person", tuple(part.emner))
        return Decision(Extent.NOTHING, *refusal) if refusal else Decision(Extent.WHOLE, lens.standing)
    kind, _, name = lens.recipient.partition("/")
    by_it = any(permit.samtykke == part.id for permit in (*lens.given, *lens.denied))
    by_name = any((part.body.get(key) or {}).get(kind) == name for key in ("mottaker", "eier"))
    if lens.opens_anything and (by_it or by_name):
        return Decision(Extent.WHOLE, lens.standing, part.id)
    if part.body.get("ugjennomsiktig"):
        return Decision(Extent.NOTHING, "opaque")
    return Decision(Extent.NOTHING, "names-another-recipient")


def explain(
    sak: dict[str, Any],
    part: Part,
    recipient: str,
    purpose: str,
    instant: datetime,
    ansatt_with: Holders,
) -> Decision:
    """The decision on one part for a recipient at an instant, from the record alone.

    Besides the rules of :func:`decide`: ``no-permit`` for a recipient without a lens at the instant, and
    ``representative-not-yet`` for a verge or fullmektig, whose access is not built.
    """
    standing = [
        lens
        for lens in lenses(sak, ansatt_with, instant)
        if lens.recipient == recipient
        and lens.purpose in {purpose, ANY_PURPOSE}
        and lens.window.holds(instant)
    ]
    if standing:
        return decide(max(standing, key=lambda lens: bool(lens.given)), part)
    kind, _, name = recipient.partition("/")
    represents = any(
        parorende["id"] == name and (parorende.get("verge") or parorende.get("fullmakt"))
        for parorende in sak.get("parorende", ())
    )
    return Decision(
        Extent.NOTHING, "representative-not-yet" if kind == "parorende" and represents else "no-permit"
    )

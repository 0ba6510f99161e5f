"""The visible record: a sak reduced to what a lens shows, before the mapping.

Hidden parts are dropped, and so are all references to them: a deltaker who is a hidden parorende, an id of a
hidden goal. Shielded addresses and telecom go to the municipality alone (kode 6, kode 7, § 19:
folkeregisterloven § 10-4); so does the residue of a shielded person, which may contain an address.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapter.consent.decision import COORDINATING, Decision, Extent, decide
from adapter.consent.lens import Lens, Standing
from adapter.consent.permits import IKKE_FORELDRE
from adapter.record.parts import BY_NAME, SHOWN, parts
from adapter.record.references import MENTIONING, mentioned
from adapter.record.windows import window_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from adapter.record.parts import Part

MINIMAL_PERSON = ("id", "identer", "navn", "fodselsdato", "kjonn")
COORDINATION_TEAM = ("id", "status", "gyldighet", "ansvarlige", "emner", "eier")
COORDINATION_DELTAKER = ("id", "rolle", "hvem", "gyldighet")
_SHIELDED_FIELDS = ("adresser", "kontaktpunkter")
_BIRTH_NUMBERS = {"fnr", "dnr"}
BESIDE: Mapping[str, frozenset[Standing]] = {
    "forlop": frozenset({Standing.PERSON}),
    "evalueringer": frozenset({Standing.PERSON, Standing.PERMITTED}),
    "saksgang": frozenset({Standing.PERSON}),
    "vedtak": frozenset({Standing.PERSON}),
    "klager": frozenset({Standing.PERSON}),
    "moter": frozenset({Standing.PERSON}),
    "dokumenter": frozenset({Standing.PERSON}),
}
"""The lists of a sak that are no parts yet, with the standings that see them beside the municipality.

These lists have no topics, so they are shown only to a recipient that sees the whole sak. An evaluering
belongs to the plan (§ 19 g); casework is no del that a consent could open, and is shown to the person
(pbrl § 5-1).
"""
_SHOWN_WITH_ITS_PART = "mottaker"
"""The recipient of a samtykke is never hidden: without it the samtykke would read as one to everybody."""

_Key = tuple[str, str]
"""Kind and id of a part: two parts of different kinds may have the same id."""


@dataclass(frozen=True, slots=True)
class _Made:
    """The shown parts and the references of each part, kept so that each is made once."""

    shown: dict[Hashable, Part] = field(default_factory=dict)
    mentions: dict[int, frozenset[_Key]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisibleParts:
    """One version of a sak, and its parts as lenses show them.

    Lenses that show a part alike give the same object, and so do two versions that share the part (see
    :meth:`changed_to`): comparing what two recipients see, or one before and after, is comparing objects.
    """

    sak: dict[str, Any]
    parts: Mapping[_Key, Part]
    _made: _Made = field(default_factory=_Made)
    _decisions: dict[int, tuple[Lens, dict[_Key, Decision]]] = field(default_factory=dict)

    def changed_to(self, sak: dict[str, Any], parts: Mapping[_Key, Part]) -> VisibleParts:
        """The next version of the sak; a part that stays must be the same object in both, and a list is."""
        stays = {name: self.sak[name] for name in BESIDE if name in sak and sak[name] == self.sak.get(name)}
        return VisibleParts({**sak, **stays}, parts, self._made)

    def decisions(self, lens: Lens) -> Mapping[_Key, Decision]:
        """The decision of a lens on each part."""
        known = self._decisions.get(id(lens))
        if known is None:
            known = lens, {key: decide(lens, part) for key, part in self.parts.items()}
            self._decisions[id(lens)] = known
        return known[1]

    def through(self, lens: Lens, instant: datetime) -> Mapping[_Key, Part] | None:
        """The parts as a lens shows them; None if nothing is shown.

        ``instant`` decides which coordinators are former: it is the beginning of the window of the lens.
        """
        if lens.standing is Standing.MUNICIPALITY:
            return self.parts
        extents = {key: decision.extent for key, decision in self.decisions(lens).items()}
        if extents["innbygger", self.sak["innbygger"]["id"]] is Extent.NOTHING:
            return None
        hidden = {key for key, extent in extents.items() if extent is Extent.NOTHING}
        return {
            key: self._shown(self.parts[key], extent, lens, instant, hidden)
            for key, extent in extents.items()
            if extent is not Extent.NOTHING
        }

    def beside(self, lens: Lens) -> dict[str, Any]:
        """The lists of the sak beside its parts that the lens shows."""
        if lens.standing is Standing.MUNICIPALITY:
            return {name: self.sak[name] for name in BESIDE if name in self.sak}
        may = {name for name, standings in BESIDE.items() if lens.standing in standings}
        return {name: self.sak[name] for name in self.sak if name in may and lens.whole}

    def record(self, lens: Lens, shown: Mapping[_Key, Part]) -> dict[str, Any]:
        """The sak with the shown parts only, and the lists beside them that the lens shows."""
        if lens.standing is Standing.MUNICIPALITY:
            return self.sak
        seen: dict[str, Any] = {key: value for key, value in self.sak.items() if isinstance(value, str)}
        for part in shown.values():
            kind = BY_NAME[part.kind]
            seen[kind.field] = [*seen.get(kind.field, ()), part.body] if kind.listed else part.body
        return {**seen, **self.beside(lens)}

    def mentions(self, part: Part) -> frozenset[_Key]:
        """Kind and id of everything a part may refer to."""
        known = self._made.mentions.get(id(part))
        if known is None:
            known = self._made.mentions[id(part)] = mentioned(part.body)
        return known

    def _shown(self, part: Part, extent: Extent, lens: Lens, instant: datetime, hidden: set[_Key]) -> Part:
        """One part as the lens shows it, without references to hidden parts."""
        left_out = hidden & self.mentions(part) if hidden else frozenset()
        past = _past(part, instant) if extent is Extent.COORDINATION else ()
        standing = lens.standing if part.kind == "samtykke" else None
        alike = (id(part), extent, frozenset(left_out), past, standing)
        known = self._made.shown.get(alike)
        if known is None:
            body = _trim(_without_denies(part, lens), extent, past)
            shown = _unlinked(_scrub(body, left_out)) if left_out else body
            known = part if shown is part.body else replace(part, body=shown)
            self._made.shown[alike] = known
        return known


def visible(sak: dict[str, Any], lens: Lens, instant: datetime) -> dict[str, Any] | None:
    """The sak as ``lens`` shows it at an instant, as a smaller record; None if nothing is shown."""
    every = VisibleParts(sak, {(part.kind, part.id): part for part in parts("sak", sak)})
    shown = every.through(lens, instant)
    return None if shown is None else every.record(lens, shown)


def _without_denies(part: Part, lens: Lens) -> Part:
    """A samtykke without its denies for its recipient, and without rules on ``ikke-foreldre`` for a parent.

    A recipient is not told of denies, nor a parent that a topic is hidden from parents.
    """
    if part.kind != "samtykke" or "regler" not in part.body or lens.standing is Standing.PERSON:
        return part
    if lens.standing is Standing.PARENT:
        shown = [regel for regel in part.body["regler"] if IKKE_FORELDRE not in regel.get("emner", ())]
    else:
        shown = [regel for regel in part.body["regler"] if regel["virkning"] != "nekt"]
    return part if shown == part.body["regler"] else replace(part, body={**part.body, "regler": shown})


def is_shielded(person: Mapping[str, Any]) -> bool:
    """Does this innbygger or parorende have a protected address?"""
    return bool(person.get("adressebeskyttelse", "ugradert") != "ugradert")


def sees_rest(lens: Lens, part: Part, writer: str) -> bool:
    """Does the lens show the residue that ``writer`` (a recipient) sent with a part?

    Residue is shown to its writer, the municipality, and recipients that see the whole sak; the residue of a
    shielded person only to the municipality.
    """
    if lens.standing is Standing.MUNICIPALITY:
        return True
    return (lens.whole or lens.recipient == writer) and not is_shielded(part.body)


def for_directory(ansatt: dict[str, Any]) -> dict[str, Any]:
    """An ansatt as the directory shows it: without birth numbers."""
    kept = [ident for ident in ansatt.get("identer", ()) if ident.get("type") not in _BIRTH_NUMBERS]
    return {**ansatt, "identer": kept}


def _trim(part: Part, extent: Extent, past: tuple[int, ...]) -> dict[str, Any]:
    """The body of a part to an extent, without the deltakere at the indices ``past``."""
    body: dict[str, Any] = part.body
    if part.kind in {"innbygger", "parorende"} and is_shielded(body):
        body = {key: value for key, value in body.items() if key not in _SHIELDED_FIELDS}
    if extent is Extent.MINIMAL:
        return {key: body[key] for key in MINIMAL_PERSON if key in body}
    if extent is Extent.COORDINATION:
        return {
            **{key: body[key] for key in COORDINATION_TEAM if key in body},
            "deltakere": [
                {key: deltaker[key] for key in COORDINATION_DELTAKER if key in deltaker}
                for index, deltaker in enumerate(body.get("deltakere", ()))
                if deltaker.get("rolle") in COORDINATING and index not in past
            ],
        }
    if extent is Extent.PARTICIPANTS:
        others = [one for one in body.get("deltakere", ()) if one.get("rolle") not in COORDINATING]
        return {**body, "deltakere": others}
    return body


def _past(part: Part, instant: datetime) -> tuple[int, ...]:
    """The indices of the deltakere of a team whose participation is over."""
    return tuple(
        index
        for index, deltaker in enumerate(part.body.get("deltakere", ()))
        if window_of(deltaker.get("gyldighet")).is_over(instant)
    )


def _unlinked(body: dict[str, Any]) -> dict[str, Any]:
    """The body without links that are stored in other parts, where all of those are hidden."""
    return {name: value for name, value in body.items() if value or name not in SHOWN}


def _scrub(value: Any, hidden: AbstractSet[_Key], name: str = "") -> Any:
    """The value without references to hidden parts; ``name`` is the field that holds it."""
    if isinstance(value, dict):
        return {
            inner: _scrub(item, hidden, inner)
            for inner, item in value.items()
            if not _betrays(item, hidden, inner)
        }
    if isinstance(value, list):
        return [_scrub(item, hidden, name) for item in value if not _betrays(item, hidden, name)]
    return value


def _betrays(item: Any, hidden: AbstractSet[_Key], name: str) -> bool:
    """Does an item refer to a hidden part: an id, an aktor, a deltaker, or an item about one?"""
    if name == _SHOWN_WITH_ITS_PART:
        return False
    if isinstance(item, dict):
        aktor = item.get("hvem", item)
        if len(aktor) == 1 and any(one in hidden for one in aktor.items() if isinstance(one[1], str)):
            return True
        return any(
            (MENTIONING.get(inner, ""), id_) in hidden for inner, id_ in item.items() if isinstance(id_, str)
        )
    return isinstance(item, str) and (MENTIONING.get(name, ""), item) in hidden

"""The visible record: a sak reduced to what a lens shows, before the mapping.

Hidden parts are dropped, and so are all references to them: a deltaker who is a hidden parorende, an id of a
hidden goal. Shielded addresses and telecom go to the municipality alone (kode 6, kode 7, § 19:
folkeregisterloven § 10-4); so does the residue of a shielded person, which may contain an address.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.consent.decision import COORDINATING, Extent, decide
from adapter.consent.lens import Lens, Standing
from adapter.consent.permits import IKKE_FORELDRE
from adapter.record.parts import BY_NAME, parts
from adapter.record.references import NAMING
from adapter.record.windows import window_of

if TYPE_CHECKING:
    from collections.abc import Mapping
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


def visible(sak: dict[str, Any], lens: Lens, instant: datetime) -> dict[str, Any] | None:
    """The sak as ``lens`` shows it, as a smaller record; None if nothing is shown.

    ``instant`` decides which coordinators are former: it is the beginning of the window of the lens.
    """
    if lens.standing is Standing.MUNICIPALITY:
        return sak
    shown: dict[_Key, dict[str, Any]] = {}
    for part in parts("sak", sak):
        extent = decide(lens, part).extent
        if extent is not Extent.NOTHING:
            shown[part.kind, part.id] = _trim(_without_denies(part, lens), extent, instant)
    if ("innbygger", sak["innbygger"]["id"]) not in shown:
        return None
    return {**_without_hidden(sak, shown), **_beside(sak, lens)}


def _beside(sak: dict[str, Any], lens: Lens) -> dict[str, Any]:
    """The lists of the sak beside its parts that the lens shows."""
    may = {field for field, standings in BESIDE.items() if lens.standing in standings}
    return {field: sak[field] for field in sak if field in may and lens.whole}


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
    return replace(part, body={**part.body, "regler": shown})


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


def _trim(part: Part, extent: Extent, instant: datetime) -> dict[str, Any]:
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
                for deltaker in body.get("deltakere", ())
                if deltaker.get("rolle") in COORDINATING and _is_not_past(deltaker, instant)
            ],
        }
    if extent is Extent.PARTICIPANTS:
        others = [one for one in body.get("deltakere", ()) if one.get("rolle") not in COORDINATING]
        return {**body, "deltakere": others}
    return body


def _is_not_past(deltaker: dict[str, Any], instant: datetime) -> bool:
    end = window_of(deltaker.get("gyldighet")).high
    return end is None or instant < end


def _without_hidden(sak: dict[str, Any], shown: Mapping[_Key, dict[str, Any]]) -> dict[str, Any]:
    """The sak with only the shown parts, and no reference to a hidden part."""
    hidden = {(part.kind, part.id) for part in parts("sak", sak)} - shown.keys()
    seen: dict[str, Any] = {key: value for key, value in sak.items() if isinstance(value, str)}
    for (name, _), body in shown.items():
        kind, bare = BY_NAME[name], _scrub(body, hidden)
        seen[kind.field] = [*seen.get(kind.field, ()), bare] if kind.listed else bare
    return seen


def _scrub(value: Any, hidden: set[_Key], field: str = "") -> Any:
    """The value without references to hidden parts; ``field`` is the name of the field that holds it."""
    if isinstance(value, dict):
        return {
            name: _scrub(item, hidden, name)
            for name, item in value.items()
            if not _betrays(item, hidden, name)
        }
    if isinstance(value, list):
        return [_scrub(item, hidden, field) for item in value if not _betrays(item, hidden, field)]
    return value


def _betrays(item: Any, hidden: set[_Key], field: str) -> bool:
    """Does an item refer to a hidden part: an id, an aktor, a deltaker, or an item about one?"""
    if field == _SHOWN_WITH_ITS_PART:
        return False
    if isinstance(item, dict):
        aktor = item.get("hvem", item)
        if len(aktor) == 1 and any(one in hidden for one in aktor.items() if isinstance(one[1], str)):
            return True
        return any(
            (NAMING.get(name, ""), id_) in hidden for name, id_ in item.items() if isinstance(id_, str)
        )
    return isinstance(item, str) and (NAMING.get(field, ""), item) in hidden

"""The write table: which fields of a part it sees a recipient may change.

The municipality's system may write all that the rules of law allow, and has no row. A right names the fields
it covers; a change of any other field is refused with the name of the field. Hidden fields are never named,
since only the visible part is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.consent.lens import Lens, Standing
from adapter.fhir.dates import interval
from adapter.record.windows import window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    Aktorer = Collection[dict[str, str]]
    _Part = Mapping[str, Any]
    Keeps = Callable[[_Part | None, _Part, Aktorer], bool]

EVERY = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Right:
    """The right of a relation to a part to change its ``fields``, and with ``create`` to create such a part.

    ``keeps`` is the limit of the right: whether the part before, the part after and the writer are within it.
    """

    kind: str
    standings: frozenset[Standing]
    relation: str  # owner | performer | participant | anybody
    fields: frozenset[str] = EVERY
    create: bool = False
    keeps: Keeps = lambda _before, _after, _me: True


def _delplan(before: _Part | None, after: _Part, _: Aktorer) -> bool:
    return all(str(one.get("plantype", "")).startswith("delplan-") for one in (before or after, after))


def _proposed_goal(before: _Part | None, after: _Part, _: Aktorer) -> bool:
    return all(one.get("status") == "foreslatt" for one in (before or after, after))


def _proposed_consent(before: _Part | None, after: _Part, _: Aktorer) -> bool:
    return all(one.get("tilstand") == "foreslatt" for one in (before or after, after))


def _signed_by_the_writer(before: _Part | None, after: _Part, me: Aktorer) -> bool:
    """Tests whether every new giver in ``gittAv`` is the writer."""
    signed = (before or {}).get("gittAv", ())
    return all(one in signed or one in me for one in after.get("gittAv", ()))


_FAMILY = frozenset({Standing.PERSON, Standing.PARENT})
_OTHERS = frozenset({Standing.PERMITTED})
RIGHTS = (
    Right("samtykke", _FAMILY, "anybody", create=True, keeps=_signed_by_the_writer),
    Right("maal", _FAMILY, "owner", frozenset({"tekst", "prioritet", "uttryktAv"}), create=True),
    Right("henvendelse", _FAMILY | _OTHERS, "owner", create=True),
    Right("plan", _OTHERS, "owner", create=True, keeps=_delplan),
    Right("maal", _OTHERS, "owner", create=True, keeps=_proposed_goal),
    Right("tiltak", _OTHERS, "owner", create=True),
    Right("tiltak", _OTHERS, "performer", frozenset({"status", "notater", "gyldighet"})),
    Right("team", _OTHERS, "participant", frozenset({"deltakere"})),
    Right("samtykke", _OTHERS, "owner", create=True, keeps=_proposed_consent),
)


def refused_fields(
    lens: Lens,
    kind: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    me: Aktorer,
    today: date,
) -> list[str]:
    """The changed fields of ``after`` without a right; empty if all have one, ``["*"]`` for a new part.

    Args:
        lens: the writer's lens at this instant.
        kind: the kind of part.
        before: the part as the writer sees it, None for a new part.
        after: the part as it would become.
        me: the aktorer of the writer: its recipient, and the roller of an ansatt.
        today: the date on the Norwegian clock.
    """
    rights = [right for right in RIGHTS if right.kind == kind and lens.standing in right.standings]
    body = before or {}
    changed = {name for name in body.keys() | after.keys() if body.get(name) != after.get(name)}
    changed -= {"id", "eier"}
    if before is None:
        allowed = [right for right in rights if right.create and right.keeps(None, after, me)]
    else:
        allowed = [
            right
            for right in rights
            if _relates(right.relation, me, body, after, today) and right.keeps(body, after, me)
        ]
    if before is None:
        return [] if allowed else ["*"]
    open_fields = frozenset[str]().union(*(right.fields for right in allowed))
    return [] if "*" in open_fields else sorted(changed - open_fields)


def owner_of(lens: Lens) -> dict[str, str]:
    """The writer as an aktor: the ``eier`` of the parts it creates."""
    kind, _, id_ = lens.recipient.partition("/")
    return {kind: id_}


def _relates(
    relation: str, me: Aktorer, body: Mapping[str, Any], after: Mapping[str, Any], today: date
) -> bool:
    if relation == "anybody":
        return True
    if relation == "owner":
        return body.get("eier") in me
    if relation == "performer":
        return any(one in me for one in body.get("utforere", ()))
    return _only_leaves(me, body.get("deltakere", []), after.get("deltakere", []), today)


def _only_leaves(me: Aktorer, before: list[dict[str, Any]], after: list[dict[str, Any]], today: date) -> bool:
    """Is the writer a deltaker, and is the only change an earlier end of its own participation?"""
    if [one["id"] for one in before] != [one["id"] for one in after]:
        return False
    is_in = any(one.get("hvem") in me for one in before)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    return is_in and all(old.get("hvem") in me and _ends_sooner(old, new, today) for old, new in changed)


def _ends_sooner(old: Mapping[str, Any], new: Mapping[str, Any], today: date) -> bool:
    """Is the only change an end between today and the old end?

    A permit to a deltaker lasts as long as the participation, so a writer may not prolong its own, nor move
    its end into the past.
    """
    was, is_ = window_of(old.get("gyldighet")).high, window_of(new.get("gyldighet")).high
    if _but_its_end(old) != _but_its_end(new) or is_ is None:
        return False
    return is_ > interval(today.isoformat()).low and (was is None or is_ <= was)


def _but_its_end(deltaker: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in deltaker.items() if name not in {"gyldighet", "avslutning"}}
    return {**rest, "fra": (deltaker.get("gyldighet") or {}).get("fra")}


def merged(whole: dict[str, Any], seen: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The whole part with the changes between ``seen`` and ``after``; hidden fields and items are unchanged.

    Hidden items of a list keep their place; the others follow the writer's order.
    """
    result = dict(whole)
    for name in seen.keys() | after.keys():
        old, new = seen.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, list) or isinstance(new, list):
            new = _merged_list(whole.get(name, []), old or [], new or []) or None
        elif name in whole and name not in seen:
            new = whole[name]
        elif isinstance(old, dict) and isinstance(new, dict):
            new = merged(whole[name], old, new)
        if new is None:
            result.pop(name, None)
        else:
            result[name] = new
    return result


def _merged_list(whole: list[Any], seen: list[Any], after: list[Any]) -> list[Any]:
    def key(item: Any) -> Any:
        return item.get("id", repr(item)) if isinstance(item, dict) else item

    shown, whole_by_key = {key(item) for item in seen}, {key(item): item for item in whole}
    kept = [item for item in whole if key(item) not in shown]
    seen_by_key = {key(item): item for item in seen}
    written = [
        merged(whole_by_key[key(item)], seen_by_key[key(item)], item)
        if isinstance(item, dict) and key(item) in whole_by_key and key(item) in seen_by_key
        else item
        for item in after
    ]
    if not kept:
        return written
    places = [index for index, item in enumerate(whole) if key(item) not in shown]
    result = list(written)
    for index, item in zip(places, kept, strict=True):
        result.insert(min(index, len(result)), item)
    return result

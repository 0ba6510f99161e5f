"""What a resource says that the record has no field for: taken off on the way in, joined on the way out.

A residue is a tree that follows the resource:

- ``keep``: values the mapped resource does not have, whole.
- ``in``: residue inside elements both have; ``items``: of a list, inside its mapped items, by item key.
- ``more``: items of a list that are nobody's, each after the mapped item before it (``null``: first).
- ``order``: the order of a list's mapped items, where the sender's differs from the mapping's.
- ``beside``: what stands beside a primitive (``_birthDate``); ``narrative``; each with its own guard.
- ``opaque``: the part is kept whole and not acted on; the residue of one that is, is another.
- ``guard``: a hash of what was mapped there. Inside a datatype residue belongs to that very value, and goes
  when the value does; in a resource or backbone element it lives as long as that.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Severity
from adapter.fhir import json
from adapter.fhir.definitions import facts
from adapter.mapping.rows import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

SAYS_OTHERWISE = Message(
    "says-otherwise",
    IssueType.BUSINESS_RULE,
    "Det som står her, kan ikke tas vare på sammen med det posten sier",
    "What stands here cannot be kept beside what the record says",
)
MODIFIER_UNKNOWN = Message(
    "modifier-unknown",
    IssueType.EXTENSION,
    "Elementet endrer meningen av det rundt, og kan ikke tas vare på uten å forstås",
    "The element changes the meaning of what is around it, and cannot be kept without being understood",
    "https://hl7.org/fhir/R4/conformance-rules.html#isModifier",
)
RESIDUE_DROPPED = Message(
    "residue-dropped",
    IssueType.INFORMATIONAL,
    "Det som sto ved siden av den gamle verdien her, er borte, fordi verdien er endret",
    "What stood beside the old value here is gone, because the value has changed",
    severity=Severity.WARNING,
)

_NEVER_KEPT = {"modifierExtension", "implicitRules", "_implicitRules"}
_SERVER_OWNED = {"id", "versionId", "_versionId", "lastUpdated", "_lastUpdated"}
_NARRATIVE = "text"


def guard(value: Any) -> str:
    """A short hash of a mapped value."""
    return hashlib.sha256(json.render({"v": value})).hexdigest()[:16]


def item_keys(items: list[Any]) -> list[str]:
    """What the mapped items of a list are known by; those alike are numbered."""
    seen: Counter[str] = Counter()
    keys = []
    for index, item in enumerate(items):
        key = _item_key(item, index)
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key}~{seen[key]}")
    return keys


def _item_key(item: Any, index: int) -> str:
    """Its id, else what chose it, else its value."""
    if not isinstance(item, dict):
        return f"={item}"
    for name in ("id", "url", "reference"):
        if name in item:
            return f"{name}:{item[name]}"
    for one in (item, item.get("identifier", {}), next(iter(item.get("coding", ())), {})):
        if "system" in one:
            return f"{one['system']}|{one.get('code', one.get('value'))}"
    return f"#{index}"


@dataclass(slots=True)
class Taken:
    """The residue of one resource, and the places where it cannot be one.

    ``opaque``: nothing of the resource is acted on, so elements that modify its meaning are kept with it.
    """

    opaque: bool = False
    refused: list[Finding] = field(default_factory=list)

    def of(self, mapped: dict[str, Any], sent: dict[str, Any], type_: str, place: str) -> dict[str, Any]:
        """What ``sent`` says beyond ``mapped``; ``{}`` for nothing. Contradictions go to ``refused``."""
        residue: dict[str, Any] = {}
        for key, value in sent.items():
            at = f"{place}.{key}"
            if type_ == "Meta" and key in _SERVER_OWNED:
                continue
            if key == "id":
                self._element_id(mapped, value, at, residue)
            elif key not in mapped:
                self._keep(residue, mapped, key, value, type_, at)
            else:
                self._within(residue, mapped[key], value, key, type_, at)
        if residue and not _lives_with_its_parent(type_):
            residue["guard"] = guard(mapped)
        return residue

    def _element_id(self, mapped: dict[str, Any], value: Any, at: str, residue: dict[str, Any]) -> None:
        if "id" not in mapped:
            residue.setdefault("keep", {})["id"] = value
        elif mapped["id"] != value:
            self.refused.append(SAYS_OTHERWISE.at(at))

    def _keep(
        self, residue: dict[str, Any], mapped: dict[str, Any], key: str, value: Any, type_: str, at: str
    ) -> None:
        if _is_modifier(type_, key) and not (self.opaque and key not in _NEVER_KEPT):
            self.refused.append(MODIFIER_UNKNOWN.at(at))
        elif key == _NARRATIVE and facts(type_).kind == "resource":
            residue["narrative"] = [guard(mapped), value]
        elif isinstance(value, list) and not key.startswith("_"):
            residue.setdefault("in", {})[key] = {"more": [[None, item] for item in value]}
        elif isinstance(value, dict) and _lives_with_its_parent(_type_of(type_, key)):
            inner = self.of({}, value, _type_of(type_, key), at)
            if inner:
                residue.setdefault("in", {})[key] = inner
        elif key.startswith("_"):
            residue.setdefault("beside", {})[key] = [guard(mapped.get(key[1:])), value]
        else:
            residue.setdefault("keep", {})[key] = value

    def _within(self, residue: dict[str, Any], mapped: Any, sent: Any, key: str, type_: str, at: str) -> None:
        inner_type = _type_of(type_, key)
        inner: Any
        if isinstance(mapped, dict) and isinstance(sent, dict):
            inner = self.of(mapped, sent, inner_type, at)
        elif isinstance(mapped, list) and isinstance(sent, list):
            inner = self._list(mapped, sent, inner_type, at)
        else:
            inner = {}
            if mapped != sent or isinstance(mapped, bool) != isinstance(sent, bool):
                self.refused.append(SAYS_OTHERWISE.at(at))
        if inner:
            residue.setdefault("in", {})[key] = inner

    def _list(self, mapped: list[Any], sent: list[Any], type_: str, place: str) -> dict[str, Any]:
        residue: dict[str, Any] = {}
        partner, keys = _aligned(mapped, sent), item_keys(mapped)
        previous, order = None, []
        for index, item in enumerate(sent):
            at = f"{place}[{index}]"
            if index not in partner:
                residue.setdefault("more", []).append([previous, item])
                continue
            one = mapped[partner[index]]
            previous = keys[partner[index]]
            order.append(previous)
            if isinstance(one, dict):
                inner = self.of(one, item, type_, at)
                if inner:
                    residue.setdefault("items", {})[previous] = inner
        if order != [key for key in keys if key in order]:
            residue["order"] = order
        return residue


def _aligned(mapped: list[Any], sent: list[Any]) -> dict[int, int]:
    """Index of a sent item -> index of the mapped item it is: by element id, else the first that holds it."""
    partner: dict[int, int] = {}
    for place, one in enumerate(mapped):
        named = isinstance(one, dict) and "id" in one
        by_id = next((i for i, item in enumerate(sent) if named and _id(item) == one["id"]), None)
        if by_id is None:
            core = {key: value for key, value in one.items() if key != "id"} if named else one
            free = (i for i, item in enumerate(sent) if i not in partner and not (named and _id(item)))
            by_id = next((i for i in free if holds(sent[i], core)), None)
        if by_id is not None:
            partner[by_id] = place
    return partner


def _id(item: Any) -> Any:
    return item.get("id") if isinstance(item, dict) else None


def _type_of(type_: str, key: str) -> str:
    if key.startswith("_"):
        return "Element"
    found = facts(type_).element(key)
    return found[1].code if found else type_


def _element(type_: str, key: str) -> str:
    """The element a key is of: a choice is one element, whichever type was chosen."""
    found = facts(type_).element(key)
    return found[0].name if found else key


def _is_modifier(type_: str, key: str) -> bool:
    if key == "modifierExtension":
        return True
    found = facts(type_).element(key.removeprefix("_"))
    return bool(found and found[0].is_modifier)


def _lives_with_its_parent(type_: str) -> bool:
    """Is it a resource, a backbone element or Meta? Residue in those is no remark on one value."""
    return type_ == "Meta" or facts(type_).kind in {"resource", "part"}


@dataclass(slots=True)
class Joined:
    """A mapped resource with its residue joined; ``dropped`` tells what no longer belonged."""

    dropped: list[Finding] = field(default_factory=list)

    def of(self, mapped: dict[str, Any], residue: dict[str, Any], type_: str, place: str) -> dict[str, Any]:
        """``mapped`` and what of ``residue`` still belongs to it."""
        if "guard" in residue and residue["guard"] != guard(mapped):
            self.dropped.append(RESIDUE_DROPPED.at(place))
            return mapped
        joined = dict(mapped)
        for key, inner in residue.get("in", {}).items():
            self._within(joined, mapped.get(key), inner, key, type_, f"{place}.{key}")
        said = {_element(type_, key) for key in mapped}
        for key, value in residue.get("keep", {}).items():
            if _element(type_, key) in said:
                self.dropped.append(RESIDUE_DROPPED.at(f"{place}.{key}"))
            else:
                joined[key] = value
        for key, (hash_, value) in residue.get("beside", {}).items():
            if hash_ == guard(mapped.get(key[1:])):
                joined[key] = value
            else:
                self.dropped.append(RESIDUE_DROPPED.at(f"{place}.{key[1:]}"))
        if "narrative" in residue:
            hash_, value = residue["narrative"]
            if hash_ == guard(mapped):
                joined[_NARRATIVE] = value
            else:
                self.dropped.append(RESIDUE_DROPPED.at(f"{place}.{_NARRATIVE}"))
        return joined

    def _within(
        self, joined: dict[str, Any], mapped: Any, inner: dict[str, Any], key: str, type_: str, at: str
    ) -> None:
        inner_type = _type_of(type_, key)
        if inner.keys() & {"items", "more", "order"}:
            whole: Any = self._list(mapped or [], inner, inner_type, at)
        elif mapped is not None or _lives_with_its_parent(inner_type):
            whole = self.of(mapped or {}, inner, inner_type, at)
        else:
            whole = None
            self.dropped.append(RESIDUE_DROPPED.at(at))
        if whole:
            joined[key] = whole

    def _list(self, mapped: list[Any], residue: dict[str, Any], type_: str, place: str) -> list[Any]:
        keyed = list(zip(item_keys(mapped), mapped, strict=True))
        rank = {key: index for index, key in enumerate(residue.get("order", ()))}
        if rank:
            keyed.sort(key=lambda pair: rank.get(pair[0], len(rank)))
        inside = residue.get("items", {})
        joined: list[tuple[str | None, Any]] = [
            (key, self.of(one, inside[key], type_, f"{place}[{index}]") if key in inside else one)
            for index, (key, one) in enumerate(keyed)
        ]
        known = {key for key, _ in joined}
        self.dropped += [RESIDUE_DROPPED.at(place) for key in inside if key not in known]
        for after, item in reversed(residue.get("more", ())):
            joined.insert(_place_after(joined, after if after in known else None), (None, item))
        return [item for _, item in joined]


def _place_after(joined: list[tuple[str | None, Any]], key: str | None) -> int:
    if key is None:
        return 0
    return next(index for index, (one, _) in enumerate(joined) if one == key) + 1


def is_words(residue: dict[str, Any]) -> bool:
    """Does a residue only say in words, for people, what is mapped beside it as codes and references?"""
    inside = [*residue.get("in", {}).values(), *residue.get("items", {}).values()]
    return (
        residue.keys() <= {"in", "items", "keep", "guard"}
        and residue.get("keep", {}).keys() <= {"display", "text"}
        and all(is_words(inner) for inner in inside)
    )


def places(residue: dict[str, Any] | None, place: str) -> Iterator[str]:
    """Every place a residue says something, for a reader of it."""
    for key, value in (residue or {}).items():
        if key in {"keep", "beside"}:
            yield from (f"{place}.{name}" for name in value)
        elif key == "in":
            for name, inner in value.items():
                yield from places(inner, f"{place}.{name}")
        elif key == "items":
            for name, inner in value.items():
                yield from places(inner, f"{place}[{name}]")
        elif key == "more":
            yield place
        elif key == "narrative":
            yield f"{place}.text"

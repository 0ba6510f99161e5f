"""Residue: FHIR content without a field in the record, split off when sent and joined when read.

A residue is a tree with the structure of the resource:

- ``keep``: whole values that the mapped resource does not have.
- ``in``: residue inside elements both have; ``items``: residue inside mapped list items, by item key.
- ``more``: unmapped items of a list, each after the mapped item before it (``null``: first).
- ``order``: the order of a list's mapped items, where the sender's differs from the mapping's.
- ``beside``: the companion of a primitive (``_birthDate``); ``narrative``; each with its own guard.
- ``opaque``: the part is kept whole and not enforced; the residue fits only an opaque part.
- ``guard``: a hash of the mapped value. Residue inside a datatype belongs to that value, and is deleted when
  the value changes; residue of a resource or backbone element exists as long as that.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.codec.stored import render
from adapter.fhir.definitions import facts
from adapter.fhir.json_trees import without_ids
from adapter.mapping.paths import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.mapping.keeping import Keeping

SAYS_OTHERWISE = Message(
    "says-otherwise",
    IssueType.BUSINESS_RULE,
    nb="Verdien er i strid med kommunens post, og kan verken kartlegges eller bevares. Fjern den, eller "
    "endre det kartlagte elementet.",
    en="This value contradicts the municipal record, so it can be neither mapped nor preserved. Remove it, "
    "or change the mapped element.",
    source="https://hl7.org/fhir/R4/http.html#update",
)
MODIFIER_UNKNOWN = Message(
    "modifier-unknown",
    IssueType.EXTENSION,
    nb="Elementet endrer betydningen av innholdet rundt, og tjenesten kan ikke tolke det. Fjern elementet.",
    en="The element modifies the meaning of the content around it, and the server cannot interpret it. "
    "Remove the element.",
    source="https://hl7.org/fhir/R4/conformance-rules.html#isModifier",
)
HEED_UNREAD = Message(
    "protected-address-unread",
    IssueType.SECURITY,
    nb="Adressebeskyttelse leses bare i meta.security, med kodeverket ip-adressebeskyttelse. Flytt "
    "koden dit.",
    en="A protected address is read only in meta.security, with codes of ip-adressebeskyttelse. Move "
    "the code there.",
    source="https://lovdata.no/lov/2016-12-09-88/§10-4",
)
_NEVER_KEPT = {"modifierExtension", "implicitRules", "_implicitRules"}
_SERVER_OWNED = {"id", "versionId", "_versionId", "lastUpdated", "_lastUpdated"}
NARRATIVE = "text"


def guard(value: Any) -> str:
    """A short hash of a mapped value."""
    return hashlib.sha256(render({"v": value})).hexdigest()[:16]


def item_keys(items: list[Any]) -> list[str]:
    """The keys of the mapped items of a list; equal keys are numbered."""
    seen: Counter[str] = Counter()
    keys = []
    for index, item in enumerate(items):
        key = _item_key(item, index)
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key}~{seen[key]}")
    return keys


def _item_key(item: Any, index: int) -> str:
    """The key of an item: its id, else its url, reference or coding, else its value or index."""
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
    """Splits the residue off one resource, with a finding at each place that cannot be residue.

    ``opaque``: the resource is not enforced, so its modifier elements may be residue.
    """

    keeping: Keeping
    opaque: bool = False
    refused: list[Finding] = field(default_factory=list)

    def of(self, mapped: dict[str, Any], sent: dict[str, Any], type_: str, place: str) -> dict[str, Any]:
        """The content of ``sent`` beyond ``mapped``; ``{}`` for none. Contradictions go to ``refused``."""
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
        if residue and not lives_with_its_parent(type_):
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
        beside = key.startswith("_")
        if _is_modifier(type_, key) and not (beside and key[1:] in mapped) and not self._may_modify(key):
            self.refused.append(MODIFIER_UNKNOWN.at(at))
        elif key == NARRATIVE and facts(type_).kind == "resource":
            residue["narrative"] = [guard(mapped), value]
        elif isinstance(value, list) and not beside:
            inner = self._list([], value, type_of(type_, key), at)
            if inner:
                residue.setdefault("in", {})[key] = inner
        elif isinstance(value, dict) and lives_with_its_parent(type_of(type_, key)):
            inner = self.of({}, value, type_of(type_, key), at)
            if inner:
                residue.setdefault("in", {})[key] = inner
        else:
            self._heed(value, at)
            if beside:
                residue.setdefault("beside", {})[key] = [guard(mapped.get(key[1:])), value]
            else:
                residue.setdefault("keep", {})[key] = value

    def _may_modify(self, key: str) -> bool:
        return self.opaque and key not in _NEVER_KEPT

    def _heed(self, value: Any, place: str, *, apart: bool = False) -> None:
        """Refuse heeded codes and modifiers at any depth; a contained resource may keep its own modifiers."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._heed(item, f"{place}[{index}]", apart=apart)
        elif isinstance(value, dict):
            said = self.keeping.heeded.get(value.get("system", ""))
            if said is not None and value.get("code") not in said:
                self.refused.append(HEED_UNREAD.at(place))
            apart = apart or "resourceType" in value
            for key, inner in value.items():
                if key == "modifierExtension" and not apart:
                    self.refused.append(MODIFIER_UNKNOWN.at(f"{place}.{key}"))
                else:
                    self._heed(inner, f"{place}.{key}", apart=apart)

    def _aligned(self, mapped: list[Any], sent: list[Any]) -> dict[int, int]:
        """Index of a sent item -> index of its mapped item: by element id, else the first that contains it.

        Supplied items are matched last, so that a concept with a supplied and a mapped coding matches the
        mapped one.
        """
        partner: dict[int, int] = {}
        for place, one in sorted(enumerate(mapped), key=lambda at: at[1] in self.keeping.supplied):
            named = isinstance(one, dict) and "id" in one
            by_id = next((i for i, item in enumerate(sent) if named and _id(item) == one["id"]), None)
            if by_id is None:
                core = without_ids(one) if named else one
                free = (i for i, item in enumerate(sent) if i not in partner and not (named and _id(item)))
                by_id = next((i for i in free if holds(sent[i], core)), None)
            if by_id is not None:
                partner[by_id] = place
        return partner

    def _within(self, residue: dict[str, Any], mapped: Any, sent: Any, key: str, type_: str, at: str) -> None:
        inner: Any
        inner_type = type_of(type_, key)
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
        if mapped == sent:
            return residue
        partner, keys = self._aligned(mapped, sent), item_keys(mapped)
        previous, order = None, []
        for index, item in enumerate(sent):
            at = f"{place}[{index}]"
            if index not in partner:
                is_owned = isinstance(item, dict) and item.get("url") in self.keeping.owned
                if is_owned and not self.opaque:
                    self.refused.append(SAYS_OTHERWISE.at(at))
                self._heed(item, at)
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
        if len(order) < len(mapped):
            alone = (mapped[index] for index in range(len(mapped)) if index not in partner.values())
            self.refused += [
                SAYS_OTHERWISE.at(place) for one in alone if not self.keeping.supplies(one, sent)
            ]
        return residue


def _id(item: Any) -> Any:
    return item.get("id") if isinstance(item, dict) else None


@cache
def type_of(type_: str, key: str) -> str:
    """The type an element has under a JSON key."""
    if key.startswith("_"):
        return "Element"
    found = facts(type_).element(key)
    return found[1].code if found else type_


def element_of(type_: str, key: str) -> str:
    """The element of a JSON key; the keys of a choice share one element."""
    found = facts(type_).element(key)
    return found[0].name if found else key


@cache
def _is_modifier(type_: str, key: str) -> bool:
    if key == "modifierExtension":
        return True
    found = facts(type_).element(key.removeprefix("_"))
    return bool(found and found[0].is_modifier)


@cache
def lives_with_its_parent(type_: str) -> bool:
    """Is a type a resource, a backbone element or Meta? Residue in those needs no guard."""
    return type_ == "Meta" or facts(type_).kind in {"resource", "part"}


WORDS = {"display", "text", "type", "identifier"}
"""The elements that repeat a mapped code or reference in words."""


def is_words(residue: dict[str, Any]) -> bool:
    """Does a residue only repeat mapped codes and references in words?"""
    inside = [*residue.get("in", {}).values(), *residue.get("items", {}).values()]
    return (
        residue.keys() <= {"in", "items", "keep", "guard", "order"}
        and residue.get("keep", {}).keys() <= WORDS
        and all(is_words(inner) for inner in inside)
    )


def places(residue: dict[str, Any] | None, place: str) -> Iterator[str]:
    """The place of every value in a residue."""
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

"""When a Consent must be understood: what it says no to, and what it would replace.

An opaque Consent opens nothing, which is safe for what it permits and unsafe for what it denies. So one that
denies something and is in force is refused unless its rows read it, as is one that would take the place of a
consent that is acted on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message
from adapter.fhir.canonical import BASE
from adapter.fhir.reference_literals import is_absolute
from adapter.mapping.residue import WORDS, is_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MUST_BE_READ = Message(
    "must-be-understood",
    IssueType.BUSINESS_RULE,
    nb="Dette forstås ikke her, så et nei eller et samtykke som gjelder, ville blitt uten virkning. "
    "Utelat det "
    "eller send det som i docs/mapping.md; et samtykke med status proposed tas vare på som det er",
    en="This is not understood here, and a deny or a consent in force would lose its effect. Leave it out or "
    "send it as in docs/mapping.md; a consent with status proposed is kept as it is",
    source="https://lovdata.no/lov/1999-07-02-64/§22",
)
_PRIVACY = ("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy")
_TO_THE_PLAN = (f"{BASE}/CodeSystem/ip-samtykketype", "plan")


def denies(consent: Mapping[str, Any]) -> bool:
    """Does a Consent in force say no to sharing with somebody who may be known here?

    A deny at the root with nested provisions is what is left of them, and what each consent of ours begins
    with; a consent to the plan has nothing but that. Of treatment or research it is another matter.
    """
    if consent.get("status") != "active" or _PRIVACY not in _codes([consent.get("scope") or {}]):
        return False
    root = consent.get("provision") or {}
    nested = root.get("provision", ())
    if not nested and _TO_THE_PLAN not in _codes(consent.get("category", ())):
        return _says_no(root)
    return any(map(_says_no, nested))


def _codes(concepts: Iterable[Mapping[str, Any]]) -> set[tuple[str | None, str | None]]:
    codings = [coding for concept in concepts for coding in concept.get("coding", ())]
    return {(one.get("system"), one.get("code")) for one in codings}


def _says_no(provision: Mapping[str, Any]) -> bool:
    nested = any(map(_says_no, provision.get("provision", ())))
    return nested or (provision.get("type") == "deny" and not _names_others(provision))


def _names_others(provision: Mapping[str, Any]) -> bool:
    """Is it only about whom another server knows, by an address there and by no number?"""
    actors = [actor.get("reference") or {} for actor in provision.get("actor", ())]
    return bool(actors) and all(_is_elsewhere(one) for one in actors)


def _is_elsewhere(reference: Mapping[str, Any]) -> bool:
    """Does a Reference give an absolute address, and no identifier?"""
    return is_absolute(str(reference.get("reference", ""))) and "identifier" not in reference


BINDING: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {"denies": denies}
"""What a file may say under ``closed``, ``binding``: which of the resources it does not read are refused."""


def unread_in(sent: dict[str, Any], residue: dict[str, Any]) -> Iterator[str]:
    """Where in ``sent`` stands what its residue holds beyond words: ``Consent.provision.code``."""
    for names in dict.fromkeys(_beyond_words(residue, ())):
        yield from _occurrences(sent, names, sent["resourceType"])


def _beyond_words(residue: dict[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The element names that lead to each thing a residue holds."""
    said = [*residue.get("keep", {}).keys() - WORDS, *residue.get("beside", {})]
    yield from ((*names, key.removeprefix("_")) for key in said)
    if residue.get("more"):
        yield names
    for key, inner in residue.get("in", {}).items():
        if not is_words(inner):
            yield from _beyond_words(inner, (*names, key))
    for inner in residue.get("items", {}).values():
        if not is_words(inner):
            yield from _beyond_words(inner, names)


def _occurrences(node: Any, names: tuple[str, ...], place: str) -> Iterator[str]:
    """The places of every element these names lead to."""
    if not names:
        yield place
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _occurrences(item, names, f"{place}[{index}]")
    elif names[0] in node:
        yield from _occurrences(node[names[0]], names[1:], f"{place}.{names[0]}")

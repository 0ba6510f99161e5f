"""The Consents that may not become opaque: denies in force, and replacements of an enforced consent.

An opaque Consent opens nothing, which is safe for its permits and unsafe for its denies. A Consent in force
with a deny is therefore refused unless its rows read all of it, as is a Consent that replaces an enforced
samtykke.
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
    nb="Samtykket har elementer tjenesten ikke kan håndheve. Lagring kunne fjernet en nekting eller et "
    "aktivt samtykke, så det er avvist. Fjern elementene, eller send dem som i docs/mapping.md; et samtykke "
    "med status proposed lagres uendret.",
    en="This Consent contains elements the server cannot enforce. Storing it could remove a denial or an "
    "active consent, so it is rejected. Remove the elements, or send them as in docs/mapping.md; a Consent "
    "with status proposed is stored unchanged.",
    source="https://lovdata.no/lov/1999-07-02-64/§22",
)
_PRIVACY = ("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy")
_TO_THE_PLAN = (f"{BASE}/CodeSystem/ip-samtykketype", "plan")


def denies(consent: Mapping[str, Any]) -> bool:
    """Does a Consent in force deny sharing with a recipient that may be known here?

    A deny at the root is the default of nested provisions, and the whole provision of a consent to the plan:
    neither counts. A consent to treatment or research does not count.
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
    """Does a provision name only external actors: absolute references without an identifier?"""
    actors = [actor.get("reference") or {} for actor in provision.get("actor", ())]
    return bool(actors) and all(_is_elsewhere(one) for one in actors)


def _is_elsewhere(reference: Mapping[str, Any]) -> bool:
    """Is a Reference absolute and without an identifier?"""
    return is_absolute(str(reference.get("reference", ""))) and "identifier" not in reference


BINDING: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {"denies": denies}
"""The tests a file may name under ``closed``, ``binding``: whether an unread resource is refused."""


def unread_in(sent: dict[str, Any], residue: dict[str, Any]) -> Iterator[str]:
    """The places in ``sent`` of the residue beyond words: ``Consent.provision.code``."""
    for names in dict.fromkeys(_beyond_words(residue, ())):
        yield from _occurrences(sent, names, sent["resourceType"])


def _beyond_words(residue: dict[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The element names that lead to each value of a residue beyond words."""
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
    """The places of every element the names lead to."""
    if not names:
        yield place
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _occurrences(item, names, f"{place}[{index}]")
    elif names[0] in node:
        yield from _occurrences(node[names[0]], names[1:], f"{place}.{names[0]}")

"""No recipient of a story reads about a hidden person: no name, number, place or note.

``tests/mapping/test_narrative.py`` tests the narrative; this module tests everything published.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from adapter.cli import record_files
from adapter.fhir.codec.stored import read_stored
from tests.stories.told import CALLERS, EXAMPLES, RECIPIENTS, bundle, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.repository import Repository

SAKER = {
    record.body["id"].removeprefix("sak-"): record.body
    for record in record_files.read_all([EXAMPLES])
    if record.kind == "sak"
}
GIVEN = [(story, who) for story, recipients in RECIPIENTS.items() for who in recipients]
_WRITTEN = ("planer", "maal", "tiltak", "henvendelser", "evalueringer", "moter", "saksgang")
_AKTOR = {"innbygger", "parorende", "ansatt", "rolle", "organisasjon", "team", "identifikator", "adresse"}


@pytest.mark.parametrize(("story", "who"), GIVEN)
def test_a_hidden_parorende_is_not_named_in_any_published_resource(
    repository: Repository, story: str, who: str
) -> None:
    """A parorende hidden from a recipient is not named in resources about others either."""
    shown = given(repository, who, story)
    seen = {(one.type, one.id) for one in shown} | {_themselves(who)}
    people = SAKER[story].get("parorende", ())
    known = _names(
        SAKER[story]["innbygger"], *[one for one in people if ("RelatedPerson", one["id"]) in seen]
    )
    told = set(re.findall(r"\w+", bundle(shown).decode()))
    for one in people:
        if ("RelatedPerson", one["id"]) not in seen:
            secret = (_names(one) | {ident["verdi"] for ident in one["identer"]}) - known
            assert secret & told == set()


@pytest.mark.parametrize(("story", "who"), GIVEN)
def test_text_of_hidden_resources_is_in_no_published_resource(
    repository: Repository, story: str, who: str
) -> None:
    """The sentences of a resource that a recipient does not see are in no resource that it sees."""
    whole = given(repository, "kommune", story)
    shown = given(repository, who, story)
    seen = {(one.type, one.id) for one in shown}
    open_ = {
        text for one in whole if (one.type, one.id) in seen for text in _sentences(read_stored(one.body))
    }
    hidden = {
        text for one in whole if (one.type, one.id) not in seen for text in _sentences(read_stored(one.body))
    }
    told = " ".join(_texts(read_stored(bundle(shown))))
    assert [text for text in hidden - open_ if text in told] == []


def test_a_shielded_address_is_in_no_text_and_no_publication(repository: Repository) -> None:
    """Folkeregisterloven § 10-4: no text of the sak names a shielded place, and no recipient is given one."""
    sak = SAKER["skjermet-adresse"]
    hidden = set(_places(sak))
    written = " ".join(text for field in _WRITTEN for text in _said(sak.get(field, ()))).casefold()
    assert [place for place in hidden if place.casefold() in written] == []
    for who in RECIPIENTS["skjermet-adresse"]:
        assert hidden & set(_texts(read_stored(bundle(given(repository, who, "skjermet-adresse"))))) == set()


def _themselves(who: str) -> tuple[str, str]:
    """The resource of a recipient that is a person."""
    type_, _, id_ = (CALLERS[who].person or "").partition("/")
    return type_, id_


def _names(*people: dict[str, Any]) -> set[str]:
    """Every word of the names of the people."""
    parts = [
        part
        for person in people
        for name in person["navn"]
        for part in (*name.get("fornavn", ()), name.get("mellomnavn", ""), name.get("etternavn", ""))
    ]
    return {word for part in parts for word in part.split()}


def _places(sak: dict[str, Any]) -> Iterator[str]:
    """Addresses and contact points of the shielded people, as written."""
    for person in (sak["innbygger"], *sak["parorende"]):
        for address in person.get("adresser", ()):
            yield from address["linjer"]
            yield from (address["postnummer"], address["poststed"], address["kommune"]["navn"])
        yield from (point["verdi"] for point in person.get("kontaktpunkter", ()))


def _said(value: Any) -> Iterator[str]:
    """Every text of a value except the ids of aktorer."""
    if isinstance(value, dict):
        for field, item in value.items():
            if not (field in _AKTOR and len(value) == 1):
                yield from _said(item)
    elif isinstance(value, list):
        for item in value:
            yield from _said(item)
    elif isinstance(value, str):
        yield value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _sentences(resource: dict[str, Any]) -> Iterator[str]:
    """The texts of a resource with a space in them, its narrative left out."""
    bare = {name: value for name, value in resource.items() if name != "text"}
    return (text for text in _texts(bare) if " " in text)

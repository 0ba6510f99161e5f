"""The stories in a database, and the resources of a story published to a caller.

Clock and ids are arguments, so the same records give the same bytes on every machine and every day.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from adapter.app import open_repository
from adapter.cli import record_files
from adapter.fhir.codec.stored import read_stored, render
from adapter.rest.routes import TYPES
from adapter.rest.splicing import reference, resource_bytes
from adapter.security.caller import OPEN_CALLER, Caller
from adapter.security.scopes import EVERYTHING
from adapter.settings import Settings
from adapter.storage import ChangeNote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.repository import Repository
    from adapter.storage import Published

EXAMPLES = Path(__file__).parents[1] / "examples"
MOMENT = datetime(2026, 11, 24, 11, tzinfo=UTC)
BASE = "https://fjordvik.example"
HF = "314142101"
"""The legal entity the hospital and the DPS are units of."""


def _caller(organisation: str | None = None, parent: str | None = None, person: str | None = None) -> Caller:
    return Caller("test", organisation=organisation, parent=parent, person=person, scopes=EVERYTHING)


CALLERS = {
    "kommune": OPEN_CALLER,
    "nordvik-sykehus": _caller("317320507", HF),
    "nordvik-dps": _caller("322360606", HF),
    "nav-fjordvik": _caller("317320701"),
    "havnes-kommune": _caller("323606706"),
    "jonas-fastlege": _caller(person="Practitioner/jonas-fastlege"),
    "far": _caller(person="RelatedPerson/barn-med-barnekoordinator-far"),
    "verge": _caller(person="RelatedPerson/verge-okonomi-verge"),
    "niese": _caller(person="RelatedPerson/verge-okonomi-niese"),
}
"""The callers, by the name of the pinned file with their answer."""

RECIPIENTS = {
    "slagpasient": ("nordvik-sykehus", "jonas-fastlege"),
    "koordinator-uten-plan": ("nav-fjordvik",),
    "venter-barn": ("nordvik-sykehus",),
    "barn-med-barnekoordinator": ("far",),
    "psykisk-helse-skjermet": ("nordvik-sykehus",),
    "samtykke-trukket": ("nordvik-sykehus", "jonas-fastlege"),
    "skjermet-adresse": ("nordvik-sykehus",),
    "koordinator-byttet": ("nordvik-sykehus",),
    "pakkeforlop": ("nordvik-dps",),
    "verge-okonomi": ("verge", "niese"),
    "flyttet": ("havnes-kommune",),
    "dodsfall": ("nordvik-sykehus",),
}
"""The recipients of each story."""


def told(database_url: str, folder: Path) -> Repository:
    """A repository with every example, loaded at ``MOMENT``; the caller closes the store."""
    settings = Settings.from_environment(
        {"ADAPTER_DATABASE_URL": database_url, "ADAPTER_VAR": str(folder), "ADAPTER_BASE_URL": BASE}
    )
    serial = count(1)
    repository = open_repository(settings, now=lambda: MOMENT, new_id=lambda: f"ny-{next(serial)}")
    note = ChangeNote("test", None, None, None, "test", "load")
    for record in record_files.read_all([EXAMPLES]):
        repository.put_record(
            record.kind, record.body["id"], record.body, if_match=None, note=note, rest=record.residues()
        )
    return repository


def given(repository: Repository, who: str, story: str) -> list[Published]:
    """The resources of the story's sak that a caller finds by searching every type, sorted."""
    found = [match for type_ in TYPES for match in _searched(repository, type_, CALLERS[who])]
    return sorted((one for one in found if one.record_id == f"sak-{story}"), key=reference)


def _searched(repository: Repository, type_: str, caller: Caller) -> Iterator[Published]:
    page = repository.search(type_, [], caller=caller)
    yield from page.matches
    while page.next:
        page = repository.search_page(type_, page.next, caller=caller)
        yield from page.matches


def bundle(resources: list[Published]) -> bytes:
    """The resources as served, in an indented Bundle to read; digits and letters as stored."""
    entries = [
        {"fullUrl": f"{BASE}/fhir/{reference(one)}", "resource": read_stored(resource_bytes(one))}
        for one in resources
    ]
    whole = {"resourceType": "Bundle", "type": "collection"} | ({"entry": entries} if entries else {})
    return msgspec.json.format(render(whole), indent=2) + b"\n"

"""The records of the benchmark: the directory of the examples, and synthetic saker made from one story.

Every sak is the stroke patient's story with new ids and another synthetic birth number (month + 80).
"""

from __future__ import annotations

import json
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.cli import record_files
from adapter.record.identifiers import is_birth_number
from adapter.storage import ChangeNote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.repository import Repository

EXAMPLES = Path("tests/examples")
STORY = EXAMPLES / "slagpasient" / "saker" / "sak-slagpasient.json"
NOTE = ChangeNote("bench", None, None, None, "bench", "load")

HOSPITAL, WARD = "314142101", "317320507"
"""The organisation numbers of a hospital with a samtykke to the coordinator of every sak, and of its ward."""

FEW, MANY = 4, 20
"""The goals of an ordinary sak, and of a sak that is asked for twenty."""

SETTINGS = {"ADAPTER_AUTH": "token", "ADAPTER_IF_MATCH": "optional", "ADAPTER_WORKERS": "1"}
"""The settings of every adapter measured: the peer takes no ``If-Match: *``, so no server is sent one."""

NAMES = 50
"""The saker share so many family names."""

PERMITS = (
    ["koordinator"],
    ["koordinator", "team"],
    ["koordinator", "team", "plan", "mal"],
    ["person", "parorende", "koordinator", "team", "plan", "mal", "tiltak", "henvendelse"],
)
"""The dels that the permitted organisations of a sak are given, in turn."""


def directory(repository: Repository) -> None:
    """Write the organisasjoner and ansatte of the examples."""
    for record in record_files.read_all([EXAMPLES]):
        if record.kind != "sak":
            repository.put_record(record.kind, record.body["id"], record.body, if_match=None, note=NOTE)


def units(repository: Repository, count: int) -> None:
    """Write ``count`` organisasjoner that a sak can be permitted to."""
    for number in range(count):
        unit = {"id": f"enhet-{number}", "aktiv": True, "navn": f"Enhet {number}"}
        repository.put_record("organisasjon", unit["id"], unit, if_match=None, note=NOTE)


def put_sak(repository: Repository, sak: dict[str, Any]) -> None:
    """Write a sak."""
    repository.put_record("sak", sak["id"], sak, if_match=None, note=NOTE)


def saker(repository: Repository, serials: range) -> None:
    """Write ordinary saker."""
    for serial in serials:
        put_sak(repository, made_sak(f"p{serial}", serial))


def made_sak(name: str, serial: int, *, goals: int = FEW, permitted: int = 0) -> dict[str, Any]:
    """The sak ``sak-<name>`` of the person ``<name>``, number ``serial`` of all persons.

    Args:
        name: begins the ids of all parts.
        serial: gives the birth number and the family name.
        goals: the number of goals, all of the plan; a goal more than the four of the story is a short one.
        permitted: the number of organisasjoner (``units``) permitted beside the recipients of the story.
    """
    story = STORY.read_text(encoding="utf-8")
    sak: dict[str, Any] = json.loads(
        story.replace('"slagpasient', f'"{name}').replace('"sak-slagpasient', f'"sak-{name}')
    )
    person = sak["innbygger"]
    person["identer"] = [{"id": "fnr", "type": "fnr", "verdi": birth_number(serial)}]
    person["navn"][0]["etternavn"] = f"Lagnes{serial % NAMES:02}"
    for parorende in sak.get("parorende", ()):
        parorende.pop("identer", None)
    for number in range(len(sak["maal"]), goals):
        goal = {"id": f"{name}-maal-{number}", "tekst": f"Mål nummer {number}", "status": "aktiv"}
        sak["maal"].append(goal)
        sak["planer"][0]["maal"].append(goal["id"])
    sak["samtykker"] += [_samtykke(name, number) for number in range(permitted)]
    return sak


def _samtykke(name: str, number: int) -> dict[str, Any]:
    regel = {"id": "r", "virkning": "tillat", "del": PERMITS[number % len(PERMITS)], "formal": ["TREAT"]}
    return {
        "id": f"{name}-samtykke-{number}",
        "tilstand": "aktiv",
        "type": "opplysningsutveksling",
        "gittDato": "2025-03-24",
        "gittAv": [{"innbygger": name}],
        "form": "skriftlig",
        "rettsgrunnlag": "pbrl-2-5-b",
        "mottaker": {"organisasjon": f"enhet-{number}"},
        "regler": [regel],
    }


def birth_number(serial: int) -> str:
    """The synthetic birth number of person number ``serial``."""
    known, numbers = _numbers_made()
    known.extend(islice(numbers, max(0, serial + 1 - len(known))))
    return known[serial]


@cache
def _numbers_made() -> tuple[list[str], Iterator[str]]:
    return [], _numbers()


def _numbers() -> Iterator[str]:
    """Synthetic birth numbers: month + 80, with valid control digits."""
    for year, month, individual in product(range(100), range(81, 93), range(500)):
        start = f"15{month:02}{year:02}{individual:03}"
        yield from (
            f"{start}{control:02}" for control in range(100) if is_birth_number(f"{start}{control:02}")
        )

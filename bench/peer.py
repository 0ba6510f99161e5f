"""sekmet-fhir as a peer of the benchmark: the same resources, put there over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.load import Request, as_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.counting import House
    from bench.servers import Running

SHARE = 50
"""The ordinary saker that the peer is given; it is slow to load."""

_OF_PERSON = ("CareTeam", "CarePlan", "Goal", "ServiceRequest", "RelatedPerson")
_DIRECTORY = ("Organization", "Practitioner", "PractitionerRole")


def fill(peer: Running, house: House) -> None:
    """Put the directory and some of the saker to the peer, as the municipality reads them."""
    for resource in _resources(house):
        path = f"/fhir/{resource['resourceType']}/{resource['id']}"
        request = Request("PUT", path, {"Content-Type": "application/fhir+json"}, as_json(resource))
        status, _ = peer.answer(request)
        if status not in {200, 201}:
            raise RuntimeError(f"sekmet-fhir: PUT {path}: {status}")


def _resources(house: House) -> Iterator[dict[str, Any]]:
    for type_ in _DIRECTORY:
        yield from _page(house, f"{type_}?_count=100")
    for person in [*(f"p{n}" for n in range(SHARE)), "mange"]:
        yield from _page(house, f"Patient?_id={person}")
        for type_ in _OF_PERSON:
            yield from _page(house, f"{type_}?patient={person}&_count=100")


def _page(house: House, query: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in house.get(f"/fhir/{query}").get("entry", [])]

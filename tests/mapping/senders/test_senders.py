"""Any EHR's resource goes in: what other systems send is kept whole and given back, or refused at its place.

The files under ``sent`` are shaped as the systems in their names shape them, and are about one synthetic
person. What is given back beyond what was sent is a closed list, ``SUPPLIED``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir import json
from adapter.mapping import load
from adapter.repository.refusals import REFUSALS
from adapter.settings import mappings_folder
from tests.mapping.test_laws import is_fixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

Resource = dict[str, Any]

SENT = Path(__file__).parent / "sent"
FIRST = ("careplan-plain", "goal-plain")
"""What others of the files name."""
FILES = sorted(path.stem for path in SENT.glob("*.json"))
REFUSED = {"patient-linked": [("modifier-unknown", "Patient.link")]}
SUPPLIED = re.compile(
    r"\.id$"  # of an element that is a part of the record
    r"|^\w+\.text$"  # a narrative, where the sender has none
    r"|^\w+\.meta(\.versionId|\.lastUpdated)?$"
    r"|^\w+\.(category|policy)(\[\d+\])?$"  # what every resource of the mapping says
    r"|^Consent\.provision\.type$"
)
SAME = load(mappings_folder()).of("innbygger").same


def sent_by(name: str) -> Resource:
    """What a system sends."""
    return json.parse((SENT / f"{name}.json").read_bytes())


def put(house: House, resource: Resource, etag: str | None = None) -> TestResponse:
    """The municipality's own system puts it, under the id it has."""
    headers = {"Content-Type": "application/fhir+json", **({"If-Match": etag} if etag else {})}
    path = f"/fhir/{resource['resourceType']}/{resource['id']}"
    return house.municipality("PUT", path, data=json.render(resource), headers=headers)


def read(house: House, resource: Resource) -> Resource:
    """What is given of it afterwards."""
    return json.parse(house.municipality("GET", f"/fhir/{resource['resourceType']}/{resource['id']}").data)


def differences(sent: Any, given: Any, place: str) -> Iterator[str]:
    """The places where what is given says more than what was sent, or something else."""
    if isinstance(sent, dict) and isinstance(given, dict):
        for key in {**sent, **given}:
            if key in sent and key in given:
                yield from differences(sent[key], given[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}" if key in given else f"{place}.{key} is gone"
    elif isinstance(sent, list) and isinstance(given, list):
        added = [index for index, item in enumerate(given) if is_fixed(item) and item not in sent]
        yield from (f"{place}[{index}]" for index in added)
        kept = [item for index, item in enumerate(given) if index not in added]
        if len(kept) != len(sent):
            yield f"{place} has {len(kept)} and not {len(sent)}"
        for index, (one, other) in enumerate(zip(sent, kept, strict=False)):
            yield from differences(one, other, f"{place}[{index}]")
    elif sent != given and SAME.get(sent) != given:
        yield f"{place} is another"


@pytest.mark.parametrize("name", FILES)
def test_what_is_sent_is_kept_or_refused(house: House, name: str) -> None:
    """Given back as it was sent, but for what is supplied; put back so, it changes nothing."""
    for first in FIRST:
        if first != name:
            put(house, sent_by(first))
    sent = sent_by(name)
    answer = put(house, sent)
    if name in REFUSED:
        assert answer.status_code == 422
        issues = json.parse(answer.data)["issue"]
        found = [(issue["details"]["coding"][0]["code"], *issue["expression"]) for issue in issues]
        assert found == REFUSED[name]
        assert {code for code, _ in found} <= {refusal.message.code for refusal in REFUSALS}
        return
    assert answer.status_code == 201, answer.text
    given = read(house, sent)
    type_ = sent["resourceType"]
    assert [one for one in differences(sent, given, type_) if not SUPPLIED.search(one)] == []
    again = put(house, given, answer.headers["ETag"])
    assert (again.status_code, again.headers["ETag"]) == (200, answer.headers["ETag"])

"""Version and time spliced into stored bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from adapter.fhir.codec.stored import read_stored
from adapter.rest.splicing import instant, resource_bytes
from tests.rest.given import MOMENT, published


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"status": "active"},
        {"meta": {"profile": ["https://example.org/p"]}, "status": "active"},
        {"meta": {}, "status": "active"},
        {"meta": {"tag": [{"code": '"meta":{'}]}},
        {"name": 'a "quoted" ,"meta":{ name'},
    ],
)
def test_version_and_time_are_added_and_nothing_else(elements: dict[str, Any]) -> None:
    """The answer is the stored resource with meta.versionId and meta.lastUpdated, whatever meta held."""
    shown = read_stored(resource_bytes(published(version=7, **elements)))
    meta = shown.pop("meta")
    assert meta.pop("versionId") == "7"
    assert meta.pop("lastUpdated") == "2026-03-01T12:30:15.250000Z"
    assert meta == elements.get("meta", {})
    assert shown == {"resourceType": "CareTeam", "id": "t1"} | {
        name: value for name, value in elements.items() if name != "meta"
    }


def test_stored_bytes_stay_as_they_are() -> None:
    """Nothing is decoded: digits and escapes come out as they were stored."""
    stored = replace(
        published(),
        body=b'{"resourceType":"CareTeam","id":"t1","x":1.10,"y":0.10000000000000000555,"z":"\\u00e5"}',
    )
    assert resource_bytes(stored).endswith(b'},"x":1.10,"y":0.10000000000000000555,"z":"\\u00e5"}')


def test_bytes_of_another_resource_are_never_given() -> None:
    """Bytes that do not begin with the type and id asked for are a fault, not an answer."""
    with pytest.raises(ValueError, match="begin with"):
        resource_bytes(replace(published(), id="t2"))


def test_an_instant_is_written_in_utc() -> None:
    """https://hl7.org/fhir/R4/datatypes.html#instant: to the second at least, with a zone."""
    oslo = timezone(timedelta(hours=1))
    assert instant(MOMENT.astimezone(oslo)) == "2026-03-01T12:30:15.250000Z"
    assert instant(MOMENT.replace(microsecond=0)) == "2026-03-01T12:30:15Z"

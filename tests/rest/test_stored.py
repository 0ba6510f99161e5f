"""Splicing of version and time into stored bytes."""

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
def test_splicing_adds_version_and_time_and_nothing_else(elements: dict[str, Any]) -> None:
    """The answer is the stored resource with versionId and lastUpdated added to meta."""
    shown = read_stored(resource_bytes(published(version=7, **elements)))
    meta = shown.pop("meta")
    assert meta.pop("versionId") == "7"
    assert meta.pop("lastUpdated") == "2026-03-01T12:30:15.250000Z"
    assert meta == elements.get("meta", {})
    assert shown == {"resourceType": "CareTeam", "id": "t1"} | {
        name: value for name, value in elements.items() if name != "meta"
    }


def test_splicing_keeps_digits_and_escapes() -> None:
    """The stored bytes are not decoded: digits and escapes come out unchanged."""
    stored = replace(
        published(),
        body=b'{"resourceType":"CareTeam","id":"t1","x":1.10,"y":0.10000000000000000555,"z":"\\u00e5"}',
    )
    assert resource_bytes(stored).endswith(b'},"x":1.10,"y":0.10000000000000000555,"z":"\\u00e5"}')


def test_stored_bytes_of_another_resource_are_an_error() -> None:
    """Stored bytes that do not begin with the type and id of the publication raise ValueError."""
    with pytest.raises(ValueError, match="begin with"):
        resource_bytes(replace(published(), id="t2"))


def test_an_instant_is_written_in_utc() -> None:
    """An instant has seconds and a zone: https://hl7.org/fhir/R4/datatypes.html#instant."""
    oslo = timezone(timedelta(hours=1))
    assert instant(MOMENT.astimezone(oslo)) == "2026-03-01T12:30:15.250000Z"
    assert instant(MOMENT.replace(microsecond=0)) == "2026-03-01T12:30:15Z"

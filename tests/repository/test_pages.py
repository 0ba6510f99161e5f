"""Page tokens: a token is for one caller and until an hour after the first page, and hides the query."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from adapter.errors import BadRequest
from adapter.repository.reads.pages import Page, Pages
from adapter.storage import PAGES_LIVE

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OWNER = ("organisasjon/sykehus", "directory")
PAGE = Page("Patient", (("identifier", "urn:oid:2.16.578.1.12.4.1.4.1|12856812055"),), 7, (3, "b"), NOW)
PAGES = Pages(b"k" * 32)


def test_a_page_token_gives_back_its_page() -> None:
    """Query, change number and position come back unchanged within the hour."""
    assert PAGES.open(PAGES.seal(PAGE, OWNER), OWNER, NOW + PAGES_LIVE - timedelta(seconds=1)) == PAGE


def test_a_page_token_hides_the_query() -> None:
    """No decoded part of the token holds the birth number of the query."""
    token = PAGES.seal(PAGE, OWNER)
    decoded = b"".join(base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    assert b"12856812055" not in decoded


@pytest.mark.parametrize(
    ("token", "owner", "now"),
    [
        (PAGES.seal(PAGE, OWNER), ("organisasjon/skole", "directory"), NOW),
        (PAGES.seal(PAGE, OWNER), OWNER, NOW + PAGES_LIVE + timedelta(seconds=1)),
        (PAGES.seal(PAGE, OWNER)[:-3] + "AAA", OWNER, NOW),
        (Pages(b"x" * 32).seal(PAGE, OWNER), OWNER, NOW),
        (base64.urlsafe_b64encode(json.dumps(["Patient"]).encode()).decode(), OWNER, NOW),
        ("", OWNER, NOW),
        ("a.b.c.d.e", OWNER, NOW),
        ("é", OWNER, NOW),
    ],
    ids=[
        "another caller",
        "expired",
        "tampered",
        "another key",
        "unsealed",
        "empty",
        "nonsense",
        "not ascii",
    ],
)
def test_every_invalid_page_token_gets_the_same_refusal(
    token: str, owner: tuple[str, ...], now: datetime
) -> None:
    """The refusal is the same for another caller's token and for an expired, forged or broken one."""
    with pytest.raises(BadRequest) as refused:
        PAGES.open(token, owner, now)
    assert [finding.code for finding in refused.value.findings] == ["page-invalid"]

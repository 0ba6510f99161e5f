"""Fixtures: the adapter on an empty database or with the small municipality, and its usual callers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapter.app import create_app
from adapter.security.development import Wish, mint
from adapter.settings import EXAMPLE_CLIENT, Settings
from tests.rest.world import HOSPITAL_NUMBER, RECORDS, STRANGER_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

BASE = "https://adapter.example/fhir"


START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves one second forward every time it is read."""

    now: datetime = START

    def __call__(self) -> datetime:
        """The current time, one second after the previous call."""
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(frozen=True)
class House:
    """The adapter, with methods that call it as the usual callers."""

    client: FlaskClient
    var: Path
    clock: Clock

    def token(self, wish: Wish) -> str:
        """A token of the development issuer."""
        return mint(self.var, wish, self.clock.now)

    def call(self, wish: Wish | None, method: str, path: str, **options: Any) -> TestResponse:
        """Call with a token, or without one."""
        headers = dict(options.pop("headers", {}))
        if wish is not None:
            headers["Authorization"] = f"Bearer {self.token(wish)}"
        return self.client.open(path, method=method, headers=headers, **options)

    def municipality(self, method: str, path: str, **options: Any) -> TestResponse:
        """Call as the municipality's own system."""
        return self.call(Wish("system", EXAMPLE_CLIENT), method, path, **options)

    def hospital(self, method: str, path: str, **options: Any) -> TestResponse:
        """Call as the hospital with a samtykke to the coordinator."""
        return self.call(Wish("organisasjon", "epj", HOSPITAL_NUMBER), method, path, **options)

    def stranger(self, method: str, path: str, **options: Any) -> TestResponse:
        """Call as an organisation without any samtykke."""
        return self.call(Wish("organisasjon", "epj", STRANGER_NUMBER), method, path, **options)


@contextmanager
def opened(url: str, folder: Path, clock: Clock) -> Iterator[House]:
    """The adapter on a database."""
    settings = Settings.from_environment(
        {
            "ADAPTER_DATABASE_URL": url,
            "ADAPTER_VAR": str(folder / "var"),
            "ADAPTER_BASE_URL": "https://adapter.example",
        }
    )
    app = create_app(settings, now=clock)
    yield House(app.test_client(), settings.var, clock)
    app.extensions["repository"].store.close()


def fill(url: str, folder: Path) -> None:
    """Put the small municipality into a migrated database."""
    with opened(url, folder, Clock()) as house:
        for plural, record in RECORDS:
            answer = house.municipality("PUT", f"/kommune/v1/{plural}/{record['id']}", json=record)
            assert answer.status_code == 201, answer.json


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """The adapter on an empty database, on each kind of database."""
    with opened(database_url, tmp_path, Clock()) as house:
        yield house


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[House]:
    """The adapter with the small municipality in it, half a minute after it began to be put there."""
    with opened(database_url, tmp_path, Clock(START + timedelta(seconds=30))) as house:
        yield house

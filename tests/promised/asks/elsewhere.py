"""Requests to an adapter that cannot work: no database, an internal fault, an unreachable token issuer."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from adapter.app import create_app
from adapter.settings import Settings
from adapter.storage.migrations import upgrade
from tests.promised.asks import RECORD, Ask
from tests.rest.conftest import Clock, House
from tests.security.issuer import AUDIENCE, NAME, NOW, token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

TEAM = "/fhir/CareTeam/teamet"
BOTH_DOORS = (Ask("GET", TEAM), Ask("GET", RECORD))
READY = Ask("GET", "/readyz", caller="nobody")
BY_PROXY = {"Host": "127.0.0.1:8080", "Via": "1.1 proxy"}


class Stopping(Clock):
    """A clock that can be made to fail, which is an internal fault."""

    stopped = False

    def __call__(self) -> datetime:
        """The time; an exception once the clock is stopped."""
        if self.stopped:
            raise RuntimeError("the clock has stopped")
        return super().__call__()


def houses(folder: Path) -> Iterator[tuple[House, tuple[Ask, ...]]]:
    """Each adapter, with the requests to it."""
    migrated = f"sqlite:///{folder / 'migrated.db'}"
    upgrade(migrated)
    (folder / "empty.db").touch()
    for name in ("empty.db", "no/where.db"):
        with _house(folder, f"sqlite:///{folder / name}") as house:
            yield house, (*BOTH_DOORS, READY)
    (folder / "damaged.db").write_bytes(b"no database" * 1000)
    with _house(folder, f"sqlite:///{folder / 'damaged.db'}") as house:
        yield house, (*BOTH_DOORS, READY)
    upgrade(f"sqlite:///{folder / 'moved.db'}")
    with _house(folder, f"sqlite:///{folder / 'moved.db'}") as house:
        READY.answer(house)
        (folder / "moved.db").rename(folder / "elsewhere.db")
        yield house, (*BOTH_DOORS, READY)
    with _house(folder, migrated) as house:
        house.clock.stopped = True
        yield house, BOTH_DOORS
    with _house(folder, migrated, ADAPTER_AUTH="open") as house:
        yield house, _as_nobody(BY_PROXY)
    issuer = {"issuer": NAME, "audience": AUDIENCE, "jwks_uri": "http://127.0.0.1:9/jwks"}
    (folder / "issuers.json").write_text(json.dumps([issuer]))
    with _house(folder, migrated, ADAPTER_ISSUERS=str(folder / "issuers.json")) as house:
        yield house, _as_nobody({"Authorization": f"Bearer {token()}"})


def _as_nobody(headers: dict[str, str]) -> tuple[Ask, ...]:
    return tuple(replace(ask, headers=headers, caller="nobody") for ask in BOTH_DOORS)


@contextmanager
def _house(folder: Path, url: str, **more: str) -> Iterator[House]:
    said = {"ADAPTER_DATABASE_URL": url, "ADAPTER_VAR": str(folder / "var"), **more}
    settings, clock = Settings.from_environment(said), Stopping(NOW)
    app = create_app(settings, now=clock)
    yield House(app.test_client(), settings.var, clock)
    app.extensions["repository"].store.close()

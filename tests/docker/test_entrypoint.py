"""The image's entry point, run as a process with the environment of the compose file."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.docker.test_image import FOLDER, compose_environment
from tests.served import served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.databases import PostgreSQL

pytestmark = pytest.mark.slow


def _environment(tmp_path: Path, database_url: str) -> dict[str, str]:
    """The container's environment, with the database, address and folder of the test."""
    compose: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    commands = tmp_path / "bin"
    commands.mkdir()
    script = f"#!/bin/sh\nexec {sys.executable} -c 'from adapter.cli import main; main()' \"$@\"\n"
    (commands / "ip-adapter").write_text(script)
    (commands / "ip-adapter").chmod(0o755)
    here = {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(FOLDER.parent),
        "ADAPTER_DATABASE_URL": database_url,
        "ADAPTER_HOST": "127.0.0.1",
        "ADAPTER_VAR": str(tmp_path),
    }
    return compose_environment(compose, {"DB_PASSWORD": "x"}) | here


def _starts_and_is_healthy(environment: dict[str, str]) -> None:
    with served(environment, [FOLDER / "entrypoint.sh"]) as adapter:
        assert adapter.get("/fhir/metadata")[0] == 200
        assert adapter.get("/fhir/CareTeam")[0] == 401
        health = [sys.executable, str(FOLDER / "healthcheck.py")]
        assert subprocess.run(health, env={"PORT": str(adapter.port)}, check=False).returncode == 0
        token = subprocess.run(
            [FOLDER / "entrypoint.sh", "token", "--as", "system"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        assert adapter.get("/fhir/CareTeam", Authorization=f"Bearer {token}")[0] == 200
        assert adapter.stop() == 0


def test_the_entry_point_serves_from_an_empty_postgresql(postgresql: PostgreSQL, tmp_path: Path) -> None:
    """The database is migrated, the service is ready and asks for tokens, and SIGTERM reaches it."""
    _starts_and_is_healthy(_environment(tmp_path, postgresql.create("empty")))


def test_the_entry_point_serves_from_an_empty_sqlite(tmp_path: Path) -> None:
    """The database is migrated, the service is ready and asks for tokens, and SIGTERM reaches it."""
    _starts_and_is_healthy(_environment(tmp_path, f"sqlite:///{tmp_path}/adapter.db"))


def test_the_health_check_fails_without_an_adapter() -> None:
    """A container without a listening adapter is not healthy."""
    health = [sys.executable, str(FOLDER / "healthcheck.py")]
    assert subprocess.run(health, env={"PORT": "9"}, check=False).returncode == 1

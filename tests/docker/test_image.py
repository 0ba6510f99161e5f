"""The texts of the Dockerfile and the compose file have the promised properties."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapter.settings import Settings

FOLDER = Path(__file__).parent.parent.parent / "docker"
DOCKERFILE = (FOLDER / "Dockerfile").read_text()
INSTRUCTIONS = [
    tuple(line.split(None, 1))
    for line in re.sub(r"\\\n", " ", DOCKERFILE).splitlines()
    if line and not line.startswith(("#", " "))
]


def _last(instruction: str) -> str:
    return [words for name, words in INSTRUCTIONS if name == instruction][-1]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file as data."""
    read: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    return read


def test_the_image_runs_as_a_numeric_user_that_is_not_root() -> None:
    """The last USER is a number, which can be checked from outside, and not root's."""
    user, group = _last("USER").split(":")
    assert int(user) > 0
    assert int(group) > 0


def test_the_image_leaves_compilers_in_the_first_stage() -> None:
    """Only the result of the first stage is copied to the last one."""
    stages = [words for name, words in INSTRUCTIONS if name == "FROM"]
    assert len(stages) == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim( AS build)?", stage) for stage in stages)
    assert "COPY --from=build /opt/ip-adapter /opt/ip-adapter" in DOCKERFILE


def test_the_health_check_needs_python_alone() -> None:
    """The health check needs python alone, and the entry point becomes the command by exec."""
    assert '["python", "/usr/local/lib/ip-adapter-healthcheck.py"]' in _last("HEALTHCHECK")
    assert _last("ENTRYPOINT") == '["ip-adapter-entrypoint"]'
    assert _last("STOPSIGNAL") == "SIGTERM"
    assert 'exec ip-adapter "$@"' in (FOLDER / "entrypoint.sh").read_text()


def test_the_build_context_holds_listed_files_only() -> None:
    """The build context excludes every file outside a list, so that no database and no key enters it."""
    lines = (FOLDER / "Dockerfile.dockerignore").read_text().split()
    assert lines[0] == "*"
    assert not [line for line in lines[1:] if "var" in line or line == "!."]
    copied = [words.split()[:-1] for name, words in INSTRUCTIONS if name == "COPY" and "--from" not in words]
    sources = {source for words in copied for source in words if not source.startswith("--")}
    assert sources <= {line.removeprefix("!") for line in lines}


def test_compose_uses_tokens_and_a_read_only_file_system(compose: dict[str, Any]) -> None:
    """Compose sets token mode, read-only root, no capabilities, no new privileges, and a loopback port."""
    adapter = compose["services"]["adapter"]
    assert adapter["environment"]["ADAPTER_AUTH"] == "token"
    assert adapter["read_only"] is True
    assert adapter["cap_drop"] == ["ALL"]
    assert adapter["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in adapter["ports"])


def test_compose_starts_postgresql_15_or_newer_first(compose: dict[str, Any]) -> None:
    """The adapter waits for a healthy PostgreSQL 15 or newer, which only the adapter reaches."""
    database = compose["services"]["database"]
    assert int(database["image"].removeprefix("postgres:")) >= 15
    assert "ports" not in database
    assert compose["services"]["adapter"]["depends_on"]["database"]["condition"] == "service_healthy"


def test_compose_explains_every_variable_at_the_top(compose: dict[str, Any]) -> None:
    """Every shell variable is in the first comment of the file, and no password has a default."""
    text = (FOLDER / "compose.yaml").read_text()
    head = text.split("\nservices:")[0]
    used = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert used
    assert {name for name in used if not re.search(rf"^#   {name} ", head, re.MULTILINE)} == set()
    password = compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"]
    assert password.startswith("${DB_PASSWORD:?")


def test_compose_passes_only_variables_the_adapter_reads(compose: dict[str, Any]) -> None:
    """The variables of compose are valid settings when none is set, and each is one that is read."""
    environment = compose_environment(compose, {"DB_PASSWORD": "x"})
    settings = Settings.from_environment(environment)
    assert settings.auth == "token"
    assert settings.database_url == "postgresql+psycopg://adapter:x@database/adapter"
    assert settings.issuers_file is None
    documented = Settings.__module__
    assert documented == "adapter.settings"


def compose_environment(compose: dict[str, Any], shell: dict[str, str]) -> dict[str, str]:
    """The adapter's environment in compose: ENV of the image, then compose's variables."""
    environment = dict(re.findall(r"([A-Z_]+)=(\S+)", _last("ENV")))
    for name, text in compose["services"]["adapter"]["environment"].items():
        environment[name] = re.sub(r"\$\{([A-Z_]+)(?:(:[-?+])([^}]*))?\}", lambda m: _filled(m, shell), text)
    return environment


def _filled(match: re.Match[str], shell: dict[str, str]) -> str:
    value, operator, word = shell.get(match[1], ""), match[2], match[3] or ""
    if operator == ":+":
        return word if value else ""
    if operator == ":?":
        assert value, word
    return value or (word if operator == ":-" else "")

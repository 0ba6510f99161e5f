"""The command ``ip-adapter``: exit codes and output of its subcommands."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from adapter.cli import COMMANDS, main
from adapter.security.tokens import Tokens
from adapter.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove the adapter's variables from the environment, and set the var folder to the test's own."""
    for name in list(os.environ):
        if name.startswith("ADAPTER_") or name == "PORT":
            monkeypatch.delenv(name)
    monkeypatch.setenv("ADAPTER_VAR", str(tmp_path / "var"))


def run(*arguments: str | Path) -> int:
    """Run the command in this process and give its exit code."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    code = left.value.code
    assert isinstance(code, int)
    return code


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command of the table has a file and a line in the help."""
    assert run("--help") == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("arguments", [["walk"], ["validate"], ["validate", "nowhere.json"], ["token"]])
def test_a_command_that_cannot_run_exits_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown command, a missing argument or a missing file exits with 2 and a reason on stderr."""
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.err
    assert not captured.out


def test_every_fault_of_the_settings_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each fault of the settings is one line, without a stack trace."""
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("ADAPTER_AUTH", "x")
    assert run("token", "--as", "system") == 2
    err = capsys.readouterr().err
    assert err.count("ip-adapter: ") == 2
    assert "Traceback" not in err


def test_token_prints_the_token_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The output of `token` is one token that the same checkout accepts."""
    assert run("token", "--as", "organisasjon", "--org", "314159268", "--purpose", "ETREAT") == 0
    (line,) = capsys.readouterr().out.splitlines()
    settings = Settings.from_environment({"ADAPTER_VAR": str(tmp_path / "var")})
    caller = Tokens.from_settings(settings, lambda: datetime.now(UTC)).caller(f"Bearer {line}")
    assert (caller.organisation, caller.purpose, caller.municipality) == ("314159268", "ETREAT", False)


def test_a_system_token_has_a_listed_client_id(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`--as system` uses a client id of ADAPTER_MUNICIPALITY_CLIENTS."""
    monkeypatch.setenv("ADAPTER_MUNICIPALITY_CLIENTS", "vaart-system")
    assert run("token", "--as", "system") == 0
    environment = {"ADAPTER_VAR": str(tmp_path / "var"), "ADAPTER_MUNICIPALITY_CLIENTS": "vaart-system"}
    tokens = Tokens.from_settings(Settings.from_environment(environment), lambda: datetime.now(UTC))
    assert tokens.caller(f"Bearer {capsys.readouterr().out.strip()}").municipality


@pytest.mark.parametrize("role", ["organisasjon", "ansatt", "innbygger"])
def test_a_token_needs_the_organisation_or_person_of_its_role(
    role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A role without its --org or --person is refused."""
    assert run("token", "--as", role) == 2
    assert f"--as {role} needs" in capsys.readouterr().err


def test_token_is_refused_in_production(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The development issuer makes no token with ADAPTER_PRODUCTION=1."""
    for name, value in {
        "ADAPTER_PRODUCTION": "1",
        "ADAPTER_MUNICIPALITY": "314159268",
        "ADAPTER_MUNICIPALITY_CLIENTS": "x",
        "ADAPTER_ISSUERS": "issuers.json",
        "ADAPTER_BASE_URL": "https://plan.example",
    }.items():
        monkeypatch.setenv(name, value)
    assert run("token", "--as", "system") == 2
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        '{"poster": 5}',
        '{"poster": [{"id": "a"}, {"id": "b"}]}',
        '{"id": "a", "rest": {"Patient/a": 5}}',
        '{"id": "a", "rest": 5}',
        '{"id": 5}',
        '{"poster": [5]}',
    ],
)
def test_a_file_that_is_no_record_is_told_in_a_line(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``convert`` leaves with 2 and names the file; there is no stack trace."""
    file = tmp_path / "a.json"
    file.write_text(content)
    assert run("convert", file, "--to", "fhir") == 2
    err = capsys.readouterr().err
    assert "a.json" in err
    assert "Traceback" not in err

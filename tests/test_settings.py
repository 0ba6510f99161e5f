"""The settings: what each variable does, and that a bad set is told whole and at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapter import settings as settings_module
from adapter.settings import Settings, SettingsError, is_loopback

PRODUCTION = {
    "ADAPTER_PRODUCTION": "1",
    "ADAPTER_MUNICIPALITY": "314159268",
    "ADAPTER_MUNICIPALITY_CLIENTS": "fagsystem-1, fagsystem-2",
    "ADAPTER_ISSUERS": "/etc/adapter/issuers.json",
    "ADAPTER_BASE_URL": "https://plan.example/",
    "ADAPTER_DATABASE_URL": "postgresql://adapter@db/adapter",
}


def test_nothing_said_is_a_safe_development_machine() -> None:
    """With an empty environment the adapter listens on loopback, asks for tokens and keeps SQLite in var."""
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.auth, settings.if_match) == (
        "127.0.0.1",
        8080,
        "token",
        "required",
    )
    assert settings.database_url == "sqlite:///var/adapter.db"
    assert settings.base_url == "http://127.0.0.1:8080"
    assert not settings.production


def test_an_empty_variable_is_an_absent_one() -> None:
    """Compose files pass unset variables on as empty text."""
    assert Settings.from_environment({"PORT": "", "ADAPTER_ISSUERS": " "}) == Settings.from_environment({})


def test_production_is_read_whole() -> None:
    """Every variable ends in its field; the base address loses its last slash, the driver is ours."""
    settings = Settings.from_environment(PRODUCTION)
    assert settings.production
    assert settings.municipality_clients == {"fagsystem-1", "fagsystem-2"}
    assert settings.base_url == "https://plan.example"
    assert settings.database_url == "postgresql+psycopg://adapter@db/adapter"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ADAPTER_AUTH": "open"}, "ADAPTER_AUTH=token"),
        ({"ADAPTER_ISSUERS": ""}, "ADAPTER_ISSUERS"),
        ({"ADAPTER_BASE_URL": "http://plan.example"}, "https://"),
        ({"ADAPTER_MUNICIPALITY": ""}, "ADAPTER_MUNICIPALITY "),
        ({"ADAPTER_MUNICIPALITY_CLIENTS": ""}, "ADAPTER_MUNICIPALITY_CLIENTS"),
    ],
)
def test_production_refuses_what_is_for_trying_out(changes: dict[str, str], said: str) -> None:
    """In production nothing is open, nothing is defaulted that decides who may see what."""
    with pytest.raises(SettingsError, match=said):
        Settings.from_environment(PRODUCTION | changes)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "kommune.example"])  # noqa: S104
def test_open_listens_on_loopback_only(host: str) -> None:
    """Without tokens every caller is the municipality, so nobody else may reach the port."""
    with pytest.raises(SettingsError, match="loopback"):
        Settings.from_environment({"ADAPTER_AUTH": "open", "ADAPTER_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "[::1]"])
def test_loopback_in_all_its_forms(host: str) -> None:
    """The loopback network and the name localhost are this machine."""
    assert is_loopback(host.strip("[]"))
    assert Settings.from_environment({"ADAPTER_AUTH": "open", "ADAPTER_HOST": host}).auth == "open"


def test_everything_wrong_is_told_at_once() -> None:
    """One start tells every fault, each with the variable's name and never with its value."""
    environment = {
        "ADAPTER_MUNICIPALITY": "hemmelig",
        "ADAPTER_AUTH": "hemmelig",
        "ADAPTER_IF_MATCH": "hemmelig",
        "PORT": "70000",
        "ADAPTER_WORKERS": "0",
        "ADAPTER_PRODUCTION": "hemmelig",
        "ADAPTER_DATABASE_URL": "mysql://root:hemmelig@db",
        "ADAPTER_BASE_URL": "https://bruker:hemmelig@plan.example",
    }
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment(environment)
    assert "hemmelig" not in str(raised.value)
    for name in environment:
        assert name in str(raised.value)


@pytest.mark.parametrize(
    "url", ["ftp://a.example", "https://", "https://a.example\\@b.example", "http://a:x", "a"]
)
def test_a_base_address_is_plain(url: str) -> None:
    """Links are built from the base address, so it holds scheme, host, port and path alone."""
    with pytest.raises(SettingsError, match="ADAPTER_BASE_URL"):
        Settings.from_environment({"ADAPTER_BASE_URL": url})


def test_every_variable_read_is_described() -> None:
    """The module's own page and docs/running.md name every variable that from_environment asks for."""

    class Asked(dict[str, str]):
        def __init__(self) -> None:
            self.names: set[str] = set()

        def get(self, key: str, default: str | None = None) -> str:  # type: ignore[override]
            self.names.add(key)
            return default or ""

    asked = Asked()
    Settings.from_environment(asked)
    assert "PORT" in asked.names
    running = (Path(__file__).parent.parent / "docs" / "running.md").read_text()
    for name in asked.names:
        assert name in (settings_module.__doc__ or "")
        assert f"`{name}`" in running


def test_a_setting_nobody_reads_is_told() -> None:
    """A misspelt database would be another one: the nearest name is told, and the value is not."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"ADAPTER_DATABSE_URL": "hemmelig", "ADAPTER_MIGRATE": "0", "PATH": "/bin"})
    assert str(refused.value).count("ADAPTER_") == 2
    assert "ADAPTER_DATABSE_URL is not a setting; did you mean ADAPTER_DATABASE_URL?" in str(refused.value)
    assert "hemmelig" not in str(refused.value)

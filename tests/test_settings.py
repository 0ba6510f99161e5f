"""The settings: the meaning of each variable, and one error with every fault."""

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


def test_the_defaults_are_safe_for_development() -> None:
    """Without variables the adapter listens on loopback, requires tokens and keeps SQLite in var."""
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
    """An empty variable has its default, since compose files pass unset variables on as empty text."""
    assert Settings.from_environment({"PORT": "", "ADAPTER_ISSUERS": " "}) == Settings.from_environment({})


def test_every_variable_of_production_is_read() -> None:
    """Every variable is a field; the base address has no last slash, and the driver is psycopg."""
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
def test_production_refuses_development_settings(changes: dict[str, str], said: str) -> None:
    """Production needs tokens, issuers, https, and no default for the municipality or its clients."""
    with pytest.raises(SettingsError, match=said):
        Settings.from_environment(PRODUCTION | changes)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "kommune.example"])  # noqa: S104
def test_open_listens_on_loopback_only(host: str) -> None:
    """An open door needs a loopback address, since every caller is the municipality."""
    with pytest.raises(SettingsError, match="loopback"):
        Settings.from_environment({"ADAPTER_AUTH": "open", "ADAPTER_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "[::1]"])
def test_loopback_is_recognised_in_every_form(host: str) -> None:
    """The loopback network and the name localhost are this machine."""
    assert is_loopback(host.strip("[]"))
    assert Settings.from_environment({"ADAPTER_AUTH": "open", "ADAPTER_HOST": host}).auth == "open"


def test_every_fault_is_in_one_error() -> None:
    """A SettingsError has every fault, with the name of the variable and never its value."""
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
def test_a_base_address_has_scheme_host_port_and_path_alone(url: str) -> None:
    """Links are built from the base address, so it has no query, fragment or user."""
    with pytest.raises(SettingsError, match="ADAPTER_BASE_URL"):
        Settings.from_environment({"ADAPTER_BASE_URL": url})


def test_every_variable_is_documented() -> None:
    """The module docstring and docs/running.md have every variable that from_environment reads."""

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


def test_an_unknown_variable_is_a_fault() -> None:
    """A misspelt variable is a fault with the nearest name and without the value."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"ADAPTER_DATABSE_URL": "hemmelig", "ADAPTER_MIGRATE": "0", "PATH": "/bin"})
    assert str(refused.value).count("ADAPTER_") == 2
    assert "ADAPTER_DATABSE_URL is not a setting; did you mean ADAPTER_DATABASE_URL?" in str(refused.value)
    assert "hemmelig" not in str(refused.value)

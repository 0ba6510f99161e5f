"""The settings are the variables of ``settings.txt``, with these defaults, and take and refuse these values.

A value is a default if it says the same as an empty environment does; where what a setting is called inside
the adapter changes, nothing here does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapter.settings import Settings, SettingsError
from tests.promised import pinned

FILE = "settings.txt"
PRODUCTION = {
    "ADAPTER_PRODUCTION": "1",
    "ADAPTER_MUNICIPALITY": "314159268",
    "ADAPTER_MUNICIPALITY_CLIENTS": "fagsystem-1",
    "ADAPTER_ISSUERS": "issuers.json",
    "ADAPTER_BASE_URL": "https://plan.example",
}
ALONE: dict[str, tuple[str, ...]] = {
    "ADAPTER_MUNICIPALITY": ("", "314159268", "310000019", "31415926", "kommunen"),
    "ADAPTER_MUNICIPALITY_CLIENTS": ("", "kommunens-fagsystem", "a,b", ",", "x" * 200, "x" * 201),
    "ADAPTER_DATABASE_URL": (
        "",
        "sqlite:///var/adapter.db",
        "sqlite:////data/adapter.db",
        "postgresql://adapter@db/adapter",
        "postgresql+psycopg://adapter@db/adapter",
        "mysql://adapter@db/adapter",
        "adapter.db",
    ),
    "ADAPTER_AUTH": ("", "token", "open", "none"),
    "ADAPTER_IF_MATCH": ("", "required", "optional", "no"),
    "ADAPTER_PROFILES": ("", "warn", "reject", "off", "no"),
    "ADAPTER_ISSUERS": ("", "issuers.json"),
    "ADAPTER_BASE_URL": (
        "",
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8080/",
        "http://127.0.0.1:8080/fhir",
        "https://plan.example/ip",
        "https://plan.example?a=b",
        "ftp://plan.example",
        "plan.example",
    ),
    "ADAPTER_PRODUCTION": ("", "0", "false", "1", "true", "yes"),
    "ADAPTER_HOST": ("", "127.0.0.1", "0.0.0.0", "::1", "[::1]", "localhost"),  # noqa: S104
    "PORT": ("", "8080", "1", "65535", "0", "65536", "x"),
    "ADAPTER_WORKERS": ("", "2", "1", "64", "0", "65", "x"),
    "ADAPTER_VAR": ("", "var", "/var/lib/adapter"),
    "ADAPTER_MIGRATE": ("", "0", "1"),
    "ADAPTER_MUNICIPALTY": ("314159268",),
}
"""Each variable, with values of it; the last is none, as somebody may misspell it."""

TOGETHER: tuple[dict[str, str], ...] = (
    {"ADAPTER_AUTH": "open", "ADAPTER_HOST": "localhost"},
    {"ADAPTER_AUTH": "open", "ADAPTER_HOST": "0.0.0.0"},  # noqa: S104
    PRODUCTION,
    *({**PRODUCTION, name: ""} for name in PRODUCTION),
    {**PRODUCTION, "ADAPTER_PRODUCTION": "true"},
    {**PRODUCTION, "ADAPTER_BASE_URL": "http://plan.example"},
    {**PRODUCTION, "ADAPTER_AUTH": "open"},
)


class Environment(Mapping[str, str]):
    """An empty environment that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def told() -> list[str]:
    """The variables that are read, then environments, each with what comes of it."""
    environment = Environment()
    Settings.from_environment(environment)
    alone = [{name: value} for name, values in ALONE.items() for value in values]
    return [
        *(f"{name}  is read" for name in sorted(environment.asked)),
        *(f"{_written(said)}  {_verdict(said)}" for said in (*alone, *TOGETHER)),
    ]


def _written(said: dict[str, str]) -> str:
    """The environment as a shell has it; what is said in production, as that and what is otherwise."""
    production = said.keys() >= PRODUCTION.keys()
    otherwise = {
        name: value for name, value in said.items() if not production or PRODUCTION.get(name) != value
    }
    words = [
        f"{name}={value if len(value) < 100 else f'{value[0]}*{len(value)}'}"
        for name, value in otherwise.items()
    ]
    return " ".join(["in production", *words] if production else words)


def _verdict(said: dict[str, str]) -> str:
    try:
        settings = Settings.from_environment(said)
    except SettingsError:
        return "refused"
    return "the default" if settings == Settings.from_environment({}) else "taken"


def test_the_settings_equal_the_promised_settings() -> None:
    """No variable is missing, no default is changed, and accepted and refused values are the same."""
    pinned.compare(FILE, told())


def test_every_variable_has_tried_values() -> None:
    """A new variable is promised only together with its values."""
    environment = Environment()
    Settings.from_environment(environment)
    assert environment.asked - ALONE.keys() == set()

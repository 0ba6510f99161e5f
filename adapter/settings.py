"""The settings of the adapter, read once from environment variables and passed on as values.

=============================  ====================================================================
``ADAPTER_MUNICIPALITY``       organisation number of the municipality served
``ADAPTER_MUNICIPALITY_CLIENTS``  client ids, separated by commas, of the municipality's own systems
``ADAPTER_DATABASE_URL``       SQLAlchemy URL: SQLite (default, a file in the var folder) or PostgreSQL
``ADAPTER_AUTH``               ``token`` (default), or ``open``: loopback only, no token = municipality
``ADAPTER_IF_MATCH``           ``required`` (default), or ``optional`` for clients that cannot send it
``ADAPTER_ISSUERS``            JSON file of the token issuers trusted
``ADAPTER_PROFILES``           profiles that a write claims: ``warn`` (default), ``reject``, or ``off``
``ADAPTER_BASE_URL``           address the adapter is reached at, without ``/fhir``
``ADAPTER_PRODUCTION``         ``1``: real people; calls need a token, no development issuer
``ADAPTER_HOST``, ``PORT``     where to listen; 127.0.0.1 and 8080
``ADAPTER_WORKERS``            processes that serve; 2
``ADAPTER_VAR``                folder of the adapter's own files; ``var``
=============================  ====================================================================

An empty variable counts as absent, because compose files pass unset variables on as empty text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXAMPLE_MUNICIPALITY = "314159268"
"""The invented municipality of the examples; real organisation numbers begin with 8 or 9."""

EXAMPLE_CLIENT = "kommunens-fagsystem"
"""Default client id of the municipality's system, outside production."""

_LONGEST_CLIENT_ID = 200
_MOST_WORKERS = 64


class SettingsError(ValueError):
    """The settings are not valid; ``faults`` has one line for each fault."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one deployment; the module docstring lists the variable of each field."""

    municipality: str
    municipality_clients: frozenset[str]
    database_url: str
    auth: str
    if_match: str
    profiles: str
    issuers_file: Path | None
    base_url: str
    production: bool
    host: str
    port: int
    workers: int
    var: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings from ``environment`` (``os.environ``).

        Raises SettingsError with every fault, so that one start lists all of them.
        """
        reader = _Reader(environment)
        production = reader.flag("ADAPTER_PRODUCTION")
        host = reader.text("ADAPTER_HOST", "127.0.0.1").strip("[]")
        port = reader.number("PORT", 8080, 1, 65535)
        var = Path(reader.text("ADAPTER_VAR", "var"))
        issuers = reader.text("ADAPTER_ISSUERS", "")
        settings = cls(
            municipality=reader.municipality(production),
            municipality_clients=reader.clients(production),
            database_url=reader.database(f"sqlite:///{var / 'adapter.db'}"),
            auth=reader.choice("ADAPTER_AUTH", ("token", "open")),
            if_match=reader.choice("ADAPTER_IF_MATCH", ("required", "optional")),
            profiles=reader.choice("ADAPTER_PROFILES", ("warn", "reject", "off")),
            issuers_file=Path(issuers) if issuers else None,
            base_url=reader.base_url(f"http://{_bracketed(host)}:{port}"),
            production=production,
            host=host,
            port=port,
            workers=reader.number("ADAPTER_WORKERS", 2, 1, _MOST_WORKERS),
            var=var,
        )
        faults = [*reader.faults, *reader.unread(), *_contradictions(settings)]
        if faults:
            raise SettingsError(*faults)
        return settings


_PREFIX = "ADAPTER_"
_OF_THE_CONTAINER = "ADAPTER_MIGRATE"
"""A variable that only the image's entry point reads, before the adapter starts."""


class _Reader:
    """A reader of environment variables that collects the faults it finds."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._read = {_OF_THE_CONTAINER}
        self.faults: list[str] = []

    def unread(self) -> Iterator[str]:
        """A fault for each unknown ADAPTER_ variable: a misspelt setting would silently get its default."""
        for name in sorted(self._environment):
            if name.startswith(_PREFIX) and name not in self._read:
                near = get_close_matches(name, self._read, 1)
                yield f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "")

    def text(self, name: str, default: str) -> str:
        self._read.add(name)
        return self._environment.get(name, "").strip() or default

    def flag(self, name: str) -> bool:
        word = self.text(name, "0").lower()
        if word not in {"0", "1", "true", "false"}:
            self.faults.append(f"{name} must be 1 or 0")
        return word not in {"0", "false"}

    def choice(self, name: str, words: tuple[str, ...]) -> str:
        word = self.text(name, words[0])
        if word not in words:
            self.faults.append(f"{name} must be one of: {', '.join(words)}")
        return word

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        word = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", word) or not lowest <= int(word) <= highest:
            self.faults.append(f"{name} must be a whole number from {lowest} to {highest}")
            return default
        return int(word)

    def municipality(self, production: bool) -> str:
        word = self.text("ADAPTER_MUNICIPALITY", "" if production else EXAMPLE_MUNICIPALITY)
        if not re.fullmatch(r"[0-9]{9}", word):
            self.faults.append(
                "ADAPTER_MUNICIPALITY must be the municipality's organisation number, 9 digits"
            )
        return word

    def clients(self, production: bool) -> frozenset[str]:
        name = "ADAPTER_MUNICIPALITY_CLIENTS"
        words = [word.strip() for word in self.text(name, "" if production else EXAMPLE_CLIENT).split(",")]
        clients = frozenset(word for word in words if word)
        if not clients:
            self.faults.append(f"{name} must name the client id of at least one system of the municipality")
        if any(len(client) > _LONGEST_CLIENT_ID or not client.isprintable() for client in clients):
            self.faults.append(
                f"{name} must hold printable client ids, at most {_LONGEST_CLIENT_ID} characters"
            )
        return clients

    def database(self, default: str) -> str:
        url = self.text("ADAPTER_DATABASE_URL", default)
        if not re.match(r"(sqlite|postgresql)(\+[a-z0-9]+)?://", url):
            self.faults.append("ADAPTER_DATABASE_URL must begin with sqlite:// or postgresql+psycopg://")
        return re.sub(r"^postgresql://", "postgresql+psycopg://", url)

    def base_url(self, default: str) -> str:
        url = self.text("ADAPTER_BASE_URL", default).rstrip("/")
        if not _is_plain_web_address(url):
            self.faults.append("ADAPTER_BASE_URL must have the form http(s)://host[:port][/path]")
        return url.removesuffix("/fhir")


def mappings_folder() -> Path:
    """The folder of the mapping files: inside an installed package, beside the package in a checkout."""
    package = Path(__file__).parent
    installed = package / "_mappings"
    return installed if installed.is_dir() else package.parent / "mappings"


def is_loopback(host: str) -> bool:
    """Tests whether only this machine can reach ``host``: a loopback address, or the name localhost."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_plain_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or "@" in parts.netloc or "\\" in url or "%" in parts.netloc)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain


def _contradictions(settings: Settings) -> list[str]:
    """Faults of settings that are each valid but cannot be combined."""
    faults = []
    if settings.auth == "open" and not is_loopback(settings.host):
        faults.append("ADAPTER_AUTH=open serves without tokens, so ADAPTER_HOST must be a loopback address")
    if settings.production and settings.auth == "open":
        faults.append("ADAPTER_PRODUCTION=1 requires ADAPTER_AUTH=token")
    if settings.production and settings.issuers_file is None:
        faults.append(
            "ADAPTER_PRODUCTION=1 does not trust the development issuer, so ADAPTER_ISSUERS must name a file"
        )
    if settings.production and not settings.base_url.startswith("https://"):
        faults.append("ADAPTER_PRODUCTION=1 requires an ADAPTER_BASE_URL that begins with https://")
    return faults


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

"""The token issuers this deployment trusts, read from the file that ``ADAPTER_ISSUERS`` names.

The file is a JSON list; each item::

    {"issuer": "https://helseid-sts.nhn.no",          exactly as the tokens' iss
     "audience": "kommunen:ip-adapter",               exactly as the tokens' aud
     "jwks_uri": "https://helseid-sts.nhn.no/.well-known/openid-configuration/jwks",
     "scheme": "Bearer",                              Bearer when left out
     "municipality": true}                            issues tokens to the municipality's own systems

An issuer with its public keys in the file has ``"keys": [{"kty": ..., "kid": ...}]``, not ``jwks_uri``. Two
issuers can use the same client id for different clients, so with several issuers the municipality's client
ids count only in tokens of issuers marked ``municipality``; a single issuer needs no mark.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adapter.security.jwks import FetchedKeys
from adapter.security.keys import Keys, KeySet
from adapter.settings import SettingsError, is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEVELOPMENT_ISSUER = "urn:ip-adapter:development"
"""The name of the development issuer of every checkout; it is never trusted in production."""

_FIELDS = {"issuer", "audience", "jwks_uri", "keys", "scheme", "municipality"}
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """A trusted issuer: ``municipality`` lets its client ids be the municipality's own."""

    name: str
    audience: str
    keys: Keys
    municipality: bool


def load(path: Path, *, production: bool) -> tuple[Issuer, ...]:
    """Read the issuers in ``path``. Raises SettingsError with every fault of the file."""
    try:
        items = json.loads(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"ADAPTER_ISSUERS: the file cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise SettingsError("ADAPTER_ISSUERS: the file is not JSON") from error
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise SettingsError("ADAPTER_ISSUERS: the file must hold a list of at least one issuer")
    faults = [
        f"ADAPTER_ISSUERS: issuer {number}: {fault}"
        for number, item in enumerate(items, start=1)
        for fault in _faults(item, production=production)
    ]
    names = [item.get("issuer") for item in items]
    if any(names.count(name) > 1 for name in names):
        faults.append("ADAPTER_ISSUERS: the file lists the same issuer twice")
    if faults:
        raise SettingsError(*faults)
    return tuple(_issuer(item, alone=len(items) == 1) for item in items)


def _issuer(item: Mapping[str, Any], *, alone: bool) -> Issuer:
    keys: Keys = FetchedKeys(item["jwks_uri"]) if "jwks_uri" in item else KeySet.parse(item)
    return Issuer(item["issuer"], item["audience"], keys, item.get("municipality", alone))


def _faults(item: Mapping[str, Any], *, production: bool) -> list[str]:
    faults = [
        f"{name} must be a non-empty string"
        for name in ("issuer", "audience")
        if not _is_text(item.get(name))
    ]
    if set(item) - _FIELDS:
        faults.append(f"unknown field; the fields are: {', '.join(sorted(_FIELDS))}")
    if item.get("issuer") == DEVELOPMENT_ISSUER:
        faults.append("the development issuer cannot be listed")
    if not isinstance(item.get("municipality", False), bool):
        faults.append("municipality must be true or false")
    if item.get("scheme", "Bearer") == "DPoP":
        faults.append("scheme DPoP is not supported; use an issuer of Bearer tokens")
    elif item.get("scheme", "Bearer") != "Bearer":
        faults.append("scheme must be Bearer")
    if ("jwks_uri" in item) == ("keys" in item):
        faults.append("the issuer must have either jwks_uri or keys, not both")
    elif "keys" in item:
        faults.extend(_key_faults(item))
    elif not _is_key_address(item["jwks_uri"], production=production):
        faults.append("jwks_uri must be an https address (http only on loopback, outside production)")
    return faults


def _key_faults(item: Mapping[str, Any]) -> list[str]:
    listed = item["keys"]
    if not isinstance(listed, list) or not listed or not all(isinstance(key, dict) for key in listed):
        return ["keys must be a list of JSON Web Keys"]
    if any(_PRIVATE & set(key) for key in listed):
        return ["keys must hold public keys only"]
    if len(KeySet.parse(item).keys) != len(listed):
        return [
            "every key must have kid, use sig, and type RSA (2048 bits or more) or EC (P-256, P-384, P-521)"
        ]
    return []


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_key_address(address: object, *, production: bool) -> bool:
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or "\\" in address:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and not production and is_loopback(parts.hostname)
    )

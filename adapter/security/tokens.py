"""Verification of the Authorization header, with a caller or one and the same refusal as the result.

RFC 6750. The refusal is the same for every fault of a token, since the reason would help a forger.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING

from adapter.errors import IssueType, Message, Unauthorized
from adapter.security import claims as claims_module
from adapter.security.caller import OPEN_CALLER, Caller
from adapter.security.development import development_issuer
from adapter.security.issuers import Issuer, load
from adapter.security.verification import LONGEST_TOKEN, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from adapter.settings import Settings

CHALLENGE = 'Bearer realm="ip-adapter"'
"""The WWW-Authenticate header of every 401."""

NO_CALLER = Message(
    "auth-required",
    IssueType.LOGIN,
    nb="Kallet mangler et gyldig token. Send et bearer-token fra en utsteder tjenesten stoler på.",
    en="The request has no valid token. Send a bearer token from an issuer this service trusts.",
    source="https://www.rfc-editor.org/rfc/rfc6750",
)

_BEARER = re.compile(r"(?i:bearer) (([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+))", re.ASCII)
_CACHE_SECONDS = 60
_CACHE_SIZE = 2048


class Tokens:
    """The trusted issuers, and a cache of the callers of recently verified tokens."""

    def __init__(
        self,
        issuers: Iterable[Issuer],
        clock: Callable[[], datetime],
        *,
        municipality_clients: frozenset[str],
        fhir_base: str,
        anonymous: Caller | None = None,
    ) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}
        self._clock = clock
        self._municipality_clients = municipality_clients
        self._fhir_base = fhir_base
        self._anonymous = anonymous
        self._verified = _Verified()

    @classmethod
    def from_settings(cls, settings: Settings, clock: Callable[[], datetime]) -> Tokens:
        """Tokens of the issuers in the settings' file, and of the development issuer outside production.

        Raises SettingsError if the file has faults.
        """
        issuers: list[Issuer] = []
        if settings.issuers_file is not None:
            issuers.extend(load(settings.issuers_file, production=settings.production))
        if not settings.production:
            issuers.append(development_issuer(settings.var))
        return cls(
            issuers,
            clock,
            municipality_clients=settings.municipality_clients,
            fhir_base=f"{settings.base_url}/fhir",
            anonymous=OPEN_CALLER if settings.auth == "open" else None,
        )

    def caller(self, authorization: str | None) -> Caller:
        """The caller with this Authorization header.

        Raises Unauthorized, always with the same finding, if there is no valid token; with ADAPTER_AUTH=open
        only if there is a token and it is not valid. Raises Unavailable if the issuer's keys cannot be
        fetched.
        """
        if authorization is None and self._anonymous is not None:
            return self._anonymous
        now = self._clock().timestamp()
        match = _BEARER.fullmatch(authorization or "") if len(authorization or "") <= LONGEST_TOKEN else None
        if match is None:
            raise Unauthorized(NO_CALLER.at())
        digest = sha256(match[1].encode("ascii")).digest()
        known = self._verified.get(digest, now)
        if known is not None:
            return known
        try:
            caller, expires = self._verify(match[1], now)
        except ValueError:
            raise Unauthorized(NO_CALLER.at()) from None
        self._verified.put(digest, caller, min(expires, now + _CACHE_SECONDS))
        return caller

    def _verify(self, token: str, now: float) -> tuple[Caller, float]:
        """The caller of a token, and the time the token expires. ValueError if the token is not valid."""
        claims, issuer, expires = verify(token, self._issuers, now)
        clients = self._municipality_clients if issuer.municipality else frozenset[str]()
        return claims_module.caller(claims, clients, self._fhir_base), expires


class _Verified:
    """A cache of callers by token, each with an expiry time; the least recently used is removed first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callers: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()

    def get(self, digest: bytes, now: float) -> Caller | None:
        with self._lock:
            caller, until = self._callers.get(digest, (None, 0.0))
            if caller is None:
                return None
            if now >= until:
                del self._callers[digest]
                return None
            self._callers.move_to_end(digest)
            return caller

    def put(self, digest: bytes, caller: Caller, until: float) -> None:
        with self._lock:
            self._callers[digest] = (caller, until)
            while len(self._callers) > _CACHE_SIZE:
                self._callers.popitem(last=False)

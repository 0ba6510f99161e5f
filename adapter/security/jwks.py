"""Public keys fetched from the address of a token issuer, cached, and fetched again when they change.

Only this module opens a connection because of a token. The address comes from the settings, never from the
token; redirects and proxy variables of the environment are not followed. An issuer is asked at most once in
``FETCH_PAUSE_SECONDS``, however many unknown key ids the tokens hold.
"""

from __future__ import annotations

import json
import re
import threading
import time
from typing import TYPE_CHECKING

import httpx

from adapter.errors import IssueType, Message, Unavailable
from adapter.security.keys import KeySet, PublicKey

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS_UNREACHABLE = Message(
    "auth-keys-unavailable",
    IssueType.TRANSIENT,
    nb="Tjenesten får ikke hentet nøklene til tokenets utsteder. Prøv igjen om litt.",
    en="The service cannot fetch the keys of the token's issuer. Try again in a moment.",
)

FRESH_SECONDS = 300.0
"""Time keys are used before they are fetched again; shorter if Cache-Control says so."""

STALE_SECONDS = 3600.0
"""Time keys are used while the issuer does not answer; after that its tokens get 503."""

FETCH_PAUSE_SECONDS = 30.0
"""The shortest time between two requests to one issuer."""

_TIMEOUT_SECONDS = 3.0
_LARGEST_SET = 256 * 1024


class FetchedKeys:
    """The public keys at one address."""

    def __init__(
        self,
        address: str,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._transport = transport
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fresh_until = self._stale_at = self._ask_again_at = float("-inf")

    def find(self, kid: str, alg: str) -> PublicKey | None:
        """The only key with this id that fits ``alg``, fetched if the keys are old or the id is unknown.

        Raises Unavailable when the issuer has not answered for longer than its keys may be used.
        """
        if self._clock() >= self._fresh_until:
            self._ask()
        found = self._usable().find(kid, alg)
        if found is None and self._ask():
            found = self._usable().find(kid, alg)
        return found

    def _usable(self) -> KeySet:
        if self._keys is None or self._clock() >= self._stale_at:
            raise Unavailable(KEYS_UNREACHABLE.at())
        return self._keys

    def _ask(self) -> bool:
        """Fetch the keys if the pause is over, one thread at a time; return whether they were fetched."""
        if not self._lock.acquire(blocking=self._keys is None):
            return False
        try:
            now = self._clock()
            if now < self._ask_again_at:
                return False
            self._ask_again_at = now + FETCH_PAUSE_SECONDS
            self._keys, lifetime = self._fetch()
            self._fresh_until, self._stale_at = now + lifetime, now + STALE_SECONDS
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError):
            return False
        else:
            return True
        finally:
            self._lock.release()

    def _fetch(self) -> tuple[KeySet, float]:
        """The key set and the seconds it is fresh; ValueError if the answer is no key set or too large."""
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        client = httpx.Client(
            transport=self._transport, timeout=_TIMEOUT_SECONDS, trust_env=False, follow_redirects=False
        )
        with client, client.stream("GET", self._address, headers={"Accept": "application/json"}) as answer:
            if answer.status_code != httpx.codes.OK:
                raise ValueError("the issuer did not give its keys")
            body = b""
            for chunk in answer.iter_bytes(16 * 1024):
                body += chunk
                if len(body) > _LARGEST_SET or time.monotonic() > deadline:
                    raise ValueError("the issuer's keys are too many or too slow")
            return KeySet.parse(json.loads(body)), _lifetime(answer.headers.get("cache-control", ""))


def _lifetime(cache_control: str) -> float:
    """The seconds an answer is fresh: Cache-Control, but at least the pause and at most ``FRESH_SECONDS``."""
    if re.search(r"\bno-(store|cache)\b", cache_control):
        return FETCH_PAUSE_SECONDS
    age = re.search(r"\bmax-age=([0-9]{1,9})\b", cache_control)
    return max(FETCH_PAUSE_SECONDS, min(FRESH_SECONDS, float(age[1]) if age else FRESH_SECONDS))

"""Keys fetched from an issuer are fresh, stale or rotated, and are not fetched too often."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapter.errors import Unavailable
from adapter.security.jwks import FETCH_PAUSE_SECONDS, FRESH_SECONDS, STALE_SECONDS, FetchedKeys
from tests.security.issuer import EC_KEY, P384_KEY, RSA_KEY, public

if TYPE_CHECKING:
    from collections.abc import Callable

ADDRESS = "https://sts.example/jwks"


class Sts:
    """A fake key address that counts its requests and gives the answers it is set to."""

    def __init__(self, answer: Callable[[], httpx.Response] | None = None) -> None:
        self.calls = 0
        self.now = 1000.0
        self.answer = answer or (lambda: httpx.Response(200, json=public(EC_KEY)))
        self.keys = FetchedKeys(ADDRESS, transport=httpx.MockTransport(self._visit), clock=lambda: self.now)

    def _visit(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == ADDRESS
        self.calls += 1
        return self.answer()

    def found(self, kid: str = "ec-1", alg: str = "ES256") -> bool:
        """Tests whether a key is found for the key id and algorithm of a token."""
        return self.keys.find(kid, alg) is not None


def test_keys_are_fetched_once_and_used_while_fresh() -> None:
    """Keys are fetched once in five minutes."""
    sts = Sts()
    assert sts.found()
    sts.now += FRESH_SECONDS - 1
    assert sts.found()
    assert sts.calls == 1
    sts.now += 1
    assert sts.found()
    assert sts.calls == 2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("max-age=60", 60.0),
        ("max-age=1", FETCH_PAUSE_SECONDS),
        ("max-age=86400", FRESH_SECONDS),
        ("no-store", FETCH_PAUSE_SECONDS),
        ("public", FRESH_SECONDS),
    ],
)
def test_cache_control_shortens_the_life_of_keys_and_never_lengthens_it(said: str, seconds: float) -> None:
    """Keys are kept no longer than Cache-Control allows, and at least for the pause between requests."""
    sts = Sts(lambda: httpx.Response(200, json=public(EC_KEY), headers={"Cache-Control": said}))
    assert sts.found()
    sts.now += seconds - 0.5
    assert sts.found()
    assert sts.calls == 1
    sts.now += 0.5
    assert sts.found()
    assert sts.calls == 2


def test_a_new_key_is_found_when_it_is_first_used() -> None:
    """An unknown key id makes a request at once, and a key that the issuer removes is removed."""
    sts = Sts()
    assert sts.found()
    sts.answer = lambda: httpx.Response(200, json=public(P384_KEY))
    sts.now += FETCH_PAUSE_SECONDS
    assert sts.found("ec-384", "ES384")
    assert not sts.found()


def test_made_up_key_ids_do_not_reach_the_issuer() -> None:
    """A thousand unknown key ids in a second make one request in thirty seconds; good tokens pass."""
    sts = Sts()
    assert sts.found()
    sts.now += FETCH_PAUSE_SECONDS
    for number in range(1000):
        assert not sts.found(f"made-up-{number}")
        assert sts.found()
    assert sts.calls == 2


@pytest.mark.parametrize(
    "answer",
    [
        lambda: httpx.Response(500),
        lambda: httpx.Response(302, headers={"Location": "https://evil.example/jwks"}),
        lambda: httpx.Response(200, text="<html>"),
        lambda: httpx.Response(200, json=[]),
        lambda: httpx.Response(200, content=b"[" * 50_000),
        lambda: httpx.Response(200, content=b" " * 300_000 + json.dumps(public(EC_KEY)).encode()),
    ],
    ids=["500", "redirect", "html", "list", "deep", "large"],
)
def test_keys_are_used_for_an_hour_after_the_issuer_fails(answer: Callable[[], httpx.Response]) -> None:
    """While the issuer gives no valid key set the last keys are used; after an hour the answer is 503."""
    sts = Sts()
    assert sts.found()
    sts.answer = answer
    sts.now += STALE_SECONDS - 1
    assert sts.found()
    assert sts.calls == 2
    sts.now += 1
    with pytest.raises(Unavailable):
        sts.found()


def test_an_issuer_without_keys_is_503_and_is_asked_once_in_thirty_seconds() -> None:
    """Without any keys every token is answered with 503, and the issuer is asked once in thirty seconds."""

    def down() -> httpx.Response:
        raise httpx.ConnectError("down")

    sts = Sts(down)
    for _ in range(3):
        with pytest.raises(Unavailable):
            sts.found()
    assert sts.calls == 1
    sts.answer = lambda: httpx.Response(200, json=public(EC_KEY))
    sts.now += FETCH_PAUSE_SECONDS
    assert sts.found()


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"alg": "HS256"},
        {"alg": "RSA-OAEP"},
        {"kty": "oct", "k": "AAAA"},
        {"kid": 7},
        {"kid": ""},
        {"crv": "secp256k1"},
        {"x": "AAAA"},
    ],
    ids=str,
)
def test_a_key_set_keeps_signature_keys_only(change: dict[str, Any]) -> None:
    """Encryption keys, symmetric keys, broken keys and keys without kid are left out of the set."""
    key = EC_KEY.as_dict(private=False) | change
    sts = Sts(lambda: httpx.Response(200, json={"keys": [key, "x", None]}))
    assert not sts.found()


def test_two_fitting_keys_with_one_id_give_no_key() -> None:
    """Of two keys with one id that both fit, neither is used; of different types the algorithm decides."""
    sts = Sts(lambda: httpx.Response(200, json={"keys": public(EC_KEY)["keys"] * 2}))
    assert not sts.found()
    both = public(EC_KEY)["keys"] + [RSA_KEY.as_dict(private=False) | {"kid": "ec-1"}]
    sts = Sts(lambda: httpx.Response(200, json={"keys": both}))
    assert sts.found()
    assert sts.found("ec-1", "RS256")

"""Bearer tokens: a valid token makes a caller, and every other token gets the same refusal."""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.errors import Unauthorized
from adapter.security import tokens as module
from adapter.security.caller import OPEN_CALLER, Caller
from adapter.security.tokens import NO_CALLER, Tokens
from tests.security.issuer import (
    BASE,
    CLAIMS,
    EC_KEY,
    NOW,
    P384_KEY,
    RSA_KEY,
    SECONDS,
    STRANGER,
    SYSTEM,
    bound_to_nothing,
    token,
    tokens,
    written,
)

GOOD = token()


def _refused(header: str | None, door: Tokens | None = None) -> None:
    with pytest.raises(Unauthorized) as raised:
        (door or tokens()).caller(header)
    assert raised.value.findings == (NO_CALLER.at(),)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_a_good_token_makes_its_caller() -> None:
    """Client, organisation, purpose and scopes are claims; an unlisted client is not the municipality."""
    caller = tokens().caller(f"Bearer {token()}")
    assert (caller.client_id, caller.organisation, caller.purpose) == (
        "sykehus-journal",
        "314159268",
        "TREAT",
    )
    assert caller.scopes.allows("CareTeam", "s")
    assert not caller.scopes.allows("CareTeam", "u")
    assert not caller.municipality


@pytest.mark.parametrize(
    ("key", "alg"),
    [(EC_KEY, "ES256"), (P384_KEY, "ES384"), (RSA_KEY, "RS256")],
    ids=["ES256", "ES384", "RS256"],
)
def test_a_token_verifies_with_each_type_of_key(key: Any, alg: str) -> None:
    """EC and RSA keys verify with their algorithms; the scheme Bearer has any case."""
    assert tokens().caller(f"bearer {token(key, alg)}").client_id == "sykehus-journal"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a.b",
        "Bearer a.b.c.d",
        "Bearer a.b.c",
        f"Bearer  {token()}",
        f"Bearer {token()} ",
        f"Bearer {token()}, Bearer {token()}",
        f"DPoP {token()}",
        f"Basic {token()}",
        token(),
        "Bearer " + "a" * 9000 + ".b.c",
        f"Bearer {token()}\n",
        "Bearer æ.ø.å",
    ],
)
def test_a_header_that_is_not_a_bearer_token_is_refused(header: str | None) -> None:
    """A header that is missing, empty, malformed, doubled, too long or of another scheme is refused."""
    _refused(header)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": SECONDS},
        {"exp": SECONDS - 1},
        {"exp": str(SECONDS + 600)},
        {"exp": SECONDS + 600.0},
        {"exp": True},
        {"exp": 10**12},
        {"nbf": SECONDS + 11},
        {"iat": SECONDS + 11},
        {"nbf": "now"},
        {"iss": None},
        {"iss": "https://sts.example/"},
        {"iss": "https://STS.example"},
        {"iss": ["https://sts.example"]},
        {"aud": None},
        {"aud": "kommunen"},
        {"aud": "kommunen:ip-adapter2"},
        {"aud": ["kommunen:ip-adapter", "annen"]},
        {"aud": {"kommunen:ip-adapter": 1}},
        {"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}},
        {"cnf": {"x5t#S256": "x"}},
        {"client_id": None},
        {"client_id": ""},
        {"client_id": 7},
        {"client_id": "a\nb"},
        {"scope": 7},
        {"fhirUser": 7},
        {"purpose": "treat me"},
        {"helseid://claims/client/claims/orgnr_child": "31415926"},
        {"helseid://claims/client/claims/orgnr_parent": 314159268},
        {"helseid://claims/identity/pid": "1285681205"},
    ],
    ids=str,
)
def test_a_token_with_an_invalid_claim_is_refused(changes: dict[str, Any]) -> None:
    """Each claim alone: times, issuer, audience, proof of possession and every claim of the caller."""
    _refused(f"Bearer {token(**changes)}")


def test_nbf_and_iat_may_be_ten_seconds_ahead() -> None:
    """A token with nbf and iat ten seconds ahead is accepted."""
    assert tokens().caller(f"Bearer {token(nbf=SECONDS + 10, iat=SECONDS + 10)}")


@pytest.mark.parametrize(
    "fields",
    [
        {"typ": None},
        {"typ": "JOSE"},
        {"typ": "dpop+jwt"},
        {"typ": "client-authentication+jwt"},
        {"kid": None},
        {"kid": ""},
        {"kid": "../ec-1"},
        {"kid": "https://evil.example/jwks"},
        {"kid": "rsa-1"},
        {"kid": "ec-384"},
        {"kid": "x" * 2000},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": STRANGER.as_dict(private=False)},
        {"zip": "DEF"},
    ],
    ids=",".join,
)
def test_a_token_header_with_its_own_key_or_processing_is_refused(fields: dict[str, Any]) -> None:
    """A wrong type or key id, and a header field with a key or processing, are refused."""
    _refused(f"Bearer {token(header=fields)}")


def test_a_token_without_a_signature_is_refused() -> None:
    """The algorithm none is refused in any spelling, with an empty or another signature."""
    for alg in ("none", "None", "NONE", "", "nOnE"):
        header = {"alg": alg, "typ": "at+jwt", "kid": "ec-1"}
        _refused(f"Bearer {written(header, CLAIMS)}")
        _refused(f"Bearer {written(header, CLAIMS, b'x' * 64)}")


def test_an_hs256_signature_by_the_public_key_is_refused() -> None:
    """HS256 with the bytes of the public key is a known attack on token libraries."""
    for key in (EC_KEY, RSA_KEY):
        secret = key.as_pem(private=False)
        signed = written({"alg": "HS256", "typ": "at+jwt", "kid": str(key.kid)}, CLAIMS).removesuffix(".")
        mac = hmac.new(secret, signed.encode(), "sha256").digest()
        _refused(f"Bearer {signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")


@pytest.mark.parametrize(
    ("key", "alg"),
    [(bound_to_nothing(RSA_KEY), "PS256"), (bound_to_nothing(RSA_KEY), "RS512"), (STRANGER, "ES256")],
    ids=["PS256", "RS512", "kid"],
)
def test_a_key_verifies_only_its_algorithm_and_its_issuers_tokens(key: Any, alg: str) -> None:
    """A key bound to RS256 verifies nothing else; another issuer's key with the same id verifies nothing."""
    _refused(f"Bearer {token(key, alg)}")


def test_a_critical_header_extension_is_refused() -> None:
    """A header with crit, also for b64, is refused, since no critical extension is supported."""
    for fields in ({"crit": ["exp"], "exp": SECONDS}, {"crit": ["b64"], "b64": True}, {"b64": False}):
        header = {"alg": "ES256", "typ": "at+jwt", "kid": "ec-1"} | fields
        _refused(f"Bearer {written(header, CLAIMS, b'x' * 64)}")


@given(st.data())
def test_a_token_with_a_changed_character_is_refused(data: st.DataObject) -> None:
    """A good token with any character changed is refused; a signature has one spelling."""
    good = GOOD
    place = data.draw(st.integers(0, len(good) - 1))
    sign = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."))
    if good[place] != sign:
        _refused(f"Bearer {good[:place]}{sign}{good[place + 1 :]}")


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: data.decode("latin-1")))
def test_any_header_gets_the_one_refusal(header: str) -> None:
    """A random header gets the one refusal and no other error."""
    _refused(header)
    _refused(f"Bearer {header}")


def test_a_token_with_deep_or_strange_json_is_refused() -> None:
    """Deep nesting, a duplicate name and NaN in a token are refused."""
    header = base64.urlsafe_b64encode(b'{"alg":"ES256","typ":"at+jwt","kid":"ec-1"}').rstrip(b"=").decode()
    for claims in (b"[" * 5000, b'{"iss":"https://sts.example","iss":"x"}', b'{"exp":NaN}', b"7", b"\xff"):
        body = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
        _refused(f"Bearer {header}.{body}.AAAA")


def test_a_caller_is_the_municipality_by_its_client_id_only() -> None:
    """A listed client id of a marked issuer is the municipality; an organisation number never is."""
    header = f"Bearer {token(client_id=SYSTEM)}"
    assert tokens().caller(header).municipality
    assert not tokens(municipality=False).caller(header).municipality
    assert not tokens().caller(f"Bearer {token(client_id=SYSTEM.upper())}").municipality


def test_a_caller_has_the_claims_of_helseid_and_smart() -> None:
    """HelseID's numbers, the purpose and both forms of fhirUser are read; another server's user is None."""
    said: dict[str, Any] = {
        "helseid://claims/client/claims/orgnr_parent": "271828182",
        "helseid://claims/identity/pid": "12856812055",
        "helseid://claims/hpr/hpr_number": "9144889",
        "purpose": "ETREAT",
        "scope": ["patient/*.rs", "user/Patient.r"],
    }
    caller = tokens().caller(f"Bearer {token(**said, fhirUser=f'{BASE}/Patient/p1')}")
    assert (caller.parent, caller.hpr, caller.purpose) == ("271828182", "9144889", "ETREAT")
    assert (caller.person, caller.pid) == ("Patient/p1", "12856812055")
    assert caller.scopes.allows("CareTeam", "s")
    assert "12856812055" not in repr(caller)
    employee = tokens().caller(f"Bearer {token(**said, fhirUser='Practitioner/a1')}")
    assert employee.person == "Practitioner/a1"
    assert not employee.scopes.allows("CareTeam", "s")
    for elsewhere in (
        "https://sykehus.example/fhir/Patient/p1",
        "Patient/../x",
        "Device/d1",
        f"{BASE}/Patient/",
    ):
        assert tokens().caller(f"Bearer {token(fhirUser=elsewhere)}").person is None


def test_an_open_door_still_verifies_tokens() -> None:
    """A call without a token is the municipality, a good token its caller, and a bad token 401."""
    door = Tokens([], lambda: NOW, municipality_clients=frozenset(), fhir_base=BASE, anonymous=OPEN_CALLER)
    assert door.caller(None) is OPEN_CALLER
    _refused("", door)
    _refused(f"Bearer {token()}", door)


def test_a_verified_token_is_cached_for_at_most_a_minute() -> None:
    """The caller is cached for a minute and never after exp; then the token is verified again."""
    moment = [NOW]
    door = tokens(clock=lambda: moment[0])
    header = f"Bearer {token()}"
    short = f"Bearer {token(exp=SECONDS + 20)}"
    first, soon = door.caller(header), door.caller(short)
    moment[0] = NOW + timedelta(seconds=19)
    assert door.caller(header) is first
    assert door.caller(short) is soon
    moment[0] = NOW + timedelta(seconds=20)
    _refused(short, door)
    moment[0] = NOW + timedelta(seconds=60)
    again = door.caller(header)
    assert again == first
    assert again is not first


def test_the_cache_of_tokens_is_bounded() -> None:
    """A full cache removes the least recently used token."""
    verified = module._Verified()
    caller = Caller("x")
    for number in range(module._CACHE_SIZE + 10):
        verified.put(number.to_bytes(4, "big"), caller, SECONDS + 60.0)
    assert verified.get((0).to_bytes(4, "big"), float(SECONDS)) is None
    assert verified.get((10).to_bytes(4, "big"), float(SECONDS)) is caller
    assert len(verified._callers) == module._CACHE_SIZE

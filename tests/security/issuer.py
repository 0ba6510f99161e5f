"""A token issuer for tests: its keys, the claims of a good token, and tokens with a fault."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from adapter.security.issuers import Issuer
from adapter.security.keys import KeySet
from adapter.security.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
NAME = "https://sts.example"
AUDIENCE = "kommunen:ip-adapter"
BASE = "https://plan.example/fhir"
SYSTEM = "fagsystem-1"

EC_KEY = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig"})
P384_KEY = ECKey.generate_key("P-384", {"kid": "ec-384"})
RSA_KEY = RSAKey.generate_key(2048, {"kid": "rsa-1", "alg": "RS256"})
STRANGER = ECKey.generate_key("P-256", {"kid": "ec-1"})

CLAIMS: dict[str, Any] = {
    "iss": NAME,
    "aud": AUDIENCE,
    "exp": SECONDS + 600,
    "nbf": SECONDS,
    "iat": SECONDS,
    "client_id": "sykehus-journal",
    "scope": "system/CareTeam.rs openid",
    "helseid://claims/client/claims/orgnr_child": "314159268",
}


def public(*keys: ECKey | RSAKey) -> dict[str, Any]:
    """The JWK set of these keys, as an issuer publishes it."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def tokens(*, municipality: bool = True, clock: Callable[[], datetime] = lambda: NOW) -> Tokens:
    """The Tokens of an adapter that trusts the issuer of this module."""
    keys = KeySet.parse(public(EC_KEY, P384_KEY, RSA_KEY))
    issuer = Issuer(NAME, AUDIENCE, keys, municipality=municipality)
    return Tokens([issuer], clock, municipality_clients=frozenset({SYSTEM}), fhir_base=BASE)


def bound_to_nothing(key: RSAKey) -> RSAKey:
    """The private key without its algorithm, for signatures with another algorithm."""
    return RSAKey.import_key({n: v for n, v in key.as_dict(private=True).items() if n != "alg"})


def token(
    key: ECKey | RSAKey | OctKey = EC_KEY,
    alg: str = "ES256",
    header: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """A signed token; a claim or header field that is None is left out."""
    fields = {"alg": alg, "typ": "at+jwt", "kid": str(key.kid)} | (header or {})
    body = CLAIMS | claims
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = 8000
    return jws.serialize_compact(
        {name: value for name, value in fields.items() if value is not None},
        json.dumps({name: value for name, value in body.items() if value is not None}),
        key,
        registry=registry,
    )


def written(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand, with parts that no library signs."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)

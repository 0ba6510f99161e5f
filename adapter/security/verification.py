"""Verification of a token: its form, signature, issuer, audience and times.

RFC 7515, RFC 7519, RFC 8725 and RFC 9068, and HelseID's rules for an API. The header of a token can only
choose among the issuer's keys and the accepted algorithms; a header field that brings its own key or
processing (jwk, jku, x5c, crit, b64, zip, enc ...) makes the token invalid.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from joserfc import jws
from joserfc.errors import JoseError

from adapter.security.keys import ALGORITHMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.security.issuers import Issuer

LONGEST_TOKEN = 8190
"""The longest accepted token; the server accepts no longer header either."""

_TYPES = {"at+jwt", "application/at+jwt", "jwt"}
_HEADER_FIELDS = {"alg", "kid", "typ", "x5t", "x5t#S256"}
_SECONDS_AHEAD = 10
_LONGEST_LIFE_SECONDS = 24 * 60 * 60


def verify(token: str, issuers: Mapping[str, Issuer], now: float) -> tuple[dict[str, Any], Issuer, int]:
    """Verify a compact token; return its claims, its issuer, and the second it expires.

    Raises ValueError with the name of the faulty part; Unavailable if the issuer's keys cannot be fetched.
    """
    parts = token.split(".")
    header, claims = _json_part(parts[0]), _json_part(parts[1])
    _decoded(parts[2])
    name = claims.get("iss")
    issuer = issuers.get(name) if isinstance(name, str) else None
    if issuer is None:
        raise ValueError("iss")
    _check_signature(token, header, issuer)
    _check_audience(claims, issuer)
    expires = _check_times(claims, now)
    if "cnf" in claims:  # a token bound to a key needs a proof (RFC 9449 section 7.2)
        raise ValueError("cnf")
    return claims, issuer, expires


def _decoded(part: str) -> bytes:
    """The bytes of canonical base64url; ValueError for any other spelling of the same bytes."""
    data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=") != part.encode("ascii"):
        raise ValueError("base64")
    return data


def _json_part(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(part), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("depth") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name twice")
    return value


def _no_constant(_: str) -> None:
    raise ValueError("NaN")


def _check_signature(token: str, header: Mapping[str, Any], issuer: Issuer) -> None:
    alg, kid, typ = header.get("alg"), header.get("kid"), header.get("typ")
    if not (isinstance(alg, str) and isinstance(kid, str) and isinstance(typ, str)):
        raise ValueError("header")
    if alg not in ALGORITHMS or typ.lower() not in _TYPES or set(header) - _HEADER_FIELDS:
        raise ValueError("header")
    key = issuer.keys.find(kid, alg)
    if key is None:
        raise ValueError("kid")
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = LONGEST_TOKEN
    try:
        jws.deserialize_compact(token, key.key, registry=registry)
    except JoseError as error:
        raise ValueError("signature") from error


def _check_audience(claims: Mapping[str, Any], issuer: Issuer) -> None:
    """Require this service as the only audience: another audience of the token could reuse the token here."""
    audience = claims.get("aud")
    if audience not in (issuer.audience, [issuer.audience]):
        raise ValueError("aud")


def _check_times(claims: Mapping[str, Any], now: float) -> int:
    """Check that ``exp`` is ahead and ``nbf`` and ``iat`` at most 10 s ahead (FAPI 2.0); return ``exp``."""
    for name in ("exp", "nbf", "iat"):
        if name in claims and type(claims[name]) is not int:
            raise ValueError(name)
    expires: int | None = claims.get("exp")
    if expires is None or not now < expires <= now + _LONGEST_LIFE_SECONDS:
        raise ValueError("exp")
    if any(claims.get(name, 0) > now + _SECONDS_AHEAD for name in ("nbf", "iat")):
        raise ValueError("nbf")
    return expires

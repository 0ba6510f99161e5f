"""Public keys for the signatures of tokens, and the choice of a key by the header of a token.

RFC 7517. A key set is read once into keys that are bound to algorithms, so that the header of a token can
never choose a symmetric key or an algorithm of another family.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

ALGORITHMS: Mapping[str, tuple[str, str | None]] = {
    **{f"{family}{bits}": ("RSA", None) for family in ("RS", "PS") for bits in (256, 384, 512)},
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
}
"""The accepted signature algorithms, with the type of key and the curve of each."""

_LONGEST_KID = 256
_MOST_KEYS = 100
_SMALLEST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key; ``alg`` is set if the issuer has bound the key to one algorithm."""

    kid: str
    kind: str
    curve: str | None
    alg: str | None
    key: RSAKey | ECKey

    def fits(self, alg: str) -> bool:
        """Tests whether this key may verify signatures made with ``alg``."""
        return ALGORITHMS.get(alg) == (self.kind, self.curve) and self.alg in {None, alg}


class Keys(Protocol):
    """The public keys of one issuer."""

    def find(self, kid: str, alg: str) -> PublicKey | None:
        """The one key with this id that fits the algorithm; None when there is none, or several."""
        ...


@dataclass(frozen=True, slots=True)
class KeySet:
    """A JWK set in memory."""

    keys: tuple[PublicKey, ...]

    @classmethod
    def parse(cls, document: object) -> KeySet:
        """Read a JWK set without keys that cannot verify signatures; ValueError if it is not a JWK set."""
        listed = document.get("keys") if isinstance(document, Mapping) else None
        if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
            raise ValueError("no JWK set")
        read = (_public_key(item) for item in listed if isinstance(item, Mapping))
        return cls(tuple(key for key in read if key))

    def find(self, kid: str, alg: str) -> PublicKey | None:
        """The one key with this id that fits the algorithm; None when there is none, or several."""
        found = [key for key in self.keys if key.kid == kid and key.fits(alg)]
        return found[0] if len(found) == 1 else None


def _public_key(item: Mapping[str, Any]) -> PublicKey | None:
    """The public key; None if it cannot verify signatures of tokens."""
    kid, alg = item.get("kid"), item.get("alg")
    if not isinstance(kid, str) or not 0 < len(kid) <= _LONGEST_KID or not _may_sign(item):
        return None
    try:
        if item.get("kty") == "RSA" and _is_long_enough(item["n"]):
            key = RSAKey.import_key({name: item[name] for name in ("kty", "n", "e")})
            return PublicKey(kid, "RSA", None, alg, key)
        if item.get("kty") == "EC":
            curve = ECKey.import_key({name: item[name] for name in ("kty", "crv", "x", "y")})
            return PublicKey(kid, "EC", item["crv"], alg, curve)
    except (JoseError, ValueError, KeyError, TypeError):
        pass
    return None


def _may_sign(item: Mapping[str, Any]) -> bool:
    operations = item.get("key_ops", ["verify"])
    bound = "alg" not in item or item["alg"] in list(ALGORITHMS)
    return (
        item.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations and bound
    )


def _is_long_enough(modulus: str) -> bool:
    data = base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))
    return int.from_bytes(data).bit_length() >= _SMALLEST_RSA_BITS

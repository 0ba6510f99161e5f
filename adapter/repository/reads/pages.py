"""Page tokens: the query and position of a search, encrypted in the next link for one caller.

The query may hold a birth number, and links end up in logs; so the token is encrypted (JWE, ``dir`` with
A256GCM, RFC 7516) under a secret the database keeps. The token holds the change number of the first page too:
later pages show the same state, whatever is written meanwhile. All links from one first page expire together,
because the keys of that state are kept no longer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec reads the annotation

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from adapter.errors import BadRequest, IssueType, Message
from adapter.storage import PAGES_LIVE

PAGE_INVALID = Message(
    "page-invalid",
    IssueType.EXPIRED,
    nb="Lenken til neste side er ugyldig eller utløpt. Gjør søket på nytt.",
    en="The link to the next page is invalid or has expired. Repeat the search.",
    source="https://hl7.org/fhir/R4/http.html#paging",
)


class Page(msgspec.Struct, frozen=True, array_like=True):
    """The query as sent, the change number and instant of the first page, and where the last page ended."""

    type: str
    pairs: tuple[tuple[str, str], ...]
    as_of: int
    after: tuple[int, str] | None
    first_at: datetime


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    owner: str
    page: Page


@dataclass(frozen=True, slots=True)
class Pages:
    """Encrypts and decrypts page tokens with one secret (32 bytes)."""

    secret: bytes

    def seal(self, page: Page, owner: tuple[str, ...]) -> str:
        """The token for a page; only this owner can use it, until an hour after the first page."""
        sealed = _Sealed(_digest(owner), page)
        header = {"alg": "dir", "enc": "A256GCM"}
        return jwe.encrypt_compact(header, msgspec.json.encode(sealed), OctKey.import_key(self.secret))

    def open(self, token: str, owner: tuple[str, ...], now: datetime) -> Page:
        """The page in a token.

        Raises:
            BadRequest: the token is forged, expired or another caller's; the answer is the same for all.
        """
        try:
            plain = jwe.decrypt_compact(token, OctKey.import_key(self.secret)).plaintext or b""
            sealed = msgspec.json.decode(plain, type=_Sealed)
        except (JoseError, ValueError, msgspec.MsgspecError):
            raise BadRequest(PAGE_INVALID.at()) from None
        if sealed.owner != _digest(owner) or sealed.page.first_at + PAGES_LIVE < now:
            raise BadRequest(PAGE_INVALID.at())
        return sealed.page


def _digest(owner: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(owner).encode()).hexdigest()

"""Index keys: systems and values, shortened so that both databases can index them."""

from __future__ import annotations

import hashlib

_LONGEST = 500
"""Bytes; PostgreSQL refuses an index entry of more than some 2700, of which a key has two such parts."""


def indexed(text: str) -> str:
    """The index key of a system or value: the text itself, or its digest if it is long."""
    plain = text.encode()
    return text if len(plain) <= _LONGEST else f"sha256:{hashlib.sha256(plain).hexdigest()}"

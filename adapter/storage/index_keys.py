"""Keys as they stand in an index: whatever their length, short enough for both databases."""

from __future__ import annotations

import hashlib

_LONGEST = 500
"""Bytes; PostgreSQL refuses an index entry of more than some 2700, of which a key has two such parts."""


def indexed(text: str) -> str:
    """A system or value as it stands in an index: itself, or its digest if it is long."""
    plain = text.encode()
    return text if len(plain) <= _LONGEST else f"sha256:{hashlib.sha256(plain).hexdigest()}"

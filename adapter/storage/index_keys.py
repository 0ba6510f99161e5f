"""Index keys: systems, values and names, shortened so that both databases can index them."""

from __future__ import annotations

import hashlib

_LONGEST = 500
"""Bytes; PostgreSQL refuses an index entry of more than some 2700, of which a key has two such parts."""

LONGEST_NAME = _LONGEST // 4
"""The number of characters of a name that its key holds; a character has at most four bytes."""

_HIGHEST = chr(0x10FFFF) * LONGEST_NAME


def indexed(text: str) -> str:
    """The index key of a system or value: the text itself, or its digest if it is long."""
    plain = text.encode()
    return text if len(plain) <= _LONGEST else f"sha256:{hashlib.sha256(plain).hexdigest()}"


def name_key(text: str) -> str:
    """The index key of a folded name: its beginning, which keys are searched by."""
    return text[:LONGEST_NAME]


def name_range(text: str) -> tuple[str, str]:
    """The half-open interval of the keys that begin with a text of at most ``LONGEST_NAME`` characters.

    LIKE with a parameter uses no index. Both databases compare keys by code point, so every key that begins
    with the text sorts from the text itself to before the text followed by the highest characters.
    """
    return text, text + _HIGHEST

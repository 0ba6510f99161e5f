"""Folding of names for comparison: without case and accents, Norwegian and Sámi letters as plain letters.

https://hl7.org/fhir/R4/search.html#string. ``Håkon``, ``HAAKON`` and ``hakon`` fold alike, as do ``Bødø``
and ``Bodo``, ``Ánne`` and ``Anne``, ``Anne-Marie`` and ``anne marie``.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "đ": "d", "ð": "d", "ŋ": "n", "ŧ": "t", "ł": "l", "þ": "th", "œ": "oe", "ʒ": "z"}
)
_BETWEEN_WORDS = re.compile(r"[\s\-‐-―'’`´.,]+")
_DOUBLE_A = re.compile("aa")


def fold(text: str) -> str:
    """The folded text; empty for a text without letters or digits."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    plain = _DOUBLE_A.sub("a", plain.translate(_LETTERS))
    return _BETWEEN_WORDS.sub(" ", plain).strip()

"""Displays compared with the texts of a concept."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.fhir.terminology.answers import Answer
    from adapter.fhir.terminology.code_systems import Texts

NORWEGIAN = frozenset({"no", "nb", "nn"})
_NORWEGIAN_TEXT = re.compile(r"[æøåÆØÅ]|\b(?:av|eller|etter|hos|ikke|og|som|til|uten)\b", re.IGNORECASE)


def fits(display: str, texts: Texts, language: str | None) -> Answer:
    """The answer whether a display is one of the texts of a concept; case and white space do not count.

    The answer is unknown when the concept has no text in the language of the display: the language that is
    given, or Norwegian when the display has Norwegian letters or words. Another display is then a translation
    that cannot be judged.
    """
    if not texts:
        return "unknown"
    wanted = _folded(display)
    if any(_folded(text) == wanted for _, text in texts):
        return "yes"
    known = _languages(one or "en" for one, _ in texts)
    spoken = _languages([language]) if language else set()
    if _NORWEGIAN_TEXT.search(unicodedata.normalize("NFC", display)):
        spoken |= NORWEGIAN
    return "no" if not spoken or spoken <= known else "unknown"


def _languages(tags: Iterable[str]) -> set[str]:
    """The primary languages of tags; ``no``, ``nb`` and ``nn`` stand for each other."""
    primary = {tag.partition("-")[0].lower() for tag in tags}
    return primary | NORWEGIAN if primary & NORWEGIAN else primary


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())

"""Entity tags as If-Match and If-None-Match name them: ``*``, or one or more of ``W/"3"`` and ``"3"``.

FHIR's tags are weak and are compared all the same. Rules: https://hl7.org/fhir/R4/http.html#concurrency and
https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TAG = r'(?:W/)?"([\x21\x23-\x7e\x80-\U0010ffff]*)"'
_TAGS = re.compile(rf"{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")


class Tags(NamedTuple):
    """What a header names: any version (``*``), or some, without quotes and weakness marks."""

    is_any: bool
    named: frozenset[str] = frozenset()

    def match(self, version: int) -> bool:
        """Whether the header names this version."""
        return self.is_any or str(version) in self.named


def read_tags(header: str) -> Tags | None:
    """The tags of a header; None when it is neither tags nor ``*``: a loose reading could match anything."""
    sent = header.strip(" \t")
    if sent == "*":
        return Tags(is_any=True)
    return Tags(is_any=False, named=frozenset(re.findall(_TAG, sent))) if _TAGS.fullmatch(sent) else None

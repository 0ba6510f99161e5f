"""Entity tags of If-Match and If-None-Match: ``*``, or one or more of ``W/"3"`` and ``"3"``.

FHIR uses weak tags, and compares them like strong ones. Rules: https://hl7.org/fhir/R4/http.html#concurrency
and https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TAG = r'(?:W/)?"([\x21\x23-\x7e\x80-\U0010ffff]*)"'
_TAGS = re.compile(rf"{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")


class Tags(NamedTuple):
    """The versions that a header names: any version (``*``), or a set of tags without quotes and ``W/``."""

    is_any: bool
    named: frozenset[str] = frozenset()

    def match(self, version: int) -> bool:
        """Tests whether the header names this version."""
        return self.is_any or str(version) in self.named


def read_tags(header: str) -> Tags | None:
    """The tags of a header; None when the header is neither a list of tags nor ``*``."""
    sent = header.strip(" \t")
    if sent == "*":
        return Tags(is_any=True)
    return Tags(is_any=False, named=frozenset(re.findall(_TAG, sent))) if _TAGS.fullmatch(sent) else None

"""Profiles, extensions, value sets, code systems and rules that the validation does not check.

A report lists them, so that a reader knows the limits of the verdict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["profile", "extension", "value-set", "code-system", "rule"]

MOST_NAMED = 100
"""Names reported of each kind; a hostile body can have any number."""

_EN: dict[Kind, tuple[str, str]] = {
    "profile": ("profile", "other profiles"),
    "extension": ("extension", "other extensions"),
    "value-set": ("value set", "other value sets"),
    "code-system": ("code system", "other code systems"),
    "rule": ("rule", "other rules"),
}
_NB: dict[Kind, tuple[str, str]] = {
    "profile": ("profil", "andre profiler"),
    "extension": ("utvidelse", "andre utvidelser"),
    "value-set": ("verdisett", "andre verdisett"),
    "code-system": ("kodeverk", "andre kodeverk"),
    "rule": ("regel", "andre regler"),
}
_KINDS = tuple(_EN)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S{1,1000}")


class NotChecked(NamedTuple):
    """One canonical address that was not checked; without an address: further names of the kind."""

    kind: Kind
    url: str | None

    @property
    def en(self) -> str:
        """The kind and the address in English."""
        one, others = _EN[self.kind]
        return f"{one} {self.url}" if self.url else others

    @property
    def nb(self) -> str:
        """The kind and the address in Norwegian."""
        one, others = _NB[self.kind]
        return f"{one} {self.url}" if self.url else others


@dataclass(slots=True)
class Unchecked:
    """The names of one resource or file, each once, in the order of the text."""

    names: dict[NotChecked, None] = field(default_factory=dict)
    counts: dict[Kind, int] = field(default_factory=dict)

    def note(self, kind: Kind, url: Any) -> None:
        """Add a name; a value that is not an absolute address is left to the structure check."""
        if not isinstance(url, str) or NotChecked(kind, url) in self.names or not _ADDRESS.fullmatch(url):
            return
        count = self.counts[kind] = self.counts.get(kind, 0) + 1
        self.names[NotChecked(kind, url if count <= MOST_NAMED else None)] = None

    def told(self) -> tuple[NotChecked, ...]:
        """The names, sorted by kind."""
        return together(self.names)


def together(names: Iterable[NotChecked]) -> tuple[NotChecked, ...]:
    """Names of several resources, each once, in the order of the kinds."""
    unique = dict.fromkeys(names)
    return tuple(sorted(unique, key=lambda name: (_KINDS.index(name.kind), name.url is None)))

"""The input of a rule (a case) and its output (violations)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adapter.fhir.dates import interval
from adapter.record.nodes import walk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from adapter.errors import Finding, Message
    from adapter.fhir.dates import Interval
    from adapter.record.nodes import Node

PBRL = "https://lovdata.no/lov/1999-07-02-63"
HOL = "https://lovdata.no/lov/2011-06-24-30"
SPHL = "https://lovdata.no/lov/1999-07-02-61"
HPL = "https://lovdata.no/lov/1999-07-02-64"
VGML = "https://lovdata.no/lov/2010-03-26-9"


@dataclass(frozen=True)
class Case:
    """The record a rule is applied to, with the version before, the date and the installation.

    Args:
        kind: sak, ansatt or organisasjon.
        body: the record, valid by the schema.
        before: the version before, None for a new record.
        today: the date on the Norwegian clock.
        production: whether the installation has real people.
        kept: the ids of the opaque samtykker with a preserved FHIR resource; None if unknown.
    """

    kind: str
    body: dict[str, Any]
    before: dict[str, Any] | None
    today: date
    production: bool
    kept: frozenset[str] | None = None

    @cached_property
    def nodes(self) -> list[Node]:
        """Every node of the record."""
        return list(walk(self.kind, self.body))

    @property
    def day(self) -> Interval:
        """The whole of today, on the Norwegian clock."""
        return interval(self.today.isoformat())


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule at one place.

    ``place`` (by ids) and ``what`` (the values that break the rule) tell whether two versions of a record
    break it in the same way. They are compared and never shown.
    """

    message: Message
    path: str
    place: str
    what: Any = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """The key that equal violations of two versions share."""
        return self.message.code, self.place, json.dumps(self.what, sort_keys=True, default=str)

    def finding(self) -> Finding:
        """The violation as a finding."""
        return self.message.at(self.path, line=None, column=None, **self.names)

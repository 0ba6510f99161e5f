"""Code tables in both directions: ``mappings/codes/*.yaml``, and open lists with the same codes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.fhir.canonical import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping


class CodesError(ValueError):
    """A code table is invalid: it is not one-to-one, or a key is missing."""


@dataclass(frozen=True, slots=True)
class Codes:
    """One table.

    Args:
        name: the name of the file.
        system: the code system in FHIR; None where FHIR's element is a bare ``code`` of a list of its own.
        to_fhir: plan code to FHIR code; None for an open list, with the same codes on both sides.
        to_plan: FHIR code to plan code.
        displays: plan code to its text, by language (nb, nn, en).
        pattern: the regular expression of the codes of an open list.
        value_set: the value set of FHIR that has the codes, where no element of R4 is bound to one.
    """

    name: str
    system: str | None
    to_fhir: Mapping[str, str] | None = None
    to_plan: Mapping[str, str] | None = None
    displays: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pattern: str | None = None
    value_set: str | None = None

    @property
    def is_ours(self) -> bool:
        """Tests whether the project defines the code system."""
        return self.system is not None and self.system.startswith(BASE)

    @property
    def closed(self) -> bool:
        """Is the code system our own, so that an unknown code is an error and no residue?"""
        return self.system is None or self.is_ours

    def fhir(self, plan: str) -> str:
        """The FHIR code of a plan code."""
        return plan if self.to_fhir is None else self.to_fhir[plan]

    def plan(self, fhir: str) -> str | None:
        """The plan code of a FHIR code; None if the table does not know it."""
        if self.to_plan is not None:
            return self.to_plan.get(fhir)
        return fhir if self.pattern is None or re.search(self.pattern, fhir) else None


def read_codes(name: str, content: dict[str, Any]) -> Codes:
    """A table from the content of its file; CodesError if it is not one-to-one."""
    rows = content["codes"]
    to_fhir = {row["plan"]: row["fhir"] for row in rows}
    to_plan = {row["fhir"]: row["plan"] for row in rows}
    if not len(to_fhir) == len(to_plan) == len(rows):
        raise CodesError(f"{name}: the codes are not one-to-one; a code of one side stands twice")
    displays = {row["plan"]: {tongue: row[tongue] for tongue in ("nb", "nn", "en")} for row in rows}
    return Codes(name, content.get("system"), to_fhir, to_plan, displays, value_set=content.get("valueset"))

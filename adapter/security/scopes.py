"""SMART on FHIR scopes of a token, as permissions on a resource type and an interaction.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html: ``system/CareTeam.rs``. The
letters have the order ``cruds`` (create, read, update, delete, search); the older ``.read``, ``.write`` and
``.*`` are read as ``rs``, ``cud`` and ``cruds``. A scope narrowed by ``?param=value`` gives no permission,
because the adapter does not apply the narrowing. Scopes are an upper limit; consent decides what the caller
sees within it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SCOPE = re.compile(r"(patient|user|system)/(\*|[A-Z][A-Za-z]{1,63})\.(c?r?u?d?s?|read|write|\*)", re.ASCII)
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}


@dataclass(frozen=True, slots=True)
class Scopes:
    """The permissions of one token: pairs of a resource type (or ``*``) and an interaction letter."""

    permissions: frozenset[tuple[str, str]]

    @classmethod
    def parse(cls, text: str, *, patient_context: bool = False) -> Scopes:
        """Read the space-separated scopes of a token; other scopes than FHIR scopes are ignored.

        ``patient/`` scopes are for one patient, so they count only with ``patient_context``, for a caller
        that is a person.
        """
        permissions = set()
        for scope in text.split(" "):
            match = _SCOPE.fullmatch(scope)
            if match and (patient_context or match[1] != "patient"):
                letters = _VERSION_1.get(match[3], match[3])
                permissions |= {(match[2], letter) for letter in letters}
        return cls(frozenset(permissions))

    def allows(self, type_name: str, letter: str) -> bool:
        """Tests whether interaction ``letter`` (c, r, u, d or s) on resources of ``type_name`` is allowed."""
        return (type_name, letter) in self.permissions or ("*", letter) in self.permissions


EVERYTHING = Scopes.parse("system/*.cruds")

"""What a client asks by header: only if changed (If-None-Match), how much and how strictly (Prefer)."""

from __future__ import annotations

import re

from adapter.fhir.etags import read_tags

_PREFERENCE = re.compile(
    r'\s*return\s*=\s*"?(minimal|representation|OperationOutcome)"?\s*(?:;.*)?', re.DOTALL
)
_HANDLING = re.compile(r'\s*handling\s*=\s*"?(strict|lenient)"?\s*(?:;.*)?', re.DOTALL)


def is_known(if_none_match: str | None, version: int) -> bool:
    """Does the client have this version already?

    https://hl7.org/fhir/R4/http.html#cread. A header that is neither tags nor ``*`` gets the whole answer.
    """
    tags = read_tags(if_none_match or "")
    return tags is not None and tags.match(version)


def preferred_return(prefer: str | None) -> str | None:
    """What Prefer says of the answer to a write; None where it says nothing that is known.

    https://hl7.org/fhir/R4/http.html#ops. Others' preferences and misspelt ones are passed over, as
    RFC 7240 wants.
    """
    return _preferred(_PREFERENCE, prefer)


def wants_lenience(prefer: str | None) -> bool:
    """Does Prefer let a search pass over the parameters it does not know?

    https://hl7.org/fhir/R4/search.html#errors: ``handling=lenient``; strict is what we are otherwise.
    """
    return _preferred(_HANDLING, prefer) == "lenient"


def _preferred(preference: re.Pattern[str], prefer: str | None) -> str | None:
    """The first that counts, as RFC 7240 wants."""
    found = (preference.fullmatch(part) for part in (prefer or "").split(","))
    return next((match[1] for match in found if match), None)

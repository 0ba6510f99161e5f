"""Reading of the headers If-None-Match and Prefer."""

from __future__ import annotations

import re

from adapter.fhir.etags import read_tags

_PREFERENCE = re.compile(
    r'\s*return\s*=\s*"?(minimal|representation|OperationOutcome)"?\s*(?:;.*)?', re.DOTALL
)
_HANDLING = re.compile(r'\s*handling\s*=\s*"?(strict|lenient)"?\s*(?:;.*)?', re.DOTALL)


def is_known(if_none_match: str | None, version: int) -> bool:
    """Tests whether the client has this version already.

    https://hl7.org/fhir/R4/http.html#cread. A header that is neither tags nor ``*`` counts as absent.
    """
    tags = read_tags(if_none_match or "")
    return tags is not None and tags.match(version)


def preferred_return(prefer: str | None) -> str | None:
    """The return preference in Prefer, for the answer to a write; None if there is no valid one.

    https://hl7.org/fhir/R4/http.html#ops. Unknown and misspelt preferences are ignored, as RFC 7240 requires.
    """
    return _preferred(_PREFERENCE, prefer)


def wants_lenience(prefer: str | None) -> bool:
    """Tests whether Prefer asks a search to ignore unknown parameters (``handling=lenient``).

    https://hl7.org/fhir/R4/search.html#errors.
    """
    return _preferred(_HANDLING, prefer) == "lenient"


def _preferred(preference: re.Pattern[str], prefer: str | None) -> str | None:
    """The value of the first valid preference, which is the one that counts in RFC 7240."""
    found = (preference.fullmatch(part) for part in (prefer or "").split(","))
    return next((match[1] for match in found if match), None)

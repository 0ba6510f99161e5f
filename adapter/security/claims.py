"""Conversion of the claims of a verified token to a caller: HelseID's, SMART's, and purpose.

A claim with another shape than its standard makes the token invalid; the claim is never read as absent, since
a missing claim can give wider access.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapter.security.caller import TREATMENT, Caller
from adapter.security.scopes import Scopes

if TYPE_CHECKING:
    from collections.abc import Mapping

CHILD_CLAIM = "helseid://claims/client/claims/orgnr_child"
PARENT_CLAIM = "helseid://claims/client/claims/orgnr_parent"
PID_CLAIM = "helseid://claims/identity/pid"
HPR_CLAIM = "helseid://claims/hpr/hpr_number"
PURPOSE_CLAIM = "purpose"
"""A code of http://terminology.hl7.org/CodeSystem/v3-ActReason."""

_ORGANISATION_NUMBER = re.compile(r"[0-9]{9}", re.ASCII)
_BIRTH_NUMBER = re.compile(r"[0-9]{11}", re.ASCII)
_HPR_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_PURPOSE = re.compile(r"[A-Z][A-Z0-9-]{1,29}", re.ASCII)
_CLIENT_ID = re.compile(r"[!-~]([ -~]{0,198}[!-~])?", re.ASCII)
_PERSON = re.compile(r"(Patient|Practitioner|RelatedPerson)/[A-Za-z0-9.-]{1,64}", re.ASCII)


def caller(claims: Mapping[str, Any], municipality_clients: frozenset[str], fhir_base: str) -> Caller:
    """Make the caller of one token; ``municipality_clients`` are the own systems its issuer can name.

    Raises ValueError with the name of the claim if a claim has the wrong shape or the client id is missing.
    """
    client_id = _text(claims, "client_id" if "client_id" in claims else "azp", _CLIENT_ID)
    if client_id is None:
        raise ValueError("client_id")
    person = _person(claims, fhir_base)
    return Caller(
        client_id=client_id,
        municipality=client_id in municipality_clients,
        organisation=_text(claims, CHILD_CLAIM, _ORGANISATION_NUMBER),
        parent=_text(claims, PARENT_CLAIM, _ORGANISATION_NUMBER),
        person=person,
        pid=_text(claims, PID_CLAIM, _BIRTH_NUMBER),
        hpr=_text(claims, HPR_CLAIM, _HPR_NUMBER),
        purpose=_text(claims, PURPOSE_CLAIM, _PURPOSE) or TREATMENT,
        scopes=Scopes.parse(_scope(claims), patient_context=_sees_one_patient(person)),
    )


def _text(claims: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str | None:
    if name not in claims:
        return None
    value = claims[name]
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise ValueError(name)
    return value


def _person(claims: Mapping[str, Any], fhir_base: str) -> str | None:
    """The person logged in, as a reference on this server; None for a fhirUser on another server.

    https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#fhiruser
    """
    user = claims.get("fhirUser")
    if user is None:
        return None
    if not isinstance(user, str):
        raise ValueError("fhirUser")
    local = user.removeprefix(f"{fhir_base}/")
    return local if _PERSON.fullmatch(local) else None


def _sees_one_patient(person: str | None) -> bool:
    return person is not None and not person.startswith("Practitioner/")


def _scope(claims: Mapping[str, Any]) -> str:
    """The scope claim: a string (RFC 9068), or a list of strings as in HelseID."""
    scope = claims.get("scope", "")
    if isinstance(scope, list) and all(isinstance(word, str) for word in scope):
        return " ".join(scope)
    if not isinstance(scope, str):
        raise ValueError("scope")
    return scope

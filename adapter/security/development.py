"""The development issuer, with tokens for trying the adapter as a hospital, a coordinator or an innbygger.

Its key is made at first use in the var folder and stays there, so no other checkout accepts its tokens. In
production this issuer is not trusted.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.jwk import ECKey

from adapter.security.claims import CHILD_CLAIM, PARENT_CLAIM, PURPOSE_CLAIM
from adapter.security.issuers import DEVELOPMENT_ISSUER, Issuer
from adapter.security.keys import KeySet

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

AUDIENCE = "ip-adapter"
LIFE_SECONDS = 60 * 60

_KEY_FILE = "development-issuer.json"


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a caller: its default scopes, and the resource type of the person if the role is a person."""

    scope: str
    person_type: str | None = None
    needs_organisation: bool = False


ROLES = {
    "system": Role("system/*.cruds"),
    "organisasjon": Role("system/*.cruds", needs_organisation=True),
    "ansatt": Role("user/*.cruds", person_type="Practitioner"),
    "innbygger": Role("patient/*.cruds", person_type="Patient"),
}
"""The roles a token can be made for. The scopes are an upper limit; consent decides what a caller sees."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The content of a development token; ``person`` is an id, or a reference such as RelatedPerson/x."""

    role: str
    client_id: str
    organisation: str | None = None
    parent: str | None = None
    person: str | None = None
    purpose: str | None = None
    scope: str | None = None

    def faults(self) -> list[str]:
        """Missing or superfluous options, in terms of the options of ``ip-adapter token``."""
        role = ROLES[self.role]
        faults = []
        if role.needs_organisation and not self.organisation:
            faults.append(f"--as {self.role} needs --org")
        if role.person_type and not self.person:
            faults.append(f"--as {self.role} needs --person")
        if self.person and not role.person_type:
            faults.append(f"--as {self.role} does not take --person")
        return faults


def development_issuer(var: Path) -> Issuer:
    """The development issuer with its public key."""
    public = _key(var).as_dict(private=False)
    return Issuer(DEVELOPMENT_ISSUER, AUDIENCE, KeySet.parse({"keys": [public]}), municipality=True)


def mint(var: Path, wish: Wish, now: datetime) -> str:
    """Make a signed token with the wished content. Raises ValueError if the wish has faults."""
    if wish.faults():
        raise ValueError("; ".join(wish.faults()))
    role = ROLES[wish.role]
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": DEVELOPMENT_ISSUER,
        "aud": AUDIENCE,
        "iat": issued,
        "nbf": issued,
        "exp": issued + LIFE_SECONDS,
        "jti": secrets.token_urlsafe(16),
        "client_id": wish.client_id,
        "scope": wish.scope or role.scope,
        CHILD_CLAIM: wish.organisation,
        PARENT_CLAIM: wish.parent,
        "fhirUser": _reference(wish.person, role.person_type),
        PURPOSE_CLAIM: wish.purpose,
    }
    key = _key(var)
    header = {"alg": "ES256", "typ": "at+jwt", "kid": str(key.kid)}
    return jwt.encode(header, {name: value for name, value in claims.items() if value}, key)


def _reference(person: str | None, type_name: str | None) -> str | None:
    return person if not person or "/" in person else f"{type_name}/{person}"


def _key(var: Path) -> ECKey:
    """The key in ``var``, made if absent; linking a complete draft gives simultaneous starts one key."""
    path = var / _KEY_FILE
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        draft = var / f".{_KEY_FILE}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(key.as_dict(private=True), file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return ECKey.import_key(json.loads(path.read_bytes()))

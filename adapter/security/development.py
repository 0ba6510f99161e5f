"""The development issuer: tokens for trying the adapter as a hospital, a coordinator or a citizen.

Its key is made at first use in the var folder and never leaves the machine, so a token from one clone says
nothing to another. In production this issuer is not trusted.
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
    """One way of calling: its default scopes, and the type of the person when one must be named."""

    scope: str
    person_type: str | None = None
    needs_organisation: bool = False


ROLES = {
    "system": Role("system/*.cruds"),
    "organisasjon": Role("system/*.cruds", needs_organisation=True),
    "ansatt": Role("user/*.cruds", person_type="Practitioner"),
    "innbygger": Role("patient/*.cruds", person_type="Patient"),
}
"""The callers a token can be made for. The scopes are a ceiling: what each may do is decided by consent."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a development token shall say; ``person`` is an id, or a whole reference as RelatedPerson/x."""

    role: str
    client_id: str
    organisation: str | None = None
    parent: str | None = None
    person: str | None = None
    purpose: str | None = None
    scope: str | None = None

    def faults(self) -> list[str]:
        """What is missing, as options of the command that asks."""
        role = ROLES[self.role]
        faults = []
        if role.needs_organisation and not self.organisation:
            faults.append(f"--as {self.role} needs --org")
        if role.person_type and not self.person:
            faults.append(f"--as {self.role} needs --person")
        if self.person and not role.person_type:
            faults.append(f"--as {self.role} has no --person")
        return faults


def development_issuer(var: Path) -> Issuer:
    """The issuer as the adapter trusts it: public key only."""
    public = _key(var).as_dict(private=False)
    return Issuer(DEVELOPMENT_ISSUER, AUDIENCE, KeySet.parse({"keys": [public]}), municipality=True)


def mint(var: Path, wish: Wish, now: datetime) -> str:
    """Make a token that says what is wished. Raises ValueError when the wish lacks something."""
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
    """The key in ``var``, made if absent. Made whole and then named, so two starts at once agree on one."""
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

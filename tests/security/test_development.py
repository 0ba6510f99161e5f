"""The development issuer: only its own checkout accepts its tokens, and only outside production."""

from __future__ import annotations

import json
import stat
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapter.errors import Unauthorized
from adapter.security.development import LIFE_SECONDS, ROLES, Wish, mint
from adapter.security.tokens import Tokens
from adapter.settings import Settings
from tests.security.issuer import AUDIENCE, EC_KEY, NAME, NOW, public

if TYPE_CHECKING:
    from pathlib import Path

ORGANISATION = Wish("organisasjon", "utvikling", organisation="314159268")


def _door(var: Path) -> Tokens:
    return Tokens.from_settings(Settings.from_environment({"ADAPTER_VAR": str(var)}), lambda: NOW)


def test_a_token_of_each_role_makes_its_caller(tmp_path: Path) -> None:
    """The roles system, organisasjon, ansatt and innbygger become the callers of their names."""
    door = _door(tmp_path)
    system = door.caller(f"Bearer {mint(tmp_path, Wish('system', 'kommunens-fagsystem'), NOW)}")
    assert system.municipality
    hospital = door.caller(f"Bearer {mint(tmp_path, ORGANISATION, NOW)}")
    assert (hospital.municipality, hospital.organisation) == (False, "314159268")
    employee = door.caller(f"Bearer {mint(tmp_path, Wish('ansatt', 'utvikling', person='a1'), NOW)}")
    assert employee.person == "Practitioner/a1"
    citizen = door.caller(f"Bearer {mint(tmp_path, Wish('innbygger', 'utvikling', person='p1'), NOW)}")
    assert citizen.person == "Patient/p1"
    assert all(caller.scopes.allows("CareTeam", "r") for caller in (system, hospital, employee, citizen))


def test_a_token_has_the_wished_content(tmp_path: Path) -> None:
    """Parent, purpose, scope and a whole reference are in the token."""
    wish = Wish("innbygger", "x", "314159268", "271828182", "RelatedPerson/r1", "COC", "patient/CareTeam.r")
    caller = _door(tmp_path).caller(f"Bearer {mint(tmp_path, wish, NOW)}")
    assert (caller.person, caller.parent, caller.purpose) == ("RelatedPerson/r1", "271828182", "COC")
    assert not caller.scopes.allows("CareTeam", "s")


@pytest.mark.parametrize("role", ["organisasjon", "ansatt", "innbygger"])
def test_a_wish_without_organisation_or_person_is_refused(role: str, tmp_path: Path) -> None:
    """A role of an organisation or a person needs the id."""
    with pytest.raises(ValueError, match=f"--as {role} needs"):
        mint(tmp_path, Wish(role, "x"), NOW)


def test_a_system_token_takes_no_person(tmp_path: Path) -> None:
    """A person in a wish for an organisation is refused."""
    with pytest.raises(ValueError, match="does not take --person"):
        mint(tmp_path, Wish("system", "x", person="p1"), NOW)
    assert set(ROLES) == {"system", "organisasjon", "ansatt", "innbygger"}


def test_another_checkout_and_production_refuse_a_token(tmp_path: Path) -> None:
    """The key belongs to one checkout, and the issuer is not trusted in production."""
    header = f"Bearer {mint(tmp_path / 'a', ORGANISATION, NOW)}"
    assert _door(tmp_path / "a").caller(header)
    issuers = tmp_path / "issuers.json"
    issuers.write_text(json.dumps([{"issuer": NAME, "audience": AUDIENCE, **public(EC_KEY)}]))
    production = Settings.from_environment(
        {
            "ADAPTER_VAR": str(tmp_path / "a"),
            "ADAPTER_PRODUCTION": "1",
            "ADAPTER_MUNICIPALITY": "314159268",
            "ADAPTER_MUNICIPALITY_CLIENTS": "x",
            "ADAPTER_BASE_URL": "https://plan.example",
            "ADAPTER_ISSUERS": str(issuers),
        }
    )
    for door in (_door(tmp_path / "b"), Tokens.from_settings(production, lambda: NOW)):
        with pytest.raises(Unauthorized):
            door.caller(header)


def test_a_token_expires_after_an_hour(tmp_path: Path) -> None:
    """After an hour a token is refused."""
    header = f"Bearer {mint(tmp_path, ORGANISATION, NOW - timedelta(seconds=LIFE_SECONDS))}"
    with pytest.raises(Unauthorized):
        _door(tmp_path).caller(header)


def test_the_private_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """The key file is readable by its owner only, and no draft of it is left."""
    mint(tmp_path, ORGANISATION, NOW)
    (key,) = tmp_path.iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_simultaneous_first_starts_get_one_key(tmp_path: Path) -> None:
    """Eight first starts at the same time get one key, which verifies all their tokens."""
    minted: list[str] = []
    threads = [
        threading.Thread(target=lambda: minted.append(mint(tmp_path, ORGANISATION, NOW))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    door = _door(tmp_path)
    assert [door.caller(f"Bearer {token}").organisation for token in minted] == ["314159268"] * 8

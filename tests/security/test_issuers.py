"""The file of trusted issuers: its fields, and the faults that stop the start."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from adapter.security.issuers import DEVELOPMENT_ISSUER, load
from adapter.settings import SettingsError
from tests.security.issuer import AUDIENCE, EC_KEY, NAME, public

if TYPE_CHECKING:
    from pathlib import Path

GOOD: dict[str, Any] = {"issuer": NAME, "audience": AUDIENCE, "jwks_uri": "https://sts.example/jwks"}


def _file(folder: Path, content: object) -> Path:
    path = folder / "issuers.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_keys_come_from_an_address_or_from_the_file(tmp_path: Path) -> None:
    """The keys of an issuer are fetched from jwks_uri or stand in the file."""
    other = {"issuer": "https://sykehus.example", "audience": AUDIENCE, **public(EC_KEY)}
    first, second = load(_file(tmp_path, [GOOD, other]), production=True)
    assert (first.name, first.audience) == (NAME, AUDIENCE)
    assert second.keys.find("ec-1", "ES256")


def test_of_several_issuers_only_a_marked_one_counts_for_the_municipality(tmp_path: Path) -> None:
    """A client id of another issuer is not the municipality's system, even with the same name."""
    other = GOOD | {"issuer": "https://sykehus.example"}
    assert [i.municipality for i in load(_file(tmp_path, [GOOD]), production=True)] == [True]
    assert [i.municipality for i in load(_file(tmp_path, [GOOD, other]), production=True)] == [False, False]
    marked = load(_file(tmp_path, [GOOD | {"municipality": True}, other]), production=True)
    assert [i.municipality for i in marked] == [True, False]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (GOOD | {"issuer": ""}, "issuer must be"),
        (GOOD | {"audience": ["a"]}, "audience must be"),
        (GOOD | {"jwks_uri": "http://sts.example/jwks"}, "https"),
        (GOOD | {"jwks_uri": "https://u:p@sts.example/jwks"}, "https"),
        (GOOD | {"jwks_uri": "file:///etc/passwd"}, "https"),
        (GOOD | {"jwks_uri": "http://127.0.0.1/jwks"}, "https"),
        (GOOD | {"jwks_uri": "https://a:x/"}, "https"),
        (GOOD | {"jwks_uri": 7}, "https"),
        (GOOD | {"keys": []}, "either"),
        ({"issuer": NAME, "audience": AUDIENCE}, "either"),
        ({"issuer": NAME, "audience": AUDIENCE, "keys": []}, "list of JSON Web Keys"),
        ({"issuer": NAME, "audience": AUDIENCE, "keys": [EC_KEY.as_dict(private=True)]}, "public"),
        ({"issuer": NAME, "audience": AUDIENCE, "keys": [{"kty": "oct", "k": "AAAA", "kid": "1"}]}, "public"),
        ({"issuer": NAME, "audience": AUDIENCE, "keys": [{"kty": "EC", "kid": "1"}]}, "every key"),
        (GOOD | {"scheme": "DPoP"}, "DPoP is not supported"),
        (GOOD | {"scheme": "Basic"}, "scheme"),
        (GOOD | {"municipality": "yes"}, "municipality"),
        (GOOD | {"jwksUri": "x"}, "unknown field"),
        (GOOD | {"issuer": DEVELOPMENT_ISSUER}, "development"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_stops_the_start_and_names_the_issuer(
    item: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """Each fault has the number of the issuer in the list."""
    with pytest.raises(SettingsError, match=f"issuer 2: .*{said}"):
        load(_file(tmp_path, [GOOD, item]), production=True)


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", "[7]", json.dumps([GOOD, GOOD])])
def test_a_file_that_is_not_a_list_of_issuers_is_refused(content: str, tmp_path: Path) -> None:
    """A file that is not JSON, not a list, empty, or has an issuer twice is refused."""
    with pytest.raises(SettingsError, match="ADAPTER_ISSUERS"):
        load(_file(tmp_path, content), production=False)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    """A missing file of issuers is a SettingsError."""
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "nowhere.json", production=False)


def test_weak_rsa_keys_are_refused(tmp_path: Path) -> None:
    """An RSA key below 2048 bits is refused."""
    modulus = base64.urlsafe_b64encode(b"\xc5" * 128).rstrip(b"=").decode()
    weak = {
        "issuer": NAME,
        "audience": AUDIENCE,
        "keys": [{"kty": "RSA", "kid": "1", "n": modulus, "e": "AQAB"}],
    }
    with pytest.raises(SettingsError, match="2048"):
        load(_file(tmp_path, [weak]), production=False)


def test_jwks_uri_may_be_http_on_loopback_outside_production(tmp_path: Path) -> None:
    """An issuer on loopback may have an http address outside production."""
    assert load(_file(tmp_path, [GOOD | {"jwks_uri": "http://127.0.0.1:9/jwks"}]), production=False)

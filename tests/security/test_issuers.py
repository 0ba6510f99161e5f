"""The file of trusted issuers: what it may say, and that every fault of it is told at the start."""

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


def test_keys_by_address_and_in_line(tmp_path: Path) -> None:
    """An issuer's keys are fetched from its address or stand in the file itself."""
    other = {"issuer": "https://sykehus.example", "audience": AUDIENCE, **public(EC_KEY)}
    first, second = load(_file(tmp_path, [GOOD, other]), production=True)
    assert (first.name, first.audience) == (NAME, AUDIENCE)
    assert second.keys.find("ec-1", "ES256")


def test_one_issuer_speaks_for_the_municipality_several_must_be_marked(tmp_path: Path) -> None:
    """A client id of another issuer must not become the municipality's system by being called the same."""
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
def test_a_fault_stops_the_start_and_says_where(item: dict[str, Any], said: str, tmp_path: Path) -> None:
    """Each fault names the issuer by its place in the list."""
    with pytest.raises(SettingsError, match=f"issuer 2: .*{said}"):
        load(_file(tmp_path, [GOOD, item]), production=True)


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", "[7]", json.dumps([GOOD, GOOD])])
def test_a_file_that_is_no_list_of_issuers(content: str, tmp_path: Path) -> None:
    """Not JSON, not a list, empty, or one issuer twice: refused."""
    with pytest.raises(SettingsError, match="ADAPTER_ISSUERS"):
        load(_file(tmp_path, content), production=False)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there stops the start."""
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "nowhere.json", production=False)


def test_weak_rsa_keys_are_refused(tmp_path: Path) -> None:
    """RSA keys below 2048 bits are not keys."""
    modulus = base64.urlsafe_b64encode(b"\xc5" * 128).rstrip(b"=").decode()
    weak = {
        "issuer": NAME,
        "audience": AUDIENCE,
        "keys": [{"kty": "RSA", "kid": "1", "n": modulus, "e": "AQAB"}],
    }
    with pytest.raises(SettingsError, match="2048"):
        load(_file(tmp_path, [weak]), production=False)


def test_loopback_keys_are_for_trying_out(tmp_path: Path) -> None:
    """An issuer on this machine may give its keys over http outside production."""
    assert load(_file(tmp_path, [GOOD | {"jwks_uri": "http://127.0.0.1:9/jwks"}]), production=False)

"""Rules of every request at every door."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from adapter.app import create_app
from adapter.app.requests import LARGEST_BODY
from adapter.settings import Settings
from adapter.storage.migrations import upgrade

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

HOST = {"Host": "127.0.0.1:8080"}


def _client(tmp_path: Path, **environment: str) -> FlaskClient:
    settings = Settings.from_environment(
        {"ADAPTER_VAR": str(tmp_path), "ADAPTER_DATABASE_URL": f"sqlite:///{tmp_path}/a.db"} | environment
    )
    return create_app(settings).test_client()


@pytest.fixture
def client(tmp_path: Path, migrated_sqlite: Path) -> FlaskClient:
    """The test client of an adapter with ADAPTER_AUTH=open and an empty database."""
    shutil.copyfile(migrated_sqlite, tmp_path / "a.db")
    return _client(tmp_path, ADAPTER_AUTH="open")


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_request_id_is_in_the_answer_and_in_the_log(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """The caller's X-Request-Id is in the answer and in the log line."""
    answer = client.get("/fhir/metadata", headers=HOST | {"X-Request-Id": "sykehus-7:a.b_c"})
    assert answer.headers["X-Request-Id"] == "sykehus-7:a.b_c"
    assert [line["request_id"] for line in _lines(capsys)] == ["sykehus-7:a.b_c"]


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "æ", "12856812055", "a\x1b[0m"])
def test_an_unsafe_request_id_is_replaced(client: FlaskClient, sent: str) -> None:
    """A request id with other characters, too long, or with a birth number is replaced by a new id."""
    made = client.get("/healthz", headers=HOST | {"X-Request-Id": sent}).headers["X-Request-Id"]
    assert made != sent
    assert len(made) == 32


@pytest.mark.parametrize(
    "path", ["/fhir/CareTeam/x", "/fhir/nowhere", "/kommune/v1/saker/x", "/", "/fhir/metadata"]
)
def test_every_answer_has_no_store_and_nosniff(client: FlaskClient, path: str) -> None:
    """No cache stores an answer, and no browser guesses another content type."""
    answer = client.get(path, headers=HOST)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_each_interaction_is_one_line_of_the_log(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line has caller, interaction, type, id, status and time, also for a refusal; health checks none."""
    client.get("/healthz", headers=HOST)
    client.get("/fhir/CareTeam/t1?_format=json", headers=HOST)
    (line,) = _lines(capsys)
    assert (line["interaction"], line["type"], line["id"]) == ("read", "CareTeam", "t1")
    assert (line["status"], line["caller"]) == (404, "open")
    assert line["ms"] > 0


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("GET", "/fhir/Patient?identifier=12856812055", None),
        ("GET", "/fhir/Patient/12856812055", None),
        ("GET", "/fhir/12856812055", None),
        ("GET", "/kommune/v1/saker/12856812055", None),
        ("GET", "/kommune/v1/saker?etter=12856812055", None),
        ("POST", "/fhir/Patient/_search", {"identifier": "12856812055"}),
        ("POST", "/fhir/Patient", {"identifier": "12856812055"}),
        ("DELETE", "/fhir/Patient/12856812055?x=12856812055", None),
    ],
)
def test_no_birth_number_reaches_the_log(
    client: FlaskClient,
    capsys: pytest.CaptureFixture[str],
    method: str,
    path: str,
    form: dict[str, str] | None,
) -> None:
    """A birth number in path, query or form is in no log line and no error text."""
    answer = client.open(path, method=method, data=form, headers=HOST)
    captured = capsys.readouterr()
    assert "12856812055" not in captured.out + captured.err
    assert b"12856812055" not in answer.data
    assert captured.out.count("\n") == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "192.0.2.1:8080"},
        HOST | {"X-Forwarded-For": "192.0.2.1"},
        HOST | {"Forwarded": "for=192.0.2.1"},
    ],
)
def test_an_open_door_answers_direct_local_calls_only(client: FlaskClient, headers: dict[str, str]) -> None:
    """A call with another host name or through a proxy is refused, since every caller is the municipality."""
    assert client.get("/fhir/CareTeam", headers=headers).status_code == 403
    assert client.get("/fhir/CareTeam", headers={"Host": "localhost:8080"}).status_code == 200


def test_a_door_with_tokens_answers_any_host_name_and_proxy(tmp_path: Path) -> None:
    """With tokens host name and proxy do not matter; a call without one is 401 at both doors."""
    upgrade(f"sqlite:///{tmp_path}/a.db")
    client = _client(tmp_path)
    headers = {"Host": "plan.example", "X-Forwarded-For": "192.0.2.1"}
    assert client.get("/fhir/metadata", headers=headers).status_code == 200
    for path in ("/fhir/CareTeam", "/kommune/v1/saker"):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/fhir/CareTeam/x", "/kommune/v1/saker/x"])
def test_a_body_above_the_limit_is_413(client: FlaskClient, path: str) -> None:
    """A body above the limit is 413, in the form of the door."""
    body = b"{" + b" " * LARGEST_BODY + b"}"
    answer = client.put(path, data=body, content_type="application/json", headers=HOST)
    assert answer.status_code == 413
    assert "json" in answer.headers["Content-Type"]


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/nowhere", "application/fhir+json"),
        ("/fhir/nowhere", "application/fhir+json"),
        ("/kommune/v1/nowhere", "application/problem+json"),
        ("/kommune/v11", "application/fhir+json"),
    ],
)
def test_an_unknown_address_is_refused_in_the_form_of_its_door(
    client: FlaskClient, path: str, media_type: str
) -> None:
    """The refusal is problem+json at the municipal door, and an OperationOutcome everywhere else."""
    answer = client.get(path, headers=HOST)
    assert answer.status_code == 404
    assert answer.mimetype == media_type


@pytest.mark.parametrize("path", ["/fhir/CareTeam/x", "/kommune/v1/saker/x"])
def test_an_internal_error_is_answered_without_its_cause(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """An unexpected error is 500 with the request id; the log has type and place, neither has the message."""
    from adapter.storage import Store  # noqa: PLC0415 - the room whose fault it shall be

    def broken(_: Store) -> None:
        raise LookupError("12856812055")

    monkeypatch.setattr(Store, "read", broken)
    answer = client.get(path, headers=HOST | {"X-Request-Id": "r1"})
    captured = capsys.readouterr()
    assert answer.status_code == 500
    assert "r1" in answer.text
    assert "12856812055" not in answer.text + captured.out + captured.err
    fault, line = (json.loads(text) for text in captured.out.splitlines())
    assert (fault["event"], fault["fault"], fault["request_id"]) == ("fault", "LookupError", "r1")
    assert line["status"] == 500


def test_healthz_needs_a_process_and_readyz_a_migrated_database(tmp_path: Path) -> None:
    """A process with an empty database is healthy and not ready; after the upgrade it is both."""
    client = _client(tmp_path, ADAPTER_AUTH="open")
    assert client.get("/healthz", headers=HOST).status_code == 200
    for path in ("/readyz", "/fhir/CareTeam/x", "/kommune/v1/saker/x"):
        waiting = client.get(path, headers=HOST)
        assert (waiting.status_code, waiting.headers["Retry-After"]) == (503, "2")
    waiting = client.get("/readyz", headers=HOST)
    assert waiting.json == {"status": "unavailable", "reasons": ["database-missing"]}
    upgrade(f"sqlite:///{tmp_path}/a.db")
    assert client.get("/readyz").json == {"status": "ok"}

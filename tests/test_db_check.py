"""`ip-adapter db check` names every current publication that is not valid R4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from adapter.fhir.codec.stored import render
from adapter.repository.publishing.projection import DENIED
from adapter.storage import Content, Desired
from tests.storage.given import HOSPITAL, NURSE, WARD, patient, publish, team, to
from tests.test_cli import _at_home, run

if TYPE_CHECKING:
    from adapter.storage import Store

__all__ = ["_at_home"]


@pytest.fixture
def checked(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Two resources published to several recipients, and the mark of a deny, which is not a resource.

    Gives the exit code and the output of `db check`.
    """
    monkeypatch.setenv("ADAPTER_DATABASE_URL", database_url)
    given = [to(recipient, team()) for recipient in ("kommune", HOSPITAL, WARD, NURSE)]
    denied = Desired(NURSE, "", DENIED, "s1", Content.of(b"{}", ()))
    publish(store, *given, to("kommune", patient()), denied)

    def check() -> tuple[int, list[str]]:
        code = run("db", "check")
        return code, capsys.readouterr().out.splitlines()

    return check


def spoil(url: str, type_: str, body: bytes) -> None:
    """Overwrite the stored bytes of a type, as no write of the adapter does."""
    engine = create_engine(url)
    with engine.begin() as connection:
        query = "UPDATE blob SET bytes = :body WHERE id IN (SELECT blob FROM publication WHERE type = :type)"
        connection.execute(text(query), {"body": body, "type": type_})
    engine.dispose()


def test_valid_resources_exit_with_0(checked: Any) -> None:
    """A valid resource has no line, not even for a warning."""
    assert checked() == (0, [])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"foo": "bar"}, "[element-unknown] at CareTeam.foo"),
        ({"status": "aktiv"}, "[code-unknown] at CareTeam.status"),
        (
            {"extension": [{"url": "urn:x", "valueCanonical": "x"}] * 300, "name": ""},
            "[string-format] at CareTeam.name",
        ),
    ],
)
def test_an_invalid_resource_is_a_line_for_each_kind_of_recipient(
    checked: Any, database_url: str, changes: dict[str, Any], told: str
) -> None:
    """The line has type, id, kind of recipient and first error; two organisations are one kind."""
    spoil(database_url, "CareTeam", render({**team(), **changes}))
    code, lines = checked()
    assert code == 1
    assert [line.partition(":")[0] for line in lines] == [
        "CareTeam/t1 (kommune)",
        "CareTeam/t1 (organisasjon)",
        "CareTeam/t1 (ansatt)",
    ]
    assert all(line.endswith(told) for line in lines)


def test_stored_bytes_that_are_not_json_are_a_line_too(checked: Any, database_url: str) -> None:
    """Truncated bytes are reported as such, without data of the person."""
    spoil(database_url, "Patient", render(patient())[:-5])
    code, lines = checked()
    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith("Patient/p1 (kommune): ")
    assert "[json-syntax]" in lines[0]
    assert "12856812055" not in lines[0]


def test_deleted_and_superseded_versions_are_not_validated(
    checked: Any, store: Store, database_url: str
) -> None:
    """Only publications that a recipient can read now are validated."""
    spoil(database_url, "CareTeam", render({**team(), "foo": 1}))
    publish(store, to("kommune", patient()), to("kommune", team(name="Ny")))
    assert checked() == (0, [])


def test_a_missing_database_exits_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    """The reason is on standard error, and no file is made."""
    monkeypatch.setenv("ADAPTER_DATABASE_URL", f"sqlite:///{tmp_path / 'ingen.db'}")
    assert run("db", "check") == 2
    assert "db upgrade" in capsys.readouterr().err
    assert not (tmp_path / "ingen.db").exists()

"""`ip-adapter db check`: what is stored and no valid R4 is named, so that somebody can mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from adapter.fhir.codec.stored import render
from adapter.repository.publishing.projection import DENIED
from adapter.storage import Desired
from tests.storage.given import HOSPITAL, NURSE, WARD, patient, publish, team, to
from tests.test_cli import _at_home, run

if TYPE_CHECKING:
    from adapter.storage import Store

__all__ = ["_at_home"]


@pytest.fixture
def checked(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Two resources published to several recipients, and the mark of a deny, which is no resource.

    Gives what `db check` leaves with and prints.
    """
    monkeypatch.setenv("ADAPTER_DATABASE_URL", database_url)
    given = [to(recipient, team()) for recipient in ("kommune", HOSPITAL, WARD, NURSE)]
    denied = Desired(NURSE, "", DENIED, "s1", b"{}", ())
    publish(store, *given, to("kommune", patient()), denied)

    def check() -> tuple[int, list[str]]:
        code = run("db", "check")
        return code, capsys.readouterr().out.splitlines()

    return check


def spoil(url: str, type_: str, body: bytes) -> None:
    """Write other bytes over the contents of a type, as no write of the adapter would."""
    engine = create_engine(url)
    with engine.begin() as connection:
        query = "UPDATE blob SET bytes = :body WHERE id IN (SELECT blob FROM publication WHERE type = :type)"
        connection.execute(text(query), {"body": body, "type": type_})
    engine.dispose()


def test_valid_resources_leave_with_0(checked: Any) -> None:
    """Nothing is told of what is valid, not even a warning."""
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
def test_a_spoilt_resource_is_named_by_kind_of_recipient(
    checked: Any, database_url: str, changes: dict[str, Any], told: str
) -> None:
    """Type, id, kind of recipient and the first error; the two organisations are one kind."""
    spoil(database_url, "CareTeam", render({**team(), **changes}))
    code, lines = checked()
    assert code == 1
    assert [line.partition(":")[0] for line in lines] == [
        "CareTeam/t1 (kommune)",
        "CareTeam/t1 (organisasjon)",
        "CareTeam/t1 (ansatt)",
    ]
    assert all(line.endswith(told) for line in lines)


def test_what_is_no_json_is_named_too(checked: Any, database_url: str) -> None:
    """Half a resource is told as such; nothing of a person is printed."""
    spoil(database_url, "Patient", render(patient())[:-5])
    code, lines = checked()
    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith("Patient/p1 (kommune): Not valid JSON")
    assert "12856812055" not in lines[0]


def test_only_what_stands_is_judged(checked: Any, store: Store, database_url: str) -> None:
    """A resource that is deleted, and versions that are superseded, are nobody's to read any more."""
    spoil(database_url, "CareTeam", render({**team(), "foo": 1}))
    publish(store, to("kommune", patient()), to("kommune", team(name="Ny")))
    assert checked() == (0, [])


def test_a_database_that_is_not_there_leaves_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    """The reason is on standard error, and nothing is made."""
    monkeypatch.setenv("ADAPTER_DATABASE_URL", f"sqlite:///{tmp_path / 'ingen.db'}")
    assert run("db", "check") == 2
    assert "db upgrade" in capsys.readouterr().err
    assert not (tmp_path / "ingen.db").exists()

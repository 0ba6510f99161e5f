"""A write makes only what differs, and gives every recipient the same as making everything anew."""

from __future__ import annotations

import copy
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.errors import AdapterError
from adapter.fhir.codec.stored import read_stored
from adapter.mapping.mapping import PartMapping
from adapter.repository import Put
from adapter.repository.publishing.record_planning import plan_record
from adapter.repository.writes import deciding
from adapter.security.caller import OPEN_CALLER, Caller
from adapter.security.scopes import EVERYTHING
from adapter.storage import ChangeNote
from tests.repository.whole_way import compared
from tests.rest.world import CASE, HOSPITAL_NUMBER, RECORDS, SUCCESSOR
from tests.strategies.pool import pooled
from tests.strategies.records import ANSATT, ORGANISASJON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.repository import Repository
    from adapter.storage import Published
    from tests.rest.conftest import Clock

NOTE = ChangeNote("test", None, None, None, "test", "update")
HOSPITAL = Caller("epj", organisation=HOSPITAL_NUMBER, scopes=EVERYTHING)
BJARTE = Caller("epj", person="Practitioner/bjarte", scopes=EVERYTHING)
RAGNA = dict(RECORDS[3][1])
MAAL = {"id": "m", "tekst": "Gå i trapp", "status": "aktiv"}
KINDS = {"organisasjoner": "organisasjon", "ansatte": "ansatt", "saker": "sak"}


@pytest.fixture(autouse=True)
def _both_ways() -> Iterator[None]:
    """Every write of these tests is planned both ways."""
    with compared():
        yield


@pytest.fixture
def municipality(repository: Repository) -> Repository:
    """The small municipality."""
    for base, body in RECORDS:
        put(repository, KINDS[base], body)
    return repository


def put(repository: Repository, kind: str, body: dict[str, Any], **changes: Any) -> None:
    """Store a record, with changed fields."""
    repository.put_record(kind, body["id"], copy.deepcopy({**body, **changes}), if_match=None, note=NOTE)


def sak(
    *dels: str, mottaker: dict[str, str] | None = None, emner: tuple[str, ...] = (), **changes: Any
) -> Any:
    """The sak of the small municipality, with another samtykke and changed fields."""
    (samtykke,) = copy.deepcopy(CASE["samtykker"])
    samtykke["regler"][0].update({"del": list(dels)} | ({"emner": list(emner)} if emner else {}))
    samtykke["mottaker"] = mottaker or samtykke["mottaker"]
    return {**copy.deepcopy(CASE), "samtykker": [samtykke], **changes}


def given_to(repository: Repository, caller: Caller, type_: str, id_: str) -> Published | None:
    """The publication of a resource to a caller; None where it gets 404."""
    try:
        return repository.read(type_, id_, caller=caller)
    except AdapterError:
        return None


def test_a_change_nobody_but_the_municipality_sees_gives_no_recipient_a_version(
    municipality: Repository,
) -> None:
    """Neither a renamed ansatt nor a hidden write after it gives the hospital a new version."""
    put(municipality, "sak", sak("koordinator", "team"))
    before = given_to(municipality, HOSPITAL, "CareTeam", "teamet")
    renamed = [{"id": "n1", "bruk": "offisiell", "fornavn": ["Ragna"], "etternavn": "Nygårdsen"}]
    put(municipality, "ansatt", RAGNA, navn=renamed)
    put(
        municipality,
        "sak",
        sak("koordinator", "team", maal=[MAAL]),
    )
    assert before is not None
    assert given_to(municipality, HOSPITAL, "CareTeam", "teamet") == before
    put(municipality, "sak", sak("koordinator", "team", team=[{**CASE["team"][0], "navn": "Teamet"}]))
    after = given_to(municipality, HOSPITAL, "CareTeam", "teamet")
    assert after is not None
    assert after.version == before.version + 1
    assert "Nygårdsen" in read_stored(after.body)["text"]["div"]


def test_a_new_holder_of_a_rolle_is_given_everything_at_the_next_write(municipality: Repository) -> None:
    """A new holder of a permitted rolle is given all of the sak, whatever its next write changes."""
    put(municipality, "ansatt", SUCCESSOR, roller=[{**SUCCESSOR["roller"][0], "aktiv": False}])
    permitted = {"mottaker": {"rolle": "bjarte-koordinator"}}
    put(municipality, "sak", sak("koordinator", "team", **permitted))
    assert given_to(municipality, BJARTE, "CareTeam", "teamet") is None
    put(municipality, "ansatt", SUCCESSOR)
    put(
        municipality,
        "sak",
        sak("koordinator", "team", maal=[MAAL], **permitted),
    )
    assert given_to(municipality, BJARTE, "CareTeam", "teamet") is not None
    assert given_to(municipality, BJARTE, "Patient", "torill") is not None


def test_a_wider_samtykke_shows_the_residue_of_parts_that_stay(municipality: Repository) -> None:
    """``alle`` in a regel of every del gives the hospital the residue of parts whose body stays."""
    dels = ("person", "parorende", "koordinator", "team", "plan", "mal", "tiltak", "henvendelse")
    put(municipality, "sak", sak(*dels))
    team = given_to(municipality, OPEN_CALLER, "CareTeam", "teamet")
    assert team is not None
    reason = [{"text": "Samlet oppfølging"}]
    sent = Put("CareTeam", {**read_stored(team.body), "reasonCode": reason})
    municipality.put([sent], caller=OPEN_CALLER, note=NOTE)
    before = given_to(municipality, HOSPITAL, "CareTeam", "teamet")
    put(municipality, "sak", sak(*dels, emner=("alle",)))
    after = given_to(municipality, HOSPITAL, "CareTeam", "teamet")
    assert before is not None
    assert after is not None
    assert "reasonCode" not in read_stored(before.body)
    assert read_stored(after.body)["reasonCode"] == reason


def test_another_samtykke_of_the_same_scope_changes_the_permit_alone(municipality: Repository) -> None:
    """The publication names the samtykke it is given by; version and bytes stay."""
    put(municipality, "sak", sak("koordinator", "team"))
    before = given_to(municipality, HOSPITAL, "CareTeam", "teamet")
    (samtykke,) = sak("koordinator", "team")["samtykker"]
    put(municipality, "sak", sak("koordinator", "team"), samtykker=[{**samtykke, "id": "nytt-samtykke"}])
    after = given_to(municipality, HOSPITAL, "CareTeam", "teamet")
    assert before is not None
    assert after is not None
    assert (before.permit, after.permit) == ("samtykket", "nytt-samtykke")
    assert (before.version, before.body) == (after.version, after.body)


def test_a_transaction_may_move_a_rolle_and_permit_it(municipality: Repository) -> None:
    """A rolle that moves to another ansatt, then a samtykke to it: the new holder alone sees the sak."""
    rolle = {"id": "vakta", "aktiv": True, "organisasjon": "enheten"}
    put(municipality, "ansatt", RAGNA, roller=[*RAGNA["roller"], rolle])
    put(municipality, "sak", sak("koordinator", "team", mottaker={"rolle": "vakta"}))
    ragna = Caller("epj", person="Practitioner/ragna", scopes=EVERYTHING)
    assert given_to(municipality, ragna, "CareTeam", "teamet") is not None
    put(
        municipality,
        "ansatt",
        RAGNA,
        roller=[*RAGNA["roller"], {**rolle, "aktiv": False}],
    )
    assert given_to(municipality, ragna, "CareTeam", "teamet") is None


def test_equal_contents_are_made_once(municipality: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed part is mapped once for each distinct content, however many are given it."""
    units = [
        {"id": f"enhet-{n}", "aktiv": True, "navn": f"Enhet {n}", "overordnet": "kommunen"} for n in range(12)
    ]
    for unit in units:
        put(municipality, "organisasjon", unit)
    (samtykke,) = sak("koordinator", "team", "mal")["samtykker"]
    several = [{**samtykke, "id": f"s-{one['id']}", "mottaker": {"organisasjon": one["id"]}} for one in units]
    put(municipality, "sak", CASE, samtykker=several, maal=[MAAL])
    made: Counter[str] = Counter()
    to_fhir = PartMapping.to_fhir

    def counted(self: PartMapping, *args: Any, **named: Any) -> dict[str, Any]:
        made[self.part] += 1
        return to_fhir(self, *args, **named)

    with municipality.store.read() as reader:
        rows = reader.open_publications("sak", "saken")
    monkeypatch.setattr(deciding, "plan_record", plan_record)
    monkeypatch.setattr(PartMapping, "to_fhir", counted)
    put(municipality, "sak", CASE, samtykker=several, maal=[{**MAAL, "tekst": "Gå i bakke"}])
    assert sum(key.type == "Goal" for key in rows) == 14
    assert made == {"maal": 1}


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_writes_give_the_same_both_ways(
    repository: Repository, clock: Clock, data: st.DataObject
) -> None:
    """Records replace each other, days pass and roller move: both plans are equal each time."""
    for _ in range(data.draw(st.integers(2, 5))):
        kind = data.draw(st.sampled_from(("organisasjon", "ansatt", "sak", "sak", "sak")))
        body = data.draw(pooled(kind))
        if kind == "sak":
            for needed, id_ in (("organisasjon", ORGANISASJON), ("ansatt", ANSATT)):
                stands = next(one for one in [data.draw(pooled(needed))] if one["id"] == id_)
                _try(repository, needed, stands)
        _try(repository, kind, body)
        clock.now += timedelta(days=data.draw(st.integers(0, 400)))


def _try(repository: Repository, kind: str, body: dict[str, Any]) -> None:
    """Store a record; a refusal by a rule of law is as good as a write."""
    with suppress(AdapterError):
        put(repository, kind, body)

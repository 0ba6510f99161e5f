"""The rules of law and arithmetic: the changes they allow, the changes they refuse, and old violations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.errors import Message
from adapter.record import schema
from adapter.record.rules import consent, coordination, identity, planning
from tests.record.given import TODAY, bent, sak
from tests.record.given import broken as broken_rules
from tests.record.rule_rows import (
    ANOTHER_TEAM,
    DELTAKERE,
    GOALS,
    KOORDINATOR,
    PASSES,
    PLAN,
    REFUSED,
    SAMTYKKE,
    WITH_PLAN,
)
from tests.strategies.pool import pooled


def check(
    after: dict[str, Any], before: dict[str, Any] | None = None, kind: str = "sak"
) -> list[tuple[str, str]]:
    """The codes and places of the violations a change adds."""
    findings = broken_rules(kind, before, after, today=TODAY, production=False)
    return [(finding.code, finding.expression or "") for finding in findings]


@pytest.mark.parametrize("changes", PASSES)
def test_a_lawful_change_has_no_finding(changes: dict[str, Any]) -> None:
    """A lawful record has no finding, new or changed."""
    after = sak(**changes)
    assert schema.validate("sak", after) == []
    assert check(after) == []
    assert check(after, sak()) == []


@pytest.mark.parametrize(("message", "path", "changes"), REFUSED)
def test_a_change_that_breaks_a_rule_has_one_finding_at_its_place(
    message: Message, path: str, changes: dict[str, Any]
) -> None:
    """A change that breaks one rule is refused by that rule alone, with its place."""
    after = sak(**changes)
    assert schema.validate("sak", after) == []
    assert check(after, sak()) == [(message.code, f"sak.{path}")]


@pytest.mark.parametrize(("message", "path", "changes"), REFUSED)
def test_an_old_violation_does_not_block_another_change(
    message: Message, path: str, changes: dict[str, Any]
) -> None:
    """A record that breaks a rule already can be changed elsewhere."""
    before = sak(**changes)
    after = bent(before, saksnummer="2026/1")
    after["parorende"].reverse()
    after["team"].reverse()
    assert check(after, before) == []


def test_every_message_of_the_rules_has_a_refused_row() -> None:
    """Every message of the rules has a row that is refused."""
    declared = {
        found.code
        for module in (identity, coordination, consent, planning)
        for found in vars(module).values()
        if isinstance(found, Message)
    }
    elsewhere = {
        identity.REAL_PERSON.code,
        identity.OWN_PARENT.code,
        consent.OPAQUE_ALONE.code,
        planning.COORDINATOR_GONE.code,
    }
    assert declared == elsewhere | {message.code for message, _, _ in REFUSED}


@pytest.mark.parametrize(("message", "path", "changes"), REFUSED)
def test_a_finding_has_two_texts_and_a_source_and_quotes_no_value(
    message: Message, path: str, changes: dict[str, Any]
) -> None:
    """A finding has a Norwegian and an English text, the law or page, and no value of the record."""
    for finding in broken_rules("sak", None, sak(**changes), today=TODAY, production=True):
        assert (finding.source or "").startswith(("https://", "http://"))
        assert finding.nb != finding.en
        for value in ("12856812054", "51847530190", "314159267", "123456", "faren", "torill", "2026"):
            assert value not in finding.nb + finding.en


def test_a_new_violation_at_the_place_of_an_old_one_is_refused() -> None:
    """A wrong number does not excuse another wrong number at the same place."""
    before = sak(**{"innbygger.identer.0.verdi": "12856812054"})
    after = sak(**{"innbygger.identer.0.verdi": "12856812053"})
    assert check(after, before) == [("birth-number", "sak.innbygger.identer[0].verdi")]


def test_a_real_birth_number_is_refused_outside_production() -> None:
    """A birth number without an offset on the month is refused outside production, and lawful in it."""
    real = next(number for n in range(10_000_000) if is_real(number := f"0101{n:07}"))
    body = sak(**{"innbygger.identer.0.verdi": real})
    assert check(body) == [("real-birth-number", "sak.innbygger.identer[0].verdi")]
    assert broken_rules("sak", None, body, today=TODAY, production=True) == []


def is_real(number: str) -> bool:
    """Tests whether the digits are a birth number without an offset on the month."""
    return identity.is_birth_number(number) and not identity.is_synthetic(number)


def test_an_organisasjon_is_not_its_own_overordnet() -> None:
    """An organisasjon with its own id as overordnet is refused."""
    body = {"id": "o", "overordnet": "o"}
    assert check(body, kind="organisasjon") == [("own-parent", "organisasjon.overordnet")]
    assert check({**body, "overordnet": "p"}, kind="organisasjon") == []


def test_the_identifiers_of_an_ansatt_are_checked() -> None:
    """The rules of identity apply to every kind of record."""
    body = {"id": "a", "identer": [{"type": "hpr", "verdi": "12"}]}
    assert check(body, kind="ansatt") == [("hpr-number", "ansatt.identer[0].verdi")]


def test_closing_a_team_requires_end_dates_of_its_deltakere() -> None:
    """A team that becomes inaktiv with a deltaker without end date is refused."""
    after = sak(**{"team.0.status": "inaktiv"})
    assert {code for code, _ in check(after, sak())} == {"participant-in-closed-team"}
    assert len(check(after, sak())) == 3


def test_a_team_registered_in_error_takes_no_new_deltaker() -> None:
    """Marking a team feilregistrert is allowed; adding a deltaker afterwards is refused."""
    error = sak(**{"team.0.status": "feilregistrert"})
    assert check(error, sak()) == []
    after = bent(error, **{f"{DELTAKERE}.+": {**KOORDINATOR, "rolle": "saksbehandler"}})
    assert check(after, error) == [("participant-in-closed-team", "sak.team[0].deltakere[3].gyldighet.til")]


def test_a_circular_reference_is_found_at_each_part_in_it() -> None:
    """Each part of a circle has a finding."""
    goals = [{**GOALS[0], "delmaal": ["m2"]}, {**GOALS[1], "delmaal": ["m1"]}]
    assert check(sak(maal=goals), sak()) == [
        ("part-of-itself", "sak.maal[0].delmaal[0]"),
        ("part-of-itself", "sak.maal[1].delmaal[0]"),
    ]


def test_the_consent_to_an_active_plan_may_be_withdrawn() -> None:
    """A withdrawal is lawful while the plan is aktiv; the record stays writable, a new plan is refused."""
    before = sak(**WITH_PLAN)
    after = bent(before, **{"samtykker.1.tilstand": "inaktiv"})
    assert check(after, before) == []
    assert check(bent(after, saksnummer="2026/1"), after) == []
    ended = bent(after, **{"planer.0.status": "fullfort"})
    assert check(ended, after) == []
    again = bent(ended, **{"planer.+": {**PLAN, "id": "p2"}})
    assert check(again, ended) == [("plan-without-consent", "sak.planer[1].status")]


WITHDRAWN = {f"{SAMTYKKE}.tilstand": "inaktiv"}


@pytest.mark.parametrize(
    "changes",
    [
        {f"{SAMTYKKE}.tilbaketrekking": {"dato": "2026-03-01", "omfang": "helt"}},
        {f"{SAMTYKKE}.gyldighet": {"fra": "2026-06", "til": "2026-03-01"}},
        {f"{SAMTYKKE}.tilbaketrekking": {"dato": "2026-03-01", "av": {"parorende": "ukjent"}}},
        {f"{SAMTYKKE}.type": "plan"},
        {f"{SAMTYKKE}.gittDato": None, f"{SAMTYKKE}.gittAv": None, f"{SAMTYKKE}.mottaker": None},
    ],
)
def test_a_samtykke_that_becomes_inaktiv_is_never_refused(changes: dict[str, Any]) -> None:
    """A samtykke that becomes inaktiv in any way has no finding (pbrl § 4-1)."""
    assert check(sak(**changes, **WITHDRAWN), sak()) == []


@settings(max_examples=40)
@given(pooled("sak"), st.data())
def test_any_samtykke_of_any_record_may_be_withdrawn(body: dict[str, Any], data: st.DataObject) -> None:
    """A withdrawal has no finding, whatever else is irregular in the record."""
    before = data.draw(st.sampled_from([bent(body, **irregular) for irregular in ({}, {"parorende": []})]))
    for index in range(len(before.get("samtykker", ()))):
        assert check(bent(before, **{f"samtykker.{index}.tilstand": "inaktiv"}), before) == []


@settings(max_examples=40)
@given(pooled("sak"))
def test_an_unchanged_record_has_no_finding(body: dict[str, Any]) -> None:
    """An unchanged record has no finding, also if it breaks rules already."""
    broken = bent(body, **{"innbygger.identer": [{"type": "fnr", "verdi": "1"}], "team": [ANOTHER_TEAM] * 2})
    assert check(broken)
    assert check(broken, broken) == []

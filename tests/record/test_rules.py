"""Each rule of law and arithmetic: what it lets pass, what it refuses, and that it asks of the change."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.errors import Message
from adapter.record import rules, schema
from adapter.record.rules import consent, coordination, identity, planning
from tests.record.given import TODAY, bent, sak
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
from tests.strategies.records import saker


def check(
    after: dict[str, Any], before: dict[str, Any] | None = None, kind: str = "sak"
) -> list[tuple[str, str]]:
    """Codes and places of what a change newly breaks."""
    findings = rules.check(kind, before, after, today=TODAY, production=False)
    return [(finding.code, finding.expression or "") for finding in findings]


@pytest.mark.parametrize("changes", PASSES)
def test_what_the_rules_let_pass(changes: dict[str, Any]) -> None:
    """A valid record within the rules is refused nothing, new or changed."""
    after = sak(**changes)
    assert schema.validate("sak", after) == []
    assert check(after) == []
    assert check(after, sak()) == []


@pytest.mark.parametrize(("message", "path", "changes"), REFUSED)
def test_what_a_rule_refuses(message: Message, path: str, changes: dict[str, Any]) -> None:
    """A change that breaks one rule is refused by that rule alone, with its place."""
    after = sak(**changes)
    assert schema.validate("sak", after) == []
    assert check(after, sak()) == [(message.code, f"sak.{path}")]


@pytest.mark.parametrize(("message", "path", "changes"), REFUSED)
def test_what_was_irregular_stays_writable(message: Message, path: str, changes: dict[str, Any]) -> None:
    """A rule is asked of the change: what was broken already is not in the way of another change."""
    before = sak(**changes)
    after = bent(before, saksnummer="2026/1")
    after["parorende"].reverse()
    after["team"].reverse()
    assert check(after, before) == []


def test_every_message_has_a_row_that_is_refused() -> None:
    """No rule goes untried."""
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
def test_a_text_never_quotes_a_value(message: Message, path: str, changes: dict[str, Any]) -> None:
    """Findings are in Norwegian and English, name the law or page, and tell no value of the record."""
    for finding in rules.check("sak", None, sak(**changes), today=TODAY, production=True):
        assert (finding.source or "").startswith(("https://", "http://"))
        assert finding.nb != finding.en
        for value in ("12856812054", "51847530190", "314159267", "123456", "faren", "torill", "2026"):
            assert value not in finding.nb + finding.en


def test_a_new_fault_in_the_same_place_is_new() -> None:
    """One wrong number does not make room for another."""
    before = sak(**{"innbygger.identer.0.verdi": "12856812054"})
    after = sak(**{"innbygger.identer.0.verdi": "12856812053"})
    assert check(after, before) == [("birth-number", "sak.innbygger.identer[0].verdi")]


def test_real_people_are_kept_in_production_only() -> None:
    """A birth number without 80 added is refused elsewhere, also when the record had one already."""
    real = next(number for n in range(10_000_000) if is_real(number := f"0101{n:07}"))
    body = sak(**{"innbygger.identer.0.verdi": real})
    assert check(body) == [("real-birth-number", "sak.innbygger.identer[0].verdi")]
    assert rules.check("sak", None, body, today=TODAY, production=True) == []


def is_real(number: str) -> bool:
    """Whether the digits are those of a birth number with nothing added to the month."""
    return identity.is_birth_number(number) and not identity.is_synthetic(number)


def test_an_organisasjon_is_not_above_itself() -> None:
    """Overordnet is another one."""
    body = {"id": "o", "overordnet": "o"}
    assert check(body, kind="organisasjon") == [("own-parent", "organisasjon.overordnet")]
    assert check({**body, "overordnet": "p"}, kind="organisasjon") == []


def test_a_professional_s_numbers_are_checked_too() -> None:
    """The rules of identity are asked of every record."""
    body = {"id": "a", "identer": [{"type": "hpr", "verdi": "12"}]}
    assert check(body, kind="ansatt") == [("hpr-number", "ansatt.identer[0].verdi")]


def test_closing_a_team_asks_for_the_ends_of_its_deltakere() -> None:
    """Who takes part in a team that is inaktiv would seem to be at work still."""
    after = sak(**{"team.0.status": "inaktiv"})
    assert {code for code, _ in check(after, sak())} == {"participant-in-closed-team"}
    assert len(check(after, sak())) == 3


def test_nobody_enters_a_team_that_was_an_error() -> None:
    """To call a team an error is always allowed; to go on with it is not."""
    error = sak(**{"team.0.status": "feilregistrert"})
    assert check(error, sak()) == []
    after = bent(error, **{f"{DELTAKERE}.+": {**KOORDINATOR, "rolle": "saksbehandler"}})
    assert check(after, error) == [("participant-in-closed-team", "sak.team[0].deltakere[3].gyldighet.til")]


def test_a_circle_is_told_of_each_part_in_it() -> None:
    """It can be opened at any of them."""
    goals = [{**GOALS[0], "delmaal": ["m2"]}, {**GOALS[1], "delmaal": ["m1"]}]
    assert check(sak(maal=goals), sak()) == [
        ("part-of-itself", "sak.maal[0].delmaal[0]"),
        ("part-of-itself", "sak.maal[1].delmaal[0]"),
    ]


def test_the_consent_to_an_active_plan_may_be_withdrawn() -> None:
    """Not even the plan, still aktiv, is in the way; the record stays writable, and no new plan begins."""
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
def test_withdrawing_is_never_refused(changes: dict[str, Any]) -> None:
    """A samtykke that becomes inaktiv is refused nothing, however it says so (pbrl § 4-1)."""
    assert check(sak(**changes, **WITHDRAWN), sak()) == []


@settings(max_examples=40)
@given(saker(), st.data())
def test_any_samtykke_of_any_record_may_be_withdrawn(body: dict[str, Any], data: st.DataObject) -> None:
    """Whatever else is irregular in the record."""
    before = data.draw(st.sampled_from([bent(body, **irregular) for irregular in ({}, {"parorende": []})]))
    for index in range(len(before.get("samtykker", ()))):
        assert check(bent(before, **{f"samtykker.{index}.tilstand": "inaktiv"}), before) == []


@settings(max_examples=40)
@given(saker())
def test_an_unchanged_record_breaks_nothing(body: dict[str, Any]) -> None:
    """Not even one that breaks rules already."""
    broken = bent(body, **{"innbygger.identer": [{"type": "fnr", "verdi": "1"}], "team": [ANOTHER_TEAM] * 2})
    assert check(broken)
    assert check(broken, broken) == []

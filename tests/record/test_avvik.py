"""Avvik of a record: listed as warnings, and never in the way of a write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from adapter.errors import Message, Severity
from adapter.record.avvik import avvik, casework, consents, coordinators, plans
from tests.record.given import CHILD_BORN, TODAY, bent, broken, sak
from tests.record.rule_rows import (
    BARNEKOORDINATOR,
    BY_PARENT,
    DELTAKERE,
    PLAN,
    REFUSED,
    SAMTYKKE,
    WITH_PLAN,
)
from tests.strategies.pool import pooled

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AFTER_A_MONTH = datetime(2026, 2, 20, 23, tzinfo=UTC)  # midnight in Oslo
BY_GUARDIAN = {f"{SAMTYKKE}.gittAv": [{"parorende": "vergen"}]}
ROOMS = (casework, consents, coordinators, plans)
TILTAK = {"id": "t1", "status": "aktiv", "tittel": "Fysioterapi", "utforere": [{"organisasjon": "sykehuset"}]}
WITH_TILTAK = {**WITH_PLAN, "planer": [{**PLAN, "tiltak": ["t1"]}], "tiltak": [TILTAK]}
ASKED = {"id": "h1", "type": "soknad-ip", "status": "aktiv", "opprettet": "2026-01-20"}
STEP = {
    "id": "s1",
    "oppgave": "soknad-ip",
    "status": "mottatt",
    "opprettet": "2026-01-20",
    "henvendelse": "h1",
}
WITH_CASE = {"henvendelser": [ASKED], "saksgang": [STEP]}
PRELIMINARY = {**STEP, "id": "s2", "status": "forelopig-svar"}
ELSEWHERE = {"adresse": "https://ehr.example.org/fhir/Organization/1"}

TOLD: tuple[tuple[Message, str, dict[str, Any], datetime], ...] = (
    (
        consents.CONSENT_ENDED,
        "samtykker[0].gyldighet.til",
        {f"{SAMTYKKE}.gyldighet": {"til": "2026-02-28"}},
        NOW,
    ),
    (consents.GIVER_OUTGROWN, "samtykker[0].gittAv", BY_PARENT, datetime(2030, 6, 1, tzinfo=UTC)),
    (
        consents.CHILD_NOT_HEARD,
        "samtykker[0].barnetHort",
        {**BY_PARENT, "innbygger.fodselsdato": "2012"},
        NOW,
    ),
    (consents.RECIPIENT_ELSEWHERE, "samtykker[0].mottaker", {f"{SAMTYKKE}.mottaker": ELSEWHERE}, NOW),
    (
        coordinators.VACANCY_WITH_UNIT,
        "team[0].deltakere",
        {f"{DELTAKERE}.0.gyldighet.til": "2026-02-28"},
        NOW,
    ),
    (
        coordinators.VACANCY,
        "team[0].deltakere",
        {f"{DELTAKERE}.0.gyldighet": {"fra": "2026-04"}, f"{DELTAKERE}.1.rolle": None},
        NOW,
    ),
    (
        coordinators.CHILD_GROWN,
        "team[0].deltakere[0].rolle",
        {
            "innbygger.fodselsdato": "2007-12-31",
            f"{DELTAKERE}.0": {**BARNEKOORDINATOR, "gyldighet": {"fra": "2024"}},
        },
        NOW,
    ),
    (coordinators.MANDATE_ENDED, "parorende[1].gyldighet.til", {"parorende.1.gyldighet.til": "2025"}, NOW),
    (coordinators.DECEASED, "tilstand", {"innbygger.dod": True, "samtykker": []}, NOW),
    (coordinators.DECEASED, "tilstand", {"innbygger.dodsdato": "2026-02", "samtykker": []}, NOW),
    (
        plans.EVALUATION_DUE,
        "planer[0].nesteEvaluering",
        {**WITH_PLAN, "planer": [{**PLAN, "nesteEvaluering": "2026-02"}]},
        NOW,
    ),
    (
        plans.NO_EVALUATION,
        "planer[0].nesteEvaluering",
        {**WITH_PLAN, "planer": [{k: v for k, v in PLAN.items() if k != "nesteEvaluering"}]},
        NOW,
    ),
    (plans.NO_PERFORMER, "tiltak[0].utforere", {**WITH_TILTAK, "tiltak.0.utforere": []}, NOW),
    (
        plans.NO_PERFORMER,
        "planer[0].enkleTiltak[0].utforere",
        {**WITH_PLAN, "planer": [{**PLAN, "enkleTiltak": [{"id": "e1", "status": "avtalt"}]}]},
        NOW,
    ),
    (
        plans.NO_RESPONSIBLE,
        "tiltak[0].utforere",
        {**WITH_TILTAK, "tiltak.0.utforere": [{"ansatt": "a1"}, {"innbygger": "torill"}]},
        NOW,
    ),
    (casework.UNANSWERED, "saksgang[0].opprettet", WITH_CASE, NOW),
    (casework.UNANSWERED, "henvendelser[0].opprettet", {"henvendelser": [ASKED]}, NOW),
    (casework.UNANSWERED, "henvendelser[0].opprettet", {"henvendelser": [ASKED]}, AFTER_A_MONTH),
    (
        casework.DEADLINE_PASSED,
        "saksgang[0].frist",
        {**WITH_CASE, "saksgang.0.frist": "2026-02-28"},
        NOW,
    ),
    (
        casework.DEADLINE_PASSED,
        "saksgang[1].frist",
        {**WITH_CASE, "saksgang.0.frist": "2026-02-20", "saksgang.+": {**PRELIMINARY, "frist": "2026-02-27"}},
        NOW,
    ),
    (casework.NO_NEW_DATE, "saksgang[1].frist", {**WITH_CASE, "saksgang.+": PRELIMINARY}, NOW),
)
SILENT: tuple[tuple[dict[str, Any], datetime], ...] = (
    ({}, NOW),
    ({f"{SAMTYKKE}.gyldighet": {"til": "2026-03-01"}}, NOW),  # to the end of the day
    ({f"{SAMTYKKE}.gyldighet": {"til": "2025"}, f"{SAMTYKKE}.tilstand": "inaktiv"}, NOW),
    (BY_PARENT, datetime(2030, 5, 31, 21, tzinfo=UTC)),  # an hour before the sixteenth birthday
    ({**BY_PARENT, "innbygger.fodselsdato": "2012", f"{SAMTYKKE}.barnetHort": True}, NOW),
    (BY_GUARDIAN, NOW),
    ({"team.0.status": "suspendert", f"{DELTAKERE}.0.rolle": None}, NOW),
    ({"tilstand": "avsluttet", f"{DELTAKERE}.0.rolle": None}, NOW),
    ({"innbygger.fodselsdato": CHILD_BORN, "samtykker": [], f"{DELTAKERE}.0": BARNEKOORDINATOR}, NOW),
    ({"parorende.1.gyldighet.til": "2025", "parorende.1.aktiv": False}, NOW),
    ({**WITH_PLAN, "planer": [{**PLAN, "nesteEvaluering": "2026-03-01"}]}, NOW),
    ({"planer": [{**PLAN, "status": "utkast", "nesteEvaluering": "2025"}]}, NOW),
    (WITH_TILTAK, NOW),
    ({**WITH_TILTAK, "tiltak.0.utforere": [{"ansatt": "a1"}, {"rolle": "r1"}]}, NOW),
    ({**WITH_TILTAK, "tiltak.0.utforere": [{"identifikator": {"system": "urn:oid:1.2", "verdi": "1"}}]}, NOW),
    ({**WITH_TILTAK, "tiltak.0.utforere": [{"innbygger": "torill"}, {"parorende": "mora"}]}, NOW),
    ({**WITH_TILTAK, "tiltak.0.utforere": [], "tiltak.0.status": "fullfort"}, NOW),
    ({**WITH_TILTAK, "tiltak.0.utforere": [], "tiltak.0.skalIkkeUtfores": True}, NOW),
    ({**WITH_TILTAK, "tiltak.0.utforere": [], "planer.0.plantype": "delplan-krise"}, NOW),
    ({"tiltak": [{"id": "t1", "status": "aktiv"}]}, NOW),  # of no plan
    (WITH_CASE, datetime(2026, 2, 20, 22, tzinfo=UTC)),  # an hour of the last day is left
    ({"henvendelser": [{**ASKED, "opprettet": "2026-01-31"}]}, datetime(2026, 2, 28, 12, tzinfo=UTC)),
    ({"henvendelser": [{**ASKED, "type": "bidra-til-plan"}]}, NOW),
    ({"henvendelser": [{**ASKED, "status": "fullfort"}], "saksgang": [STEP]}, NOW),
    ({**WITH_CASE, "saksgang.+": {**STEP, "id": "s2", "status": "avslag"}}, NOW),
    ({**WITH_CASE, "saksgang.0.frist": "2026-03-01"}, NOW),
    (
        {**WITH_CASE, "saksgang.0.frist": "2026-02-20", "saksgang.+": {**PRELIMINARY, "frist": "2026-03-20"}},
        NOW,
    ),
    ({"henvendelser": [ASKED], "saksgang": [{"id": "s1", "oppgave": "vurdering"}]}, NOW),  # of which of them
    ({"henvendelser": [{**ASKED, "opprettet": "9999-12-31"}]}, NOW),
)


@pytest.mark.parametrize(("message", "path", "changes", "now"), TOLD)
def test_an_irregular_record_has_an_avvik_at_its_place(
    message: Message, path: str, changes: dict[str, Any], now: datetime
) -> None:
    """Each irregularity is one warning with its code and place."""
    (found,) = avvik("sak", sak(**changes), now)
    assert (found.code, found.expression) == (message.code, f"sak.{path}")
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(("changes", "now"), SILENT)
def test_a_regular_record_has_no_avvik(changes: dict[str, Any], now: datetime) -> None:
    """A record at the boundary of a rule, or with the matter closed, has no avvik."""
    assert avvik("sak", sak(**changes), now) == []


@pytest.mark.parametrize(("message", "path", "changes", "now"), TOLD)
def test_a_record_with_avvik_can_be_written(
    message: Message, path: str, changes: dict[str, Any], now: datetime
) -> None:
    """No avvik blocks a write of the record."""
    before = sak(**changes)
    after = bent(before, saksnummer="2026/1")
    assert broken("sak", before, after, today=now.date(), production=False) == []


def test_a_vacancy_names_the_place_of_the_coordinating_unit() -> None:
    """The avvik of a missing coordinator has the place of the coordinating unit, not its name (hol § 7-3)."""
    (found,) = avvik("sak", sak(**{f"{DELTAKERE}.0.gyldighet.til": "2026-02-28"}), NOW)
    assert "sak.team[0].deltakere[1]" in found.nb
    assert "sak.team[0].deltakere[1]" in found.en


@pytest.mark.parametrize(("message", "path", "changes"), REFUSED)
def test_a_broken_rule_of_an_imported_record_is_an_avvik(
    message: Message, path: str, changes: dict[str, Any]
) -> None:
    """A record imported against a rule has the rule's message as avvik until it is corrected."""
    codes = [finding.code for finding in avvik("sak", sak(**changes), NOW)]
    assert message.code in codes


def test_every_kind_of_record_has_avvik_of_the_rules_of_identity() -> None:
    """The rules of identity apply to every kind of record; the rules of time only to a sak."""
    assert [f.code for f in avvik("organisasjon", {"id": "o", "overordnet": "o"}, NOW)] == ["own-parent"]
    assert avvik("ansatt", {"id": "a"}, NOW) == []


@settings(max_examples=40)
@given(pooled("sak"))
def test_a_lawful_record_has_only_avvik_of_time(body: dict[str, Any]) -> None:
    """A record that broke no rule when it was written has only avvik of time."""
    of_time = {
        found.code for module in ROOMS for found in vars(module).values() if isinstance(found, Message)
    }
    assert NOW.date() == TODAY
    assert {finding.code for finding in avvik("sak", body, NOW)} <= of_time

"""The schema of the record: findings with code and path, and numbers in one spelling."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from adapter.fhir.codec.numbers import Spelled
from adapter.record import schema
from tests.record.given import bent, sak

SECRET = "12856812055"

FAULTS: tuple[tuple[str, Any, str, str], ...] = (
    ("kallenavn", SECRET, "unknown-field", "sak.kallenavn"),
    (SECRET, "x", "unknown-field", "sak.*"),
    ("tilstand", None, "missing-field", "sak.tilstand"),
    ("innbygger.id", None, "missing-field", "sak.innbygger.id"),
    ("team.0", SECRET, "wrong-type", "sak.team[0]"),
    ("samtykker", {}, "wrong-type", "sak.samtykker"),
    ("innbygger.tolkebehov", SECRET, "wrong-type", "sak.innbygger.tolkebehov"),
    (
        "innbygger.kontaktpunkter",
        [{"rang": Spelled("1.5")}],
        "wrong-type",
        "sak.innbygger.kontaktpunkter[0].rang",
    ),
    ("team.0.deltakere.1.rolle", SECRET, "unknown-code", "sak.team[0].deltakere[1].rolle"),
    ("innbygger.fodselsdato", "2023-02-30", "bad-format", "sak.innbygger.fodselsdato"),
    ("innbygger.fodselsdato", "2023-02-03T10:00:00Z", "bad-format", "sak.innbygger.fodselsdato"),
    ("innbygger.dodsdato", "2026-01-01T10:00", "bad-format", "sak.innbygger.dodsdato"),
    ("innbygger.dodsdato", "2026-01-01T24:00:00Z", "bad-format", "sak.innbygger.dodsdato"),
    ("innbygger.adresser", [{"fylke": 3}], "wrong-type", "sak.innbygger.adresser[0].fylke"),
    (
        "innbygger.adresser",
        [{"kommune": {"nummer": SECRET}}],
        "bad-pattern",
        "sak.innbygger.adresser[0].kommune.nummer",
    ),
    ("innbygger.adresser", [{}], "empty-value", "sak.innbygger.adresser[0]"),
    ("innbygger.kontaktpunkter", [{"id": "k"}], "empty-value", "sak.innbygger.kontaktpunkter[0]"),
    ("team.0.ansvarlige", [{"ansatt": "a"}], "other-aktor", "sak.team[0].ansvarlige[0]"),
    ("innbygger.id", f"{SECRET} ", "bad-pattern", "sak.innbygger.id"),
    ("innbygger.fastlege", [{"adresse": "lege"}], "bad-pattern", "sak.innbygger.fastlege[0].adresse"),
    ("innbygger.sprak", [{"kode": "n  b"}], "bad-pattern", "sak.innbygger.sprak[0].kode"),
    ("team.0.navn", " ", "empty-value", "sak.team[0].navn"),
    ("team.0.navn", "", "empty-value", "sak.team[0].navn"),
    ("innbygger.navn", [{"fornavn": []}], "empty-value", "sak.innbygger.navn[0].fornavn"),
    ("team.0.gyldighet", {}, "empty-value", "sak.team[0].gyldighet"),
    ("samtykker.0.mottaker", {}, "not-exactly-one", "sak.samtykker[0].mottaker"),
    ("samtykker.0.mottaker", {"ansatt": "a", "rolle": "b"}, "not-exactly-one", "sak.samtykker[0].mottaker"),
    ("innbygger.emner", ["barnevern", "barnevern"], "repeated-value", "sak.innbygger.emner"),
    ("innbygger.kontaktpunkter", [{"rang": 0}], "out-of-bounds", "sak.innbygger.kontaktpunkter[0].rang"),
    ("innbygger.kontaktpunkter", [{"rang": 2**31}], "out-of-bounds", "sak.innbygger.kontaktpunkter[0].rang"),
)


def test_a_valid_record_has_no_findings() -> None:
    """The record that the faults below are made from is valid."""
    assert schema.validate("sak", sak()) == []


@pytest.mark.parametrize(("path", "value", "code", "expression"), FAULTS)
def test_each_fault_has_one_finding_with_code_and_path(
    path: str, value: Any, code: str, expression: str
) -> None:
    """A fault has one finding, with the code of its keyword, at its path."""
    assert [(f.code, f.expression) for f in schema.validate("sak", sak(**{path: value}))] == [
        (code, expression)
    ]


def test_dod_and_dodsdato_exclude_each_other() -> None:
    """Fields dod and dodsdato are one element in FHIR, so a record has one of them."""
    findings = schema.validate("sak", sak(**{"innbygger.dod": True, "innbygger.dodsdato": "2026"}))
    assert [finding.code for finding in findings] == ["not-together"]


@pytest.mark.parametrize(("path", "value", "code", "expression"), FAULTS)
def test_a_finding_never_quotes_a_sent_value(path: str, value: Any, code: str, expression: str) -> None:
    """A text names fields, types and allowed codes, in Norwegian and English, and no sent value."""
    for finding in schema.validate("sak", sak(**{path: value})):
        assert SECRET not in repr(finding)
        assert finding.nb
        assert finding.en
        assert "{" not in finding.nb.replace("{4}", "").replace("{1,64}", "")


def test_a_record_has_at_most_the_maximum_of_findings() -> None:
    """A body of nothing but errors gets ``MOST_FINDINGS`` findings."""
    many = [{"rolle": number} for number in range(10_000)]
    assert len(schema.validate("sak", sak(**{"team.0.deltakere": many}))) == schema.MOST_FINDINGS


def test_a_body_of_another_kind_is_invalid() -> None:
    """Each kind of record has its own fields."""
    assert schema.validate("organisasjon", {"id": "o", "navn": "Fjordvik kommune"}) == []
    assert schema.validate("ansatt", bent({"id": "a"}, navn="Ragna"))


def test_an_organisation_has_a_name_or_an_ident() -> None:
    """An organisasjon has a name or an ident: org-1, https://hl7.org/fhir/R4/organization.html#invs."""
    for body in ({"id": "o"}, {"id": "o", "identer": []}):
        assert [f.code for f in schema.validate("organisasjon", body)] == ["at-least-one"]
    assert schema.validate("organisasjon", {"id": "o", "identer": [{"type": "orgnr", "verdi": "1"}]}) == []


def test_a_samtykke_without_a_type_is_opaque() -> None:
    """A samtykke has a type, unless it is a Consent that is kept whole: ``ugjennomsiktig`` is then true."""
    for opaque, codes in ((True, []), (False, ["at-least-one"]), (None, ["at-least-one"])):
        flag = {} if opaque is None else {"ugjennomsiktig": opaque}
        samtykke = {"id": "s1", "tilstand": "aktiv", **flag}
        body = {"id": "sak", "innbygger": {"id": "i"}, "tilstand": "aktiv", "samtykker": [samtykke]}
        assert [finding.code for finding in schema.validate("sak", body)] == codes


def test_every_definition_has_a_title_or_is_a_value() -> None:
    """Every object of the schema has a title for people."""
    objects = {name: found for name, found in schema.definitions().items() if found.get("type") == "object"}
    assert set(schema.KINDS) <= objects.keys()
    assert [name for name, found in objects.items() if "title" not in found] == []


INTEGERS = (
    ("sak", "innbygger.kontaktpunkter", [{"rang": "?"}]),
    ("sak", "parorende", [{"kontaktpunkter": [{"rang": "?"}]}]),
    ("ansatt", "kontaktpunkter", [{"rang": "?"}]),
    ("organisasjon", "kontaktpunkter", [{"rang": "?"}]),
    ("sak", "tiltak", [{"omfang": {"hyppighet": {"ganger": "?", "per": "?", "enhet": "uke"}}}]),
    ("sak", "planer", [{"evalueringsintervall": {"antall": "?", "enhet": "maned"}}]),
)


def filled(value: Any, number: Any) -> Any:
    """The value with a number for each question mark."""
    if isinstance(value, dict):
        return {key: filled(item, number) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, number) for item in value]
    return number if value == "?" else value


@pytest.mark.parametrize(("kind", "path", "value"), INTEGERS)
def test_an_integer_is_stored_in_one_spelling(kind: str, path: str, value: Any) -> None:
    """6.0 and 6e0 become 6 in a field of type integer; a fraction stays, and is invalid."""
    for spelling, stored in (("6.0", 6), ("6e0", 6), ("60E-1", 6), ("-0", 0), ("1e2", 100)):
        found = schema.with_integers(kind, bent({}, **{path: filled(value, Spelled(spelling))}))
        assert repr(found) == repr(bent({}, **{path: filled(value, stored)}))
    body = bent({}, **{path: filled(value, Spelled("6.5"))})
    assert repr(schema.with_integers(kind, body)) == repr(body)
    assert "wrong-type" in [finding.code for finding in schema.validate(kind, body)]


def test_a_number_in_a_field_of_another_type_keeps_its_spelling() -> None:
    """A number outside integer fields, or in an unknown field, keeps its spelling."""
    for value in (Spelled("6.0"), [Spelled("6.0")], {"a": {"rang": Spelled("6.0")}}):
        body = {"navn": value, "rang": value, "kontaktpunkter": value}
        assert repr(schema.with_integers("ansatt", body)) == repr(body)


def test_every_integer_field_of_the_schema_is_in_the_table_above() -> None:
    """The table of spellings has every field of type integer."""
    said = re.findall(r'"(\w+)": \{[^{}]*"type": "integer"', json.dumps(schema.definitions()))
    assert set(said) == set(re.findall(r"'(\w+)': '\?'", repr(INTEGERS)))

"""Index rows of a resource: one row for each value that a search can match."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.fhir import definitions
from adapter.fhir.search.index import IndexRow, index_rows, references
from adapter.fhir.search.parameters import SERVED
from adapter.fhir.search.person_numbers import carries_birth_number, is_birth_number_system
from adapter.fhir.search.text import fold

NAMING = "http://hl7.no/fhir/NamingSystem"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


def day(month: int, number: int) -> datetime:
    """The instant when a day ends in Norway, in the winter of 2026."""
    return datetime(2026, month, number, 23, tzinfo=UTC)


def test_a_care_team_has_an_index_row_for_each_searchable_value() -> None:
    """Codes, references, periods and identifiers give index rows, and equal values give one row."""
    rows = index_rows(
        {
            "resourceType": "CareTeam",
            "id": "t1",
            "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1"}],
            "status": "active",
            "category": [{"coding": [{"system": "urn:c", "code": "x"}, {"code": "y"}], "text": "z"}],
            "subject": {"reference": "Patient/p1"},
            "period": {"start": "2026-01-15"},
            "participant": [
                {"member": {"reference": "Practitioner/a"}},
                {"member": {"reference": "https://there/Practitioner/b"}},
                {"member": {"reference": "#contained"}},
                {"member": {"identifier": {"system": f"{NAMING}/HPR", "value": "9144889"}}},
                {"role": [{"text": "no member"}]},
                {"member": {"reference": "Practitioner/a"}},
            ],
        }
    )  # fmt: skip
    assert set(rows) == {
        IndexRow("identifier", "token", "urn:ietf:rfc:3986", "urn:uuid:1"),
        IndexRow("status", "token", None, "active"),
        IndexRow("category", "token", "urn:c", "x"),
        IndexRow("category", "token", None, "y"),
        IndexRow("patient", "reference", "Patient", "p1"),
        IndexRow("subject", "reference", "Patient", "p1"),
        IndexRow("date", "date", low=datetime(2026, 1, 14, 23, tzinfo=UTC)),
        IndexRow("participant", "reference", "Practitioner", "a"),
        IndexRow("participant", "reference", None, "https://there/Practitioner/b"),
        IndexRow("participant", "identifier", "urn:oid:2.16.578.1.12.4.1.4.4", "9144889"),
    }
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("occurrence", "limits"),
    [
        ({"occurrenceDateTime": "2026-03-05"}, [(day(3, 4), day(3, 5))]),
        ({"occurrencePeriod": {"start": "2026-03-05"}}, [(day(3, 4), None)]),
        ({"occurrenceTiming": {"event": ["2026-03-09", "2026-03-05"]}}, [(day(3, 4), day(3, 9))]),
        (
            {"occurrenceTiming": {"repeat": {"boundsPeriod": {"start": "2026-03-05", "end": "2026-03-09"}}}},
            [(day(3, 4), day(3, 9))],
        ),
        ({"occurrenceTiming": {"event": [None], "repeat": {"frequency": 2}}}, []),
    ],
)
def test_a_timing_is_indexed_from_its_first_to_its_last_instant(
    occurrence: dict[str, Any], limits: list[tuple[datetime, datetime | None]]
) -> None:
    """A Timing is indexed by its outer limits, not its frequency: https://hl7.org/fhir/R4/search.html#date."""
    rows = index_rows({"resourceType": "ServiceRequest", "id": "s", **occurrence})
    assert [(row.low, row.high) for row in rows if row.param == "occurrence"] == limits


def test_a_name_is_indexed_by_each_part_and_by_given_and_family_together() -> None:
    """A HumanName gives a row for each part and one for given and family names, folded and as sent."""
    name = {"family": "Ås", "given": ["Kari", "Mo"], "prefix": ["Dr."]}
    rows = index_rows({"resourceType": "Patient", "id": "p", "name": [name]})
    assert [row.value for row in rows if row.kind == "string"] == ["kari", "mo", "as", "dr", "kari mo as"]
    assert [row.value for row in rows if row.kind == "exact"] == ["Kari", "Mo", "Ås", "Dr.", "Kari Mo Ås"]


def test_a_primitive_with_only_extensions_has_no_index_row() -> None:
    """A null in a list, and a primitive with only extensions, give no row and no error."""
    name = {"given": [None, "Kari"], "_given": [{"extension": []}, None]}
    rows = index_rows({"resourceType": "Patient", "id": "p", "name": [name], "_birthDate": {"extension": []}})
    assert [(row.param, row.value) for row in rows if row.kind == "string"] == [("name", "kari")]


def test_references_gives_targets_on_this_server_only() -> None:
    """References gives type and id of each target on this server, for an include to follow."""
    resource = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": "Practitioner/a/_history/2"},
        "organization": {"reference": "https://there/Organization/o"},
    }
    assert references(resource, "practitioner") == [("Practitioner", "a")]
    assert references(resource, "organization") == []
    assert references(resource, "unknown") == []
    assert references({"resourceType": "Binary"}, "practitioner") == []


def test_a_type_without_search_parameters_has_no_index_rows() -> None:
    """Only the served types have index rows."""
    assert index_rows({"resourceType": "Binary", "id": "b"}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Håkon", "HAAKON"), ("Håkon", "hakon"), ("Bødø", "bodo"), ("Ærlig", "AERLIG"), ("Ánne", "anne"),
        ("Čáhcesuolu", "cahcesuolu"), ("Ŋ", "n"), ("Đ", "d"), ("Ŧ", "t"), ("Ž", "z"), ("Š", "s"),
        ("Anne-Marie", "anne marie"), ("D’Arc", "d'arc"), ("  a   b ", "A B"), ("A\u030as", "Ås"),
        ("André", "andre"), ("ß", "SS"),
    ],
)  # fmt: skip
def test_fold_gives_one_text_for_spellings_of_the_same_name(one: str, other: str) -> None:
    """Case, accents, hyphens, composition of letters, and å or aa make no difference to a folded name."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("Ås", "Øs"), ("Berg", "Borg"), ("ae", "a")])
def test_fold_keeps_names_with_different_letters_apart(one: str, other: str) -> None:
    """Names with different letters have different folded texts."""
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    "value",
    [
        "12856812055", f"{FNR}|12856812055", "|12856812055", "128568 12055", "a,12856812055", f"{FNR}|1285",
        "http://hl7.no/fhir/NamingSystem/DNR|51847530190", r"12856812055\,x,12856812055",
    ],
)  # fmt: skip
def test_a_birth_number_is_detected_in_any_search_parameter(value: str) -> None:
    """Eleven digits without a system, or any value of a national person system, is a birth number."""
    for name in ("identifier", "patient.identifier", "name", "made-up"):
        assert carries_birth_number([("status", "active"), (name, value)])


@pytest.mark.parametrize(
    "value", ["", "9144889", "urn:x|12856812055", f"{FNR}|", "128568120551", "2026-01-01", "urn:uuid:1"]
)
def test_other_search_values_are_not_birth_numbers(value: str) -> None:
    """A value of another system, of another length, or a system alone is not a birth number."""
    assert not carries_birth_number([("identifier", value)])


def test_four_national_systems_hold_birth_numbers() -> None:
    """Fødselsnummer, D-nummer, hjelpenummer and DUF-nummer are birth number systems; others are not."""
    oid = "urn:oid:2.16.578.1.12.4.1.4."
    assert [n for n in (1, 2, 3, 4, 5, 101, 102) if is_birth_number_system(f"{oid}{n}")] == [1, 2, 3, 5]
    assert is_birth_number_system("http://hl7.no/fhir/NamingSystem/FNR")


def test_every_search_parameter_is_defined_by_r4_for_its_type() -> None:
    """Name, type, targets and paths of a search parameter are those of R4 for the resource type."""
    for type_, served in SERVED.items():
        defined = definitions.search_parameters(type_)
        for parameter in served.values():
            facts = defined[parameter.name]
            assert facts.type == parameter.type
            assert set(parameter.targets) <= set(facts.targets)
            for path in parameter.paths:
                assert _as_expression(type_, path) in facts.expression, (type_, parameter.name)


def _as_expression(type_: str, path: str) -> str:
    """A path as the definitions write it; a choice is ``(Goal.start as date)`` there."""
    choices = {
        "Goal.startDate": "Goal.start as date",
        "Goal.target.dueDate": "Goal.target.due as date",
        "ServiceRequest.occurrenceDateTime": "ServiceRequest.occurrence",
        "ServiceRequest.occurrencePeriod": "ServiceRequest.occurrence",
        "ServiceRequest.occurrenceTiming": "ServiceRequest.occurrence",
    }
    return choices.get(f"{type_}.{path}", f"{type_}.{path}")

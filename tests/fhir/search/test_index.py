"""What a resource answers to."""

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
    """When a day ends in Norway, in the winter of 2026."""
    return datetime(2026, month, number, 23, tzinfo=UTC)


def test_a_care_team() -> None:
    """Codes, references, periods and identifiers, each as a search compares it."""
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
def test_a_timing_is_what_lies_between_its_outer_limits(
    occurrence: dict[str, Any], limits: list[tuple[datetime, datetime | None]]
) -> None:
    """https://hl7.org/fhir/R4/search.html#date: how often within it does not matter."""
    rows = index_rows({"resourceType": "ServiceRequest", "id": "s", **occurrence})
    assert [(row.low, row.high) for row in rows if row.param == "occurrence"] == limits


def test_a_name_is_found_by_each_part_and_as_it_is_said() -> None:
    """Text, given, family, prefix and suffix, and given and family together; folded and as written."""
    name = {"family": "Ås", "given": ["Kari", "Mo"], "prefix": ["Dr."]}
    rows = index_rows({"resourceType": "Patient", "id": "p", "name": [name]})
    assert [row.value for row in rows if row.kind == "string"] == ["kari", "mo", "as", "dr", "kari mo as"]
    assert [row.value for row in rows if row.kind == "exact"] == ["Kari", "Mo", "Ås", "Dr.", "Kari Mo Ås"]


def test_an_extended_primitive_has_no_value_to_find() -> None:
    """A null in a list, where only extensions stand, is no row and no error."""
    name = {"given": [None, "Kari"], "_given": [{"extension": []}, None]}
    rows = index_rows({"resourceType": "Patient", "id": "p", "name": [name], "_birthDate": {"extension": []}})
    assert [(row.param, row.value) for row in rows if row.kind == "string"] == [("name", "kari")]


def test_references_are_those_on_this_server() -> None:
    """What an include follows: type and id, once for each mention."""
    resource = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": "Practitioner/a/_history/2"},
        "organization": {"reference": "https://there/Organization/o"},
    }
    assert references(resource, "practitioner") == [("Practitioner", "a")]
    assert references(resource, "organization") == []
    assert references(resource, "unknown") == []
    assert references({"resourceType": "Binary"}, "practitioner") == []


def test_a_type_that_is_not_searched_has_no_rows() -> None:
    """Only the served types are indexed."""
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
def test_names_that_fold_alike(one: str, other: str) -> None:
    """Case, accents, hyphens, composed or not, and å as aa: the same name."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("Ås", "Øs"), ("Berg", "Borg"), ("ae", "a")])
def test_names_that_stay_apart(one: str, other: str) -> None:
    """Different letters are different names."""
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    "value",
    [
        "12856812055", f"{FNR}|12856812055", "|12856812055", "128568 12055", "a,12856812055", f"{FNR}|1285",
        "http://hl7.no/fhir/NamingSystem/DNR|51847530190", r"12856812055\,x,12856812055",
    ],
)  # fmt: skip
def test_a_birth_number_in_a_query_is_seen(value: str) -> None:
    """Eleven digits without a system, or anything of a national person system, under whatever name."""
    for name in ("identifier", "patient.identifier", "name", "made-up"):
        assert carries_birth_number([("status", "active"), (name, value)])


@pytest.mark.parametrize(
    "value", ["", "9144889", "urn:x|12856812055", f"{FNR}|", "128568120551", "2026-01-01", "urn:uuid:1"]
)
def test_what_is_no_birth_number(value: str) -> None:
    """Other systems, other lengths, and a system alone."""
    assert not carries_birth_number([("identifier", value)])


def test_the_systems_that_number_persons() -> None:
    """Fødselsnummer, D-nummer, hjelpenummer and DUF-nummer; not those of professionals or organisations."""
    oid = "urn:oid:2.16.578.1.12.4.1.4."
    assert [n for n in (1, 2, 3, 4, 5, 101, 102) if is_birth_number_system(f"{oid}{n}")] == [1, 2, 3, 5]
    assert is_birth_number_system("http://hl7.no/fhir/NamingSystem/FNR")


def test_every_parameter_is_one_of_the_specification() -> None:
    """Name, type, targets and paths as R4 defines them for the resource type."""
    for type_, served in SERVED.items():
        defined = definitions.search_parameters(type_)
        for parameter in served.values():
            facts = defined[parameter.name]
            assert facts.type == parameter.type
            assert set(parameter.targets) <= set(facts.targets)
            for path in parameter.paths:
                assert _as_expression(type_, path) in facts.expression, (type_, parameter.name)


def _as_expression(type_: str, path: str) -> str:
    """A path as the definitions write it: a choice is ``(Goal.start as date)`` there."""
    choices = {
        "Goal.startDate": "Goal.start as date",
        "Goal.target.dueDate": "Goal.target.due as date",
        "ServiceRequest.occurrenceDateTime": "ServiceRequest.occurrence",
        "ServiceRequest.occurrencePeriod": "ServiceRequest.occurrence",
        "ServiceRequest.occurrenceTiming": "ServiceRequest.occurrence",
    }
    return choices.get(f"{type_}.{path}", f"{type_}.{path}")

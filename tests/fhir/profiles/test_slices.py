"""Slices: each kind of discriminator, the counts, the order, and the occurrences without a slice."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import judge
from tests.fhir.profiles.definitions import BASE, R4, extension, found, package_of, profile


def sliced(kind: str, path: str, **more: Any) -> dict[str, Any]:
    """The slicing of ``Patient.telecom`` by one discriminator."""
    return {
        "id": "Patient.telecom",
        "slicing": {"discriminator": [{"type": kind, "path": path}], "rules": "open", **more},
    }


PHONE = (
    {"id": "Patient.telecom:phone", "min": 1, "max": "1"},
    {"id": "Patient.telecom:phone.system", "min": 1, "patternCode": "phone"},
)
EMAIL = (
    {"id": "Patient.telecom:email", "max": "1"},
    {"id": "Patient.telecom:email.system", "min": 1, "patternCode": "email"},
    {"id": "Patient.telecom:email.use", "min": 1},
)
A_PHONE = {"system": "phone", "value": "12345678"}
AN_EMAIL = {"system": "email", "value": "a@example.no", "use": "home"}
A_FAX = {"system": "fax", "value": "12345678"}
AT = "Patient.telecom"


def patient(*telecom: dict[str, Any]) -> dict[str, Any]:
    """A Patient with contact points."""
    return {"resourceType": "Patient", "telecom": list(telecom)}


@pytest.mark.parametrize(
    ("rules", "telecom", "expected"),
    [
        pytest.param({}, [A_PHONE, A_FAX], [], id="open"),
        pytest.param({}, [A_FAX], [("profile-slice-min", "Patient")], id="too few"),
        pytest.param({}, [A_PHONE, A_PHONE], [("profile-slice-max", f"{AT}[1]")], id="too many"),
        pytest.param(
            {},
            [A_PHONE, {"system": "email", "value": "a"}],
            [("profile-min", f"{AT}[1]")],
            id="a rule of the slice",
        ),
        pytest.param({"rules": "closed"}, [A_PHONE, AN_EMAIL], [], id="closed"),
        pytest.param(
            {"rules": "closed"},
            [A_PHONE, A_FAX],
            [("profile-slice-closed", f"{AT}[1]")],
            id="outside a closed slicing",
        ),
        pytest.param({"rules": "openAtEnd"}, [A_PHONE, A_FAX], [], id="open at the end"),
        pytest.param(
            {"rules": "openAtEnd"},
            [A_FAX, A_PHONE],
            [("profile-slice-closed", f"{AT}[0]")],
            id="before the end",
        ),
        pytest.param({"ordered": True}, [A_PHONE, AN_EMAIL], [], id="ordered"),
        pytest.param(
            {"ordered": True}, [AN_EMAIL, A_PHONE], [("profile-slice-order", f"{AT}[1]")], id="out of order"
        ),
    ],
)
@pytest.mark.parametrize("kind", ["value", "pattern"])
def test_slices_are_counted_and_ordered(
    kind: str, rules: dict[str, Any], telecom: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    """Counts, order and closedness of slices are judged, and each slice's rules on its own occurrences."""
    slicing = sliced(kind, "system", **rules)
    assert found(patient(*telecom), profile("p", "Patient", slicing, *PHONE, *EMAIL)) == expected


def test_the_finding_of_a_missing_slice_names_the_nearest_occurrence() -> None:
    """Where no occurrence falls into a required slice, the text names the nearest and what it fails on."""
    rules = Rules(
        Definitions.built_in().with_package(
            package_of([profile("p", "Patient", sliced("value", "system"), *PHONE)], "t")
        ),
        (f"{BASE}/p",),
    )
    (finding,) = judge(patient(A_FAX), rules).errors
    assert "Patient.telecom[0] is nearest, but fails on system" in finding.en
    assert "Patient.telecom[0] ligner mest, men faller utenfor på system" in finding.nb


def test_slices_by_exists() -> None:
    """An element that a slice requires or forbids tells its occurrences apart."""
    definition = profile(
        "p",
        "Patient",
        sliced("exists", "period"),
        {"id": "Patient.telecom:ended", "max": "1"},
        {"id": "Patient.telecom:ended.period", "min": 1},
        {"id": "Patient.telecom:open", "max": "1"},
        {"id": "Patient.telecom:open.period", "max": "0"},
    )
    ended = A_PHONE | {"period": {"end": "2020"}}
    assert found(patient(A_PHONE, ended), definition) == []
    assert found(patient(ended, ended, A_PHONE), definition) == [("profile-slice-max", f"{AT}[1]")]
    assert found(patient(A_PHONE, A_PHONE), definition) == [("profile-slice-max", f"{AT}[1]")]


def test_an_absent_value_falls_into_the_slice_that_forbids_it() -> None:
    """With a discriminator by value, a slice that forbids the element takes occurrences without it."""
    definition = profile(
        "p",
        "Patient",
        sliced("value", "use", rules="closed"),
        {"id": "Patient.telecom:home"},
        {"id": "Patient.telecom:home.use", "fixedCode": "home"},
        {"id": "Patient.telecom:plain"},
        {"id": "Patient.telecom:plain.use", "max": "0"},
    )
    assert found(patient(A_PHONE, AN_EMAIL), definition) == []
    assert found(patient(A_PHONE | {"use": "work"}), definition) == [("profile-slice-closed", f"{AT}[0]")]


def entry(*resources: dict[str, Any]) -> dict[str, Any]:
    """A collection Bundle."""
    entries = [{"fullUrl": f"urn:uuid:{i}", "resource": one} for i, one in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


PATIENT = {"resourceType": "Patient", "gender": "male"}
NAMELESS = {"resourceType": "Patient"}
UNIT = {"resourceType": "Organization", "name": "Kommunen"}


def test_slices_by_type() -> None:
    """The resource type of an entry tells its slice."""
    definition = profile(
        "p",
        "Bundle",
        {
            "id": "Bundle.entry",
            "slicing": {"discriminator": [{"type": "type", "path": "resource"}], "rules": "open"},
        },
        {"id": "Bundle.entry:patient", "min": 1, "max": "1"},
        {"id": "Bundle.entry:patient.resource", "min": 1, "type": [{"code": "Patient"}]},
    )
    assert found(entry(PATIENT, UNIT, UNIT), definition) == []
    assert found(entry(UNIT), definition) == [("profile-slice-min", "Bundle")]
    assert found(entry(PATIENT, PATIENT), definition) == [("profile-slice-max", "Bundle.entry[1]")]


def test_slices_by_profile() -> None:
    """An entry falls into the slice whose profile it conforms to."""
    gendered = profile("gendered", "Patient", {"id": "Patient.gender", "min": 1})
    definition = profile(
        "p",
        "Bundle",
        {
            "id": "Bundle.entry",
            "slicing": {"discriminator": [{"type": "profile", "path": "resource"}], "rules": "open"},
        },
        {"id": "Bundle.entry:patient", "min": 1, "max": "1"},
        {"id": "Bundle.entry:patient.resource", "type": [{"code": "Patient", "profile": [gendered["url"]]}]},
    )
    assert found(entry(PATIENT, NAMELESS), definition, gendered) == []
    assert found(entry(NAMELESS), definition, gendered) == [("profile-slice-min", "Bundle")]


def test_slices_by_the_target_of_a_reference() -> None:
    """A discriminator with resolve() looks at the target: its type, and its values where it is at hand."""
    by_type = profile(
        "p",
        "CareTeam",
        {
            "id": "CareTeam.participant",
            "slicing": {"discriminator": [{"type": "type", "path": "member.resolve()"}], "rules": "closed"},
        },
        {"id": "CareTeam.participant:unit"},
        {
            "id": "CareTeam.participant:unit.member",
            "type": [{"code": "Reference", "targetProfile": [f"{R4}/Organization"]}],
        },
    )
    team = {"resourceType": "CareTeam", "participant": [{"member": {"reference": "Organization/1"}}]}
    assert found(team, by_type) == []
    team["participant"] = [{"member": {"reference": "Patient/1"}}]
    assert found(team, by_type) == [("profile-slice-closed", "CareTeam.participant[0]")]


def test_extensions_are_sliced_by_url_without_a_word() -> None:
    """A slice of extension takes the extension of its profile; others stand beside it."""
    first, second = extension("first", "string", "Patient"), extension("second", "string", "Patient")
    definition = profile(
        "p",
        "Patient",
        {
            "id": "Patient.extension:first",
            "min": 1,
            "max": "1",
            "type": [{"code": "Extension", "profile": [first["url"]]}],
        },
    )
    one = {"url": first["url"], "valueString": "a"}
    other = {"url": second["url"], "valueString": "b"}
    assert (
        found({"resourceType": "Patient", "extension": [other, one, other]}, definition, first, second) == []
    )
    assert found({"resourceType": "Patient", "extension": [other]}, definition, first, second) == [
        ("profile-slice-min", "Patient")
    ]


def test_a_slice_may_be_sliced_again() -> None:
    """A slice within a slice counts the occurrences of its slice only."""
    definition = profile(
        "p",
        "Patient",
        sliced("value", "system"),
        *PHONE[1:],
        {
            "id": "Patient.telecom:phone",
            "slicing": {"discriminator": [{"type": "value", "path": "use"}], "rules": "open"},
        },
        {"id": "Patient.telecom:phone/home", "max": "1"},
        {"id": "Patient.telecom:phone/home.use", "fixedCode": "home"},
    )
    home = A_PHONE | {"use": "home"}
    assert found(patient(home, A_PHONE, AN_EMAIL), definition) == []
    assert found(patient(home, AN_EMAIL, home), definition) == [("profile-slice-max", f"{AT}[2]")]


def test_a_derived_profile_adds_to_the_slices_of_its_base() -> None:
    """Slices of the base keep their discriminators; the derived profile may tighten them and add others."""
    base = profile("base", "Patient", sliced("value", "system"), *PHONE)
    derived = profile(
        "derived", "Patient", {"id": "Patient.telecom:phone.use", "min": 1}, *EMAIL, base=f"{BASE}/base"
    )
    assert found(patient(A_PHONE), derived, base) == [("profile-min", f"{AT}[0]")]
    assert found(patient(A_PHONE | {"use": "home"}, AN_EMAIL), derived, base) == []


def test_slices_without_element_ids_follow_their_order() -> None:
    """A differential without ids is read by paths and slice names, in the order of its elements."""
    definition = profile("p", "Patient", sliced("value", "system"), *PHONE, *EMAIL)
    for one in definition["differential"]["element"]:
        del one["id"]
    assert found(patient(A_FAX), definition) == [("profile-slice-min", "Patient")]
    assert found(patient(A_PHONE, AN_EMAIL, A_FAX), definition) == []
    assert found(patient(A_PHONE, {"system": "email", "value": "a"}), definition) == [
        ("profile-min", f"{AT}[1]")
    ]


def test_slices_that_nothing_tells_apart_are_named_as_not_checked() -> None:
    """Without a discriminator no rule of a slice is judged, and the report says so."""
    slices = ({"id": "Patient.telecom:phone", "min": 1}, {"id": "Patient.telecom:phone.rank", "min": 1})
    for first in ((), ({"id": "Patient.telecom", "slicing": {"rules": "open"}},)):
        definitions = Definitions.built_in().with_package(
            package_of([profile("p", "Patient", *first, *slices)], "t")
        )
        result = judge(patient(A_FAX), Rules(definitions, (f"{BASE}/p",)))
        assert [(one.kind, one.url) for one in result.not_checked] == [("rule", f"{BASE}/p#Patient.telecom")]


def test_the_slice_of_an_extension_that_is_not_installed_is_told_by_its_url() -> None:
    """The canonical of an extension is its url, so the slice is counted without the definition."""
    definition = profile(
        "p",
        "Patient",
        {
            "id": "Patient.extension:a",
            "min": 1,
            "max": "1",
            "type": [{"code": "Extension", "profile": [f"{BASE}/missing"]}],
        },
    )
    one = {"url": f"{BASE}/missing", "valueString": "x"}
    resource = {"resourceType": "Patient"}
    assert found(resource | {"extension": [one]}, definition) == []
    assert found(resource, definition) == [("profile-slice-min", "Patient")]
    assert found(resource | {"extension": [one, one]}, definition) == [
        ("profile-slice-max", "Patient.extension[1]")
    ]


def test_the_time_of_slicing_is_linear_in_the_occurrences() -> None:
    """Eight times as many occurrences outside the slices take about eight times as long, not sixty-four."""
    definition = profile("p", "Patient", sliced("value", "use"), {"id": f"{AT}:old.use", "fixedCode": "old"})
    rules = Rules(Definitions.built_in().with_package(package_of([definition], "t")), (f"{BASE}/p",))

    def seconds(count: int) -> float:
        resource = patient(*({"system": "phone", "value": "1"} for _ in range(count)))
        before = process_time()
        judge(resource, rules)
        return process_time() - before

    seconds(10)
    assert seconds(16_000) < 24 * seconds(2_000)


def test_slices_that_cannot_be_told_apart_are_named_as_not_checked() -> None:
    """A discriminator with a path in a form that is not supported judges nothing, and is named."""
    definition = profile("p", "Patient", sliced("value", "where(system = 'phone').use"), *PHONE)
    rules = Rules(Definitions.built_in().with_package(package_of([definition], "t")), (f"{BASE}/p",))
    result = judge(patient(A_FAX), rules)
    assert result.is_valid
    assert ("rule", f"{BASE}/p#Patient.telecom") in result.not_checked

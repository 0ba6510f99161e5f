"""A municipality that uses FHIR alone builds its records by POST, and a hospital finds the coordinator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.fhir.canonical import BASE as OURS
from adapter.fhir.codec.stored import read_stored
from tests.rest.world import ENH, FNR, HOSPITAL_NUMBER, PERSON_NUMBER

if TYPE_CHECKING:
    from tests.rest.conftest import House

Resource = dict[str, Any]
NOTE = {"url": "https://example.org/fhir/StructureDefinition/parkering", "valueString": "bak bygget"}
"""An extension without a field in the record."""


def post(house: House, resource: Resource) -> Resource:
    """The resource as the server stored it after a POST."""
    answer = house.municipality("POST", f"/fhir/{resource['resourceType']}", json=resource)
    assert answer.status_code == 201, answer.text
    return read_stored(answer.data)


def put(house: House, resource: Resource) -> Resource:
    """PUT with If-Match of the current version."""
    headers = {"If-Match": f'W/"{resource["meta"]["versionId"]}"'}
    path = f"/fhir/{resource['resourceType']}/{resource['id']}"
    answer = house.municipality("PUT", path, json=resource, headers=headers)
    assert answer.status_code == 200, answer.text
    return read_stored(answer.data)


def read(house: House, reference: str) -> Resource:
    """The resource as the municipality reads it."""
    return read_stored(house.municipality("GET", f"/fhir/{reference}").data)


def to(resource: Resource) -> dict[str, str]:
    """A reference to a resource."""
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


def ours(system: str, code: str) -> Resource:
    """A concept of one of the adapter's own code systems."""
    return {"coding": [{"system": f"{OURS}/CodeSystem/{system}", "code": code}]}


def coordinator(role: Resource, start: str) -> Resource:
    """A participant that is a coordinator."""
    return {"role": [ours("ip-rolle", "koordinator")], "member": to(role), "period": {"start": start}}


def professional(house: House, name: str, unit: Resource) -> Resource:
    """A Practitioner with a PractitionerRole in a unit; gives the role."""
    person = post(house, {"resourceType": "Practitioner", "active": True, "name": [{"family": name}]})
    return post(
        house,
        {
            "resourceType": "PractitionerRole",
            "active": True,
            "practitioner": to(person),
            "organization": to(unit),
        },
    )


def consent(person: Resource, recipient: Resource) -> Resource:
    """A Consent to share the coordinator with the recipient, in the shape of IHE's Privacy Consent."""
    receives = {
        "role": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}
            ]
        },
        "reference": to(recipient),
    }
    scope = {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
    label = {"system": f"{OURS}/CodeSystem/ip-del", "code": "koordinator"}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [scope]},
        "category": [
            {"coding": [{"system": "http://loinc.org", "code": "59284-0"}]},
            ours("ip-samtykketype", "opplysningsutveksling"),
        ],
        "patient": to(person),
        "dateTime": "2026-01-10",
        "performer": [to(person)],
        "policyRule": ours("ip-rettsgrunnlag", "pbrl-2-5-b"),
        "provision": {
            "type": "deny",
            "actor": [receives],
            "provision": [{"type": "permit", "actor": [receives], "securityLabel": [label]}],
        },
    }


def asked(house: House) -> list[str]:
    """The family names in the answer to the hospital's search."""
    form = {
        "patient.identifier": f"{FNR}|{PERSON_NUMBER}",
        "_include": "CareTeam:participant",
        "_include:iterate": "PractitionerRole:practitioner",
    }
    answer = house.hospital("POST", "/fhir/CareTeam/_search", data=form)
    found = [entry["resource"] for entry in read_stored(answer.data).get("entry", ())]
    return [person["name"][0]["family"] for person in found if person["resourceType"] == "Practitioner"]


def test_a_municipality_that_uses_fhir_alone_names_replaces_and_hides_a_coordinator(house: House) -> None:
    """POST builds the records, a PUT replaces the coordinator, and a withdrawal closes access."""
    unit = post(house, {"resourceType": "Organization", "active": True, "name": "Koordinerende enhet"})
    hospital = post(
        house,
        {
            "resourceType": "Organization",
            "name": "Nordfjella sykehus",
            "identifier": [{"system": ENH, "value": HOSPITAL_NUMBER}],
        },
    )
    first, second = professional(house, "Solviken", unit), professional(house, "Øvregård", unit)
    person = post(
        house,
        {
            "resourceType": "Patient",
            "identifier": [{"system": FNR, "value": PERSON_NUMBER}],
            "name": [{"family": "Bakkehaug", "given": ["Torill"]}],
            "birthDate": "1968-05-12",
        },
    )
    parent = {"resourceType": "RelatedPerson", "patient": to(person), "name": [{"family": "Bakkehaug"}]}
    assert post(house, parent)["patient"] == to(person)
    team = post(
        house,
        {
            "resourceType": "CareTeam",
            "status": "active",
            "subject": to(person),
            "participant": [coordinator(first, "2026-01-01")],
            "extension": [NOTE],
        },
    )
    assert team["extension"] == [NOTE]
    assert asked(house) == []

    given = post(house, consent(person, hospital))
    assert asked(house) == ["Solviken"]

    team["participant"][0]["period"]["end"] = "2026-02-28"
    team["participant"].append(coordinator(second, "2026-03-01"))
    changed = put(house, team)
    assert [one["period"].get("end") for one in changed["participant"]] == ["2026-02-28", None]
    assert changed["extension"] == [NOTE]
    assert "Øvregård" in asked(house)

    put(house, given | {"status": "inactive"})
    assert asked(house) == []
    assert house.hospital("GET", f"/fhir/CareTeam/{team['id']}/_history").status_code == 404
    assert read(house, f"CareTeam/{team['id']}")["participant"][1]["member"] == to(second)

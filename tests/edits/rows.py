"""The table of edits: a change to a FHIR resource, and the change that must follow in the municipal record.

The rows are written by hand from FHIR and the record's schema, not made by the mapping. The resources are
those of the stories in ``tests/examples``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.fhir.canonical import BASE as OURS
from tests.edits.changes import GONE

if TYPE_CHECKING:
    from collections.abc import Callable

Resource = dict[str, Any]

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
BIRTH_TIME = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"
PARKING = {"url": "https://example.org/fhir/StructureDefinition/parkering", "valueString": "bak bygget"}
"""An extension by another vendor, which the record has no field for."""
DOCTOR = {"system": "http://snomed.info/sct", "code": "158965000", "display": "Medical practitioner"}
"""A second Coding, which the record has no field for."""

SAK = "saker/sak-slagpasient"
TEAM = "CareTeam/slagpasient-team"
PERSON = "Patient/slagpasient"
DELTAKERE = "team.slagpasient-team.deltakere"


@dataclass(frozen=True)
class Edit:
    """One row: an edit of a resource, and the change that follows.

    ``of`` is a resource, or the type of a new one; ``follows`` has places and new values in ``record``;
    ``rest`` has, by part, the residue afterwards. Earlier writes create the resources of ``given`` and make
    the edit ``first``. ``xml`` sends the resource in XML.
    """

    what: str
    of: str
    edit: Callable[[Resource], None]
    follows: dict[str, Any]
    record: str = SAK
    rest: dict[str, list[Any]] = field(default_factory=dict)
    given: tuple[Resource, ...] = ()
    first: Callable[[Resource], None] | None = None
    xml: bool = False


def ours(system: str, code: str) -> Resource:
    """A concept of one of our own code systems."""
    return {"coding": [{"system": f"{OURS}/CodeSystem/{system}", "code": code}]}


def of_v3(code: str) -> Resource:
    """A kin's role by HL7's own list."""
    return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": code}]}


def item(items: list[Resource], id_: str) -> Resource:
    """The item with this id."""
    return next(one for one in items if one["id"] == id_)


def remove_participant(team: Resource) -> None:
    """The home care service is no longer in the team, and should not have been."""
    team["participant"].remove(item(team["participant"], "hjemmetjeneste"))


def end_participant(team: Resource) -> None:
    """The home care service has done its part."""
    item(team["participant"], "hjemmetjeneste")["period"]["end"] = "2026-11-20"


def replace_coordinator(team: Resource) -> None:
    """Kari coordinates until yesterday, Ola from today."""
    item(team["participant"], "koordinator-kari")["period"]["end"] = "2026-11-23"
    team["participant"].append(
        {
            "id": "koordinator-ola",
            "role": [ours("ip-rolle", "koordinator")],
            "member": {"reference": "PractitionerRole/ola-koordinator-rolle"},
            "period": {"start": "2026-11-24"},
        }
    )


def withdraw(consent: Resource) -> None:
    """Arne takes back that the hospital may know."""
    said = [{"url": "dato", "valueDateTime": "2026-11-24"}, {"url": "omfang", "valueCode": "helt"}]
    consent["status"] = "inactive"
    consent["extension"].append({"url": f"{OURS}/StructureDefinition/ip-tilbaketrekking", "extension": said})


def reorder(team: Resource) -> None:
    """The same participants, the first one last."""
    team["participant"].append(team["participant"].pop(0))


def translate_role(team: Resource) -> None:
    """A second Coding and a text added to the role of the fastlege."""
    (role,) = item(team["participant"], "fastlege")["role"]
    role["coding"].append(DOCTOR)
    role["text"] = "Fastlegen til Arne"


def change_role(team: Resource) -> None:
    """The fastlege is the contact person now; the second Coding is not sent again."""
    item(team["participant"], "fastlege")["role"] = [ours("ip-rolle", "kontaktperson")]


def park(team: Resource) -> None:
    """An extension by another vendor."""
    team["extension"] = [PARKING]


def annotate_telephone(person: Resource) -> None:
    """An extension by another vendor, on the telephone."""
    person["telecom"][0]["extension"] = [PARKING]


def change_telephone(person: Resource) -> None:
    """A new number; the extension on the old number is sent again."""
    person["telecom"][0]["value"] = "+47 00 00 13 99"


def add_birth_time(person: Resource) -> None:
    """The hour, beside the date."""
    moment = "1968-05-12T03:10:00+01:00"
    person["_birthDate"] = {"extension": [{"url": BIRTH_TIME, "valueDateTime": moment}]}


def remove_birth_time(person: Resource) -> None:
    """The hour is taken away again."""
    del person["_birthDate"]


def daughter(kin: Resource) -> None:
    """Arne's daughter, nearest kin, whom to call, with power of attorney for health."""
    relation = {"system": "http://hl7.no/fhir/CodeSystem/no-basis-family-relation", "code": "barn"}
    kin |= {
        "active": True,
        "patient": {"reference": PERSON},
        "relationship": [{"coding": [relation]}, of_v3("NOK"), of_v3("ECON"), of_v3("HPOWATT")],
        "name": [{"id": "navn", "use": "official", "family": "Lagnes", "given": ["Oda"]}],
        "gender": "female",
        "period": {"start": "2026-11-01"},
    }


def rename_unit(unit: Resource) -> None:
    """The coordinating unit has a new name."""
    unit["name"] = "Fjordvik koordineringskontor"


def end_role(role: Resource) -> None:
    """Kari leaves the coordinating unit at the end of the year."""
    role["active"] = False
    role["period"] = {**role.get("period", {}), "end": "2026-12-31"}


def change_name(person: Resource) -> None:
    """Arne takes his wife's other name."""
    person["name"][0]["family"] = "Lagnes Prøvestad"


def second_number(person: Resource) -> None:
    """The number Arne had before, with when."""
    person["identifier"].append(
        {
            "id": "for",
            "use": "old",
            "system": FNR,
            "value": "12856812136",
            "period": {"start": "1968-05-12", "end": "1990-01-31"},
        }
    )


def move(person: Resource) -> None:
    """Arne lives in the neighbouring municipality now."""
    (home,) = person["address"]
    home |= {"line": ["Havnegata 2"], "city": "HAVNES", "postalCode": "9998", "district": "Havnes"}
    home["_district"]["extension"][0]["valueCoding"]["code"] = "9902"


EDITS = (
    Edit("a participant is removed", TEAM, remove_participant, {f"{DELTAKERE}.hjemmetjeneste": GONE}),
    Edit(
        "a participant is ended", TEAM, end_participant,
        {f"{DELTAKERE}.hjemmetjeneste.gyldighet.til": "2026-11-20"},
    ),
    Edit(
        "the coordinator is replaced, and the earlier one stays with an end", TEAM, replace_coordinator,
        {
            f"{DELTAKERE}.koordinator-kari.gyldighet.til": "2026-11-23",
            f"{DELTAKERE}.koordinator-ola": {
                "id": "koordinator-ola",
                "rolle": "koordinator",
                "hvem": {"rolle": "ola-koordinator-rolle"},
                "gyldighet": {"fra": "2026-11-24"},
            },
        },
    ),
    Edit(
        "a Consent is withdrawn", "Consent/slagpasient-samtykke-sykehus", withdraw,
        {
            "samtykker.slagpasient-samtykke-sykehus.tilstand": "inaktiv",
            "samtykker.slagpasient-samtykke-sykehus.tilbaketrekking": {
                "dato": "2026-11-24",
                "omfang": "helt",
            },
        },
    ),
    Edit(
        "participants change places", TEAM, reorder,
        {
            DELTAKERE: [
                "koordinator-per", "koordinator-hf", "koordinerende-enhet", "innbyggeren", "ektefelle",
                "fastlege", "hjemmetjeneste", "koordinator-kari",
            ],
        },
    ),
    Edit(
        "a second Coding and a text in a concept are kept", TEAM, translate_role, {},
        rest={TEAM: [DOCTOR, "Fastlegen til Arne"]},
    ),
    Edit(
        "the code changes, and the second Coding of the old code is gone", TEAM, change_role,
        {f"{DELTAKERE}.fastlege.rolle": "kontaktperson"}, first=translate_role,
    ),
    Edit("an extension of others is kept", TEAM, park, {}, rest={TEAM: [PARKING]}),
    Edit(
        "a value changes, and the extension on it is sent again", PERSON, change_telephone,
        {"innbygger.kontaktpunkter.telefon.verdi": "+47 00 00 13 99"},
        rest={PERSON: [PARKING]}, first=annotate_telephone,
    ),
    Edit("an extension on a primitive is removed", PERSON, remove_birth_time, {}, first=add_birth_time),
    Edit(
        "a RelatedPerson is created with what it is to the person", "RelatedPerson", daughter,
        {
            "parorende.ny-1": {
                "id": "ny-1",
                "aktiv": True,
                "navn": [{"id": "navn", "bruk": "offisiell", "fornavn": ["Oda"], "etternavn": "Lagnes"}],
                "kjonn": "kvinne",
                "relasjon": "barn",
                "naermesteParorende": True,
                "nodkontakt": True,
                "fullmakt": "helse",
                "gyldighet": {"fra": "2026-11-01"},
            },
        },
    ),
    Edit(
        "an Organization is renamed", "Organization/fjordvik-koordinerende-enhet", rename_unit,
        {"navn": "Fjordvik koordineringskontor"}, record="organisasjoner/fjordvik-koordinerende-enhet",
    ),
    Edit(
        "a PractitionerRole ends", "PractitionerRole/kari-koordinator-rolle", end_role,
        {"roller.kari-koordinator-rolle.aktiv": False,
         "roller.kari-koordinator-rolle.gyldighet.til": "2026-12-31"},
        record="ansatte/kari-koordinator",
    ),
    Edit(
        "a name changes, in XML", PERSON, change_name,
        {"innbygger.navn.navn.etternavn": "Lagnes Prøvestad"}, xml=True,
    ),
    Edit(
        "an earlier birth number is added", PERSON, second_number,
        {
            "innbygger.identer.for": {
                "id": "for",
                "type": "fnr",
                "verdi": "12856812136",
                "bruk": "gammel",
                "gyldighet": {"fra": "1968-05-12", "til": "1990-01-31"},
            },
        },
    ),
    Edit(
        "a Patient moves to another municipality", PERSON, move,
        {
            "innbygger.adresser.bosted.linjer": ["Havnegata 2"],
            "innbygger.adresser.bosted.postnummer": "9998",
            "innbygger.adresser.bosted.poststed": "HAVNES",
            "innbygger.adresser.bosted.kommune.navn": "Havnes",
            "innbygger.adresser.bosted.kommune.nummer": "9902",
        },
    ),
)  # fmt: skip

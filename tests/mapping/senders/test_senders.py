"""Resources of other systems are stored and given back without loss, or refused at a place.

The files under ``sent`` have the form of the systems in their names, and are about one synthetic person. The
content that is given back beyond the sent content is a closed list, ``SUPPLIED``.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render
from adapter.mapping import installed
from adapter.repository.refusal_list import REFUSALS
from tests.mapping.test_laws import is_fixed
from tests.rest.world import FNR, UNUSED_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

Resource = dict[str, Any]

SENT = Path(__file__).parent / "sent"
FIRST = ("careplan-plain", "goal-plain")
"""The files that other files refer to."""
FILES = sorted(path.stem for path in SENT.glob("*.json"))
REFUSED = {"patient-linked": [("modifier-unknown", "Patient.link")]}
SUPPLIED = re.compile(
    r"\.id$"  # of an element that is a part of the record
    r"|^\w+\.text$"  # a narrative, where the sender has none
    r"|^\w+\.subject\.reference$"  # to whom the sender names by number
    r"|^\w+\.meta(\.versionId|\.lastUpdated)?$"
    r"|^\w+\.(category|policy)(\[\d+\])?$"  # what every resource of the mapping says
    r"|^RelatedPerson\.relationship\[\d+\]$"  # what v2-0131 says, in v3-RoleCode too
    r"|^Consent\.provision\.type$"
)
SAME = installed().of("innbygger").same


def sent_by(name: str) -> Resource:
    """The resource a system sends."""
    return read_stored((SENT / f"{name}.json").read_bytes())


def put(house: House, resource: Resource, etag: str | None = None) -> TestResponse:
    """The answer to a put by the municipality's own system, under the id of the resource."""
    headers = {"Content-Type": "application/fhir+json", **({"If-Match": etag} if etag else {})}
    path = f"/fhir/{resource['resourceType']}/{resource['id']}"
    return house.municipality("PUT", path, data=render(resource), headers=headers)


def read(house: House, resource: Resource) -> Resource:
    """The resource as it is read afterwards."""
    return read_stored(house.municipality("GET", f"/fhir/{resource['resourceType']}/{resource['id']}").data)


def differences(sent: Any, given: Any, place: str) -> Iterator[str]:
    """The places where the read resource has more or other content than the sent one."""
    if isinstance(sent, dict) and isinstance(given, dict):
        for key in {**sent, **given}:
            if key in sent and key in given:
                yield from differences(sent[key], given[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}" if key in given else f"{place}.{key} is gone"
    elif isinstance(sent, list) and isinstance(given, list):
        added = [index for index, item in enumerate(given) if is_fixed(item) and item not in sent]
        yield from (f"{place}[{index}]" for index in added)
        kept = [item for index, item in enumerate(given) if index not in added]
        if len(kept) != len(sent):
            yield f"{place} has {len(kept)} and not {len(sent)}"
        for index, (one, other) in enumerate(zip(sent, kept, strict=False)):
            yield from differences(one, other, f"{place}[{index}]")
    elif sent != given and SAME.get(sent) != given:
        yield f"{place} is another"


@pytest.mark.parametrize("name", FILES)
def test_a_sent_resource_is_given_back_as_sent_or_refused(house: House, name: str) -> None:
    """A stored resource is given back as sent, plus supplied content; putting that back changes nothing."""
    for first in FIRST:
        if first != name:
            put(house, sent_by(first))
    sent = sent_by(name)
    answer = put(house, sent)
    if name in REFUSED:
        assert answer.status_code == 422
        issues = read_stored(answer.data)["issue"]
        found = [(issue["details"]["coding"][0]["code"], *issue["expression"]) for issue in issues]
        assert found == REFUSED[name]
        assert {code for code, _ in found} <= {refusal.message.code for refusal in REFUSALS}
        return
    assert answer.status_code == 201, answer.text
    given = read(house, sent)
    type_ = sent["resourceType"]
    assert [one for one in differences(sent, given, type_) if not SUPPLIED.search(one)] == []
    again = put(house, given, answer.headers["ETag"])
    assert (again.status_code, again.headers["ETag"]) == (200, answer.headers["ETag"])


UNDERSTOOD: dict[str, dict[str, Any]] = {
    "careplan-synthea": {"hensikt": "bestilling", "gyldighet": {"fra": "2026-02-11T08:14:09+01:00"}},
    "careplan-zones": {"delAv": ["careplan-plain"], "tittel": "Gul sone"},
    "careplan-kommune-ig": {
        "identifikatorer": [{"verdi": "urn:uuid:0c4f1b9e-7c2b-4e36-9a53-6f3d9cf1a002"}],
        "forfatter": {"rolle": "ragna-koordinator"},
        "team": [{"team": "teamet"}],
    },
    "careplan-vkp": {
        "enkleTiltak": [
            {"status": "ikke-begynt", "beskrivelse": "Måler blodtrykk hver morgen og sender inn"}
        ],
        "forfatter": {"identifikator": {"system": "urn:oid:2.16.578.1.12.4.1.2", "verdi": "8094866"}},
    },
    "goal-us-core": {
        "maloppnaelse": "bedring",
        "prioritet": "hoy",
        "uttryktAv": {"innbygger": "torill"},
    },
    "servicerequest-epic-order": {"hensikt": "bestilling", "gjennomforing": "Bring shoes"},
    "servicerequest-directive": {"hensikt": "direktiv", "skalIkkeUtfores": True},
    "servicerequest-nav": {
        "omfang": {"tekst": "Tre ganger i uka", "hyppighet": {"ganger": 3, "per": 1, "enhet": "uke"}}
    },
    "servicerequest-dips": {"type": "melding-om-behov", "gjelder": "koordinator"},
    "consent-hl7-norge-block": {"ugjennomsiktig": True, "tilstand": "aktiv"},
    "consent-pcf-permit": {"ugjennomsiktig": True},
    "consent-ours-with-words": {
        "type": "opplysningsutveksling",
        "mottaker": {"organisasjon": "sykehuset"},
        "rettsgrunnlag": "pbrl-2-5-b",
        "regler": [
            {"virkning": "tillat", "del": ["koordinator"], "formal": ["TREAT"]},
            {"virkning": "nekt", "emner": ["barnevern"]},
        ],
    },
    "relatedperson-epic": {"naermesteParorende": True, "nodkontakt": True},
    "relatedperson-folkeregister": {
        "relasjon": "sosken",
        "verge": {
            "slag": "verge",
            "mandat": "okonomiske",
            "personligOmrade": False,
            "embete": "Statsforvalteren i Nordland",
        },
    },
}
"""The fields of the record after a put of a file, without the ids of their items."""
LISTS = {
    "CarePlan": ("planer",),
    "Goal": ("maal",),
    "ServiceRequest": ("tiltak", "henvendelser"),
    "Consent": ("samtykker",),
    "RelatedPerson": ("parorende",),
}


def without_ids(value: Any) -> Any:
    """The same without the ids of elements."""
    if isinstance(value, dict):
        return {name: without_ids(one) for name, one in value.items() if name != "id"}
    return [without_ids(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_sent_content_with_a_field_is_in_the_record(house: House, name: str) -> None:
    """Content with a field in the record is mapped, and not only residue."""
    for first in FIRST:
        put(house, sent_by(first))
    sent = sent_by(name)
    put(house, sent)
    sak = read_stored(house.municipality("GET", "/kommune/v1/saker/saken").data)
    parts = [one for field in LISTS[sent["resourceType"]] for one in sak.get(field, ())]
    (part,) = (one for one in parts if one["id"] == name)
    assert {field: without_ids(part.get(field)) for field in UNDERSTOOD[name]} == UNDERSTOOD[name]


@pytest.mark.parametrize("name", [name for name in FILES if name not in REFUSED])
def test_a_resource_sent_in_xml_is_stored_as_in_json(house: House, name: str) -> None:
    """The read resource does not depend on the sent format, except new element ids."""
    for first in FIRST:
        if first != name:
            put(house, sent_by(first))
    sent = sent_by(name)
    path = f"/fhir/{sent['resourceType']}/{name}"
    media = {"Content-Type": "application/fhir+xml"}
    answer = house.municipality("PUT", path, data=xml.render(sent), headers=media)
    assert answer.status_code == 201, answer.text
    given = read(house, sent)
    found = [one for one in differences(sent, given, sent["resourceType"]) if not SUPPLIED.search(one)]
    assert found == []


@pytest.mark.parametrize("turn", range(3))
def test_one_transaction_stores_all_sender_files_in_any_order(house: House, turn: int) -> None:
    """Each resource of one transaction is given back as if it was sent alone."""
    sent = [sent_by(name) for name in FILES if name not in REFUSED]
    random.Random(turn).shuffle(sent)  # noqa: S311 - any order will do
    entries = [
        {"request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}, "resource": one}
        for one in sent
    ]
    bundle = render({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    headers = {"Content-Type": "application/fhir+json"}
    answer = house.municipality("POST", "/fhir", data=bundle, headers=headers)
    assert answer.status_code == 200, answer.text
    for one in sent:
        found = differences(one, read(house, one), one["resourceType"])
        beyond = [place for place in found if not SUPPLIED.search(place)]
        assert beyond == (["Goal.extension"] if one["id"] == "goal-plain" else []), "that goal-kl is its part"


def test_a_plan_may_name_a_patient_of_its_transaction_by_birth_number(house: House) -> None:
    """A subject by birth number resolves to the Patient of the same transaction."""
    person = {
        "resourceType": "Patient",
        "identifier": [{"system": FNR, "value": UNUSED_NUMBER}],
        "name": [{"family": "Havbakk", "given": ["Ylva"]}],
    }
    plan = {
        **{key: value for key, value in sent_by("careplan-vkp").items() if key != "id"},
        "subject": {"identifier": {"system": FNR, "value": UNUSED_NUMBER}},
    }
    entries = [
        {"request": {"method": "POST", "url": one["resourceType"]}, "resource": one} for one in (plan, person)
    ]
    bundle = render({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    headers = {"Content-Type": "application/fhir+json", "Prefer": "return=representation"}
    answer = house.municipality("POST", "/fhir", data=bundle, headers=headers)
    assert answer.status_code == 200, answer.text
    given, whose = (entry["resource"] for entry in read_stored(answer.data)["entry"])
    assert given["subject"]["reference"] == f"Patient/{whose['id']}"

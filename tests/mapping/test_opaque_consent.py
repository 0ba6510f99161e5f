"""A Consent in the closed shape of our profile is enforced; any other is opaque."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from adapter.errors import Unprocessable
from adapter.mapping import installed

SAMTYKKE = installed().of("samtykke")
AROUND = {"person": "Patient/p1"}
PART = {
    "id": "s1",
    "emner": ["barnevern"],
    "eier": {"organisasjon": "sykehuset"},
    "tilstand": "aktiv",
    "type": "opplysningsutveksling",
    "gittDato": "2026-03-01",
    "gittAv": [{"innbygger": "p1"}],
    "form": "skriftlig",
    "rettsgrunnlag": "pbrl-2-5",
    "mottaker": {"organisasjon": "sykehuset"},
    "regler": [{"id": "r1", "virkning": "tillat", "del": ["koordinator"]}],
}
CONSENT = {key: value for key, value in SAMTYKKE.to_fhir(PART, AROUND).items() if key != "text"}


def taken(consent: dict[str, Any], onto: dict[str, Any] | None = None) -> tuple[dict[str, Any], Any]:
    """The samtykke and residue of a Consent."""
    return SAMTYKKE.to_plan(consent, AROUND, onto=onto, new_id=lambda: "new")


def changed(path: str, value: Any) -> dict[str, Any]:
    """The Consent with one more element at a dotted path."""
    consent: dict[str, Any] = copy.deepcopy(CONSENT)
    at: Any = consent
    *names, last = path.split(".")
    for name in names:
        at = at[int(name)] if name.isdigit() else at[name]
    at[last] = value
    return consent


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("scope", {"coding": [{"system": "urn:example:scope", "code": "research"}]}),
        ("provision.type", "permit"),
        ("provision.code", [{"text": "alt"}]),
        ("provision.dataPeriod", {"start": "2020"}),
        ("provision.extension", [{"url": "urn:example:unless", "valueString": "ferie"}]),
        ("provision.data", [{"meaning": "related", "reference": {"reference": "CarePlan/p1"}}]),
        ("provision.provision.0.class", [{"system": "urn:example:class", "code": "a"}]),
        ("provision.provision.0.data", [{"meaning": "instance", "reference": {"reference": "Goal/g1"}}]),
        ("provision.provision.0.provision", [{"type": "permit"}]),
        ("provision.provision.0.securityLabel", [{"system": "urn:example:label", "code": "R"}]),
        ("provision.provision.0.purpose", [{"system": "urn:example:purpose", "code": "a"}]),
        (
            "provision.provision.0.actor",
            [{"role": {"text": "x"}, "reference": {"reference": "Organization/o"}}],
        ),
        ("provision.provision.0.actor.0.reference", {"reference": "Organization/another"}),
        ("provision.provision.0.actor.0.reference", {"reference": "#inni"}),
    ],
)
def test_a_consent_with_unread_content_is_opaque_and_given_back_whole(path: str, value: Any) -> None:
    """Another scope, or content under provision that no row reads, makes a Consent opaque."""
    sent = changed(path, value)
    kept = {
        "id": "s1",
        "emner": PART["emner"],
        "eier": PART["eier"],
        "tilstand": "aktiv",
        "ugjennomsiktig": True,
    }
    part, residue = taken(sent, kept)
    assert part == kept
    back = SAMTYKKE.to_fhir(part, AROUND, residue)
    assert {key: back[key] for key in sent} == sent
    assert taken(back, part) == (part, residue)


NO = {**PART, "regler": [{"id": "r1", "virkning": "nekt", "del": ["plan"], "emner": ["barnevern"]}]}
UNREAD = [{"system": "urn:example:class", "code": "a"}]


def test_a_deny_in_force_with_unread_content_is_refused() -> None:
    """An active deny with unread content is refused; a proposed one is opaque."""
    sent = {key: value for key, value in SAMTYKKE.to_fhir(NO, AROUND).items() if key != "text"}
    sent["provision"]["provision"][0]["class"] = UNREAD
    with pytest.raises(Unprocessable) as refused:
        taken(sent)
    (finding,) = refused.value.findings
    assert (finding.code, finding.expression) == (
        "must-be-understood",
        "Consent.provision.provision[0].class",
    )
    assert taken({**sent, "status": "proposed"})[0]["ugjennomsiktig"] is True


@pytest.mark.parametrize(
    "provision",
    [
        {"type": "deny", "class": UNREAD},
        {"type": "permit", "provision": [{"type": "permit", "provision": [{"type": "deny"}]}]},
    ],
)
def test_a_deny_at_any_depth_in_another_shape_is_refused(provision: dict[str, Any]) -> None:
    """A Consent of another profile with a deny at any depth is refused."""
    with pytest.raises(Unprocessable) as refused:
        taken({**CONSENT, "provision": provision})
    assert "must-be-understood" in {finding.code for finding in refused.value.findings}


def test_an_enforced_samtykke_is_not_replaced_by_an_opaque_consent() -> None:
    """A put that would make an enforced samtykke opaque is refused."""
    with pytest.raises(Unprocessable) as refused:
        taken(changed("provision.code", [{"text": "alt"}]), PART)
    assert [(one.code, one.expression) for one in refused.value.findings] == [
        ("must-be-understood", "Consent.provision.code")
    ]


def test_an_unknown_code_of_our_own_system_is_refused_and_not_opaque() -> None:
    """An unknown code of our own systems is refused with code-unknown."""
    sent = changed("provision.provision.0.securityLabel.0.code", "koordinatro")
    with pytest.raises(Unprocessable) as refused:
        taken(sent)
    assert [one.code for one in refused.value.findings] == ["code-unknown"]


@pytest.mark.parametrize("virkning", ["tillat", "nekt"])
def test_order_type_and_identifier_do_not_make_a_consent_opaque(virkning: str) -> None:
    """Labels in another order, and a reference with type and identifier, are read as ours."""
    part = {**NO, "regler": [{**NO["regler"][0], "virkning": virkning}]}
    sent = copy.deepcopy(SAMTYKKE.to_fhir(part, AROUND))
    inner = sent["provision"]["provision"][0]
    inner["securityLabel"].reverse()
    inner["actor"][0]["reference"] |= {
        "type": "Organization",
        "identifier": {"system": "urn:x", "value": "1"},
    }
    read, residue = taken(sent, part)
    assert read == part
    assert SAMTYKKE.to_fhir(read, AROUND, residue)["provision"] == sent["provision"]


def test_display_and_text_do_not_make_a_consent_opaque() -> None:
    """A display or text beside a code or reference is residue, and the Consent is enforced."""
    sent = changed("provision.provision.0.actor.0.reference.display", "Nordvik sykehus")
    sent["scope"]["text"] = "Deling av opplysninger"
    part, residue = taken(sent, PART)
    assert part == PART
    back = SAMTYKKE.to_fhir(part, AROUND, residue)
    assert {key: back[key] for key in sent} == sent
    other = {**PART, "mottaker": {"organisasjon": "nav"}}
    shown = SAMTYKKE.to_fhir(other, AROUND, residue)["provision"]["provision"][0]["actor"][0]["reference"]
    assert shown == {"reference": "Organization/nav"}


def test_residue_of_an_opaque_consent_is_dropped_when_it_is_no_longer_opaque() -> None:
    """When the municipality fills in the fields, the residue of the opaque Consent is dropped."""
    _, residue = taken(changed("provision.code", [{"text": "alt"}]))
    shown = SAMTYKKE.to_fhir({"id": "s1", "tilstand": "utkast"}, AROUND, residue)
    assert "dateTime" not in shown
    assert SAMTYKKE.stale({"id": "s1", "tilstand": "utkast"}, AROUND, residue) == ["Consent"]
    assert taken(CONSENT, {"id": "s1", "tilstand": "aktiv", "ugjennomsiktig": True})[0] == {
        key: value for key, value in PART.items() if key not in {"emner", "eier"}
    }


def test_an_opaque_consent_is_refused_with_modifier_extension_or_another_patient() -> None:
    """A modifierExtension or another Patient is refused, also in an opaque Consent."""
    for change, place in (
        ({"modifierExtension": [{"url": "u", "valueCode": "a"}]}, "Consent.modifierExtension"),
        ({"patient": {"reference": "Patient/p2"}}, "Consent.patient"),
    ):
        with pytest.raises(Unprocessable) as refused:
            taken({**changed("provision.code", [{"text": "alt"}]), **change})
        assert [finding.expression for finding in refused.value.findings] == [place]


def test_a_consent_with_two_recipients_is_opaque() -> None:
    """A Consent with two recipients is not one samtykke."""
    sent = changed("provision.provision.0.actor", [])
    actor = {"role": CONSENT["provision"]["actor"][0]["role"], "reference": {"reference": "Organization/nav"}}
    sent["provision"]["provision"][0]["actor"] = [*CONSENT["provision"]["actor"], actor]
    assert taken(sent)[0]["ugjennomsiktig"] is True


TO_PLAN = {"id": "s2", "tilstand": "aktiv", "type": "plan", "gittDato": "2026-03-01"}


@pytest.mark.parametrize(
    ("meaning", "target", "about"),
    [
        ("related", "CarePlan/p1", ["p1"]),
        ("instance", "CarePlan/p1", None),
        ("related", "Goal/g1", None),
        ("related", "https://ehr.example/fhir/CarePlan/p1", None),
    ],
)
def test_a_consent_to_the_plan_may_refer_to_a_plan(
    meaning: str, target: str, about: list[str] | None
) -> None:
    """provision.data with a plan of the record is read; any other data is not."""
    consent = SAMTYKKE.to_fhir(TO_PLAN, AROUND)
    consent["provision"]["data"] = [{"meaning": meaning, "reference": {"reference": target}}]
    part, residue = taken(consent)
    assert part.get("gjelderPlaner") == about
    assert part.get("ugjennomsiktig", False) is (about is None)
    assert SAMTYKKE.to_fhir(part, AROUND, residue)["provision"] == consent["provision"]


def test_a_consent_of_an_unknown_type_is_opaque() -> None:
    """A block under pbrl § 5-3 has the same scope and a deny, and is opaque."""
    consent = {key: value for key, value in CONSENT.items() if key not in {"category", "policyRule"}}
    ground = "http://hl7.no/fhir/CodeSystem/no-basis-legal-formality-or-basis"
    consent["category"] = [CONSENT["category"][0]]
    consent["policyRule"] = {"coding": [{"system": ground, "code": "PBRL5-3"}]}
    assert taken(consent)[0]["ugjennomsiktig"] is True

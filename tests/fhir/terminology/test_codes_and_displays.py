"""The status of a code in its code system, and whether a display is one of its texts."""

from __future__ import annotations

import json
import subprocess

import pytest

from adapter.fhir.terminology import build_registers
from adapter.fhir.terminology.registers import REGISTERS
from tests.fhir.terminology.at_hand import SYSTEM, VALUE_SET, code_system, r4, terminology, value_set

MEDIA, TAGS, MONEY, LANDS = (
    "urn:ietf:bcp:13", "urn:ietf:bcp:47", "urn:iso:std:iso:4217", "urn:iso:std:iso:3166",
)  # fmt: skip
V2_0131 = "http://terminology.hl7.org/CodeSystem/v2-0131"
ROLES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


@pytest.mark.parametrize(
    ("content", "known", "absent"),
    [
        ("complete", "known", "unknown"),
        ("fragment", "known", "incomplete"),
        ("example", "known", "incomplete"),
        ("supplement", "supplement", "supplement"),
    ],
)
def test_the_status_of_a_code_follows_the_content_of_its_code_system(content, known, absent):
    """Only a complete code system makes an absent code unknown; a supplement has no codes of its own."""
    of = {"supplements": "http://x"} if content == "supplement" else {}
    at_hand = terminology(code_system("a", content=content, **of))
    assert at_hand.code_status(SYSTEM, "a") == known
    assert at_hand.code_status(SYSTEM, "b") == absent


def test_a_code_system_that_names_what_it_supplements_is_a_supplement():
    """A supplement has no codes of its own, also where its content says something else."""
    assert terminology(code_system("a", supplements="http://x")).code_status(SYSTEM, "a") == "supplement"


@pytest.mark.parametrize("system", [code_system(), code_system(content="not-present"), code_system({"x": 1})])
def test_a_code_system_without_readable_codes_is_not_at_hand(system):
    """No code is judged by a code system that lists none, or that is not valid FHIR."""
    assert terminology(system).code_status(SYSTEM, "a") == "not-at-hand"
    assert terminology().code_status(SYSTEM, "a") == "not-at-hand"


STATUS = {
    (ROLES, "SIB"): "known",
    (ROLES, "sib"): "unknown",
    (ROLES, "SIBLING"): "unknown",
    (V2_0131, "c"): "known",
    ("http://terminology.hl7.org/CodeSystem/service-type", "9999999"): "incomplete",
    ("http://snomed.info/sct", "73211009"): "not-at-hand",
    ("http://loinc.org", "8480-6"): "not-at-hand",
    ("http://hl7.org/fhir/CodeSystem/example-supplement", "chol-mmol"): "supplement",
    (MONEY, "NOK"): "known",
    (MONEY, "DEM"): "known",
    (MONEY, "nok"): "unknown",
    (MONEY, "QQQ"): "unknown",
    (LANDS, "NO"): "known",
    (LANDS, "NOR"): "known",
    (LANDS, "578"): "known",
    (LANDS, "QQ"): "unknown",
    ("urn:iso:std:iso:3166:-2", "NO-03"): "known",
    ("urn:iso:std:iso:3166:-2", "NO-99"): "unknown",
    (MEDIA, "application/fhir+json"): "known",
    (MEDIA, "text/plain; charset=utf-8"): "known",
    (MEDIA, 'text/plain;charset="utf-8"'): "known",
    (MEDIA, "Image/PNG"): "known",
    (MEDIA, "pdf"): "unknown",
    (MEDIA, "text/"): "unknown",
    (MEDIA, "text/plain;"): "unknown",
    (MEDIA, "text/a b"): "unknown",
    (TAGS, "nb"): "known",
    (TAGS, "nb-NO"): "known",
    (TAGS, "NO"): "known",
    (TAGS, "se"): "known",
    (TAGS, "zh-Hant-TW"): "known",
    (TAGS, "zh-yue"): "known",
    (TAGS, "sl-rozaj-biske"): "known",
    (TAGS, "de-1996"): "known",
    (TAGS, "en-x-mine"): "known",
    (TAGS, "x-mine"): "known",
    (TAGS, "en-u-ca-gregory"): "known",
    (TAGS, "i-klingon"): "known",
    (TAGS, "qab"): "known",
    (TAGS, "norsk"): "unknown",
    (TAGS, "nor"): "unknown",
    (TAGS, "nb_NO"): "unknown",
    (TAGS, "nb-ZY"): "unknown",
    (TAGS, "de-1996-1996"): "unknown",
    (TAGS, "english"): "unknown",
    (TAGS, ""): "unknown",
    ("urn:ietf:rfc:3986", "urn:oid:2.16.578.1"): "known",
    ("urn:ietf:rfc:3986", "not a uri"): "unknown",
    (MEDIA, "a" * 201): "not-at-hand",
}


@pytest.mark.parametrize("pair", STATUS, ids=" ".join)
def test_the_status_of_codes_of_r4_of_registers_and_of_grammars(pair):
    """Codes of R4, of ISO registers, media types and language tags have the status their source gives."""
    assert r4().code_status(*pair) == STATUS[pair]


def test_a_package_with_codes_comes_before_a_register():
    """A code system of a package with codes replaces the register, and one without codes does not."""
    assert terminology(code_system("QQ", url=LANDS)).code_status(LANDS, "QQ") == "known"
    assert terminology(code_system(url=LANDS, content="not-present")).code_status(LANDS, "NO") == "known"


UNITS = {
    "mg": "known", "mm[Hg]": "known", "10*9/L": "known", "/min": "known", "{score}": "known",
    "mmol/(24.h)": "known", "Kg": "unknown", "mg//L": "unknown", "m^2": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_judged_by_the_optional_package(unit):
    """With ucumvert, a unit follows UCUM or does not; case counts."""
    pytest.importorskip("ucumvert", reason="the extra ucum is not installed")
    assert r4().code_status("http://unitsofmeasure.org", unit) == UNITS[unit]


DESIGNATED = code_system(
    {
        "code": "a",
        "display": "Emergency Contact",
        "designation": [
            {"language": "de", "value": "Ansprechpartner in Notfällen"}, {"value": "Contact (emergency)"},
        ],
    },
    {"code": "n", "display": "Open", "designation": [{"language": "nb", "value": "Åpen"}]},
    {"code": "silent"},
)  # fmt: skip
DISPLAYS = [
    # A code, a display, its language, and the answer.
    ("a", "Emergency Contact", None, "yes"),
    ("a", " emergency\n CONTACT ", None, "yes"),
    ("a", "ansprechpartner in notfa\u0308llen", "nb", "yes"),
    ("a", "Contact (emergency)", None, "yes"),
    ("a", "Next of Kin", None, "no"),
    ("a", "Next of Kin", "en-US", "no"),
    ("a", "Nächste", "de-CH", "no"),
    ("a", "Kontakt", "nb", "unknown"),
    ("a", "Kontakt", "nn-NO", "unknown"),
    ("a", "Contact d'urgence", "fr", "unknown"),
    ("a", "Nødkontakt", None, "unknown"),
    ("a", "No\u0308a\u030a", None, "unknown"),
    ("a", "Person til person", "en", "unknown"),
    ("n", "åpen", None, "yes"),
    ("n", "Lukka sår", None, "no"),
    ("n", "Open", "nb", "yes"),
    ("n", "Lukket", "no", "no"),
    ("silent", "Whatever", None, "unknown"),
    ("absent", "Whatever", None, "unknown"),
]


@pytest.mark.parametrize(("code", "display", "language", "answer"), DISPLAYS)
def test_a_display_fits_the_texts_of_its_code(code, display, language, answer):
    """A display is a text of the code in any language, is not, or is in a language without texts."""
    assert terminology(DESIGNATED).display_fits(SYSTEM, code, display, language=language) == answer


def test_a_display_of_a_system_that_is_not_at_hand_is_unknown():
    """No display of SNOMED CT or of a grammar is judged."""
    assert r4().display_fits("http://snomed.info/sct", "73211009", "Sukker") == "unknown"
    assert r4().display_fits(MEDIA, "text/plain", "Text") == "unknown"


def test_a_supplement_adds_designations():
    """The designations of a supplement are texts of the code, and a supplement adds no code."""
    supplement = code_system(
        {"code": "a", "designation": [{"language": "nb", "value": "Nødkontakt"}]},
        {"code": "new", "display": "New"},
        url="http://x/supplement", content="supplement", supplements=SYSTEM,
    )  # fmt: skip
    at_hand = terminology(DESIGNATED, supplement)
    assert at_hand.display_fits(SYSTEM, "a", "nødkontakt") == "yes"
    assert at_hand.display_fits(SYSTEM, "a", "Feil nøkkel") == "no"
    assert at_hand.code_status(SYSTEM, "new") == "unknown"


def test_a_value_set_may_have_displays_of_its_own():
    """The display that the bound value set gives a code is one of its texts there."""
    bound = value_set({"system": SYSTEM, "concept": [{"code": "a", "display": "Call first"}]})
    at_hand = terminology(DESIGNATED, bound)
    assert at_hand.display_fits(SYSTEM, "a", "Call first") == "no"
    assert at_hand.display_fits(SYSTEM, "a", "call first", value_set=VALUE_SET) == "yes"
    assert at_hand.display_fits(SYSTEM, "a", "Call last", value_set=VALUE_SET) == "no"


@pytest.mark.slow
def test_the_build_script_makes_the_committed_registers():
    """The committed registers are exactly what the script makes of the wheels."""
    try:
        made = build_registers.registers()
    except subprocess.CalledProcessError:
        pytest.skip("the package index cannot be reached")
    assert made == json.loads(REGISTERS.read_text())

"""Validation of a file: the place of every finding in JSON and XML, and the names not checked."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings

from adapter.fhir.codec import xml
from adapter.fhir.codec.sniffing import Format
from adapter.fhir.codec.stored import render
from adapter.fhir.validation.positions import positions
from adapter.fhir.validation.verdict import Result, judge, validate, validate_lines
from tests.fhir.test_resources import ANY

BROKEN = b"""{
  "resourceType": "Patient",
  "birthDate": "2026-02-30",
  "deceasedBoolean": "ja",
  "_gender": {
    "extension": [
      {"url": "urn:x"}
    ]
  },
  "contained": [
    {"resourceType": "Basic",
     "kode": 1}
  ],
  "link": [{"type": "seealso"}]
}"""
BROKEN_XML = b"""<?xml version="1.0"?>
<Patient xmlns="http://hl7.org/fhir">
  <contained><Basic><subject><reference value="#"/></subject></Basic></contained>
  <deceasedBoolean value="ja"/>
  <link>
    <type value="seealso"/>
  </link>
</Patient>"""


def places(result: Result) -> dict[str, tuple[int | None, int | None]]:
    """Line and column of each finding by its FHIRPath."""
    return {str(one.expression): (one.line, one.column) for one in result.findings}


def test_each_finding_in_json_has_its_line_and_column():
    """A finding in JSON has the place of its key, or of the object that lacks an element."""
    assert places(validate(BROKEN)) == {
        "Patient.birthDate": (3, 3),
        "Patient.deceased": (4, 3),
        "Patient.gender.extension[0]": (7, 7),
        "Patient.contained[0].kode": (12, 6),
        "Patient.contained[0]": (11, 5),
        "Patient.link[0]": (14, 12),
    }


def test_each_finding_in_xml_has_its_line_and_column():
    """A finding in XML has the place of its element, by the same FHIRPath."""
    assert places(validate(BROKEN_XML)) == {
        "Patient.contained[0]": (3, 14),
        "Patient.deceased": (4, 3),
        "Patient.link[0]": (5, 3),
    }


def test_an_unreadable_text_has_one_finding():
    """A text that is neither JSON nor XML has the refusal of the reader as its finding."""
    for data, code in ((b'{"a":}', "json-syntax"), (b"\n <a>", "xml-namespace"), (b"", "json-syntax")):
        result = validate(data)
        assert [finding.code for finding in result.findings] == [code]
        assert result.findings[0].line
        assert not result.is_valid


def test_a_large_bundle_has_findings_without_places():
    """A Bundle of some megabytes is checked to its limit of findings, without line and column."""
    entry = '{"fullUrl":"urn:uuid:0d9ee3b8-5d0f-4d66-9c0e-2f3e8f%06d","resource":{"resourceType":"Basic"}}'
    entries = ",".join(entry % number for number in range(15_000))
    bundle = f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}'
    result = validate(bundle.encode())
    assert len(result.findings) == 201
    assert {finding.line for finding in result.findings} == {None}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
def test_an_element_has_the_same_fhirpath_in_json_and_xml(resource: dict[str, object]):
    """Every element has the same FHIRPath in both formats, except the key resourceType."""
    in_json = set(positions(render(resource), Format.JSON))
    in_xml = set(positions(xml.render(resource), Format.XML))
    lists = {re.sub(r"\[\d+\]$", "", one) for one in in_xml}
    bare = {one for one in in_json - in_xml - lists if not one.endswith((".resourceType", ".id", ".url"))}
    assert in_xml <= in_json
    assert not bare


MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (MARK + b'{"resourceType":"Patient"}', ["byte-order-mark"]),
        (MARK + b'\n {"resourceType":"Patient","gender":"x"}', ["code-unknown", "byte-order-mark"]),
        (MARK + b'<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>', []),
        (
            MARK + b'<?xml version="1.0"?>\n<Patient xmlns="http://hl7.org/fhir"><a/></Patient>',
            ["element-unknown"],
        ),
        (MARK, ["json-syntax", "byte-order-mark"]),
        (MARK + MARK + b'{"resourceType":"Patient"}', ["json-encoding", "byte-order-mark"]),
    ],
)
def test_a_byte_order_mark_is_a_warning_in_json_and_valid_in_xml(data: bytes, codes: list[str]):
    """RFC 8259 lets a reader ignore a byte order mark, and XML uses it as a signature."""
    judged = validate(data)
    assert [finding.code for finding in judged.findings] == codes
    assert judged.is_valid == (codes in ([], ["byte-order-mark"]))


def test_a_byte_order_mark_is_not_a_column():
    """The byte order mark is not a character of the first line."""
    (wrong, mark) = validate(MARK + b'{"resourceType":"Patient","gender":"x"}').findings
    assert ((wrong.line, wrong.column), (mark.line, mark.column)) == ((1, 27), (1, 1))


def test_ndjson_is_validated_line_by_line():
    """Findings have the line of the file, empty lines are ignored, and a broken line hides no other."""
    lines = [
        b'{"resourceType":"Patient"}',
        b"",
        b'{"resourceType":"Patient","gender":"x"}\r',
        b'{"resourceType":"Patient",',
        b"<Patient/>",
        b'{"resourceType":"Patient","link":[{"type":"seealso"}]}',
    ]
    found = validate_lines(b"\n".join(lines)).findings
    assert [(one.line, one.column, one.code) for one in found] == [
        (3, 27, "code-unknown"),
        (4, 27, "json-syntax"),
        (5, 1, "json-syntax"),
        (6, 35, "element-required"),
    ]
    assert validate_lines(MARK + lines[0] + b"\n").is_valid
    assert validate_lines(b"").is_valid


def test_warnings_in_many_lines_hide_no_error_in_the_last_line():
    """An error after 300 lines with warnings is reported first."""
    warned = b'{"resourceType":"Basic","code":{"text":"x"},"implicitRules":"urn:uuid:1"}'
    judged = validate_lines(b"\n".join([*[warned] * 300, b'{"resourceType":"Patient","gender":"x"}']))
    assert not judged.is_valid
    assert (judged.findings[0].code, judged.findings[0].line) == ("code-unknown", 301)
    assert judged.findings[-1].en.startswith("100 more")


PROFILE = "http://hl7.no/fhir/StructureDefinition/no-basis-Patient"
CITIZENSHIP = "http://hl7.org/fhir/StructureDefinition/patient-citizenship"
MARITAL = "http://hl7.org/fhir/ValueSet/marital-status"


@pytest.mark.parametrize(
    ("members", "names"),
    [
        ({}, []),
        ({"gender": "male"}, []),
        ({"meta": {"profile": [PROFILE, PROFILE, f"{PROFILE}|2.0"]}}, [PROFILE, f"{PROFILE}|2.0"]),
        ({"meta": {"profile": ["no-basis-Patient"]}}, []),
        (
            {"extension": [{"url": CITIZENSHIP, "extension": [{"url": "code", "valueCode": "NO"}]}] * 2},
            [CITIZENSHIP],
        ),
        ({"_birthDate": {"extension": [{"url": CITIZENSHIP, "valueCode": "x"}]}}, [CITIZENSHIP]),
        ({"modifierExtension": [{"url": CITIZENSHIP, "valueCode": "x"}]}, [CITIZENSHIP]),
        ({"maritalStatus": {"coding": [{"system": "urn:x", "code": "M"}]}}, [MARITAL]),
        ({"maritalStatus": {"text": "gift"}}, []),
        ({"photo": [{"contentType": "image/png"}]}, ["http://hl7.org/fhir/ValueSet/mimetypes"]),
        (
            {"contained": [{"resourceType": "Patient", "id": "p", "meta": {"profile": [PROFILE]}}]},
            [PROFILE],
        ),
    ],
)
def test_names_that_are_not_checked_are_listed(members: dict[str, object], names: list[str]):
    """Profiles, extensions, and value sets of required and extensible bindings are listed once each."""
    judged = judge({"resourceType": "Patient", **members})
    assert [name.url for name in judged.not_checked] == names


def test_names_that_are_not_checked_are_limited_and_sorted_by_kind():
    """The list has at most a hundred names of each kind, profiles first, and one entry for further names."""
    extensions = [{"url": f"urn:x:{number}", "valueCode": "x"} for number in range(5000)]
    meta = {"profile": [PROFILE], "extension": extensions}
    names = judge({"resourceType": "Patient", "extension": extensions, "meta": meta}).not_checked
    assert (len(names), names[0].kind, names[-1].url) == (102, "profile", None)
    assert (names[-1].en, names[-1].nb) == ("other extensions", "andre utvidelser")

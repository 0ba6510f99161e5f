"""Validation of a file: the place of every finding in JSON and XML, and the report formats."""

from __future__ import annotations

import json as standard
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from adapter.fhir.codec import xml
from adapter.fhir.codec.sniffing import Format
from adapter.fhir.codec.stored import render
from adapter.fhir.validation.positions import positions
from adapter.fhir.validation.reports import FORMS
from adapter.fhir.validation.reports.documents import FILE
from adapter.fhir.validation.reports.run import Report, Run
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


REPORTS = [
    Report("valid.json", validate(b'{"resourceType":"Patient"}')),
    Report("mappe/b,1.json", validate(BROKEN)),
    Report("c.xml", validate(b"<a/>")),
]
VERSIONS = Run([]).versions
NAMED = Report("d.json", judge({"resourceType": "Patient", "meta": {"profile": [PROFILE]}}))


def test_the_text_report_has_a_line_for_each_finding_and_a_count_of_files():
    """The text report has a line for each finding, and the number of valid and invalid files."""
    lines = FORMS["text"](Run(REPORTS)).split("\n")
    assert any(
        line.startswith("mappe/b,1.json:3:3: error: ") and line.endswith("[date-format] at Patient.birthDate")
        for line in lines
    )
    assert lines[-1] == f"1 file valid, 2 files not valid ({VERSIONS})"
    assert "not checked: extension urn:x" in lines
    found = sum(len(report.result.findings) for report in REPORTS)
    assert len(lines) == found + 2
    assert FORMS["text"](Run(REPORTS[:1] * 5)) == f"5 files valid ({VERSIONS})"


def test_the_text_report_lists_warnings_and_each_unchecked_name_once():
    """The text report lists warnings of valid files, and each unchecked name once."""
    marked = Report("e.json", validate(MARK + b'{"resourceType":"Patient"}'))
    first, *others = FORMS["text"](Run([NAMED, marked, NAMED])).split("\n")
    assert first.startswith("e.json:1:1: warning: ")
    assert others == [f"not checked: profile {PROFILE}", f"3 files valid ({VERSIONS})"]


def test_the_json_report_is_one_document():
    """The JSON report has every file with both languages, the source of each rule, and unchecked names."""
    document = standard.loads(FORMS["json"](Run([*REPORTS, NAMED])))
    assert document["valid"] is False
    first, second, third, fourth = document["files"]
    assert first == {
        "file": "valid.json",
        "valid": True,
        "passed": True,
        "findings": [],
        "suppressed": [],
        "notChecked": [],
    }
    assert second["findings"][0]["nb"]
    assert second["findings"][0]["source"].startswith("https://hl7.org/fhir/R4/")
    assert third["findings"][0]["code"] == "xml-namespace"
    assert "expression" not in third["findings"][0]
    assert fourth["notChecked"] == [{"kind": "profile", "url": PROFILE}]
    assert standard.loads(FORMS["json"](Run(REPORTS[:1])))["valid"] is True


def test_the_outcome_report_is_valid_fhir():
    """One file gives an OperationOutcome and several a Bundle; both are valid R4 and name the files."""
    one = standard.loads(FORMS["outcome"](Run([NAMED])))
    assert one["extension"] == [{"url": FILE, "valueString": "d.json"}]
    assert [issue["diagnostics"] for issue in one["issue"]] == [
        "Valid FHIR R4",
        f"Validated with {VERSIONS}",
        f"Not checked: profile {PROFILE}",
    ]
    several = standard.loads(FORMS["outcome"](Run(REPORTS)))
    assert [entry["resource"]["extension"][0]["valueString"] for entry in several["entry"]] == [
        report.name for report in REPORTS
    ]
    assert several["entry"][1]["resource"]["issue"][0]["location"] == ["Line[3] Col[3]"]
    for resource in (one, several, standard.loads(FORMS["outcome"](Run([])))):
        assert judge(resource).is_valid


def test_the_junit_report_has_one_test_for_each_file():
    """A valid file is a passed test, and an invalid file a failed test."""
    suite = ET.fromstring(FORMS["junit"](Run(REPORTS)))  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert [len(case.findall("failure")) for case in suite.iter("testcase")] == [0, 1, 1]
    assert [case.get("name") for case in suite.iter("testcase")] == ["valid.json", "mappe/b,1.json", "c.xml"]


def test_the_sarif_report_names_files_by_uri():
    """A space in a file name is percent-encoded."""
    (run,) = standard.loads(FORMS["sarif"](Run([Report("en mappe/å.json", validate(BROKEN))])))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "en%20mappe/%C3%A5.json"}


def test_the_sarif_report_declares_rules_and_has_places():
    """Each result names a declared rule, and the region of its finding."""
    (run,) = standard.loads(FORMS["sarif"](Run(REPORTS)))["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == rules
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"]


def test_a_github_command_escapes_the_file_name():
    """A comma in a file name is escaped, so it does not end the property."""
    first, *_ = FORMS["github"](Run(REPORTS)).split("\n")
    assert first.startswith("::error file=mappe/b%2C1.json,line=3,col=3,title=")


@pytest.mark.parametrize("form", FORMS)
def test_every_report_format_handles_valid_and_missing_files(form: str):
    """Every format reports a run without findings or without files."""
    assert isinstance(FORMS[form](Run([])), str)
    assert "error:" not in FORMS[form](Run(REPORTS[:1]))


@pytest.mark.parametrize("form", FORMS)
def test_every_report_format_lists_unchecked_names(form: str):
    """Every format lists a profile that was not checked."""
    assert PROFILE in FORMS[form](Run([NAMED]))

"""A file judged: the place of every finding, in JSON and in XML, and the forms of a report."""

from __future__ import annotations

import json as standard
import re
import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from adapter.fhir import xml
from adapter.fhir.positions import positions
from adapter.fhir.reports import FORMS, Report
from adapter.fhir.sniffing import Format
from adapter.fhir.stored import render
from adapter.fhir.validation import Result, validate
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
    """A key is placed where it begins; what is missing, at what it is missing from."""
    assert places(validate(BROKEN)) == {
        "Patient.birthDate": (3, 3),
        "Patient.deceased": (4, 3),
        "Patient.gender.extension[0]": (7, 7),
        "Patient.contained[0].kode": (12, 6),
        "Patient.contained[0]": (11, 5),
        "Patient.link[0]": (14, 12),
    }


def test_each_finding_in_xml_has_its_line_and_column():
    """The same places by the same FHIRPaths."""
    assert places(validate(BROKEN_XML)) == {
        "Patient.contained[0]": (3, 14),
        "Patient.deceased": (4, 3),
        "Patient.link[0]": (5, 3),
    }


def test_what_cannot_be_read_is_one_finding():
    """Neither JSON nor XML: the refusal of the reader, with its place."""
    for data, code in ((b'{"a":}', "json-syntax"), (b"\n <a>", "xml-namespace"), (b"", "json-syntax")):
        result = validate(data)
        assert [finding.code for finding in result.findings] == [code]
        assert result.findings[0].line
        assert not result.is_valid


def test_a_large_bundle_is_judged_in_time():
    """Some megabytes with forty thousand entries: in proportion to their number, and without places."""
    entry = '{"fullUrl":"urn:uuid:0d9ee3b8-5d0f-4d66-9c0e-2f3e8f%06d","resource":{"resourceType":"Basic"}}'
    entries = ",".join(entry % number for number in range(40_000))
    bundle = f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}'
    started = time.perf_counter()
    result = validate(bundle.encode())
    assert time.perf_counter() - started < 15
    assert len(result.findings) == 201
    assert {finding.line for finding in result.findings} == {None}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
def test_json_and_xml_name_their_elements_alike(resource: dict[str, object]):
    """Every element has a FHIRPath in both formats, and it is the same (but for the key resourceType)."""
    in_json = set(positions(render(resource), Format.JSON))
    in_xml = set(positions(xml.render(resource), Format.XML))
    lists = {re.sub(r"\[\d+\]$", "", one) for one in in_xml}
    bare = {one for one in in_json - in_xml - lists if not one.endswith((".resourceType", ".id", ".url"))}
    assert in_xml <= in_json
    assert not bare


REPORTS = [
    Report("valid.json", validate(b'{"resourceType":"Patient"}')),
    Report("mappe/b,1.json", validate(BROKEN)),
    Report("c.xml", validate(b"<a/>")),
]


def test_text_is_a_line_a_finding_and_one_for_each_valid_file():
    """The form editors and build logs understand."""
    lines = FORMS["text"](REPORTS).split("\n")
    assert lines[0] == "valid.json: valid"
    assert any(
        line.startswith("mappe/b,1.json:3:3: error: ") and line.endswith("[date-format] at Patient.birthDate")
        for line in lines
    )
    assert len(lines) == 1 + sum(len(report.result.findings) for report in REPORTS)


def test_json_is_an_object_a_line():
    """One line a file, with both languages and the source of the rule."""
    first, second, third = [standard.loads(line) for line in FORMS["json"](REPORTS).split("\n")]
    assert first == {"file": "valid.json", "valid": True, "findings": []}
    assert second["findings"][0]["nb"]
    assert second["findings"][0]["source"].startswith("https://hl7.org/fhir/R4/")
    assert third["findings"][0]["code"] == "xml-namespace"
    assert "expression" not in third["findings"][0]


def test_junit_is_a_test_a_file():
    """A build server counts files that passed and failed."""
    suite = ET.fromstring(FORMS["junit"](REPORTS))  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert [len(case.findall("failure")) for case in suite] == [0, 1, 1]
    assert [case.get("name") for case in suite] == ["valid.json", "mappe/b,1.json", "c.xml"]


def test_sarif_has_rules_and_places():
    """Each result names a rule that is declared, and the region it is about."""
    (run,) = standard.loads(FORMS["sarif"](REPORTS))["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == rules
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"]


def test_github_commands_are_escaped():
    """A comma in a file name does not end a property."""
    first, *_ = FORMS["github"](REPORTS).split("\n")
    assert first.startswith("::error file=mappe/b%2C1.json,line=3,col=3,title=")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_tell_that_nothing_is_wrong(form: str):
    """A run without findings, or without files, is told in every form."""
    assert isinstance(FORMS[form]([]), str)
    assert "error:" not in FORMS[form](REPORTS[:1])

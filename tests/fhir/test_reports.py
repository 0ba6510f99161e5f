"""The report formats of validation: their findings, places, known findings and versions."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter import __version__
from adapter.fhir.validation.reports import FORMS
from adapter.fhir.validation.reports.documents import FILE
from adapter.fhir.validation.reports.run import FAIL_ON, Report, Run
from adapter.fhir.validation.reports.sarif import FINGERPRINT
from adapter.fhir.validation.verdict import judge, validate, validate_lines
from tests.fhir.test_validation import BROKEN, MARK, PROFILE

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
    document = json.loads(FORMS["json"](Run([*REPORTS, NAMED])))
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
    assert json.loads(FORMS["json"](Run(REPORTS[:1])))["valid"] is True


def test_the_outcome_report_is_valid_fhir():
    """One file gives an OperationOutcome and several a Bundle; both are valid R4 and name the files."""
    one = json.loads(FORMS["outcome"](Run([NAMED])))
    assert one["extension"] == [{"url": FILE, "valueString": "d.json"}]
    assert [issue["diagnostics"] for issue in one["issue"]] == [
        "Valid FHIR R4",
        f"Validated with {VERSIONS}",
        f"Not checked: profile {PROFILE}",
    ]
    several = json.loads(FORMS["outcome"](Run(REPORTS)))
    assert [entry["resource"]["extension"][0]["valueString"] for entry in several["entry"]] == [
        report.name for report in REPORTS
    ]
    assert several["entry"][1]["resource"]["issue"][0]["location"] == ["Line[3] Col[3]"]
    for resource in (one, several, json.loads(FORMS["outcome"](Run([])))):
        assert judge(resource).is_valid


def test_the_junit_report_has_one_test_for_each_file():
    """A valid file is a passed test, and an invalid file a failed test."""
    suite = ET.fromstring(FORMS["junit"](Run(REPORTS)))  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert [len(case.findall("failure")) for case in suite.iter("testcase")] == [0, 1, 1]
    assert [case.get("name") for case in suite.iter("testcase")] == ["valid.json", "mappe/b,1.json", "c.xml"]


def test_the_sarif_report_names_files_by_uri():
    """A space in a file name is percent-encoded."""
    (run,) = json.loads(FORMS["sarif"](Run([Report("en mappe/å.json", validate(BROKEN))])))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "en%20mappe/%C3%A5.json"}


def test_the_sarif_report_declares_rules_and_has_places():
    """Each result names a declared rule, and the region of its finding."""
    (run,) = json.loads(FORMS["sarif"](Run(REPORTS)))["runs"]
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


PACKAGES = ("hl7.fhir.r4.core#4.0.1", "hl7.fhir.no.basis#2.2.2")
SCHEMA_PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0"
REASON = 'Old & "known" <until June>'
GENDER = validate(b'{"resourceType":"Patient",\n"gender":"x",\n"deceasedBoolean":"ja"}')
KNOWN = Report("known.json", GENDER, {GENDER.findings[0]: REASON})
ALL_KNOWN = Report("all.json", GENDER, dict.fromkeys(GENDER.findings, REASON))


@pytest.mark.parametrize("form", FORMS)
def test_every_report_format_names_the_versions(form: str):
    """Every format has the version of the adapter, the version of FHIR, and each package."""
    report = FORMS[form](Run(REPORTS, PACKAGES))
    names = [part for package in PACKAGES for part in package.split("#")]
    assert all(name in report for name in (__version__, "4.0.1", *names))


def test_the_text_report_counts_known_findings_and_files_that_passed_because_of_them():
    """A known finding has no line; the last line counts them, and the failed files where that differs."""
    *lines, last = FORMS["text"](Run([KNOWN, ALL_KNOWN])).split("\n")
    assert [line.partition(": ")[0] for line in lines] == [f"known.json:{GENDER.findings[1].line}:1"]
    assert last == f"2 files not valid; 3 known findings suppressed; 1 file failed ({VERSIONS})"


def test_the_json_report_lists_known_findings_apart_with_their_reasons():
    """A known error leaves the file invalid by FHIR, and lets it pass when no other error is left."""
    document = json.loads(FORMS["json"](Run([KNOWN, ALL_KNOWN])))
    assert (document["valid"], document["passed"]) == (False, False)
    told = [(one["valid"], one["passed"], len(one["findings"])) for one in document["files"]]
    assert told == [(False, False, 1), (False, True, 0)]
    (known,) = document["files"][0]["suppressed"]
    assert (known["expression"], known["reason"]) == (GENDER.findings[0].expression, REASON)
    assert json.loads(FORMS["json"](Run([ALL_KNOWN])))["passed"] is True


def test_the_outcome_report_has_a_known_finding_as_information():
    """A known error is an issue of severity information, with its place and reason, in valid R4."""
    resource = json.loads(FORMS["outcome"](Run([ALL_KNOWN])))
    assert judge(resource).is_valid
    assert {issue["severity"] for issue in resource["issue"]} == {"information"}
    (_, first, _) = resource["issue"]
    assert REASON in first["diagnostics"]
    assert REASON in first["details"]["text"]
    assert first["expression"] == [GENDER.findings[0].expression]


def test_the_junit_report_has_known_findings_in_the_output():
    """A file with known errors only is a passed test, and its output has each with the reason."""
    suite = ET.fromstring(FORMS["junit"](Run([KNOWN, ALL_KNOWN])))  # noqa: S314 - our own text
    first, second = suite.iter("testcase")
    assert (first.find("failure") is None, second.find("failure") is None) == (False, True)
    assert (second.findtext("system-out") or "").count(f"({REASON})") == 2
    assert suite.get("failures") == "1"


def test_the_sarif_report_suppresses_known_findings_with_their_reasons():
    """In a run with known findings every result has suppressions, and in another run none has."""
    (run,) = json.loads(FORMS["sarif"](Run([KNOWN])))["runs"]
    accepted = {"kind": "external", "status": "accepted", "justification": REASON}
    assert [result["suppressions"] for result in run["results"]] == [[accepted], []]
    (run,) = json.loads(FORMS["sarif"](Run(REPORTS)))["runs"]
    assert not any("suppressions" in result for result in run["results"])


@pytest.mark.parametrize(
    ("fail_on", "failed"), [("error", 1), ("warning", 2), ("information", 2), ("never", 0)]
)
def test_a_severity_and_the_graver_ones_fail_a_file(fail_on: str, failed: int):
    """A warning fails a file from `warning` on, an error unless `never`; the verdict stays that of FHIR."""
    marked = Report("e.json", validate(MARK + b'{"resourceType":"Patient"}'))
    run = Run([REPORTS[0], marked, Report("g.json", GENDER)], fail_on=FAIL_ON[fail_on])
    assert (run.failed, run.is_valid) == (failed, False)
    assert json.loads(FORMS["json"](run))["passed"] is (failed == 0)
    suite = ET.fromstring(FORMS["junit"](run))  # noqa: S314 - our own text
    assert suite.get("failures") == str(failed) == str(len(suite.findall("testcase/failure")))


def test_each_rule_of_the_sarif_report_has_texts_in_both_languages_and_its_source():
    """A rule has a short and a full text, a help with the Norwegian text, and the page of the rule."""
    (run,) = json.loads(FORMS["sarif"](Run([KNOWN])))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [finding.code for finding in GENDER.findings]
    for rule, finding in zip(rules, GENDER.findings, strict=True):
        assert rule["helpUri"] == finding.source
        assert rule["fullDescription"]["text"].startswith(f"{rule['shortDescription']['text']}. ")
        assert not re.search(r"[{}]", rule["help"]["text"])
        assert rule["help"]["text"].endswith(f"\n{finding.source}")
        assert len(rule["help"]["text"].split("\n")) >= 3


def _fingerprints(data: bytes, name: str = "a.json") -> list[str]:
    result = (validate_lines if name.endswith(".ndjson") else validate)(data)
    (run,) = json.loads(FORMS["sarif"](Run([Report(name, result)])))["runs"]
    return [one["partialFingerprints"][FINGERPRINT] for one in run["results"]]


ITEMS = st.lists(st.sampled_from(["Kari", 1, None]), min_size=1, max_size=5)


@given(ITEMS, st.integers(0, 5), st.integers(0, 8))
def test_fingerprints_survive_moved_lines_and_inserted_items(items: list, place: int, indent: int):
    """Lines and indexes change no fingerprint, and all fingerprints of a report differ."""
    given = [{"family": item} for item in items]
    inserted = [*given[:place], {"family": "Berg"}, *given[place:]]
    before = _fingerprints(json.dumps({"resourceType": "Patient", "name": given}).encode())
    moved = json.dumps({"resourceType": "Patient", "active": True, "name": inserted}, indent=indent)
    assert _fingerprints(moved.encode()) == before
    assert len(set(before)) == len(before)


def test_fingerprints_differ_by_file_code_and_element():
    """The same fault in another file or element has another fingerprint; so has each line of NDJSON."""
    gender = b'{"resourceType":"Patient","gender":"x"}'
    contact = b'{"resourceType":"Patient","contact":[{"name":{"text":"Kari"},"gender":"x"}]}'
    told = [*_fingerprints(gender), *_fingerprints(gender, "b.json"), *_fingerprints(contact)]
    told += _fingerprints(gender + b"\n" + gender, "c.ndjson")
    assert len(set(told)) == len(told) == 5


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("npm") is None, reason="npm, which has the schema of SARIF, is not installed"
)
def test_the_sarif_report_is_valid_by_the_schema(tmp_path):
    """Reports with and without findings, known findings, names not checked and packages fit the schema."""
    command = ["npm", "pack", "--silent", SCHEMA_PACKAGE]
    packed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if packed.returncode:
        pytest.skip(f"npm could not fetch {SCHEMA_PACKAGE}")
    with tarfile.open(tmp_path / packed.stdout.strip()) as package:
        text = package.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json").read().decode()
    schema = json.loads(text.replace("{2}]?$", "{2}?$"))  # a pattern of the schema is no regular expression
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    for run in (Run([]), Run(REPORTS, PACKAGES), Run([KNOWN, ALL_KNOWN, NAMED], ("ours",))):
        assert [fault.message for fault in validator.iter_errors(json.loads(FORMS["sarif"](run)))] == []
    assert not validator.is_valid({"version": "2.1.0", "runs": [{"results": []}]})

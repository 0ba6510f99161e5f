"""The file of known findings: which findings an entry covers, and the line for each fault of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapter.fhir.validation.known import KnownFindingsError, read_known
from adapter.fhir.validation.verdict import validate

if TYPE_CHECKING:
    from pathlib import Path

CONTACTS = validate(b'{"resourceType":"Patient","contact":[{"gender":"x"},{"gender":"y"}]}').findings
UNREADABLE = validate(b'{"resourceType":').findings
ENTRY = "- file: {file}\n  code: {code}\n  expression: {expression}\n  reason: Old\n"


@pytest.mark.parametrize(
    ("file", "code", "expression", "covered"),
    [
        ("a.json", "code-unknown", "Patient.contact[0].gender", 1),
        ("a.json", "code-unknown", "Patient.contact[*].gender", 2),
        ("'*.json'", "code-unknown", "Patient.contact[1].gender", 1),
        ("sub/a.json", "code-unknown", "Patient.contact[*].gender", 2),
        ("old/*/a.json", "code-unknown", "Patient.contact[*].gender", 2),
        ("old/*.json", "code-unknown", "Patient.contact[*].gender", 0),
        ("ub/a.json", "code-unknown", "Patient.contact[*].gender", 0),
        ("A.json", "code-unknown", "Patient.contact[*].gender", 0),
        ("a.json", "string-type", "Patient.contact[*].gender", 0),
        ("a.json", "code-unknown", "Patient.contact.gender", 0),
        ("a.json", "code-unknown", "Patient.contact[*]", 0),
        ("a.json", "code-unknown", "Patient.*", 0),
    ],
)
def test_an_entry_covers_findings_by_file_code_and_expression(
    tmp_path: Path, file: str, code: str, expression: str, covered: int
) -> None:
    """The file is matched from its end, the code and the expression in full, and [*] is any index."""
    path = tmp_path / "known.yaml"
    path.write_text(ENTRY.format(file=file, code=code, expression=expression))
    known = read_known(path)
    assert list(known.reasons("old/sub/a.json", CONTACTS).values()) == ["Old"] * covered
    assert len(known.stale()) == (0 if covered else 1)


def test_an_entry_without_expression_covers_findings_without_one(tmp_path: Path) -> None:
    """It covers a text that is not JSON, and no finding of an element."""
    path = tmp_path / "known.yaml"
    path.write_text(
        "[{file: a.json, code: json-syntax, reason: Old}, {file: a.json, code: code-unknown, reason: B}]"
    )
    known = read_known(path)
    assert list(known.reasons("a.json", UNREADABLE)) == list(UNREADABLE)
    assert known.reasons("a.json", CONTACTS) == {}
    assert known.stale() == [f"{path}:1: code-unknown in a.json was not found; remove the entry"]


def test_json_and_comments_and_long_reasons_are_read(tmp_path: Path) -> None:
    """JSON is read as YAML is; a file of comments has no entry; a reason on two lines becomes one line."""
    path = tmp_path / "known.json"
    path.write_text('[\n{"file": "a", "code": "b",\n "expression": "C.d", "reason": "e"}]')
    assert [entry.place for entry in read_known(path).entries] == [f"{path}:2"]
    path.write_text("# none\n")
    assert read_known(path).entries == ()
    path.write_text("- file: a\n  code: b\n  reason: |\n    one\n    two\n")
    assert read_known(path).entries[0].reason == "one two"


FAULTS = {
    "- file: [": ":1: not YAML",
    "- file: a\n  code: b\n   reason: c": ":3: not YAML",
    "\x00": ":1: not YAML",
    "[" * 5000: ":1: not YAML",
    "a: 1": ":1: not a list",
    "text": ":1: not a list",
    "- file: a\n  code: b\n  reason: c\n- text": ":4: not an entry",
    "&a [*a]": ":1: not an entry",
    "- file: a\n  code: b": ":1: reason is missing",
    "- file: a\n  reason: b": ":1: code is missing",
    "- code: a\n  reason: b": ":1: file is missing",
    "- file: a\n  code: b\n  reason:": ":3: reason is not a text",
    "- file: a\n  code: b\n  reason: ~": ":3: reason is not a text",
    "- file: a\n  code: b\n  reason: ''": ":3: reason is not a text",
    "- file: a\n  code: [b]\n  reason: c": ":2: code is not a text",
    '- file: a\n  code: b\n  reason: "\\x01"': ":3: reason is not a text",
    "- file: a\n  code: b\n  why: c": ":3: unknown key 'why'",
    "- file: a\n  code: b\n  code: c\n  reason: d": ":3: code twice",
    "- file: a\n  code: more-findings\n  reason: c": ":1: more-findings counts",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_malformed_file_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    """The text of the error is one line, which begins with the file and the line of the fault."""
    path = tmp_path / "known.yaml"
    path.write_text(text)
    with pytest.raises(KnownFindingsError) as refused:
        read_known(path)
    assert str(refused.value).startswith(f"{path}{FAULTS[text]}")
    assert "\n" not in str(refused.value)


def test_a_missing_file_and_a_file_of_other_bytes_are_refused(tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are no text are refused, with the name of the file."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfd")
    for name in ("gone", ".", "bytes"):
        with pytest.raises(KnownFindingsError, match=name):
            read_known(tmp_path / name)

"""`ip-adapter validate`: which files it takes, what it prints where, and what it leaves with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.test_cli import _at_home, run

if TYPE_CHECKING:
    from collections.abc import Callable

    Validated = Callable[..., tuple[int, list[str], list[str]]]

__all__ = ["_at_home"]

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
PATIENT = '{"resourceType":"Patient"}'
WRONG = '{"resourceType":"Patient","gender":"x"}'
XML = '<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>'
MARK = "\ufeff"


@pytest.fixture
def validated(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Validated:
    """Write files into a folder, validate from there; gives exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def validate(files: dict[str, str], *arguments: str) -> tuple[int, list[str], list[str]]:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, newline="")
        code = run("validate", *arguments)
        captured = capsys.readouterr()
        return code, captured.out.splitlines(), captured.err.splitlines()

    return validate


def test_valid_files_are_a_count(validated: Validated) -> None:
    """Five valid files are one line."""
    files = {f"{number}.json": PATIENT for number in range(5)}
    assert validated(files, *files) == (0, ["5 files valid"], [])


def test_findings_are_lines_with_their_place(validated: Validated) -> None:
    """File, line and column first, as editors read them; then the count."""
    code, out, err = validated({"a.json": PATIENT, "b.json": WRONG}, "a.json", "b.json")
    assert (code, err) == (1, [])
    assert out[0].startswith("b.json:1:27: error: ")
    assert out[1:] == ["1 file valid, 1 file not valid"]


def test_a_folder_is_walked(validated: Validated) -> None:
    """JSON, XML and NDJSON at any depth; what is no FHIR is counted, and other files are not looked into."""
    files = {
        "d/a.json": PATIENT,
        "d/e/b.xml": XML,
        "d/e/c.NDJSON": f"{PATIENT}\n{PATIENT}\n",
        "d/package.json": '{"name": "x"}',
        "d/list.json": f"[{PATIENT}]",
        "d/nested.json": f'{{"example": {PATIENT}}}',
        "d/tsconfig.json": "{ // a comment\n}",
        "d/pom.xml": "<?xml version='1.0'?><!-- http://hl7.org/fhir --><project xmlns='urn:x'/>",
        "d/bare.xml": "<Patient/>",
        "d/readme.md": PATIENT,
    }
    assert validated(files, "d") == (0, ["3 files valid"], ["ip-adapter: 6 files skipped: not FHIR"])


@pytest.mark.parametrize(
    "content",
    [
        WRONG,
        f"{MARK}{WRONG}",
        '{"resourceType": "Patient", ',
        '{"resourceType": 1}',
        '{"id": "x", "resourceType": null}',
    ],
)
def test_a_broken_resource_in_a_folder_is_not_passed_over(validated: Validated, content: str) -> None:
    """What claims to be FHIR must be, also when it cannot be read to its end."""
    code, out, err = validated({"d/a.json": content}, "d")
    assert (code, err) == (1, [])
    assert out[-1] == "1 file not valid"


def test_a_broken_xml_resource_in_a_folder_is_not_passed_over(validated: Validated) -> None:
    """The namespace of the root tells, with a prefix, a mark and a comment before it."""
    xml = "<!-- <a> --><f:Patient xmlns:f='http://hl7.org/fhir'><f:x>"
    code, out, _ = validated({"d/a.xml": MARK + xml}, "d")
    assert (code, out[-1]) == (1, "1 file not valid")


def test_a_file_that_is_named_must_be_fhir(validated: Validated) -> None:
    """Whoever names a file means it."""
    code, out, err = validated({"package.json": '{"name": "x"}'}, "package.json")
    assert (code, err) == (1, [])
    assert "[resource-type-missing]" in out[0]


def test_a_file_of_a_folder_may_be_named_too(validated: Validated) -> None:
    """Then it must be FHIR, in whatever order they are named."""
    code, out, err = validated({"d/a.json": PATIENT, "d/b.json": "{}"}, "d", "d/b.json")
    assert (code, out[-1], err) == (1, "1 file valid, 1 file not valid", [])


def test_a_pattern_is_expanded(validated: Validated) -> None:
    """Where the shell does not do it; two stars go to any depth, and each file counts once."""
    files = {"d/a.json": PATIENT, "d/e/b.json": PATIENT, "d/e/c.xml": XML, "[x].json": PATIENT}
    assert validated(files, "d/*.json")[1] == ["1 file valid"]
    assert validated({}, "d/**/*.json")[1] == ["2 files valid"]
    assert validated({}, "d/*")[1] == ["3 files valid"]
    assert validated({}, "d/**/*.json", "d", "d/a.json")[1] == ["3 files valid"]
    assert validated({}, "[x].json")[1] == ["1 file valid"]


@pytest.mark.parametrize("arguments", [["*.json"], ["nowhere.json"], ["d"], ["d/**/*.xml"]])
def test_nothing_to_validate_could_not_run(validated: Validated, arguments: list[str]) -> None:
    """A pattern without a match, a missing file, a folder without FHIR: 2, said on standard error alone."""
    code, out, err = validated({"d/package.json": "{}"}, *arguments)
    assert (code, out) == (2, [])
    assert err


def test_what_cannot_be_read_does_not_hide_the_rest(validated: Validated) -> None:
    """The files that are there are judged and told; that another is missing leaves with 2."""
    code, out, err = validated({"a.json": PATIENT, "b.json": WRONG}, "a.json", "gone.json", "b.json")
    assert (code, err) == (2, ["ip-adapter: gone.json: no such file"])
    assert out[-1] == "1 file valid, 1 file not valid"


def test_lines_of_ndjson_have_their_number(validated: Validated) -> None:
    """A resource a line, by the name of the file."""
    code, out, _ = validated({"a.ndjson": f"{PATIENT}\n{WRONG}\n"}, "a.ndjson")
    assert code == 1
    assert out[0].startswith("a.ndjson:2:27: error: ")


def test_a_byte_order_mark_is_told_and_does_not_count(validated: Validated) -> None:
    """JSON of Windows' editors is read with a warning, XML without."""
    code, out, _ = validated({"a.json": MARK + PATIENT, "b.xml": MARK + XML}, "a.json", "b.xml")
    assert code == 0
    assert [line.partition(": ")[0] for line in out] == ["a.json:1:1", "2 files valid"]


@pytest.mark.parametrize("form", ["text", "json", "outcome", "junit", "sarif", "github"])
def test_every_form_is_reached(validated: Validated, form: str) -> None:
    """Each form tells the same fault, and leaves with the same code."""
    files = {"a.json": PATIENT, "b.json": WRONG}
    code, out, err = validated(files, "--format", form, "a.json", "b.json")
    assert (code, err) == (1, [])
    assert "code-unknown" in "\n".join(out)
    assert validated({}, "--format", form, "a.json")[0] == 0


def test_json_keeps_its_document(validated: Validated) -> None:
    """Programs read ``valid``, ``files``, ``file`` and ``findings``."""
    _, out, _ = validated({"a.json": PATIENT, "b.json": WRONG}, "--format", "json", "a.json", "b.json")
    document = json.loads("\n".join(out))
    assert out[1].startswith('  "valid"')
    assert document["valid"] is False
    assert [(one["file"], one["valid"], len(one["findings"])) for one in document["files"]] == [
        ("a.json", True, 0),
        ("b.json", False, 1),
    ]


EXPECTED = {
    "v1-warnings-hide-errors.json": (1, "[code-unknown] at Patient.gender"),
    "v1-goal-warnings-hide-unknown.json": (1, "[element-unknown] at Goal.foo"),
    "v1-goal-warnings-hide-script.json": (1, "[txt-1] at Goal.text.div"),
    "v2-profile-not-looked-at.json": (
        0,
        "not checked: profile http://hl7.no/fhir/StructureDefinition/no-basis-Patient",
    ),
    "v3-place-of-choice.json": (1, ":5:3: error"),
    "v3-places.json": (1, ":7:7: error"),
    "k8-bom.json": (0, "[byte-order-mark]"),
    "f3-narrative-data-url.json": (0, "1 file valid"),
    "f6-patient-bom.xml": (0, "1 file valid"),
    "f7-relative-extension-url.json": (1, "[extension-url-not-absolute]"),
}


@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not beside the checkout")
@pytest.mark.parametrize("name", EXPECTED)
def test_cases(name: str, validated: Validated) -> None:
    """What the command leaves with and says of each file."""
    code, out, _ = validated({}, str(CASES / name))
    assert code == EXPECTED[name][0]
    assert any(EXPECTED[name][1] in line for line in out)

"""`ip-adapter validate`: its files, its output and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import adapter
from adapter import __version__
from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.primitives import PRIMITIVES
from tests.fhir.profiles.definitions import profile
from tests.promised import pinned
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
VERSIONS = f" ({', '.join([f'ip-adapter {__version__}', 'FHIR 4.0.1', *Definitions.built_in().names])})"


@pytest.fixture
def validated(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Validated:
    """The exit code, standard output and standard error of `validate` in a folder with these files.

    The versions at the end of the line with the count are left out.
    """
    monkeypatch.chdir(tmp_path)

    def validate(files: dict[str, str], *arguments: str) -> tuple[int, list[str], list[str]]:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, newline="")
        code = run("validate", *arguments)
        captured = capsys.readouterr()
        told = [line.removesuffix(VERSIONS) for line in captured.out.splitlines()]
        return code, told, captured.err.splitlines()

    return validate


def test_valid_files_give_one_line_with_their_number(validated: Validated) -> None:
    """Five valid files are one line."""
    files = {f"{number}.json": PATIENT for number in range(5)}
    assert validated(files, *files) == (0, ["5 files valid"], [])


def test_a_finding_is_a_line_with_its_place(validated: Validated) -> None:
    """File, line and column come first, as editors read them; the count comes last."""
    code, out, err = validated({"a.json": PATIENT, "b.json": WRONG}, "a.json", "b.json")
    assert (code, err) == (1, [])
    assert out[0].startswith("b.json:1:27: error: ")
    assert out[1:] == ["1 file valid, 1 file not valid"]


def test_a_folder_is_searched_for_fhir_files(validated: Validated) -> None:
    """JSON, XML and NDJSON files at any depth are read; those that are not FHIR are counted."""
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
def test_a_broken_resource_in_a_folder_is_not_skipped(validated: Validated, content: str) -> None:
    """A file with a resourceType is validated, also when it is not complete JSON."""
    code, out, err = validated({"d/a.json": content}, "d")
    assert (code, err) == (1, [])
    assert out[-1] == "1 file not valid"


def test_a_broken_xml_resource_in_a_folder_is_not_skipped(validated: Validated) -> None:
    """A root element in FHIR's namespace is validated, also with a prefix, a byte order mark or a comment."""
    xml = "<!-- <a> --><f:Patient xmlns:f='http://hl7.org/fhir'><f:x>"
    code, out, _ = validated({"d/a.xml": MARK + xml}, "d")
    assert (code, out[-1]) == (1, "1 file not valid")


def test_a_named_file_is_validated_whatever_it_holds(validated: Validated) -> None:
    """A named file that is not FHIR is invalid."""
    code, out, err = validated({"package.json": '{"name": "x"}'}, "package.json")
    assert (code, err) == (1, [])
    assert "[resource-type-missing]" in out[0]


def test_a_named_file_in_a_named_folder_is_validated_once(validated: Validated) -> None:
    """A file named besides its folder counts as named, in either order."""
    code, out, err = validated({"d/a.json": PATIENT, "d/b.json": "{}"}, "d", "d/b.json")
    assert (code, out[-1], err) == (1, "1 file valid, 1 file not valid", [])


def test_a_pattern_is_expanded(validated: Validated) -> None:
    """Two stars match any depth, and each file counts once."""
    files = {"d/a.json": PATIENT, "d/e/b.json": PATIENT, "d/e/c.xml": XML, "[x].json": PATIENT}
    assert validated(files, "d/*.json")[1] == ["1 file valid"]
    assert validated({}, "d/**/*.json")[1] == ["2 files valid"]
    assert validated({}, "d/*")[1] == ["3 files valid"]
    assert validated({}, "d/**/*.json", "d", "d/a.json")[1] == ["3 files valid"]
    assert validated({}, "[x].json")[1] == ["1 file valid"]


@pytest.mark.parametrize("arguments", [["*.json"], ["nowhere.json"], ["d"], ["d/**/*.xml"]])
def test_validate_without_fhir_files_exits_with_2(validated: Validated, arguments: list[str]) -> None:
    """A pattern without a match, a missing file and a folder without FHIR exit with 2."""
    code, out, err = validated({"d/package.json": "{}"}, *arguments)
    assert (code, out) == (2, [])
    assert err


def test_a_missing_file_does_not_hide_the_other_files(validated: Validated) -> None:
    """The other files are validated, and the exit code is 2."""
    code, out, err = validated({"a.json": PATIENT, "b.json": WRONG}, "a.json", "gone.json", "b.json")
    assert (code, err) == (2, ["ip-adapter: gone.json: no such file"])
    assert out[-1] == "1 file valid, 1 file not valid"


def test_a_finding_in_ndjson_has_its_line(validated: Validated) -> None:
    """Each line of NDJSON is a resource of the file."""
    code, out, _ = validated({"a.ndjson": f"{PATIENT}\n{WRONG}\n"}, "a.ndjson")
    assert code == 1
    assert out[0].startswith("a.ndjson:2:27: error: ")


def test_a_byte_order_mark_is_a_warning_in_json(validated: Validated) -> None:
    """JSON with a byte order mark is valid with a warning, XML without."""
    code, out, _ = validated({"a.json": MARK + PATIENT, "b.xml": MARK + XML}, "a.json", "b.xml")
    assert code == 0
    assert [line.partition(": ")[0] for line in out] == ["a.json:1:1", "2 files valid"]


@pytest.mark.parametrize("form", ["text", "json", "outcome", "junit", "sarif", "github"])
def test_every_form_reports_the_same_error(validated: Validated, form: str) -> None:
    """Each form has the same error and the same exit code."""
    files = {"a.json": PATIENT, "b.json": WRONG}
    code, out, err = validated(files, "--format", form, "a.json", "b.json")
    assert (code, err) == (1, [])
    assert "code-unknown" in "\n".join(out)
    assert validated({}, "--format", form, "a.json")[0] == 0


def test_the_json_form_has_its_documented_fields(validated: Validated) -> None:
    """Programs read ``valid``, ``files``, ``file`` and ``findings``."""
    _, out, _ = validated({"a.json": PATIENT, "b.json": WRONG}, "--format", "json", "a.json", "b.json")
    document = json.loads("\n".join(out))
    assert out[1].startswith('  "valid"')
    assert document["valid"] is False
    assert [(one["file"], one["valid"], len(one["findings"])) for one in document["files"]] == [
        ("a.json", True, 0),
        ("b.json", False, 1),
    ]


KNOWN = "[{file: b.json, code: code-unknown, expression: Patient.gender, reason: Old}]"


@pytest.mark.parametrize(
    ("fail_on", "codes"), [("error", (0, 1)), ("warning", (1, 1)), ("information", (1, 1)), ("never", (0, 0))]
)
def test_the_severity_that_fails_is_chosen(
    validated: Validated, fail_on: str, codes: tuple[int, int]
) -> None:
    """A warning and an error exit with 1 from the chosen severity on; a missing file always exits with 2."""
    files = {"a.json": MARK + PATIENT, "b.json": WRONG}
    assert tuple(validated(files, "--fail-on", fail_on, name)[0] for name in files) == codes
    assert validated({}, "--fail-on", fail_on, "gone.json")[0] == 2


def test_a_known_finding_does_not_count(validated: Validated) -> None:
    """A file with known errors only exits with 0; another error still exits with 1."""
    files = {"k.yaml": KNOWN, "b.json": WRONG, "c.json": WRONG}
    code, out, err = validated(files, "--known", "k.yaml", "b.json")
    assert (code, err) == (0, [])
    assert out == ["1 file not valid; 1 known finding suppressed; 0 files failed"]
    assert validated({}, "--known", "k.yaml", "b.json", "c.json")[0] == 1


def test_a_known_finding_that_is_gone_is_told(validated: Validated) -> None:
    """An entry that covers nothing is a line on standard error; the exit code stays."""
    code, out, err = validated({"k.yaml": KNOWN, "b.json": PATIENT}, "--known", "k.yaml", "b.json")
    assert (code, out) == (0, ["1 file valid"])
    assert err == ["ip-adapter: k.yaml:1: code-unknown in b.json was not found; remove the entry"]


@pytest.mark.parametrize("content", ["- file: x", "- [", "{}"])
def test_a_malformed_known_file_exits_with_2(validated: Validated, content: str) -> None:
    """Nothing is validated, and one line names the file and the line."""
    code, out, err = validated({"k.yaml": content, "b.json": WRONG}, "--known", "k.yaml", "b.json")
    assert (code, out, len(err)) == (2, [], 1)
    assert err[0].startswith("ip-adapter: k.yaml:1: ")


def test_a_code_is_explained_in_both_languages(validated: Validated) -> None:
    """The explanation has severity, issue type, source and both texts; a field of a text is a name."""
    code, out, err = validated({}, "--explain", "element-unknown")
    assert (code, err) == (0, [])
    assert [line.split(":")[0].strip() for line in out] == [
        "element-unknown", "severity", "issue type", "source", "nb", "en",
    ]  # fmt: skip
    assert "<type>" in out[-1]


def test_a_code_with_variants_is_explained_in_blocks(validated: Validated) -> None:
    """The rule txt-1 has a text for elements and one for attributes."""
    _, out, _ = validated({}, "--explain", "txt-1")
    assert out.count("txt-1") == 2
    assert len({line for line in out if line.startswith("  en: ")}) == 2


def test_an_unknown_code_is_refused_with_the_nearest_codes(validated: Validated) -> None:
    """A misspelt code exits with 2 and names similar codes, the most similar first."""
    code, out, (line,) = validated({}, "--explain", "element-unknwon")
    assert (code, out) == (2, [])
    assert line.startswith("ip-adapter: unknown code element-unknwon; nearest: element-unknown, ")
    assert validated({}, "--explain", "?")[2] == ["ip-adapter: unknown code ?"]


CODES = [line.split("\t")[0] for line in pinned.lines("codes.tsv")]
FHIR = "".join(path.read_text() for path in (Path(adapter.__path__[0]) / "fhir").rglob("*.py"))
DECLARED = [code for code in CODES if f'"{code}"' in FHIR]


def test_every_code_that_fhir_declares_is_explained() -> None:
    """Each promised code that stands in a module of FHIR is explained by a new process of the command.

    A process that has imported only the command knows them all, also those of modules loaded late.
    """
    script = (
        "import sys; from adapter.fhir.validation.explanations import explained\n"
        "for code in sys.argv[1:]: assert explained(code).startswith(code + '\\n  severity: '), code"
    )
    assert {"xml-syntax", "txt-1", "bdl-7", "code-unknown", "known-finding"} < set(DECLARED)
    typed = [f"{name}-{fault}" for name in PRIMITIVES for fault in ("type", "format")]
    command = [sys.executable, "-c", script, *DECLARED, *typed]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


EXPECTED = {
    "v1-warnings-hide-errors.json": (1, "[code-unknown] at Patient.gender"),
    "v1-goal-warnings-hide-unknown.json": (1, "[element-unknown] at Goal.foo"),
    "v1-goal-warnings-hide-script.json": (1, "[txt-1] at Goal.text.div"),
    "v2-profile-not-looked-at.json": (
        1,
        "requires at least 1 of Patient.identifier:FNR.value; the resource has 0.",
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
def test_a_case_gets_its_documented_verdict(name: str, validated: Validated) -> None:
    """The command exits with the code of the case and reports its findings."""
    code, out, _ = validated({}, str(CASES / name))
    assert code == EXPECTED[name][0]
    assert any(EXPECTED[name][1] in line for line in out)


def test_references_are_followed_into_a_folder(validated: Validated) -> None:
    """With --follow a relative reference must name a resource in the folder."""
    content = {"lifecycleStatus": "active", "description": {"text": "x"}}
    files = {"beside/p.json": '{"resourceType":"Patient","id":"1"}'}
    for reference, code in (("Patient/1", 0), ("Patient/2", 1), ("https://x.no/fhir/Patient/2", 0)):
        goal = {"resourceType": "Goal", **content, "subject": {"reference": reference}}
        status, out, _ = validated(files | {"g.json": json.dumps(goal)}, "g.json", "--follow", "beside")
        assert status == code, out
    status, _, err = validated(
        {"beside/bad.json": '{"resourceType":"Patient"'}, "g.json", "--follow", "beside"
    )
    assert (status, len(err)) == (2, 1)


def test_a_profile_that_is_no_address_is_refused(validated: Validated) -> None:
    """A name instead of a url could name no profile: exit 2 with one line, and never valid."""
    status, out, err = validated({"p.json": PATIENT}, "p.json", "--profile", "no-basis-Patient")
    assert (status, out, len(err)) == (2, [], 1)


def test_a_package_and_a_profile_are_named_for_a_run(validated: Validated) -> None:
    """A profile of a package is judged, an unreadable package is exit 2 with one line."""
    strict = profile("strict", "Patient", {"id": "Patient.birthDate", "min": 1})
    files = {"pack/strict.json": json.dumps(strict), "p.json": PATIENT}
    status, out, _ = validated(files, "p.json", "--package", "pack", "--profile", strict["url"])
    assert (status, "[profile-min]" in out[0]) == (1, True)
    status, out, err = validated({}, "p.json", "--package", "gone")
    assert (status, out, len(err)) == (2, [], 1)

"""docs/ci.md agrees with the command: the shell lines of its pipelines run here, and find what is broken."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
GITHUB, GITLAB, KNOWN = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
STEPS: list[str] = [step["run"] for step in GITHUB["jobs"]["validate"]["steps"] if "run" in step]
LINES: list[str] = GITLAB["fhir"]["script"]
BROKEN = '{\n  "resourceType": "CareTeam",\n  "status": "aktiv"\n}\n'
LEGACY = '{"resourceType": "Patient", "contact": [{"name": {"family": "Prøve"}, "gender": "K"}]}'


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment after the install line of the page has run; it installs this checkout alone."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / ".ip-adapter").symlink_to(ROOT)
    target = folder / "target"
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PIP_TARGET": str(target),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this name the wrong way round: 0 means no isolation
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    done = _bash(STEPS[0], folder, environment)
    assert done.returncode == 0, done.stderr
    path = f"{target / 'bin'}:{environment['PATH']}"
    return {"PATH": path, "HOME": str(folder), "PYTHONPATH": str(target)}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose folder `fhir` has a valid file, and one with a finding of the known list."""
    legacy = tmp_path / "fhir" / "legacy"
    legacy.mkdir(parents=True)
    (legacy / "a.json").write_text(LEGACY, encoding="utf-8")
    (tmp_path / "fhir" / "b.xml").write_text(
        '<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>'
    )
    (tmp_path / "fhir-known.yaml").write_text(yaml.safe_dump(KNOWN), encoding="utf-8")
    return tmp_path


def _bash(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script as both build servers do: bash, which stops at the first line that fails."""
    command = ["bash", "-e", "-o", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_github_steps_pass_where_every_finding_is_known(
    installed: dict[str, str], repository: Path
) -> None:
    """Report and Validate leave with 0, and the known finding is counted."""
    for script in STEPS[1:]:
        done = _bash(script, repository, installed)
        assert (done.returncode, done.stderr) == (0, "")
    assert "1 known finding suppressed; 0 files failed" in done.stdout


@pytest.mark.slow
def test_a_broken_file_fails_the_github_steps_and_is_a_result_at_its_line(
    installed: dict[str, str], repository: Path
) -> None:
    """Report leaves with 0 and writes the result with its line; Validate leaves with 1 and an annotation."""
    (repository / "fhir" / "broken.json").write_text(BROKEN)
    report, validate = (_bash(script, repository, installed) for script in STEPS[1:])
    assert (report.returncode, validate.returncode) == (0, 1)
    assert "::error file=fhir/broken.json,line=3,col=3,title=code-unknown::" in validate.stdout
    (run,) = json.loads((repository / "reports" / "fhir.sarif").read_text(encoding="utf-8"))["runs"]
    assert [(_place(result), bool(result["suppressions"])) for result in run["results"]] == [
        (("fhir/broken.json", 3), False),
        (("fhir/legacy/a.json", 1), True),
    ]


def _place(result: dict[str, Any]) -> tuple[str, int]:
    place = result["locations"][0]["physicalLocation"]
    return place["artifactLocation"]["uri"], place["region"]["startLine"]


@pytest.mark.slow
def test_a_report_that_could_not_be_made_fails_the_github_steps(
    installed: dict[str, str], repository: Path
) -> None:
    """Without a FHIR file the step Report leaves with 2, though it never fails for a finding."""
    shutil.rmtree(repository / "fhir")
    (repository / "fhir").mkdir()
    assert _bash(STEPS[1], repository, installed).returncode == 2


@pytest.mark.slow
def test_a_broken_file_is_a_failed_test_of_junit(installed: dict[str, str], repository: Path) -> None:
    """The last line of the GitLab job leaves with 1, and its report has one failure, with the line."""
    (repository / "fhir" / "broken.json").write_text(BROKEN)
    assert _bash(LINES[-1], repository, installed).returncode == 1
    suite = ET.parse(repository / GITLAB["fhir"]["artifacts"]["reports"]["junit"]).getroot()  # noqa: S314
    failed = [case for case in suite.iter("testcase") if case.find("failure") is not None]
    assert [case.get("name") for case in failed] == ["fhir/broken.json"]
    assert (failed[0].findtext("failure") or "").startswith("fhir/broken.json:3:3: error: ")


@pytest.mark.slow
def test_the_explanation_is_as_shown(installed: dict[str, str], tmp_path: Path) -> None:
    """The command of the page prints the text below it."""
    ((command, shown),) = re.findall(r"```sh\n(ip-adapter [^`]*)```\s+```text\n([^`]*)```", PAGE, re.DOTALL)
    assert _bash(command, tmp_path, installed).stdout == shown


def test_both_jobs_install_the_same_version() -> None:
    """The line that installs, and the tag, are the same in both pipelines."""
    assert STEPS[0] in LINES
    (ref,) = {
        step["with"]["ref"] for step in GITHUB["jobs"]["validate"]["steps"] if "ref" in step.get("with", {})
    }
    assert f"--branch {ref} " in LINES[0]


def _options() -> Iterator[str]:
    yield from re.findall(r"--[a-z-]+", " ".join(re.findall(r"ip-adapter validate[^`\n]*", PAGE)))


def test_every_option_of_the_page_exists() -> None:
    """Each option after `ip-adapter validate` is one of the promised options."""
    promised = (ROOT / "tests" / "promised" / "commands.txt").read_text(encoding="utf-8")
    assert {one for one in _options() if f"ip-adapter validate  {one}  " not in promised} == set()

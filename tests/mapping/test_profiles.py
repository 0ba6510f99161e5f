"""`ip-adapter check`: the mapping files and the profiles say the same of every element."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from adapter.cli import commands
from adapter.fhir.definitions.installed import profiles_folder
from adapter.mapping.profile_ledger import compare
from adapter.settings import mappings_folder
from tests.mapping.test_check import replace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the definitions, to plant faults in."""
    return shutil.copytree(profiles_folder() / "definitions", tmp_path / "profiles" / "definitions").parent


def test_the_mapping_files_and_the_profiles_agree() -> None:
    """No row, code, fixed value or required field differs between them."""
    assert compare(mappings_folder(), profiles_folder()) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "place"),
    [
        (
            "careteam.yaml",
            "StructureDefinition/ip-careteam",
            "StructureDefinition/ip-lag",
            "mapping-profile-missing",
            None,
        ),
        (
            "goal.yaml",
            "  - {plan: statusGrunn,       fhir: statusReason}\n",
            "",
            "mapping-must-support-unmapped",
            "statusReason",
        ),
        ("careteam.yaml", "fhir: role,                  codes: rolle", "fhir: role, codes: emne",
         "mapping-binding-differs", "participant.role"),
        ("consent.yaml", "fixed: deny", "fixed: permit", "mapping-fixed-differs", "provision.type"),
        ("henvendelse.yaml", "fixed: proposal", "fixed: plan", "mapping-fixed-differs", "intent"),
        (
            "careplan.yaml",
            "ip-neste-evaluering].valueDate",
            "ip-neste-evaluering].valueDateTime",
            "mapping-type-differs",
            "extension[url=https://ip-adapter.example/fhir/StructureDefinition/ip-neste-evaluering].valueDateTime",
        ),
        (
            "careteam.yaml",
            "StructureDefinition/ip-bidrag",
            "StructureDefinition/ip-gave",
            "mapping-not-in-profile",
            "participant.extension[url=https://ip-adapter.example/fhir/StructureDefinition/ip-gave].valueString",
        ),
    ],
)  # fmt: skip
def test_a_row_that_differs_from_the_profile_is_a_finding(
    folder: Path, file: str, old: str, new: str, code: str, place: str | None
) -> None:
    """A row changed alone is told with its element, and so is what the profile then has alone."""
    replace(folder / file, old, new)
    assert (code, place) in {(one.code, one.expression) for one in compare(folder, profiles_folder())}


@pytest.mark.parametrize(
    ("profile", "element", "rule", "code", "place"),
    [
        ("ip-careteam", "CareTeam.name", '"mustSupport": true', "mapping-not-in-profile", "name"),
        ("ip-careteam", "CareTeam.subject", '"min": 1', "mapping-not-required", "subject"),
        ("ip-patient", "Patient.identifier.value", '"min": 1', "mapping-not-required", "identifier.value"),
    ],
)
def test_a_rule_that_the_profile_lost_is_a_finding(
    package: Path, profile: str, element: str, rule: str, code: str, place: str
) -> None:
    """An element that is no longer supported or required is told."""
    path = package / "definitions" / f"StructureDefinition-{profile}.json"
    before, _, after = path.read_text(encoding="utf-8").partition(f'"id": "{element}",')
    assert rule in after
    weaker = {'"min": 1': '"min": 0', '"mustSupport": true': '"mustSupport": false'}[rule]
    path.write_text(f'{before}"id": "{element}",{after.replace(rule, weaker, 1)}', encoding="utf-8")
    assert (code, place) in {(one.code, one.expression) for one in compare(mappings_folder(), package)}


def test_the_command_compares_with_the_package_it_is_given(package: Path) -> None:
    """`check --profiles` names the differences, and exits with 1."""
    (package / "definitions" / "StructureDefinition-ip-goal.json").unlink()
    ran = CliRunner().invoke(commands, ["check", "--profiles", str(package)])
    assert ran.exit_code == 1
    assert "mapping-profile-missing" in ran.stderr

"""The committed definitions: generated ones equal the mapping files, and each profile has broken examples."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapter.cli import record_files
from adapter.fhir.codec.stored import read_stored
from adapter.fhir.definitions.installed import Definitions, profiles_folder
from adapter.fhir.definitions.packages import package
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import judge
from adapter.mapping import installed
from adapter.mapping.artefacts.__main__ import artefacts
from adapter.record.parts import parts
from adapter.settings import mappings_folder

PROFILES = profiles_folder()
DEFINITIONS = {path.name: path for path in (PROFILES / "definitions").glob("*.json")}
EXAMPLES = {path.stem: path for path in (Path(__file__).parent / "broken").glob("*.json")}
FOREIGN = sorted((PROFILES / "foreign").glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    """The content of a definition or of a file of examples."""
    content: dict[str, Any] = read_stored(path.read_bytes())
    return content


RESOURCE_PROFILES = sorted(
    definition["id"]
    for definition in map(read, DEFINITIONS.values())
    if definition["resourceType"] == "StructureDefinition" and definition["type"] != "Extension"
)


def patched(target: Any, patch: Any) -> Any:
    """The result of a merge patch: https://www.rfc-editor.org/rfc/rfc7396."""
    if not isinstance(patch, dict):
        return patch
    whole = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            whole.pop(key, None)
        else:
            whole[key] = patched(whole.get(key), value)
    return whole


def test_generated_definitions_equal_the_mapping_files() -> None:
    """A change of a mapping file without ``make profiles`` leaves the committed definitions behind."""
    generated = dict(artefacts(mappings_folder()))
    assert {name for name, content in generated.items() if DEFINITIONS[name].read_bytes() != content} == set()
    terminology = {name for name in DEFINITIONS if not name.startswith("StructureDefinition-")}
    assert terminology <= generated.keys()


@pytest.mark.parametrize("path", [*DEFINITIONS.values(), *FOREIGN], ids=lambda path: path.stem)
def test_a_definition_is_valid_r4_without_a_snapshot(path: Path) -> None:
    """Every definition is valid R4 and has a differential only."""
    definition = read(path)
    assert judge(definition).is_valid, judge(definition).findings
    assert "snapshot" not in definition
    assert path.stem == f"{definition['resourceType']}-{definition['id']}"


def test_the_versions_of_the_package_are_the_version_of_the_adapter() -> None:
    """package.json, SUSHI's configuration and every definition of the project have one version."""
    manifest = json.loads((PROFILES / "package.json").read_text(encoding="utf-8"))
    config = yaml.safe_load((PROFILES / "sushi-config.yaml").read_text(encoding="utf-8"))
    found = {
        manifest["version"],
        config["version"],
        *(read(path)["version"] for path in DEFINITIONS.values()),
    }
    assert found == {version("ip-adapter")}
    assert (manifest["name"], manifest["canonical"]) == (config["id"], config["canonical"])


@pytest.mark.parametrize("profile", RESOURCE_PROFILES)
def test_a_profile_has_three_broken_examples_or_more(profile: str) -> None:
    """Each profile has a conforming example, and at least three that break it in different places."""
    examples = read(EXAMPLES[profile])
    assert examples["profile"].rpartition("/")[2] == profile
    broken = [patched(examples["valid"], one["patch"]) for one in examples["broken"]]
    assert len(broken) >= 3
    assert judge(examples["valid"]).is_valid
    assert examples["valid"] not in broken
    assert len({one["name"] for one in examples["broken"]}) == len(broken)


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    """R4, no-basis and the package of profiles."""
    return Definitions.built_in().with_package(package(PROFILES))


@pytest.mark.parametrize("profile", RESOURCE_PROFILES)
def test_a_broken_example_gets_its_findings_and_the_valid_one_none(
    profile: str, definitions: Definitions
) -> None:
    """The engine finds the rule an example breaks, at its place, and nothing in the one that conforms."""
    examples = read(EXAMPLES[profile])
    rules = Rules(definitions, (examples["profile"],))
    assert judge(examples["valid"], rules).errors == ()
    for one in examples["broken"]:
        found = judge(patched(examples["valid"], one["patch"]), rules).errors
        assert sorted({f"{error.code} {error.expression}" for error in found}) == one["findings"], one["name"]
        assert found, one["name"]


PROFILE_OF = {file.part: file.profile for file in installed().sources.files}
RECORDS = record_files.read_all([Path(__file__).parents[1] / "examples"])


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.body["id"])
def test_the_resources_of_an_example_conform_to_their_profiles(
    record: record_files.RecordFile, definitions: Definitions
) -> None:
    """Everything that is given of a record conforms to the profile of its mapping file."""
    for part in parts(record.kind, record.body):
        resource = installed().of(part.kind).to_fhir(part.body, part.surroundings)
        assert judge(resource, Rules(definitions, (PROFILE_OF[part.kind],))).errors == ()


def test_every_invariant_of_the_project_has_a_broken_example() -> None:
    """An invariant that no example breaks may never fail at all."""
    keys = {
        constraint["key"]
        for path in DEFINITIONS.values()
        for element in read(path).get("differential", {}).get("element", ())
        for constraint in element.get("constraint", ())
    }
    broken = {one["rule"] for path in EXAMPLES.values() for one in read(path)["broken"]}
    assert keys - broken == set()

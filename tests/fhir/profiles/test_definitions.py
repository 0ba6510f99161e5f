"""Definitions: packages in, profiles out, and a reason for each that cannot be used."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.definitions.layers import BrokenProfile, Profile
from adapter.fhir.definitions.packages import PackageError, package
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import judge
from tests.fhir.profiles.definitions import BASE, R4, found, package_of, profile

PATIENT = {"resourceType": "Patient"}
BAD_RULE = {"key": "k-1", "severity": "error", "human": "x", "expression": "a ="}
STRICT = profile("strict", "Patient", {"id": "Patient.gender", "min": 1})


def archive(path: Path, files: dict[str, bytes]) -> Path:
    """A package file with some files."""
    with tarfile.open(path, "w:gz") as made:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    return path


def text(tree: dict[str, Any]) -> bytes:
    """The JSON of a definition."""
    return json.dumps(tree).encode()


def test_every_definition_of_r4_and_no_basis_compiles() -> None:
    """Every profile and extension built in can be applied; R4's patterns, which are no types, cannot."""
    definitions = Definitions.built_in()
    urls = [
        url for one in definitions.packages for kind, url in one.editions if kind == "StructureDefinition"
    ]
    broken = {url for url in urls if not isinstance(definitions.profile(url), Profile)}
    assert len(urls) > 450
    assert broken == {
        f"{R4}/{name}" for name in ("Definition", "Event", "FiveWs", "MetadataResource", "Request")
    }


@pytest.mark.parametrize(
    "files",
    [
        {"package/package.json": b'{"name": "a.b", "version": "1.0"}', "package/strict.json": text(STRICT)},
        {"package/strict.json": text(STRICT), "package/example/bad.json": b"{", "package/other/x.json": b"{"},
    ],
)
def test_a_folder_and_a_package_file_give_the_same_definitions(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    """A package is read from a folder and from a .tgz alike; its examples are passed over."""
    for name, data in files.items():
        (tmp_path / "dir" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "dir" / name).write_bytes(data)
    for path in (tmp_path / "dir", archive(tmp_path / "a.tgz", files)):
        definitions = Definitions.built_in().with_package(package(path))
        assert [one.code for one in judge(PATIENT, Rules(definitions, (STRICT["url"],))).errors] == [
            "profile-min"
        ]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"../evil.json": text(STRICT)}, "leaves its folder"),
        ({"/etc/evil.json": text(STRICT)}, "leaves its folder"),
        ({"package/a.json": b'{"resourceType": "StructureDef'}, "not JSON"),
        (
            {"package/a.json": text(STRICT), "package/b.json": text(STRICT | {"type": "Goal"})},
            "defined twice",
        ),
    ],
)
def test_a_package_that_cannot_be_used_is_refused(
    tmp_path: Path, files: dict[str, bytes], reason: str
) -> None:
    """A package with names outside its folder, bad JSON, or two definitions of one canonical is refused."""
    with pytest.raises(PackageError, match=reason):
        package(archive(tmp_path / "a.tgz", files))


@pytest.mark.parametrize("data", [b"", b"not gzip", b"\x1f\x8b\x08\x00broken"])
def test_a_file_that_is_no_package_is_refused(tmp_path: Path, data: bytes) -> None:
    """A file that is no .tgz, or a truncated one, is refused with a reason."""
    (tmp_path / "a.tgz").write_bytes(data)
    with pytest.raises(PackageError, match="not a package file"):
        package(tmp_path / "a.tgz")
    whole = archive(tmp_path / "b.tgz", {"package/a.json": text(STRICT) + b" " * 100_000}).read_bytes()
    (tmp_path / "a.tgz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PackageError):
        package(tmp_path / "a.tgz")


def test_a_canonical_with_a_version_finds_that_version() -> None:
    """``url|version`` finds that version, also shortened; a bare url finds that of the last package."""
    old, new = STRICT | {"version": "1.0.0"}, profile("strict", "Patient") | {"version": "2.0.0"}
    definitions = Definitions((package_of([old, new], "a"),))
    for canonical, version in ((f"{BASE}/strict|1.0.0", "1.0.0"), (f"{BASE}/strict|2", "2.0.0")):
        tree = definitions.find("StructureDefinition", canonical)
        assert tree is not None
        assert tree["version"] == version
    assert definitions.find("StructureDefinition", f"{BASE}/strict|3") is None
    later = definitions.with_package(package_of([STRICT | {"version": "3.0.0"}], "b"))
    assert (later.find("StructureDefinition", f"{BASE}/strict") or {})["version"] == "3.0.0"


def test_definitions_are_values() -> None:
    """Two callers with different packages do not meet: adding a package changes nothing that exists."""
    before = Definitions.built_in()
    after = before.with_package(package_of([STRICT], "a"))
    assert before.profile(STRICT["url"]) is None
    assert isinstance(after.profile(STRICT["url"]), Profile)
    assert before.profile(STRICT["url"]) is None


def test_a_definition_in_two_packages_that_differs_is_told() -> None:
    """Two packages that define one canonical in one version differently are in conflict."""
    first = package_of([STRICT], "a")
    same = package_of([STRICT | {"description": "another text"}], "b")
    other = package_of([profile("strict", "Patient")], "c")
    assert list(Definitions((first, same)).conflicts()) == []
    assert list(Definitions((first, other)).conflicts()) == [(STRICT["url"], "a", "c")]


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (profile("p", "Patient", base=f"{BASE}/p"), "leads back to itself"),
        (profile("p", "Patient", {"id": "Patient.size", "min": 1}), "Patient has no element size"),
        (profile("p", "Patient", {"id": "Patient.name", "max": "many"}), "is not a number"),
        (profile("p", "Patient", {"id": "Patient.name", "min": "1"}), "malformed"),
        (profile("p", "NoType"), "not a type of R4"),
        (profile("p", "Patient") | {"differential": []}, "malformed"),
        (profile("p", "Patient", base=f"{R4}/Goal"), "constrains Goal, another type"),
        (profile("p", "Patient", {"id": "Person.name", "min": 1}), "a path outside Patient"),
        (profile("p", "Patient", {"id": "Patient.name", "max": "9" * 5000}), "is not a number"),
        (profile("p", "Patient", {"id": "Patient.name:" + "a/" * 3000 + "a"}), "more than 64 levels deep"),
        (
            profile("p", "Patient", {"id": "Patient.contact.extension" + ".extension" * 3000}),
            "64 levels deep",
        ),
    ],
)
def test_a_profile_that_cannot_be_applied_is_an_error_with_its_reason(
    definition: dict[str, Any], reason: str
) -> None:
    """A broken profile makes a resource that asks for it invalid, and the text gives the reason."""
    definitions = Definitions.built_in().with_package(package_of([definition], "a"))
    broken = definitions.profile(f"{BASE}/p")
    assert isinstance(broken, BrokenProfile)
    assert reason in broken.reason
    assert found(PATIENT, definition) == [("profile-broken", "Patient")]


def test_a_profile_that_is_not_installed_is_named_as_not_checked() -> None:
    """A profile asked for or claimed that is in no package is named in not_checked; so is a missing base."""
    claimed = PATIENT | {"meta": {"profile": [f"{BASE}/claimed"]}}
    derived = profile("derived", "Patient", base=f"{BASE}/missing")
    definitions = Definitions.built_in().with_package(package_of([derived], "a"))
    result = judge(claimed, Rules(definitions, (f"{BASE}/asked", f"{BASE}/derived")))
    assert result.is_valid
    assert {one.url for one in result.not_checked} == {
        f"{BASE}/{name}" for name in ("claimed", "asked", "missing")
    }


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (profile("p", "Patient", {"id": "Patient.size", "min": 1}), "no element size"),
        (profile("p", "Patient", {"id": "Patient.name", "max": "x"}), "is not a number"),
        (profile("p", "Patient", base=f"{BASE}/p"), "leads back to itself"),
        (
            profile(
                "p",
                "Patient",
                {
                    "id": "Patient",
                    "constraint": [{"key": "k-1", "severity": "error", "human": "x", "expression": "a ="}],
                },
            ),
            "k-1 cannot be evaluated",
        ),
    ],
)
def test_a_profile_is_judged_as_a_resource(definition: dict[str, Any], reason: str) -> None:
    """A StructureDefinition that could not be applied, or whose rule is no FHIRPath, is invalid itself."""
    rules = Rules(Definitions.built_in().with_package(package_of([definition], "a")))
    (finding,) = (one for one in judge(definition, rules).errors if one.code == "profile-broken")
    assert reason in finding.en
    sound = profile("p", "Patient", {"id": "Patient.name", "min": 1})
    assert not [one for one in judge(sound, Rules()).errors if one.code == "profile-broken"]


def test_a_long_chain_of_bases_is_refused() -> None:
    """A profile that is too many profiles away from its type gives a finding, and so do those before it."""
    chain = [profile(f"p{at}", "Patient", base=f"{BASE}/p{at + 1}") for at in range(2000)]
    assert found(PATIENT, *chain) == [("profile-broken", "Patient")]


def test_a_type_may_be_named_by_its_address() -> None:
    """The address of an R4 type names that type; Resource and DomainResource can be profiled."""
    rule = {"id": "Patient.gender", "min": 1}
    assert found(PATIENT, profile("p", "Patient", rule) | {"type": f"{R4}/Patient"}) == [
        ("profile-min", "Patient")
    ]
    for name in ("Resource", "DomainResource"):
        assert found(PATIENT, profile("p", name, {"id": f"{name}.language", "min": 1})) == [
            ("profile-min", "Patient")
        ]


def test_a_type_of_another_version_is_not_installed() -> None:
    """A type of R4 is found by its own version, also shortened, and by no other."""
    definitions = Definitions.built_in()
    for version in ("", "|4.0.1", "|4.0"):
        assert isinstance(definitions.profile(f"{R4}/Patient{version}"), Profile)
    assert definitions.profile(f"{R4}/Patient|5.0.0") is None


def test_a_name_that_is_not_installed_takes_no_memory() -> None:
    """Definitions keep what they compiled and nothing of the names that senders make up."""
    definitions = Definitions.built_in().with_package(package_of([STRICT], "a"))
    for at in range(100):
        judge(PATIENT | {"meta": {"profile": [f"{BASE}/made-up-{at}"]}}, Rules(definitions))
    assert definitions._profiles == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"resourceType": "CodeSystem", "property": "x"},
        {"resourceType": "CodeSystem", "property": [{"code": "a"}]},
        {"resourceType": "CodeSystem", "concept": [{"display": "a"}]},
        {"resourceType": "CodeSystem", "concept": [{"code": 1}]},
        {
            "resourceType": "CodeSystem",
            "concept": [{"code": "a", "designation": [{"value": "b", "use": "x"}]}],
        },
        {"resourceType": "ValueSet", "compose": "x"},
        {"resourceType": "ValueSet", "compose": {"include": ["x"]}},
        {"resourceType": "ValueSet", "compose": {"include": [{"system": "http://x.no", "concept": [{}]}]}},
        {"resourceType": "ValueSet", "expansion": {"extension": [{}]}},
    ],
)
def test_a_misshapen_terminology_is_refused_by_its_file(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """A CodeSystem or ValueSet with members of other types gives one line with file and place."""
    made = package(archive(tmp_path / "a.tgz", {"package/a.json": text(wrong | {"url": "http://x.no/a"})}))
    ((edition,),) = made.editions.values()
    with pytest.raises(PackageError, match=r"a\.json: .*Correct the file"):
        edition.read()


def test_two_misshapen_profiles_are_compared() -> None:
    """A malformed StructureDefinition in two packages is a conflict, not a crash."""
    wrong = [profile("p", "Patient") | {"differential": {"element": [at]}} for at in (1, 2)]
    packages = tuple(package_of([one], name) for one, name in zip(wrong, "ab", strict=True))
    assert list(Definitions(packages).conflicts()) == [(f"{BASE}/p", "a", "b")]


@pytest.mark.slow
def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    """Bytes and members count also where the package has no use for them."""
    with tarfile.open(tmp_path / "a.tgz", "w:gz", compresslevel=1) as made:
        member = tarfile.TarInfo("other/zero")
        member.size = 1024**3
        with Path("/dev/zero").open("rb") as zeros:
            made.addfile(member, zeros)
    with pytest.raises(PackageError, match="more than 512 MB"):
        package(tmp_path / "a.tgz")
    many = archive(tmp_path / "b.tgz", {f"other/{at}": b"" for at in range(50_001)})
    with pytest.raises(PackageError, match="more than 50000 files"):
        package(many)


def test_a_folder_may_hold_other_files(tmp_path: Path) -> None:
    """XML that is not FHIR, a folder named as a file, and a link to nothing are passed over."""
    (tmp_path / "strict.json").write_bytes(text(STRICT))
    (tmp_path / "pom.xml").write_text("<project/>")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "link.json").symlink_to(tmp_path / "missing")
    assert [url for _, url in package(tmp_path).editions] == [STRICT["url"]]


@pytest.mark.parametrize("sent", ["#Ola-01817012345", "|Ola-01817012345"])
def test_no_finding_carries_the_rest_of_a_claimed_canonical(sent: str) -> None:
    """What a sender writes after the url of an installed profile stands in no text of a finding."""
    for profile_url in (f"{R4}/Patient", f"{R4}/vitalsigns"):
        result = judge(PATIENT | {"meta": {"profile": [f"{profile_url}{sent}"]}}, Rules())
        assert not [one for one in result.findings if "Ola" in one.en or "Ola" in one.nb]
        assert [one.kind for one in result.not_checked] == ["profile"]

"""`ip-adapter convert`, `load` and `validate`: records and FHIR in files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapter.settings import Settings
from tests.test_cli import _at_home, run

if TYPE_CHECKING:
    from collections.abc import Callable

    Converted = Callable[..., Any]

__all__ = ["_at_home"]

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*/*/*.json"))
SAK = next(path for path in EXAMPLES if path.name == "sak-slagpasient.json")


@pytest.fixture
def converted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Converted:
    """The output of `convert` for a file or a value, after a check of the exit code."""

    def convert(source: Path | dict[str, Any] | str, *options: str, leaves: int = 0) -> Any:
        if not isinstance(source, Path):
            path = tmp_path / "source"
            path.write_text(source if isinstance(source, str) else json.dumps(source))
            source = path
        assert run("convert", source, *options) == leaves
        out = capsys.readouterr().out
        return json.loads(out) if out.startswith("{") else out

    return convert


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_record_survives_conversion_to_fhir_and_back(path: Path, converted: Converted) -> None:
    """Every example as a Bundle in JSON and back is the same record, labels included."""
    bundle = converted(path, "--to", "fhir")
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    assert converted(bundle, "--to", "plan") == json.loads(path.read_bytes())


def test_fields_without_an_element_survive_conversion(converted: Converted) -> None:
    """Fields of a plan and of the sak without a FHIR element come back from JSON and from XML."""
    sak = json.loads(SAK.read_bytes())
    sak["moter"] = [{"id": "juni", "tidspunkt": "2026-06-08", "referat": "Målene ble gått gjennom"}]
    assert {"situasjon", "ressurser", "behov", "samarbeid"} <= sak["planer"][0].keys()
    assert converted(converted(sak, "--to", "fhir"), "--to", "plan") == sak
    assert converted(converted(sak, "--to", "fhir", "--format", "xml"), "--to", "plan") == sak


def test_a_bundle_in_xml_gives_the_same_record(converted: Converted) -> None:
    """The Bundle in XML converts back to the same record."""
    xml = converted(SAK, "--to", "fhir", "--format", "xml")
    assert xml.startswith(("<?xml", "<Bundle"))
    assert converted(xml, "--to", "plan") == json.loads(SAK.read_bytes())


@pytest.mark.parametrize("number", ["1e2", "0.0000001", "0E-3", "-0"])
def test_a_number_keeps_its_digits_in_conversion(
    converted: Converted, capsys: pytest.CaptureFixture[str], tmp_path: Path, number: str
) -> None:
    """A number of the residue keeps its digits in the record file, in JSON and in XML."""
    goal = {
        "resourceType": "Goal",
        "id": "maalet",
        "extension": [{"url": "https://sender.example/number", "valueDecimal": 17}],
        "lifecycleStatus": "active",
        "description": {"text": "Gå lenger"},
        "subject": {"reference": "Patient/slagpasient"},
    }
    bundle = converted(SAK, "--to", "fhir")
    entry = {"fullUrl": "https://sender.example/Goal/maalet", "resource": goal}
    text = json.dumps({**bundle, "entry": [*bundle["entry"], entry]})
    path = tmp_path / "spelled"
    path.write_text(text.replace('"valueDecimal": 17', f'"valueDecimal":{number}'))
    for options in (["plan"], ["fhir"], ["plan"], ["fhir", "--format", "xml"], ["plan"]):
        assert run("convert", path, "--to", *options) == 0
        path.write_text(capsys.readouterr().out)
        assert re.search(f'valueDecimal(":| value="){re.escape(number)}["}}]', path.read_text())


@pytest.mark.parametrize("antall", ["6.0", "6e0", "60E-1"])
def test_an_integer_is_written_as_fhir_writes_integers(converted: Converted, antall: str) -> None:
    """The integer 6.0 (JSON Schema) is 6 in FHIR."""
    sak = json.loads(SAK.read_bytes())
    sak["planer"][0]["evalueringsintervall"] = {"antall": 17, "enhet": "maned"}
    sak["innbygger"]["kontaktpunkter"][0]["rang"] = 17
    text = json.dumps(sak).replace(": 17", f": {antall}")
    bundle = json.dumps(converted(text, "--to", "fhir"))
    assert '"rank": 6,' in bundle or '"rank": 6}' in bundle
    assert '"value": 6,' in bundle


def test_a_resource_survives_conversion_to_a_record_and_back(converted: Converted) -> None:
    """Residue is in the ``rest`` of the record file, and comes back in its place."""
    bundle = converted(SAK, "--to", "fhir")
    team = next(
        entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "CareTeam"
    )
    team["note"] = [{"text": "Møtes annenhver tirsdag"}]
    team["participant"][0]["role"][0]["text"] = "Koordinator for Arne"
    record = converted(bundle, "--to", "plan")
    assert record["rest"].keys() == {"CareTeam/slagpasient-team"}
    again = converted(record, "--to", "fhir")
    assert [_untold(entry) for entry in again["entry"]] == [_untold(entry) for entry in bundle["entry"]]


def _untold(entry: dict[str, Any]) -> dict[str, Any]:
    """The resource without its generated text."""
    return {key: value for key, value in entry["resource"].items() if key != "text"}


def test_references_by_full_url_become_references_to_parts(converted: Converted) -> None:
    """A reference by urn:uuid becomes Type/id, and a resource without an id gets one."""
    person, team = (
        "urn:uuid:6f0e8d5a-3a59-4c5f-9d5e-0d1d3f0b7a10",
        "urn:uuid:6f0e8d5a-3a59-4c5f-9d5e-0d1d3f0b7a11",
    )
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": team, "resource": {"resourceType": "CareTeam", "subject": {"reference": person}}},
            {"fullUrl": person, "resource": {"resourceType": "Patient", "active": True}},
        ],
    }
    sak = converted(bundle, "--to", "plan")
    assert sak["innbygger"]["aktiv"] is True
    assert len(sak["team"]) == 1


PERSON = {"resourceType": "Patient", "id": "p1"}


def collection(*resources: dict[str, Any]) -> dict[str, Any]:
    """A collection Bundle of resources."""
    entries = [
        {"fullUrl": f"https://ehr.example/{one['resourceType']}/{one['id']}", "resource": one}
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def goal(id_: str, **more: Any) -> dict[str, Any]:
    """A Goal of the person."""
    subject = {"reference": "Patient/p1"}
    return {
        "resourceType": "Goal",
        "id": id_,
        "lifecycleStatus": "active",
        "description": {"text": id_},
        "subject": subject,
        **more,
    }


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_a_bundle_does_not_matter(converted: Converted, turned: bool) -> None:
    """A goal that refers to another goal gets the same place in the record, whichever comes first."""
    based_on = {
        "url": "http://hl7.org/fhir/StructureDefinition/goal-relationship",
        "extension": [
            {"url": "type", "valueCodeableConcept": {"text": "based-on"}},
            {"url": "target", "valueReference": {"reference": "Goal/hoved"}},
        ],
    }
    goals = [goal("hoved"), goal("del", extension=[based_on])]
    record = converted(collection(PERSON, *(reversed(goals) if turned else goals)), "--to", "plan")
    assert {one["id"]: one.get("delmaal") for one in record["maal"]} == {"hoved": ["del"], "del": None}


@pytest.mark.parametrize(
    ("resources", "told"),
    [
        ([PERSON, {**PERSON, "id": "p2"}], ("several-people", "Bundle.entry[1]")),
        (
            [
                PERSON,
                {
                    "resourceType": "ServiceRequest",
                    "id": "t",
                    "status": "active",
                    "intent": "plan",
                    "code": {"text": "Trening"},
                    "subject": {"reference": "Patient/p1"},
                    "basedOn": [{"reference": "CarePlan/ingen"}],
                },
            ],
            ("link-unknown", "Bundle.entry[1].resource.basedOn"),
        ),
    ],
    ids=["two people", "a link to nothing"],
)
def test_content_without_a_place_in_the_record_is_refused(
    resources: list[dict[str, Any]],
    told: tuple[str, str],
    converted: Converted,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """The refusal has the reason and the place; no content is lost in silence."""
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(collection(*resources)))
    assert run("convert", path, "--to", "plan") == 1
    err = capsys.readouterr().err
    assert told[0] in err
    assert told[1] in err


def test_an_unmapped_resource_type_is_refused(
    converted: Converted, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A resource of an unmapped type is refused at its entry."""
    path = tmp_path / "observation.json"
    path.write_text('{"resourceType": "Observation", "status": "final", "code": {"text": "Gangfunksjon"}}')
    assert run("convert", path, "--to", "plan") == 1
    captured = capsys.readouterr()
    assert "type-unmapped" in captured.err
    assert not captured.out


@pytest.mark.parametrize("content", ["", "{", "[]", '{"navn": 1}', '{"resourceType": "Patient", "id": "p"}'])
def test_a_file_that_is_not_a_record_exits_with_2(content: str, converted: Converted) -> None:
    """A file that is not JSON, or is JSON but not a record, exits with 2."""
    converted(content, "--to", "fhir", leaves=2)


def test_an_invalid_record_is_not_converted(converted: Converted, capsys: pytest.CaptureFixture[str]) -> None:
    """A record that breaks its schema is not converted, and the findings have its places."""
    record = json.loads(SAK.read_bytes())
    record["team"][0]["deltakere"][1]["rolle"] = "sjef"
    assert converted(record, "--to", "fhir", leaves=1) == ""


def test_a_byte_order_mark_is_ignored(converted: Converted) -> None:
    """A byte order mark before a record or a Bundle, in JSON or XML, is ignored."""
    record = json.loads(SAK.read_bytes())
    mark = "\ufeff"
    bundle = converted(f"{mark}{json.dumps(record)}", "--to", "fhir")
    assert converted(f"{mark}{json.dumps(bundle)}", "--to", "plan") == record
    assert converted(mark + converted(SAK, "--to", "fhir", "--format", "xml"), "--to", "plan") == record


def test_validate_prints_every_error_with_its_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each finding is a line with file and line number, or JSON; the exit code is 1 with an invalid file."""
    good, bad = tmp_path / "good.json", tmp_path / "bad.xml"
    good.write_text('{"resourceType": "CareTeam", "status": "active"}')
    bad.write_text('<CareTeam xmlns="http://hl7.org/fhir">\n  <status value="actve"/>\n</CareTeam>')
    assert run("validate", good) == 0
    assert capsys.readouterr().out.startswith("1 file valid (")
    assert run("validate", good, bad) == 1
    assert f"{bad}:2:" in capsys.readouterr().out
    assert run("validate", "--format", "json", good, bad) == 1
    report = json.loads(capsys.readouterr().out)
    assert [file["valid"] for file in report["files"]] == [True, False]
    (finding,) = report["files"][1]["findings"]
    assert (finding["expression"], finding["line"]) == ("CareTeam.status", 2)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "<", "<a/>", '{"a":1,"a":2}', '{"resourceType":"Nothing"}', "\x00"]
)
def test_validate_exits_with_1_for_a_file_that_is_not_fhir(
    content: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A named file that cannot be read as FHIR is invalid, with the reason."""
    path = tmp_path / "file"
    path.write_text(content)
    assert run("validate", path) == 1
    assert f"{path}:" in capsys.readouterr().out


def test_load_writes_every_record_and_a_second_load_makes_no_version(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examples load in an order for their references; loading them again makes no version."""
    from adapter.app import open_repository  # noqa: PLC0415 - after the environment is set

    folder = Path(__file__).parent / "examples"
    assert run("db", "upgrade") == 0
    assert run("load", folder) == 0
    assert f"{len(EXAMPLES)} records loaded" in capsys.readouterr().err
    assert run("load", folder) == 0
    import os  # noqa: PLC0415

    repository = open_repository(Settings.from_environment(os.environ))
    try:
        assert repository.record("sak", "sak-slagpasient").version == 1
    finally:
        repository.store.close()
    assert run("db", "reproject") == 0
    assert f"{len(EXAMPLES)} records published again" in capsys.readouterr().out


def test_load_prints_the_place_of_a_refused_record(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A record with a reference to a missing record is refused with its place; the others stay loaded."""
    assert run("db", "upgrade") == 0
    assert run("load", SAK) == 1
    err = capsys.readouterr().err
    assert "reference-broken" in err
    assert "sak.team[0].deltakere[0].hvem" in err
    assert "0 records loaded" in err

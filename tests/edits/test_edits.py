"""An edit of a FHIR resource changes the municipal record as the table of edits says, through both doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render
from tests.edits.changes import changes
from tests.edits.plan_rows import PLAN_EDITS
from tests.edits.rows import EDITS, Edit, Resource, change_role, translate_role

if TYPE_CHECKING:
    from tests.rest.conftest import House


def record(house: House, path: str) -> Resource:
    """A record as the municipality's own system reads it."""
    return read_stored(house.municipality("GET", f"/kommune/v1/{path}").data)


def kept(house: House, path: str) -> dict[str, Any]:
    """The residue of a record, by part."""
    return {part: said["rest"] for part, said in record(house, f"{path}/rest").items()}


def read(house: House, reference: str) -> Resource:
    """A resource as the municipality reads it."""
    return read_stored(house.municipality("GET", f"/fhir/{reference}").data)


def write(house: House, resource: Resource, *, as_xml: bool = False) -> Resource:
    """Update or create a resource; returns the answer."""
    media, body = ("xml", xml.render(resource)) if as_xml else ("json", render(resource))
    type_, id_ = resource["resourceType"], resource.get("id")
    headers = {"Content-Type": f"application/fhir+{media}"}
    if id_:
        headers |= {"If-Match": f'W/"{resource["meta"]["versionId"]}"'} if "meta" in resource else {}
        answer = house.municipality("PUT", f"/fhir/{type_}/{id_}", data=body, headers=headers)
    else:
        answer = house.municipality("POST", f"/fhir/{type_}", data=body, headers=headers)
    assert answer.status_code in {200, 201}, answer.text
    return read_stored(answer.data)


def holds(tree: Any, said: Any) -> bool:
    """Tests whether the tree has this value anywhere."""
    below = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return bool(tree == said) or any(holds(one, said) for one in below)


def content(resource: Resource) -> Resource:
    """A resource without id, meta and narrative, which the server sets."""
    return {name: value for name, value in resource.items() if name not in {"id", "meta", "text"}}


def edited(house: House, row: Edit) -> tuple[Resource, Resource]:
    """Carry out a row; returns the resource sent and the answer."""
    type_, _, id_ = row.of.partition("/")
    if row.first:
        before = read(house, row.of)
        row.first(before)
        write(house, before)
    sent = read(house, row.of) if id_ else {"resourceType": type_}
    row.edit(sent)
    return sent, write(house, sent, as_xml=row.xml)


@pytest.mark.parametrize("row", [*EDITS, *PLAN_EDITS], ids=lambda row: row.what)
def test_an_edit_changes_only_its_field_of_the_record(house: House, row: Edit) -> None:
    """A FHIR edit is stored in its field or as residue, and the resource reads as it was sent."""
    for resource in row.given:
        write(house, resource)
    old = record(house, row.record)
    sent, answered = edited(house, row)
    assert changes(old, record(house, row.record)) == row.follows
    rest = kept(house, row.record)
    assert rest.keys() == row.rest.keys()
    expected = [(part, said) for part, all_said in row.rest.items() for said in all_said]
    assert [said for part, said in expected if not holds(rest[part], said)] == []
    assert content(answered) == content(sent)
    version = int(sent.get("meta", {}).get("versionId", 0))
    assert answered["meta"]["versionId"] == str(version + 1)
    assert read(house, f"{answered['resourceType']}/{answered['id']}") == answered


def test_a_code_changed_in_the_record_drops_the_residue_of_the_old_code(house: House) -> None:
    """A second Coding and a text belong to their code: once the record changes the code, neither is shown."""
    row = next(row for row in EDITS if row.edit is translate_role)
    edited(house, row)
    sak = record(house, row.record)
    fastlege = next(one for one in sak["team"][0]["deltakere"] if one["id"] == "fastlege")
    fastlege["rolle"] = "kontaktperson"
    headers = {"If-Match": "*", "Content-Type": "application/json"}
    answer = house.municipality("PUT", f"/kommune/v1/{row.record}", data=render(sak), headers=headers)
    assert answer.status_code == 200, answer.text
    expected: Resource = {"participant": [{"id": "fastlege"}]}
    change_role(expected)
    shown = next(one for one in read(house, row.of)["participant"] if one["id"] == "fastlege")
    assert shown["role"] == expected["participant"][0]["role"]

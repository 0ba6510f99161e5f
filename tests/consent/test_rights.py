"""The write table, row by row; hidden fields and items stay as they were."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.consent.lens import Lens, Standing
from adapter.consent.rights import merged, refused_fields

SYKEHUS = {"organisasjon": "sykehus"}
HOSPITAL = Lens("organisasjon/sykehus", "TREAT", Standing.PERMITTED)
PERSON = Lens("innbygger/kari", "", Standing.PERSON)
MINE, KARI = {"eier": SYKEHUS}, {"eier": {"innbygger": "kari"}}
DELTAKER = {"id": "d1", "hvem": SYKEHUS, "gyldighet": {"fra": "2026-01-01"}}
LEAVING = {**DELTAKER, "gyldighet": {"fra": "2026-01-01", "til": "2026-05-01"}}
OTHER = {"id": "d2", "hvem": {"organisasjon": "skole"}}
TEAM = {"deltakere": [DELTAKER, OTHER]}

ROWS = [
    ("the person gives a samtykke", PERSON, "samtykke", None, {"tilstand": "aktiv"}, []),
    ("in the own name alone", PERSON, "samtykke", None,
     {"tilstand": "aktiv", "gittAv": [{"parorende": "mor"}]}, ["*"]),
    ("beside who has signed", PERSON, "samtykke", {"tilstand": "foreslatt", "gittAv": [{"parorende": "mor"}]},
     {"tilstand": "aktiv", "gittAv": [{"parorende": "mor"}, {"innbygger": "kari"}]}, []),
    ("and takes one back", PERSON, "samtykke", {"tilstand": "aktiv"}, {"tilstand": "inaktiv"}, []),
    ("a hospital cannot permit itself", HOSPITAL, "samtykke", None, {"tilstand": "aktiv"}, ["*"]),
    ("it may propose", HOSPITAL, "samtykke", None, {"tilstand": "foreslatt"}, []),
    ("and not take its proposal to aktiv", HOSPITAL, "samtykke", {**MINE, "tilstand": "foreslatt"},
     {**MINE, "tilstand": "aktiv"}, ["tilstand"]),
    ("nor undo its own once it is aktiv", HOSPITAL, "samtykke", {**MINE, "tilstand": "aktiv"},
     {**MINE, "tilstand": "foreslatt"}, ["tilstand"]),
    ("a person changes the words of an own mål", PERSON, "maal", {**KARI, "tekst": "a"},
     {**KARI, "tekst": "b"}, []),
    ("and not its status", PERSON, "maal", {**KARI, "status": "aktiv"},
     {**KARI, "status": "fullfort"}, ["status"]),
    ("a hospital proposes a mål", HOSPITAL, "maal", None, {"status": "foreslatt"}, []),
    ("and does not make it aktivt", HOSPITAL, "maal", None, {"status": "aktiv"}, ["*"]),
    ("nor changes what was accepted", HOSPITAL, "maal", {**MINE, "status": "akseptert", "tekst": "a"},
     {**MINE, "status": "foreslatt", "tekst": "b"}, ["status", "tekst"]),
    ("it edits its own tiltak", HOSPITAL, "tiltak", {**MINE, "tittel": "a"}, {**MINE, "tittel": "b"}, []),
    ("not the municipality's", HOSPITAL, "tiltak", {"tittel": "a"}, {"tittel": "b"}, ["tittel"]),
    ("of one it performs, the status", HOSPITAL, "tiltak", {"utforere": [SYKEHUS], "status": "aktiv"},
     {"utforere": [SYKEHUS], "status": "fullfort"}, []),
    ("and not the words", HOSPITAL, "tiltak", {"utforere": [SYKEHUS], "tittel": "a"},
     {"utforere": [SYKEHUS], "tittel": "b"}, ["tittel"]),
    ("it makes a delplan", HOSPITAL, "plan", None, {"plantype": "delplan-behandling"}, []),
    ("and no individuell plan", HOSPITAL, "plan", None, {"plantype": "individuell-plan"}, ["*"]),
    ("it ends its own participation", HOSPITAL, "team", TEAM,
     {"deltakere": [{**DELTAKER, "gyldighet": {"fra": "2026-01-01", "til": "2026-05-01"}}, OTHER]}, []),
    ("and nobody else's", HOSPITAL, "team", TEAM, {"deltakere": [DELTAKER]}, ["deltakere"]),
    ("it puts its end off", HOSPITAL, "team", {"deltakere": [LEAVING, OTHER]},
     {"deltakere": [{**DELTAKER, "gyldighet": {"fra": "2026-01-01", "til": "2026-05-02"}}, OTHER]},
     ["deltakere"]),
    ("nor takes it away", HOSPITAL, "team", {"deltakere": [LEAVING, OTHER]}, TEAM, ["deltakere"]),
    ("and not on a day gone by", HOSPITAL, "team", TEAM,
     {"deltakere": [{**DELTAKER, "gyldighet": {"fra": "2026-01-01", "til": "2026-02-28"}}, OTHER]},
     ["deltakere"]),
    ("it may leave today", HOSPITAL, "team", TEAM,
     {"deltakere": [{**DELTAKER, "gyldighet": {"fra": "2026-01-01", "til": "2026-03-01"}}, OTHER]}, []),
    ("it may leave sooner", HOSPITAL, "team", {"deltakere": [LEAVING, OTHER]},
     {"deltakere": [{**DELTAKER, "gyldighet": {"fra": "2026-01-01", "til": "2026-04-30"}}, OTHER]}, []),
    ("it gives itself no role", HOSPITAL, "team", TEAM,
     {"deltakere": [{**DELTAKER, "rolle": "koordinator"}, OTHER]}, ["deltakere"]),
    ("it puts nobody first", HOSPITAL, "team", TEAM, {"deltakere": [OTHER, DELTAKER]}, ["deltakere"]),
    ("who takes no part moves nobody", HOSPITAL, "team", {"deltakere": [OTHER, {**OTHER, "id": "d3"}]},
     {"deltakere": [{**OTHER, "id": "d3"}, OTHER]}, ["deltakere"]),
    ("of a team it is in, only its own part", HOSPITAL, "team", TEAM, {**TEAM, "navn": "Vårt"}, ["navn"]),
    ("what changes nothing is never refused", HOSPITAL, "tiltak", {"tittel": "a"}, {"tittel": "a"}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lens", "kind", "before", "after", "refused"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_write_table_refuses_a_field_without_a_right(
    lens: Lens, kind: str, before: dict[str, Any] | None, after: dict[str, Any], refused: list[str]
) -> None:
    """A change is refused with the name of the field; a part without any right with ``*``."""
    me = [SYKEHUS, {"innbygger": "kari"}]
    assert refused_fields(lens, kind, before, after, me, date(2026, 3, 1)) == refused


ITEMS = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("abcdef"), "a": st.integers(0, 3), "b": st.integers(0, 3)}),
    unique_by=lambda item: item["id"],
)
NUMBER = st.integers(0, 3)
PART = st.fixed_dictionaries(
    {
        "id": st.just("p"),
        "x": NUMBER,
        "y": NUMBER,
        "object": st.fixed_dictionaries({"a": NUMBER, "b": NUMBER}),
        "list": ITEMS,
    }
)


def shown(part: dict[str, Any]) -> dict[str, Any]:
    """A lens that hides ``y``, the items ``d`` to ``f``, and ``b`` in the rest and in the object."""
    items = [{"id": one["id"], "a": one["a"]} for one in part["list"] if one["id"] < "d"]
    inner = {"object": {"a": part["object"]["a"]}}
    return {"id": part["id"], "x": part["x"], **inner, **({"list": items} if items else {})}


@given(PART)
def test_a_visible_part_put_back_unchanged_changes_nothing(part: dict[str, Any]) -> None:
    """The lens law GetPut: a part that is read and put back unchanged changes nothing."""
    assert merged(part, shown(part), shown(part)) == part


@given(PART, PART)
def test_a_write_leaves_hidden_fields_and_items_unchanged(
    part: dict[str, Any], other: dict[str, Any]
) -> None:
    """A write changes the visible fields and items; hidden ones are as they were."""
    seen, after = shown(part), shown(other)
    result = {"list": [], **merged(part, seen, after)}
    assert result["y"] == part["y"]
    assert result["object"]["b"] == part["object"]["b"]
    assert [one for one in result["list"] if one["id"] >= "d"] == [
        one for one in part["list"] if one["id"] >= "d"
    ]
    assert shown(result) == after
    kept = {one["id"]: one["b"] for one in part["list"]}
    assert all(one["b"] == kept[one["id"]] for one in result["list"] if one["id"] in kept)

"""A record may name what is in the directory now, and not what was in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.rest.world import CASE, RECORDS

if TYPE_CHECKING:
    from tests.rest.conftest import House

NEW_TEAM = "nytt-team"


def sak_naming(hvem: dict[str, str]) -> dict[str, Any]:
    """The person's sak with a second team in which somebody takes part."""
    team = {"id": NEW_TEAM, "deltakere": [{"id": "d1", "rolle": "kontaktperson", "hvem": hvem}]}
    return {**CASE, "team": [*CASE.get("team", ()), team]}


@pytest.mark.no_sql
@pytest.mark.parametrize("hvem", ["borte", "aldri-her"])
def test_a_removed_rolle_is_refused_as_an_unknown_one(world: House, hvem: str) -> None:
    """A new reference to a rolle that its ansatt no longer has is reference-broken, as to one never here."""
    plural, ansatt = next((plural, record) for plural, record in RECORDS if plural == "ansatte")
    gone = {**ansatt["roller"][0], "id": "borte"}
    path = f"/kommune/v1/{plural}/{ansatt['id']}"
    for roller in ([*ansatt["roller"], gone], ansatt["roller"]):
        changed = world.municipality(
            "PUT", path, json={**ansatt, "roller": roller}, headers={"If-Match": "*"}
        )
        assert changed.status_code == 200, changed.json
    answer = world.municipality(
        "PUT", "/kommune/v1/saker/saken", json=sak_naming({"rolle": hvem}), headers={"If-Match": "*"}
    )
    found = [one["kode"] for one in answer.json["funn"]]
    assert (answer.status_code, found) == (422, ["reference-broken"])


@pytest.mark.no_sql
def test_a_rolle_that_stands_is_taken(world: House) -> None:
    """The neighbour that passes: the same team with a rolle its ansatt has."""
    ansatt = next(record for plural, record in RECORDS if plural == "ansatte")
    sak = sak_naming({"rolle": ansatt["roller"][0]["id"]})
    answer = world.municipality("PUT", "/kommune/v1/saker/saken", json=sak, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json

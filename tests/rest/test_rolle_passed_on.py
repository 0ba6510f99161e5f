"""A former holder of a rolle loses the access that the rolle gave, though the sak does not change."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from adapter.security.development import Wish
from tests.rest.test_consent import TEAM, edited, said, write
from tests.rest.world import SUCCESSOR

if TYPE_CHECKING:
    from tests.rest.conftest import House

BJARTE = Wish("ansatt", "epj", person="bjarte")


def to_rolle(sak: dict[str, Any]) -> None:
    """The sak with a samtykke to the holder of a rolle, and a team."""
    sak["samtykker"][0]["mottaker"] = {"rolle": "bjarte-koordinator"}
    sak["samtykker"][0]["regler"][0]["del"] = ["team"]


def renamed(sak: dict[str, Any]) -> None:
    """The same sak, with another name for the team."""
    to_rolle(sak)
    sak["team"][0]["navn"] = "Teamet"


def test_a_former_holder_of_a_rolle_gets_the_answers_of_an_unknown_resource(world: House) -> None:
    """A former holder gets 404, with no deletion and no older version, though the sak has not changed."""
    write(world, edited(to_rolle))
    write(world, edited(renamed))
    assert world.call(BJARTE, "GET", f"{TEAM}/_history").json["total"] == 2
    left = copy.deepcopy(SUCCESSOR)
    left["roller"][0]["aktiv"] = False
    answer = world.municipality("PUT", "/kommune/v1/ansatte/bjarte", json=left, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json
    write(world, edited(to_rolle))
    for path in (TEAM, f"{TEAM}/_history", f"{TEAM}/_history/1"):
        never = path.replace("teamet", "aldri")
        assert said(world.call(BJARTE, "GET", path)) == said(world.call(BJARTE, "GET", never)), path

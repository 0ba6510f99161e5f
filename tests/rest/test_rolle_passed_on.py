"""Who holds a rolle is said outside the sak: who no longer does sees nothing of what it gave."""

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
    """The samtykke is to who holds a rolle, and to the team."""
    sak["samtykker"][0]["mottaker"] = {"rolle": "bjarte-koordinator"}
    sak["samtykker"][0]["regler"][0]["del"] = ["team"]


def renamed(sak: dict[str, Any]) -> None:
    """The same, and the team has another name."""
    to_rolle(sak)
    sak["team"][0]["navn"] = "Teamet"


def test_who_left_a_rolle_sees_nothing_of_what_it_gave(world: House) -> None:
    """As never: no deletion is told, and nothing older is read, though the sak itself took nothing away."""
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

"""Who a caller is, to the publications."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from adapter.repository.recipients import recipients
from adapter.security.caller import Caller
from adapter.security.scopes import EVERYTHING
from tests.rest.world import CASE, OTHER_NUMBER, PERSON_NUMBER, UNUSED_NUMBER

if TYPE_CHECKING:
    from tests.rest.conftest import House

D_NUMBER = "51847530190"


@pytest.mark.parametrize(
    ("number", "known"),
    [
        (PERSON_NUMBER, ("innbygger/torill", "directory")),
        (D_NUMBER, ("innbygger/nadia", "directory")),
        (OTHER_NUMBER, ("innbygger/odd", "directory")),
        (UNUSED_NUMBER, ("directory",)),
    ],
)
def test_a_person_is_known_by_birth_number_or_d_number(
    world: House, number: str, known: tuple[str, ...]
) -> None:
    """Whoever logs in with a number the municipality has of somebody is that person."""
    sak = copy.deepcopy(CASE) | {"id": "nadias-sak", "team": [], "samtykker": []}
    sak["innbygger"] |= {"id": "nadia", "identer": [{"id": "i1", "type": "dnr", "verdi": D_NUMBER}]}
    assert world.municipality("PUT", "/kommune/v1/saker/nadias-sak", json=sak).status_code == 201
    repository = world.client.application.extensions["repository"]
    caller = Caller("app", False, scopes=EVERYTHING, pid=number)
    with repository.store.read() as reader:
        assert recipients(caller, reader, world.clock.now) == known

"""The recipients that a caller is."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from adapter.repository.reads.recipients import recipients
from adapter.security.caller import Caller
from adapter.security.scopes import EVERYTHING
from tests.rest.world import CASE, HOSPITAL_NUMBER, OTHER_NUMBER, PERSON_NUMBER, UNUSED_NUMBER

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
    """A caller with a birth number or D-number of a person in a record is that person."""
    sak = copy.deepcopy(CASE) | {"id": "nadias-sak", "team": [], "samtykker": []}
    sak["innbygger"] |= {"id": "nadia", "identer": [{"id": "i1", "type": "dnr", "verdi": D_NUMBER}]}
    assert world.municipality("PUT", "/kommune/v1/saker/nadias-sak", json=sak).status_code == 201
    repository = world.client.application.extensions["repository"]
    caller = Caller("app", False, scopes=EVERYTHING, pid=number)
    with repository.store.read() as reader:
        assert recipients(caller, reader, world.clock.now) == known


@pytest.mark.parametrize(
    "work",
    [{"organisation": HOSPITAL_NUMBER}, {"parent": HOSPITAL_NUMBER}, {"hpr": "9876543"}],
    ids=lambda work: next(iter(work)),
)
@pytest.mark.parametrize(
    "who", [{"pid": PERSON_NUMBER}, {"person": "Patient/torill"}], ids=["pid", "fhirUser"]
)
def test_a_system_token_does_not_open_the_employees_own_sak(
    world: House, work: dict[str, str], who: dict[str, str]
) -> None:
    """A token of a hospital's system that names an employee does not open the employee's own sak."""
    repository = world.client.application.extensions["repository"]
    caller = Caller("epj", scopes=EVERYTHING, **work, **who)
    with repository.store.read() as reader:
        assert "innbygger/torill" not in recipients(caller, reader, world.clock.now)

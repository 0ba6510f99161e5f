"""Random faults in input: refused with a place, without a server error, and without a change."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.refusals.test_bad_input import content, put_sak, told, transaction
from tests.refusals.world import SAK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rest.conftest import House

RESOURCES = (
    "CarePlan/planen",
    "Goal/gaa",
    "Goal/staa",
    "ServiceRequest/trening",
    "CareTeam/teamet",
    "Consent/samtykket",
    "Patient/torill",
    "RelatedPerson/vergen",
)
NAMES = st.sampled_from(
    ["modifierExtension", "status", "id", "farge", "extension", "period", "gyldighet", "tilstand", "note"]
)
VALUES = st.sampled_from(
    [
        None,
        [],
        {},
        [None],
        [[1]],
        3,
        True,
        "x",
        "",
        "2026-13-45",
        "feilregistrert",
        ["gaa", "odds-maal"],
        {"fra": "2026-02-01", "til": "2026-01-20"},
        {"start": "2026-02-01", "end": "2026-01-20"},
        {"reference": "Goal/odds-maal"},
        [{"url": "https://epj.example/x", "valueBoolean": True}],
        {"parorende": "ingen"},
    ]
)
QUICK = settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
THOROUGH = settings(max_examples=1500, suppress_health_check=list(HealthCheck), deadline=None)


@st.composite
def spoilt(draw: st.DrawFn, body: dict[str, Any]) -> dict[str, Any]:
    """The body with one to four random places removed, inserted, doubled or changed."""
    body = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(body))
        if not places:
            return body
        holder, key = draw(st.sampled_from(places))
        how = draw(st.sampled_from(["out", "in", "double", "change"]))
        if how == "out":
            del holder[key]
        elif how == "in" and isinstance(holder, dict):
            holder[draw(NAMES)] = copy.deepcopy(draw(VALUES))
        elif how == "double" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[key] = copy.deepcopy(draw(VALUES))
    return body


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


@pytest.fixture(scope="session")
def resources(another: House) -> dict[str, dict[str, Any]]:
    """The stored resources, to spoil."""
    return {of: another.municipality("GET", f"/fhir/{of}").json for of in RESOURCES}


def hold(house: House, resources: dict[str, dict[str, Any]], data: st.DataObject) -> None:
    """Spoil the record or some resources, and send them; undo what was stored."""
    before = content(house)
    if data.draw(st.booleans()):
        answer = put_sak(house, data.draw(spoilt(SAK)))
    else:
        of = data.draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=3, unique=True))
        sent = [data.draw(spoilt(resources[one])) for one in of]
        one, (type_, _, id_) = sent[0], of[0].partition("/")
        if len(sent) == 1:
            path = f"/fhir/{type_}/{id_}"
            answer = house.municipality("PUT", path, json=one, headers={"If-Match": "*"})
        else:
            named = [{"resourceType": "Basic", "id": "x", **each} for each in sent]
            answer = transaction(house, *(("PUT", each) for each in named))
    if answer.status_code in {200, 201}:
        assert put_sak(house, SAK).status_code == 200
        return
    assert 400 <= answer.status_code < 500, answer.text
    for found in told(answer):
        assert found["nb"]
        assert found["en"]
        assert found["sted"] or answer.status_code != 422
    assert content(house) == before


@QUICK
@given(data=st.data())
def test_randomly_spoilt_input_is_refused_with_places_or_stored(
    another: House, resources: dict[str, dict[str, Any]], data: st.DataObject
) -> None:
    """The answer is a 4xx with texts, and with places for 422; or the input was valid."""
    hold(another, resources, data)


@pytest.mark.slow
@THOROUGH
@given(data=st.data())
def test_much_randomly_spoilt_input_is_refused_with_places_or_stored(
    another: House, resources: dict[str, dict[str, Any]], data: st.DataObject
) -> None:
    """The same, with many examples."""
    hold(another, resources, data)

"""A number comes back through every door with the digits that were sent.

Rules: https://hl7.org/fhir/R4/datatypes.html#decimal (precision is kept) and
https://json-schema.org/draft/2020-12/json-schema-validation#section-6.1.1 (``6.0`` is an integer).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.fhir.codec import xml
from adapter.fhir.codec.numbers import Spelled
from adapter.fhir.codec.stored import render
from tests.refusals.conftest import built
from tests.refusals.world import PLAN, SAK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

JSON = {"Content-Type": "application/fhir+json"}
XML = {"Content-Type": "application/fhir+xml"}

SPELLINGS = (
    *("1e2", "1E2", "1e+2", "1.0e2"),
    *("0.0000001", "0.00000010", "-0.0000001", "1e-7"),
    *("0E-3", "0e-3", "0.000", "-0"),
    *("1.20E+2", "1.20e2", "120", "1.2E0002"),
    *("15e-1", "1.5", "150E-2", "0.15e1"),
)
SIXES = ("6", *("6.0", "6.00", "6.0e0", "0.6E1"), *("6e0", "6E+0", "60e-1", "6e-0"))
NO_COUNTS = (
    *(("6.5", "wrong-type"), ("65e-1", "wrong-type"), ("6.00000000000000000001", "wrong-type")),
    *(("0.0", "out-of-bounds"), ("-6.0", "out-of-bounds"), ("1e300", "out-of-bounds")),
)
NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,19})?([eE][+-]?[0-2]?[0-9]{1,2})?", fullmatch=True)
WHOLE = st.builds(
    lambda digits, zeros, mark, sign: f"{digits}{'0' * zeros}.0{mark}{sign}{zeros}",
    *(st.integers(1, 2**31 - 1), st.integers(0, 9), st.sampled_from("eE"), st.just("-")),
) | st.builds("{}.{}".format, st.integers(1, 2**31 - 1), st.from_regex("0{1,9}", fullmatch=True))
AT_LENGTH = settings(max_examples=200, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The adapter on SQLite, with a person, a plan, goals and tiltak."""
    with built(tmp_path_factory.mktemp("spelled")) as house:
        yield house


def goal(id_: str, number: str) -> dict[str, Any]:
    """A Goal with the number in an extension, a Quantity and a contained resource."""
    quantity = {"value": Spelled(number), "unit": "m"}
    return {
        "resourceType": "Goal",
        "id": id_,
        "contained": [
            {
                "resourceType": "Observation",
                "id": "o",
                "status": "final",
                "code": {"text": "Ganglengde"},
                "valueQuantity": quantity,
            }
        ],
        "extension": [{"url": "https://sender.example/number", "valueDecimal": Spelled(number)}],
        "lifecycleStatus": "active",
        "description": {"text": "Gå lenger"},
        "subject": {"reference": "Patient/torill"},
        "target": [{"measure": {"text": "Ganglengde"}, "detailQuantity": quantity}],
        "outcomeReference": [{"reference": "#o"}],
    }


def tiltak(id_: str, number: str) -> dict[str, Any]:
    """A ServiceRequest with the number as the duration of a Timing; no duration is negative (tim-4)."""
    repeat = {"frequency": 2, "period": 1, "periodUnit": "wk", "durationUnit": "h"}
    return {
        "resourceType": "ServiceRequest",
        "id": id_,
        "status": "active",
        "intent": "plan",
        "code": {"text": "Trening"},
        "subject": {"reference": "Patient/torill"},
        "occurrenceTiming": {"repeat": {**repeat, "duration": Spelled(number.removeprefix("-"))}},
    }


def etag(house: House, resource: dict[str, Any]) -> str | None:
    """The ETag of the resource with the same id."""
    return house.municipality("GET", f"/fhir/{resource['resourceType']}/{resource['id']}").headers.get("ETag")


def put(house: House, resource: dict[str, Any], *, as_xml: bool = False) -> TestResponse:
    """PUT of a new or an existing resource."""
    path = f"/fhir/{resource['resourceType']}/{resource['id']}"
    stands = etag(house, resource)
    headers = (XML if as_xml else JSON) | ({"If-Match": stands} if stands else {})
    data = xml.render(resource) if as_xml else render(resource)
    return house.municipality("PUT", path, data=data, headers=headers)


def put_plan(house: House, antall: str) -> TestResponse:
    """PUT of the sak with a plan that is evaluated every ``count`` months."""
    interval = {"antall": Spelled(antall), "enhet": "maned"}
    sak = {**SAK, "planer": [{**PLAN, "evalueringsintervall": interval}]}
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    return house.municipality("PUT", "/kommune/v1/saker/saken", data=render(sak), headers=headers)


def spelled(answer: TestResponse, name: str) -> list[str]:
    """The spellings of the numbers of a name in a text, in JSON, in XML, and in JSON with blanks."""
    assert answer.status_code in {200, 201}, answer.text
    pattern = rf'"{name}": ?(-?[0-9][^,\]}}\s]*)|<{name} value="(-?[0-9][^"]*)"'
    return [one or other for one, other in re.findall(pattern, answer.text)]


def hold_goal(house: House, number: str) -> None:
    """Check that a Goal sent in JSON and one in XML keep the spelling at every address."""
    answer = put(house, goal("in-json", number))
    version = answer.headers["ETag"].strip('W/"')
    paths = (
        "Goal/in-json?_format=xml",
        "Goal/in-json?_pretty=true",
        f"Goal/in-json/_history/{version}",
        "Goal?_id=in-json&_format=xml",
        "Goal?_id=in-json&_elements=extension,contained,target",
        "Goal/in-xml",
        "Goal/in-xml?_format=xml",
    )
    answers = [answer, put(house, goal("in-xml", number), as_xml=True)]
    answers += [house.municipality("GET", f"/fhir/{path}") for path in paths]
    for answer in answers:
        assert spelled(answer, "valueDecimal") == [number]
        assert spelled(answer, "value") == [number, number]
    rest = house.municipality("GET", "/kommune/v1/saker/saken/rest")
    assert spelled(rest, "valueDecimal")[:2] == [number, number]


def hold_tiltak(house: House, number: str) -> None:
    """Check that a ServiceRequest sent in JSON and one in XML keep the spelling in the other format."""
    for answer in (
        put(house, tiltak("in-json", number)),
        house.municipality("GET", "/fhir/ServiceRequest/in-json?_format=xml"),
        put(house, tiltak("in-xml", number), as_xml=True),
        house.municipality("GET", "/fhir/ServiceRequest/in-xml"),
    ):
        assert spelled(answer, "duration") == [number.removeprefix("-")]


def hold_transaction(house: House, number: str) -> None:
    """Check that a Goal and a ServiceRequest in one transaction keep the spelling."""
    entries = []
    for resource in (goal("together", number), tiltak("together", number)):
        stands = etag(house, resource)
        request = {"method": "PUT", "url": f"{resource['resourceType']}/together"}
        entries.append({"resource": resource, "request": request | ({"ifMatch": stands} if stands else {})})
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    headers = {**JSON, "Prefer": "return=representation"}
    answer = house.municipality("POST", "/fhir", data=render(bundle), headers=headers)
    for one in (answer, house.municipality("GET", "/fhir/Goal/together")):
        assert spelled(one, "valueDecimal") == [number]
        assert spelled(one, "value") == [number, number]
    assert spelled(answer, "duration") == [number.removeprefix("-")]


def hold_count(house: House, antall: str, whole: str) -> None:
    """Check that a record with the spelling has the integer, and that its resource has it too."""
    for answer in (put_plan(house, antall), house.municipality("GET", "/kommune/v1/saker/saken")):
        assert spelled(answer, "antall") == [whole]
    for form in ("json", "xml"):
        answer = house.municipality("GET", f"/fhir/CarePlan/planen?_format={form}")
        assert spelled(answer, "value") == [whole]


@pytest.mark.parametrize("number", SPELLINGS)
def test_a_goal_keeps_the_spelling_of_its_numbers(house: House, number: str) -> None:
    """A number in an extension, a Quantity and a contained resource comes back with its digits."""
    hold_goal(house, number)


@pytest.mark.parametrize("number", SPELLINGS)
def test_a_timing_keeps_the_spelling_of_its_numbers(house: House, number: str) -> None:
    """The duration of a Timing comes back with its digits, beside a frequency mapped to a field."""
    hold_tiltak(house, number)


@pytest.mark.parametrize("number", SPELLINGS)
def test_a_transaction_keeps_the_spelling_of_its_numbers(house: House, number: str) -> None:
    """The numbers of a transaction come back with their digits."""
    hold_transaction(house, number)


@pytest.mark.parametrize("antall", SIXES)
def test_a_record_takes_any_spelling_of_an_integer(house: House, antall: str) -> None:
    """The integers 6.0 and 6e0 (JSON Schema) are 6 in the record and in its CarePlan."""
    hold_count(house, antall, "6")


@pytest.mark.parametrize(("antall", "code"), NO_COUNTS)
def test_a_record_refuses_a_fraction_and_a_count_out_of_bounds(house: House, antall: str, code: str) -> None:
    """A fraction is not an integer, however small, and a count has the bounds of the schema."""
    answer = put_plan(house, antall)
    assert answer.status_code == 422
    (found,) = answer.get_json()["funn"]
    assert (found["kode"], found["sted"]) == (code, "sak.planer[0].evalueringsintervall.antall")


@pytest.mark.parametrize("number", ["1e2", "-0", "0E-3"])
def test_a_number_in_place_of_another_type_is_refused(house: House, number: str) -> None:
    """A number in place of any field of a record or element of a resource is 4xx, in every spelling."""
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    for name in (*SAK, "kallenavn"):
        data = render({**SAK, name: Spelled(number)})
        answer = house.municipality("PUT", "/kommune/v1/saker/saken", data=data, headers=headers)
        assert answer.status_code == (400 if name == "id" else 422), answer.text
    for resource in (goal("wrong", "1"), tiltak("wrong", "1")):
        path = f"/fhir/{resource['resourceType']}/wrong"
        for name in (*resource, "unknown"):
            data = render({**resource, name: Spelled(number)})
            assert house.municipality("PUT", path, data=data, headers=JSON).status_code == 400


def test_another_spelling_is_a_change(house: House) -> None:
    """A PUT with 1.50 again makes no version; 1.5 in its place makes one, since the precision has changed."""
    first, again, other = (
        put(house, goal("told", number)).headers["ETag"] for number in ("1.50", "1.50", "1.5")
    )
    assert first == again != other
    assert spelled(house.municipality("GET", "/fhir/Goal/told"), "valueDecimal") == ["1.5"]


@pytest.mark.slow
@given(number=NUMBERS)
@AT_LENGTH
def test_any_number_keeps_its_spelling(house: House, number: str) -> None:
    """A random number within bounds comes back with its digits at every FHIR address."""
    hold_goal(house, number)
    hold_tiltak(house, number)
    hold_transaction(house, number)


@pytest.mark.slow
@given(antall=WHOLE)
@AT_LENGTH
def test_every_spelling_of_an_integer_gives_the_same_record(house: House, antall: str) -> None:
    """A random spelling of an integer gives the same record and the same FHIR as the integer."""
    hold_count(house, antall, str(int(Spelled(antall))))

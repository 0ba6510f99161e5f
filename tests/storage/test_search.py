"""Search, compared with the specification read naively: by testing every resource."""

from __future__ import annotations

import json
import random
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.search.query import parse
from tests.storage.given import DAY, FNR, HOSPITAL, NOTE, NURSE, T0, WARD, patient, publish, team, to
from tests.storage.oracle import CHECKS, number, some_patient, some_team

if TYPE_CHECKING:
    from adapter.storage import Store


def test_search_agrees_with_a_naive_reading_of_the_specification(store: Store) -> None:
    """Random queries on random resources of three recipients give the same matches and total."""
    chance = random.Random(20260101)  # noqa: S311
    given: dict[str, list[dict[str, Any]]] = {HOSPITAL: [], WARD: [], "kommune": []}
    for person in range(30):
        resources = [some_patient(chance, person)]
        resources += [some_team(chance, person, serial) for serial in range(chance.randint(0, 3))]
        recipients = ["kommune", *(r for r in (HOSPITAL, WARD) if chance.random() < 0.5)]
        for recipient in recipients:
            given[recipient] += resources
        publish(store, *(to(*pair) for pair in product(recipients, resources)), record=f"s{person}")
    sizes = []
    with store.read() as reader:
        for _ in range(400):
            recipient, type_ = chance.choice(sorted(given)), chance.choice(sorted(CHECKS))
            checks = [CHECKS[type_](chance) for _ in range(chance.randint(1, 3))]
            query = parse(type_, [(name, value) for name, value, _ in checks])
            expected = sorted(
                resource["id"]
                for resource in given[recipient]
                if resource["resourceType"] == type_ and all(holds(resource) for _, _, holds in checks)
            )
            found, after, count = [], None, chance.choice([1, 2, 5, 100])
            while True:
                page = reader.for_recipients((recipient,), "TREAT", T0).search(
                    query, count=count, after=after
                )
                assert page.total == len(expected), query
                found += [row.id for row in page.found]
                after = page.after
                if after is None:
                    break
            assert found == expected, query
            sizes.append(len(found))
    assert sum(size > 0 for size in sizes) > 150  # the queries are not all about nothing


def ids(store: Store, recipients: tuple[str, ...], type_: str, *pairs: tuple[str, str]) -> list[str]:
    """The ids a search finds; the total must agree."""
    query = parse(type_, pairs)
    with store.read() as reader:
        found, total, after = reader.for_recipients(recipients, "TREAT", T0).search(query, count=100)
    assert (total, after) == (len(found), None)
    return [row.id for row in found]


@pytest.fixture
def two_people(store: Store) -> Store:
    """p1 and team t1 are published to hospital and municipality, p2 and t2 to the municipality alone."""
    for person, recipients in (("1", ("kommune", HOSPITAL)), ("2", ("kommune",))):
        resources = (patient(f"p{person}", number(int(person))), team(f"t{person}", f"p{person}"))
        publish(store, *(to(*pair) for pair in product(recipients, resources)), record=f"s{person}")
    return store


@pytest.mark.parametrize("name", ["patient.identifier", "patient:Patient.identifier", "subject.identifier"])
def test_a_chained_search_uses_only_patients_the_caller_sees(two_people: Store, name: str) -> None:
    """A caller that sees p1 finds the team by the birth number; a hidden Patient leads to none."""
    for person, hospital_sees in (("1", ["t1"]), ("2", []), ("3", [])):
        value = f"{FNR}|{number(int(person))}"
        assert ids(two_people, (HOSPITAL,), "CareTeam", (name, value)) == hospital_sees
        assert ids(two_people, ("kommune",), "CareTeam", (name, value)) == ["t" + person] * (person != "3")


def test_a_chained_search_finds_nothing_through_a_hidden_patient(store: Store) -> None:
    """A team without its Patient is not found by that Patient's number, but is found by id."""
    publish(store, to(HOSPITAL, team()), to("kommune", patient()))
    number_ = ("patient.identifier", f"{FNR}|12856812055")
    assert ids(store, (HOSPITAL,), "CareTeam", number_) == []
    assert ids(store, (HOSPITAL,), "CareTeam", ("patient", "p1")) == ["t1"]


def test_a_search_uses_the_most_specific_recipient_of_each_record(store: Store) -> None:
    """A nurse with publications of a record does not find the hospital's publications of it."""
    publish(store, to(HOSPITAL, patient()), to(HOSPITAL, team("t1")), to(NURSE, patient()))
    publish(store, to(HOSPITAL, team("t2", "p2")), record="s2")
    assert ids(store, (NURSE, HOSPITAL), "CareTeam") == ["t2"]
    assert ids(store, (HOSPITAL,), "CareTeam") == ["t1", "t2"]
    assert ids(store, (NURSE, HOSPITAL), "Patient", ("identifier", "12856812055")) == ["p1"]
    assert ids(store, (NURSE, HOSPITAL), "CareTeam", ("patient.identifier", "12856812055")) == []


def test_deleted_closed_and_expired_resources_are_not_found(store: Store) -> None:
    """A search finds open, shown resources only, by every parameter."""
    publish(
        store,
        to(HOSPITAL, team("t1")),
        to(HOSPITAL, team("t2"), None, T0),
        to(HOSPITAL, team("t3"), T0 + DAY),
    )
    publish(store, to(HOSPITAL, team("t4")), record="s2")
    publish(store, to(HOSPITAL, team("t5")), record="s3")
    publish(store, record="s2")
    publish(store, record="s3", narrowed={HOSPITAL: "withdrawn"})
    for query in ((), (("patient", "p1"),), (("status", "active"),), (("_lastUpdated", "ge2020"),)):
        assert ids(store, (HOSPITAL,), "CareTeam", *query) == ["t1"]


def test_only_the_newest_content_is_found(store: Store) -> None:
    """A resource is not found by its superseded content."""
    publish(store, to(HOSPITAL, team(status="active")))
    publish(store, to(HOSPITAL, team(person="p2", status="inactive")))
    assert ids(store, (HOSPITAL,), "CareTeam", ("status", "active")) == []
    assert ids(store, (HOSPITAL,), "CareTeam", ("patient", "p1")) == []
    assert ids(store, (HOSPITAL,), "CareTeam", ("patient", "p2"), ("status", "inactive")) == ["t1"]


def test_last_updated_is_the_instant_of_the_publication_to_the_caller(store: Store) -> None:
    """_lastUpdated compares that instant, with every prefix."""
    publish(store, to("kommune", team("t1")), at=T0)
    publish(store, to("kommune", team("t1")), to(HOSPITAL, team("t1")), at=T0 + DAY)
    assert ids(store, ("kommune",), "CareTeam", ("_lastUpdated", "eq2026-01-01")) == ["t1"]
    assert ids(store, (HOSPITAL,), "CareTeam", ("_lastUpdated", "eq2026-01-01")) == []
    assert ids(store, (HOSPITAL,), "CareTeam", ("_lastUpdated", "gt2026-01-01")) == ["t1"]
    assert ids(store, (HOSPITAL,), "CareTeam", ("_lastUpdated", "gt2026-01-02T12:00:00Z")) == []


def test_the_identifier_modifier_finds_a_reference_by_its_identifier(store: Store) -> None:
    """``:identifier`` compares the identifier in the reference itself, not that of its target."""
    logical = {"member": {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": "9144889"}}}
    publish(store, to(HOSPITAL, team("t1", participant=[logical])), to(HOSPITAL, team("t2")))
    for value in ("9144889", "http://hl7.no/fhir/NamingSystem/HPR|9144889"):
        assert ids(store, (HOSPITAL,), "CareTeam", ("participant:identifier", value)) == ["t1"]
    assert ids(store, (HOSPITAL,), "CareTeam", ("participant:identifier", "urn:x|9144889")) == []


@pytest.mark.parametrize("text", ["' OR 1=1--", "%", "_", "\\\\", "a%", "*", "${x}", "🦊", "é" * 1000])
def test_sql_wildcards_in_a_value_are_plain_text(store: Store, text: str) -> None:
    """Characters with a meaning in SQL have none in a value."""
    publish(store, to(HOSPITAL, patient(name=[{"text": "Kari"}])))
    for modifier in ("", ":contains", ":exact"):
        assert ids(store, (HOSPITAL,), "Patient", (f"name{modifier}", text)) == []


def test_sorted_pages_are_whole_and_in_order(store: Store) -> None:
    """Each order gives every match once at every page size, and equal values sort by id."""
    for day, serials in enumerate([(3, 1), (2,), (5, 4)]):
        wanted = [to(HOSPITAL, team(f"t{serial}")) for serial in serials]
        publish(store, *wanted, at=T0 + day * DAY, record=f"s{day}")
    orders = {
        "_id": "12345", "-_id": "54321", "_lastUpdated": "13245", "-_lastUpdated": "54231",
        "-_lastUpdated,_id": "45213", "_lastUpdated,-_id": "31254",
    }  # fmt: skip
    for (order, expected), count in product(orders.items(), (1, 2, 3, 5)):
        query, seen, after = parse("CareTeam", [("_sort", order)]), "", None
        with store.read() as reader:
            while True:
                found, total, after = reader.for_recipients((HOSPITAL,), "TREAT", T0 + 3 * DAY).search(
                    query, count=count, after=after
                )
                seen += "".join(row.id[1] for row in found)
                assert total == 5
                if after is None:
                    break
        assert seen == expected


def test_a_count_of_zero_gives_the_total_alone(store: Store) -> None:
    """The page is empty, and the total is the number of matches."""
    publish(store, to(HOSPITAL, team("t1")), to(HOSPITAL, team("t2")))
    with store.read() as reader:
        found = reader.for_recipients((HOSPITAL,), "TREAT", T0).search(parse("CareTeam", []), count=0)
    assert found == ([], 2, None)


def test_a_search_gives_the_published_bytes(store: Store) -> None:
    """A search gives the same publication as a read."""
    publish(store, to(HOSPITAL, team(name="Lag")))
    with store.read() as reader:
        found = reader.for_recipients((HOSPITAL,), "TREAT", T0).search(parse("CareTeam", []), count=5).found
        assert found == [reader.for_recipients((HOSPITAL,), "TREAT", T0).published("CareTeam", "t1")]
    assert json.loads(found[0].body)["name"] == "Lag"


@pytest.mark.parametrize("length", [240, 260, 990])
def test_long_identifiers_are_found_like_short_ones(store: Store, length: int) -> None:
    """A key too long for a database index is still found, and one that differs at its end is another key."""
    value, system = "æ" * length, "urn:" + "s" * length
    logical = {"identifier": {"system": system, "value": value}}
    publish(
        store,
        to(HOSPITAL, {**patient(), "identifier": [{"system": system, "value": value}]}),
        to(HOSPITAL, team(participant=[{"member": logical}])),
    )
    for found, asked in (([], f"{system}|{value[:-1]}x"), (["p1"], value), ([], f"urn:x|{value}")):
        assert ids(store, (HOSPITAL,), "Patient", ("identifier", asked)) == found
    assert ids(store, (HOSPITAL,), "Patient", ("identifier", f"{system}|{value}")) == ["p1"]
    assert ids(store, (HOSPITAL,), "CareTeam", ("patient.identifier", f"{system}|{value}")) == ["t1"]
    assert ids(store, (HOSPITAL,), "CareTeam", ("participant:identifier", value)) == ["t1"]
    with store.write(NOTE, T0) as writer:
        writer.put_keys("sak", "s1", [(system, value)])
        assert writer.record_by_key("sak", system, value) == "s1"
        assert writer.record_by_key("sak", system, value + "x") is None


def test_a_rebuilt_index_finds_the_same_resources(store: Store) -> None:
    """Index and keys rebuilt from the stored bytes find the same resources, and lost rows come back."""
    publish(store, to(HOSPITAL, patient(name=[{"family": "Berg"}])), to(HOSPITAL, team()))
    queries = [("Patient", ("name", "berg")), ("CareTeam", ("patient.identifier", "12856812055"))]
    before = [ids(store, (HOSPITAL,), *query) for query in queries]
    for damage in ("SELECT 1", "DELETE FROM search_index", "DELETE FROM publication_key"):
        with store.write(NOTE, T0) as writer:
            writer._connection.exec_driver_sql(damage)
            assert writer.reindex() == 2
        assert [ids(store, (HOSPITAL,), *query) for query in queries] == before == [["p1"], ["t1"]]

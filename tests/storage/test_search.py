"""Search, against a reading of the specification that goes through every resource one by one."""

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


def test_search_finds_what_a_reading_of_the_specification_finds(store: Store) -> None:
    """Random queries on random resources of three recipients: same set, same total, every page size."""
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
    """What a search gives, and that the total agrees."""
    query = parse(type_, pairs)
    with store.read() as reader:
        found, total, after = reader.for_recipients(recipients, "TREAT", T0).search(query, count=100)
    assert (total, after) == (len(found), None)
    return [row.id for row in found]


@pytest.fixture
def two_people(store: Store) -> Store:
    """p1 is known to hospital and municipality, p2 to the municipality alone; t1 and t2 are their teams."""
    for person, recipients in (("1", ("kommune", HOSPITAL)), ("2", ("kommune",))):
        resources = (patient(f"p{person}", number(int(person))), team(f"t{person}", f"p{person}"))
        publish(store, *(to(*pair) for pair in product(recipients, resources)), record=f"s{person}")
    return store


@pytest.mark.parametrize("name", ["patient.identifier", "patient:Patient.identifier", "subject.identifier"])
def test_a_chain_goes_through_the_callers_own_patients(two_people: Store, name: str) -> None:
    """Who may see the team of p1 finds it by the birth number; nobody finds through a Patient unseen."""
    for person, hospital_sees in (("1", ["t1"]), ("2", []), ("3", [])):
        value = f"{FNR}|{number(int(person))}"
        assert ids(two_people, (HOSPITAL,), "CareTeam", (name, value)) == hospital_sees
        assert ids(two_people, ("kommune",), "CareTeam", (name, value)) == ["t" + person] * (person != "3")


def test_a_chain_does_not_pass_through_a_patient_that_is_hidden(store: Store) -> None:
    """A team without its Patient is not found by that Patient's number, though it is found by id."""
    publish(store, to(HOSPITAL, team()), to("kommune", patient()))
    number_ = ("patient.identifier", f"{FNR}|12856812055")
    assert ids(store, (HOSPITAL,), "CareTeam", number_) == []
    assert ids(store, (HOSPITAL,), "CareTeam", ("patient", "p1")) == ["t1"]


def test_a_search_sees_each_record_through_its_most_specific_recipient(store: Store) -> None:
    """What the hospital was given of a record is not found by a nurse who has a view of her own of it."""
    publish(store, to(HOSPITAL, patient()), to(HOSPITAL, team("t1")), to(NURSE, patient()))
    publish(store, to(HOSPITAL, team("t2", "p2")), record="s2")
    assert ids(store, (NURSE, HOSPITAL), "CareTeam") == ["t2"]
    assert ids(store, (HOSPITAL,), "CareTeam") == ["t1", "t2"]
    assert ids(store, (NURSE, HOSPITAL), "Patient", ("identifier", "12856812055")) == ["p1"]
    assert ids(store, (NURSE, HOSPITAL), "CareTeam", ("patient.identifier", "12856812055")) == []


def test_what_is_deleted_closed_or_expired_is_not_found(store: Store) -> None:
    """A search gives live resources only, whichever way it is asked."""
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
    """What a resource said before is not what it is found by."""
    publish(store, to(HOSPITAL, team(status="active")))
    publish(store, to(HOSPITAL, team(person="p2", status="inactive")))
    assert ids(store, (HOSPITAL,), "CareTeam", ("status", "active")) == []
    assert ids(store, (HOSPITAL,), "CareTeam", ("patient", "p1")) == []
    assert ids(store, (HOSPITAL,), "CareTeam", ("patient", "p2"), ("status", "inactive")) == ["t1"]


def test_last_updated_is_when_the_caller_was_given_it(store: Store) -> None:
    """Compared as the instant it is, with every prefix."""
    publish(store, to("kommune", team("t1")), at=T0)
    publish(store, to("kommune", team("t1")), to(HOSPITAL, team("t1")), at=T0 + DAY)
    assert ids(store, ("kommune",), "CareTeam", ("_lastUpdated", "eq2026-01-01")) == ["t1"]
    assert ids(store, (HOSPITAL,), "CareTeam", ("_lastUpdated", "eq2026-01-01")) == []
    assert ids(store, (HOSPITAL,), "CareTeam", ("_lastUpdated", "gt2026-01-01")) == ["t1"]
    assert ids(store, (HOSPITAL,), "CareTeam", ("_lastUpdated", "gt2026-01-02T12:00:00Z")) == []


def test_a_reference_is_found_by_the_identifier_it_carries(store: Store) -> None:
    """``:identifier`` looks at the reference itself, not at what it refers to."""
    logical = {"member": {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": "9144889"}}}
    publish(store, to(HOSPITAL, team("t1", participant=[logical])), to(HOSPITAL, team("t2")))
    for value in ("9144889", "http://hl7.no/fhir/NamingSystem/HPR|9144889"):
        assert ids(store, (HOSPITAL,), "CareTeam", ("participant:identifier", value)) == ["t1"]
    assert ids(store, (HOSPITAL,), "CareTeam", ("participant:identifier", "urn:x|9144889")) == []


@pytest.mark.parametrize("text", ["' OR 1=1--", "%", "_", "\\\\", "a%", "*", "${x}", "🦊", "é" * 1000])
def test_text_is_only_ever_text(store: Store, text: str) -> None:
    """Signs that mean something to a database mean nothing in a value."""
    publish(store, to(HOSPITAL, patient(name=[{"text": "Kari"}])))
    for modifier in ("", ":contains", ":exact"):
        assert ids(store, (HOSPITAL,), "Patient", (f"name{modifier}", text)) == []


def test_sorted_pages_are_whole_and_in_order(store: Store) -> None:
    """Each order gives every match once, whatever the page size, ties broken by id."""
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


def test_a_count_of_zero_only_counts(store: Store) -> None:
    """No resource is given, and the total is still what matches."""
    publish(store, to(HOSPITAL, team("t1")), to(HOSPITAL, team("t2")))
    with store.read() as reader:
        found = reader.for_recipients((HOSPITAL,), "TREAT", T0).search(parse("CareTeam", []), count=0)
    assert found == ([], 2, None)


def test_bodies_are_the_published_bytes(store: Store) -> None:
    """A search gives the same publication a read gives."""
    publish(store, to(HOSPITAL, team(name="Lag")))
    with store.read() as reader:
        found = reader.for_recipients((HOSPITAL,), "TREAT", T0).search(parse("CareTeam", []), count=5).found
        assert found == [reader.for_recipients((HOSPITAL,), "TREAT", T0).published("CareTeam", "t1")]
    assert json.loads(found[0].body)["name"] == "Lag"


@pytest.mark.parametrize("length", [240, 260, 990])
def test_long_identifiers_are_found_like_short_ones(store: Store, length: int) -> None:
    """A key longer than a database can index is one all the same; one that differs at its end is another."""
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


def test_a_new_index_answers_as_the_old_one_did(store: Store) -> None:
    """Made anew from the stored bytes, index and keys are what they were; what was lost is there again."""
    publish(store, to(HOSPITAL, patient(name=[{"family": "Berg"}])), to(HOSPITAL, team()))
    queries = [("Patient", ("name", "berg")), ("CareTeam", ("patient.identifier", "12856812055"))]
    before = [ids(store, (HOSPITAL,), *query) for query in queries]
    for damage in ("SELECT 1", "DELETE FROM search_index", "DELETE FROM publication_key"):
        with store.write(NOTE, T0) as writer:
            writer._connection.exec_driver_sql(damage)
            assert writer.reindex() == 2
        assert [ids(store, (HOSPITAL,), *query) for query in queries] == before == [["p1"], ["t1"]]

"""Capacity: reads and durable writes a second of one process, printed (``pytest -s``), with loose floors."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING

import pytest

from adapter.fhir.search.query import parse
from tests.storage.given import DAY, FNR, HOSPITAL, NOTE, NURSE, T0, WARD, patient, publish, team, to

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.storage import Desired, Store

CALLER = (NURSE, WARD, HOSPITAL, "directory")
SAKER = 300
NARRATIVE = "Koordinator og tjenester rundt personen. " * 40


def rate(act: Callable[[int], object], seconds: float = 1.5) -> float:
    """The number of calls a second, one after the other."""
    for number in range(20):
        act(number)
    begun, turns = perf_counter(), 0
    while (spent := perf_counter() - begun) < seconds:
        act(turns)
        turns += 1
    return turns / spent


def resources(serial: int, mark: str = "") -> list[Desired]:
    """Thirty resources of one sak, published to municipality and hospital."""
    made = [patient(f"p{serial}", f"0181{serial:07d}", name=[{"family": "Berg", "given": ["Kari"]}])]
    made += [
        team(f"t{serial}-{part}", f"p{serial}", name=mark if part == 0 else "", note=[{"text": NARRATIVE}])
        for part in range(29)
    ]
    return [to(recipient, resource) for recipient in ("kommune", HOSPITAL) for resource in made]


@pytest.mark.slow
def test_reads_and_writes_of_many_saker_are_counted_a_second(
    store: Store, request: pytest.FixtureRequest
) -> None:
    """Reads, searches and durable writes among hundreds of saker are right; their rates are printed."""
    for serial in range(SAKER):
        publish(store, *resources(serial), record=f"s{serial}")
    query = {
        serial: parse("CareTeam", [("patient.identifier", f"{FNR}|0181{serial:07d}"), ("status", "active")])
        for serial in range(SAKER)
    }

    def read(turn: int) -> None:
        with store.read() as reader:
            assert reader.for_recipients(CALLER, "TREAT", T0 + DAY).published(
                "CareTeam", f"t{turn % SAKER}-1"
            )

    def ask(turn: int) -> None:
        with store.read() as reader:
            found = reader.for_recipients(CALLER, "TREAT", T0 + DAY).search(query[turn % SAKER], count=20)
            assert found.total == 29

    def change_one(turn: int) -> None:
        publish(store, *resources(turn % SAKER, f"changed {turn}"), at=T0 + DAY, record=f"s{turn % SAKER}")

    def new(turn: int) -> None:
        publish(store, *resources(10_000 + turn), record=f"new-{turn}")

    def new_record(turn: int) -> None:
        with store.write(NOTE, T0) as writer:
            head = writer.record("sak", "s")
            writer.put_record("sak", "s", head.version + 1 if head else 1, {"turn": turn})

    figures = {
        "read of one resource": rate(read),
        "search by birth number, 29 found": rate(ask),
        "durable write of a record alone": rate(new_record),
        "durable write, 2 of 60 publications changed": rate(change_one),
    }
    begun = perf_counter()
    for turn in range(60):
        new(turn)
    figures["durable write, 60 publications new"] = 60 / (perf_counter() - begun)
    sys.stdout.write(f"\n{request.node.name}: {SAKER} saker\n")
    for what, figure in figures.items():
        sys.stdout.write(f"  {what:46}{figure:8.0f} /s\n")

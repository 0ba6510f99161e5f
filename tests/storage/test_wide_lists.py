"""Wide lists are flat: a page of 20 000 records takes at most 1.5 times the work of one of 2 000.

Work is counted: the steps of SQLite's machine, or the pages of memory that PostgreSQL looks at, with plans
made without the values (``plan_cache_mode``).
"""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sqlalchemy import event, text

from adapter.fhir.search.query import parse
from adapter.storage import Store
from adapter.storage.engine import make_engine
from adapter.storage.migrations import upgrade
from tests.storage.given import FNR, HOSPITAL, NURSE, T0, WARD, patient
from tests.storage.many import Row, insert_all
from tests.storage.test_silence import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection

    from adapter.storage import Position
    from tests.databases import PostgreSQL

FEW, MANY = 2000, 20_000
CALLERS = {"municipality": ("kommune",), "nurse": (NURSE, WARD, HOSPITAL, "directory")}
FAMILIES = ("Berg", "Dahl", "Eide", "Foss", "Haug", "Lie", "Moen", "Nes", "Rud", "Vik")


class Filled(NamedTuple):
    """A store with saker, their number, and the work of what runs within a block."""

    store: Store
    saker: int
    working: Callable[[Store, list[int]], AbstractContextManager[None]]


def saker(number: int) -> Iterator[Row]:
    """A Patient and a CarePlan of each sak; one plan of ten is a draft, and the nurse is given one sak of a hundred."""
    for serial in range(number):
        given = ("kommune", HOSPITAL, *([NURSE] if serial % 100 == 7 else []))
        name = {"family": FAMILIES[serial % 10], "given": [f"Kari{serial}"]}
        yield Row(serial, patient(f"p{serial:05}", f"0181{serial:07d}", name=[name]), given)
        status = "draft" if serial % 10 == 3 else "active"
        person = {"reference": f"Patient/p{serial:05}"}
        plan = {"resourceType": "CarePlan", "status": status, "intent": "plan", "subject": person}
        yield Row(serial, {**plan, "id": f"c{serial:05}"}, given)

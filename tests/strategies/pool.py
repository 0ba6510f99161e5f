"""Records that all tests of a process share: to make one costs more than most tests do with it.

The long tests (``make test-slow``) make their own, so that a failure shrinks.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.strategies.records import ansatte, organisasjoner, saker

SIZE = 40
_MADE_BY = {"sak": saker, "ansatt": ansatte, "organisasjon": organisasjoner}


@cache
def made(kind: str) -> tuple[dict[str, Any], ...]:
    """The records of a kind, the same in every run."""
    records: list[dict[str, Any]] = []

    @settings(
        max_examples=SIZE,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_MADE_BY[kind]())
    def collect(record: dict[str, Any]) -> None:
        records.append(record)

    collect()
    return tuple(records)


def pooled(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """One of the records, a copy."""
    return st.deferred(lambda: st.sampled_from(made(kind))).map(copy.deepcopy)

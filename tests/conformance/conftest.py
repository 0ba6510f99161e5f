"""HL7's engine, where a JDK and Maven are."""

from __future__ import annotations

import pytest

from tests.conformance.judging import Judge, JudgeMissingError


@pytest.fixture(scope="session")
def judge() -> Judge:
    """HL7's engine; the test is skipped where a program that it needs is missing."""
    try:
        return Judge.built()
    except JudgeMissingError as missing:
        pytest.skip(str(missing))

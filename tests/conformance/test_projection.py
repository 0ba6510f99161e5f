"""HL7's engine judges what the adapter gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.projection import answers, projected

if TYPE_CHECKING:
    from tests.conformance.judging import Judge


@pytest.mark.slow
def test_every_resource_of_the_examples_is_valid_by_hl7s_engine(judge: Judge) -> None:
    """Every resource of the example records is valid by base R4 and by R4's own extension definitions."""
    found = projected()
    judged = answers(judge, [resource for _, resource in found])
    wrong = [
        (file, resource["id"], answer.failure or [error["text"] for error in answer.errors])
        for (file, resource), answer in zip(found, judged, strict=True)
        if not answer.is_valid
    ]
    assert len(found) > 200
    assert wrong == []

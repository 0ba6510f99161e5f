"""Every kind of part has its rule of reading and its row of writing: none is open, or closed, by default."""

from __future__ import annotations

import pytest

from adapter.consent.permits import DELER
from adapter.consent.rights import RIGHTS
from adapter.record.parts import PARTS, PartKind

OF_THE_SAK = [kind for kind in PARTS if kind.record == "sak"]
MUNICIPALITY_ALONE = {"innbygger", "parorende"}
"""Who somebody is, and who is around them, is registered by the municipality."""


@pytest.mark.parametrize("kind", OF_THE_SAK, ids=lambda kind: kind.name)
def test_a_part_is_opened_by_a_del_or_by_naming_its_reader(kind: PartKind) -> None:
    """A permit opens it by its del; a samtykke is for those it is about."""
    assert kind.del_ in DELER or kind.name == "samtykke"


def test_every_del_opens_something() -> None:
    """A consent cannot name what there is nothing of; who coordinates stands in the team."""
    assert {kind.del_ for kind in OF_THE_SAK if kind.del_} | {"koordinator"} == set(DELER)


def test_a_part_has_a_row_in_the_write_table() -> None:
    """Others than the municipality may write it by a row, or it is said that they may not."""
    assert {right.kind for right in RIGHTS} | MUNICIPALITY_ALONE == {kind.name for kind in OF_THE_SAK}

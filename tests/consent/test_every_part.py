"""Every kind of part has a rule of reading and a row of writing: no kind is open or closed by default."""

from __future__ import annotations

import pytest

from adapter.consent.permits import DELER
from adapter.consent.rights import RIGHTS
from adapter.record.parts import PARTS, PartKind

OF_THE_SAK = [kind for kind in PARTS if kind.record == "sak"]
MUNICIPALITY_ALONE = {"innbygger", "parorende"}
"""The kinds that only the municipality writes: the person and the parorende."""


@pytest.mark.parametrize("kind", OF_THE_SAK, ids=lambda kind: kind.name)
def test_a_part_is_opened_by_its_del_but_a_samtykke_by_its_recipient(kind: PartKind) -> None:
    """A permit opens a part by its del; a samtykke has no del, and is shown to its recipient."""
    assert kind.del_ in DELER or kind.name == "samtykke"


def test_every_del_is_the_del_of_a_part_or_koordinator() -> None:
    """Every del is that of a kind of part, except ``koordinator``, which opens part of a team."""
    assert {kind.del_ for kind in OF_THE_SAK if kind.del_} | {"koordinator"} == set(DELER)


def test_a_kind_of_part_has_a_row_in_the_write_table_or_is_listed_without() -> None:
    """Recipients may write a kind of part by a row; the kinds without a row are listed here."""
    assert {right.kind for right in RIGHTS} | MUNICIPALITY_ALONE == {kind.name for kind in OF_THE_SAK}

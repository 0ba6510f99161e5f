"""The table of parts: every room that handles kinds of part has a row for each kind, and no other."""

from __future__ import annotations

import pytest

from adapter.consent.permits import DELER
from adapter.consent.rights import RIGHTS
from adapter.fhir.definitions import facts, resource_types
from adapter.fhir.search.parameters import CHAINS, INCLUDES, REVINCLUDES, SERVED
from adapter.mapping import installed
from adapter.record.parts import BY_NAME, LINKS, PARTS, TYPES, PartKind, holder_of
from adapter.record.schema import KINDS, definitions
from adapter.rest.routes import TYPES as AT_THE_DOOR

MUNICIPALITY_ALONE = {"innbygger", "parorende", "ansatt", "rolle", "organisasjon"}
"""The kinds that only the municipality writes: the write table has no row of them."""


def test_every_table_of_parts_has_a_row_for_every_kind_and_no_other() -> None:
    """A kind of part has a row in ``PARTS``, a mapping file, a schema definition, search and rights."""
    kinds, types = {kind.name for kind in PARTS}, set(TYPES)
    assert set(installed().by_part) == kinds
    assert {right.kind for right in RIGHTS} | MUNICIPALITY_ALONE == kinds
    for table in (SERVED, INCLUDES, REVINCLUDES, CHAINS, AT_THE_DOOR):
        assert set(table) == types
    assert {kind.record for kind in PARTS} == set(KINDS)
    assert {link.part for link in LINKS} <= kinds
    assert {kind.del_ for kind in PARTS if kind.del_} < set(DELER)


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.name)
def test_a_row_of_parts_agrees_with_the_schema_and_r4(kind: PartKind) -> None:
    """Field and natural key are in the schema; type, owner and mark of error are in R4."""
    record = definitions()[kind.record]["properties"]
    assert kind.field in record or kind.field == ""
    part = definitions()[kind.name]["properties"]
    assert set(kind.natural) <= set(part)
    assert set(kind.apart) <= set(record)
    assert kind.type in resource_types()
    elements = facts(kind.type).elements
    assert kind.owner in elements or kind.owner == ""
    assert kind.in_error[0] in elements
    assert bool(kind.owner) == (kind is not holder_of(kind.record))
    assert BY_NAME[kind.name] is kind

"""JSON of this service's own: what is rendered is read to the same tree, every number as it is spelled."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.fhir.codec.numbers import Spelled
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.stored import read_stored, render, same
from tests.fhir.test_received import NUMBERS, TEXT, TREES

SPELLINGS = ("1.50", "1e-30", "1E40", "0.10000000000000000555", "-0", "-0.0", "1.20E+2", "0E-3", "0.0000001")


@given(NUMBERS)
def test_a_number_keeps_its_spelling(number: str) -> None:
    """Both readers give the number that is rendered as it was sent."""
    data = f'{{"value":{number}}}'.encode()
    assert render(read_stored(data)) == data
    assert same(read_stored(data), read_received(data))


@pytest.mark.parametrize("number", SPELLINGS)
def test_known_spellings_survive_a_copy(number: str) -> None:
    """A deep copy of a resource spells its numbers as the original; their value is the number's."""
    tree = read_stored(f'{{"value":{number}}}'.encode())
    assert render(copy.deepcopy(tree)) == f'{{"value":{number}}}'.encode()
    assert tree["value"] == Decimal(number)


@given(st.dictionaries(TEXT, TREES, max_size=5))
def test_any_tree_survives(tree: dict[str, Any]) -> None:
    """What is rendered is read to the same tree by both readers, keys in the same order."""
    data = render(tree)
    for again in (read_stored(data), read_received(data)):
        assert again == tree
        assert json.dumps(again) == json.dumps(tree)


@pytest.mark.parametrize("other", ["1.5", "1.500", "15e-1", "15E-1"])
def test_numbers_are_the_same_digit_for_digit(other: str) -> None:
    """1.50 says more than 1.5, and 15e-1 is another spelling: a writer that sends it changes something."""
    one = {"a": [Spelled("1.50")], "b": True}
    assert same(one, {"b": True, "a": [Spelled("1.50")]})
    assert not same(one, {"a": [Spelled(other)], "b": True})
    assert not same({"a": 1}, {"a": True})


@pytest.mark.parametrize("value", [object(), {"a": object()}, [b"".join], 1j])
def test_what_is_no_json_value_is_not_rendered(value: Any) -> None:
    """A tree of anything but JSON values is a fault of this service, and is told as one."""
    with pytest.raises(TypeError):
        render(value)

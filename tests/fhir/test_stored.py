"""JSON that this service renders is read to the same tree, with every number as spelled."""

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
def test_a_stored_number_keeps_its_spelling(number: str) -> None:
    """A rendered number has the spelling that was sent, with both readers."""
    data = f'{{"value":{number}}}'.encode()
    assert render(read_stored(data)) == data
    assert same(read_stored(data), read_received(data))


@pytest.mark.parametrize("number", SPELLINGS)
def test_a_number_keeps_its_spelling_in_a_deep_copy(number: str) -> None:
    """A deep copy of a resource keeps the spelling and the value of its numbers."""
    tree = read_stored(f'{{"value":{number}}}'.encode())
    assert render(copy.deepcopy(tree)) == f'{{"value":{number}}}'.encode()
    assert tree["value"] == Decimal(number)


@given(st.dictionaries(TEXT, TREES, max_size=5))
def test_any_rendered_tree_is_read_to_the_same_tree(tree: dict[str, Any]) -> None:
    """Both readers give the rendered tree, with keys in the same order."""
    data = render(tree)
    for again in (read_stored(data), read_received(data)):
        assert again == tree
        assert json.dumps(again) == json.dumps(tree)


@pytest.mark.parametrize("other", ["1.5", "1.500", "15e-1", "15E-1"])
def test_numbers_are_equal_only_digit_for_digit(other: str) -> None:
    """Numbers with different spellings are different: 1.50 has another precision than 1.5."""
    one = {"a": [Spelled("1.50")], "b": True}
    assert same(one, {"b": True, "a": [Spelled("1.50")]})
    assert not same(one, {"a": [Spelled(other)], "b": True})
    assert not same({"a": 1}, {"a": True})


@pytest.mark.parametrize("value", [object(), {"a": object()}, [b"".join], 1j])
def test_a_value_that_is_not_json_is_not_rendered(value: Any) -> None:
    """A value that is not JSON raises TypeError, as a fault of this service."""
    with pytest.raises(TypeError):
        render(value)

"""docs/mapping.md agrees with the mapping files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapter.mapping.document import document
from adapter.repository.refusal_list import section
from adapter.settings import mappings_folder

PAGE = Path(__file__).parents[2] / "docs" / "mapping.md"


def test_the_page_is_written_from_the_files() -> None:
    """The page equals the output of ``ip-adapter check --document``; ``> docs/mapping.md`` rewrites it."""
    assert PAGE.read_text(encoding="utf-8") == document(mappings_folder(), section())


def test_the_page_has_field_element_and_meaning() -> None:
    """The row of the coordinator has field, element and the codes of the role."""
    assert "| `deltakere[].rolle` | `participant.role` |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "row",
    [
        "| `rettsgrunnlag` | `extension(ip-rettsgrunnlag).valueCodeableConcept` | Rettsgrunnlag; codes [",
        "| `tiltak` | `activity(reference).reference` | Tiltak |",
        "| `steder` | `locationCode.text` | Sted |",
        "| `gjelderPlaner` | `provision.data(related).reference` | Gjelder planen",
        "| `kontaktpunkter[].kanal` | `telecom.system` | Kanal; codes [kanal](#kanal) |",
        "| `adressebeskyttelse` | `meta.security` | Adressebeskyttelse. ",
    ],
)
def test_the_page_has_the_element_of_each_value_of_a_list(row: str) -> None:
    """A list with values inside elements has the element and the codes of each value."""
    assert row in PAGE.read_text(encoding="utf-8")


def test_the_page_has_no_programming_notation() -> None:
    """No row has the notation of a program."""
    page = PAGE.read_text(encoding="utf-8")
    assert not re.search(r"\{'|\['|RowSource|FhirPath", page)

"""docs/mapping.md is what the mapping files say today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapter.mapping.document import document
from adapter.repository.refusal_list import section
from adapter.settings import mappings_folder

PAGE = Path(__file__).parents[2] / "docs" / "mapping.md"


def test_the_page_is_written_from_the_files() -> None:
    """Write it anew with ``ip-adapter check --document > docs/mapping.md``."""
    assert PAGE.read_text(encoding="utf-8") == document(mappings_folder(), section())


def test_it_tells_field_element_and_meaning() -> None:
    """The coordinator: field, element and the codes of the role."""
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
def test_it_tells_where_each_value_of_a_list_stands(row: str) -> None:
    """A list whose values stand within an element each is told with that element and its codes."""
    assert row in PAGE.read_text(encoding="utf-8")


def test_it_is_for_people() -> None:
    """No row is shown as a program would show it."""
    page = PAGE.read_text(encoding="utf-8")
    assert not re.search(r"\{'|\['|RowSource|FhirPath", page)

"""docs/mapping.md is what the mapping files say today."""

from __future__ import annotations

from pathlib import Path

from adapter.mapping.document import document
from adapter.repository.refusals import section
from adapter.settings import mappings_folder

PAGE = Path(__file__).parents[2] / "docs" / "mapping.md"


def test_the_page_is_written_from_the_files() -> None:
    """Write it anew with ``ip-adapter check --document > docs/mapping.md``."""
    assert PAGE.read_text(encoding="utf-8") == document(mappings_folder(), section())


def test_it_tells_field_element_and_meaning() -> None:
    """The coordinator: field, element and the codes of the role."""
    assert "| `deltakere[].rolle` | `participant.role` |" in PAGE.read_text(encoding="utf-8")

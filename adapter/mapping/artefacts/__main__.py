"""``python -m adapter.mapping.artefacts FOLDER``: write the artefacts of the mapping files to a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.mapping.artefacts.extensions import extensions
from adapter.mapping.artefacts.terminology import terminology
from adapter.mapping.loading import load
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


def artefacts(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The artefacts of a folder of mapping files: the name of the file, and its content as JSON.

    Raises:
        MappingError, CodesError: a mapping file is invalid.
    """
    sources = load(folder).sources
    described = {path.stem: _described(path) for path in (folder / "codes").glob("*.yaml")}
    for resource in (*terminology(sources, described), *extensions(sources)):
        yield f"{resource['resourceType']}-{resource['id']}.json", as_file(resource)


def as_file(resource: dict[str, Any]) -> bytes:
    """A definition as it is committed: indented JSON that ends with a newline."""
    return (json.dumps(resource, indent=2, ensure_ascii=False) + "\n").encode()


def _described(table: Path) -> str:
    """The comment at the head of a code table, which describes it."""
    return table.read_text(encoding="utf-8").partition("\n")[0].removeprefix("#").strip()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for name, content in artefacts(mappings_folder()):
        (target / name).write_bytes(content)

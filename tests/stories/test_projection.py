"""The number of the projection: raised when the same records give other publications or index rows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.search.index import index_rows
from adapter.storage.tables import PROJECTION
from tests.stories.told import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.repository import Repository

FILE = Path(__file__).parent / "projection.txt"
"""The number, the digest of the examples' records, and the digest of what is stored of them."""


def digest(lines: Iterable[bytes]) -> str:
    """The digest of lines, whatever their order."""
    return hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()


def stored(repository: Repository) -> str:
    """The digest of every open publication, with its index rows."""
    with repository.store.read() as reader:
        return digest(
            b"\t".join(
                (
                    repr((one.recipient, one.purpose, one.type, one.id, one.permit)).encode(),
                    one.body,
                    repr(index_rows(read_stored(one.body)) if one.type != "-" else ()).encode(),
                )
            )
            for one in reader.standing()
        )


def test_the_number_rises_with_what_is_stored(repository: Repository, accept: bool) -> None:
    """The pinned number is of the pinned digests: the same records stored otherwise need the next number.

    Then ``db upgrade`` tells every operator that ``db reproject`` is due. ``pytest tests/stories --accept``
    pins anew, but not other contents of the same records under the same number.
    """
    records = digest(path.read_bytes() for path in EXAMPLES.rglob("*.json") if ".fhir" not in path.suffixes)
    now = [str(PROJECTION), records, stored(repository)]
    number, of_records, of_stored = FILE.read_text().split()
    changed = records == of_records and now[2] != of_stored
    assert not (changed and int(number) == PROJECTION), "raise PROJECTION in adapter/storage/tables.py by one"
    if accept:
        FILE.write_text("\n".join(now) + "\n")
    assert FILE.read_text().split() == now

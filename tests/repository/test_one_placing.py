"""A file converts to the parts that the FHIR door makes of the same resources, or is refused alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapter.errors import AdapterError
from adapter.repository import Put
from adapter.security.caller import OPEN_CALLER
from tests.mapping.senders.test_senders import FILES, FIRST, REFUSED, sent_by
from tests.repository.file_way import compared
from tests.repository.test_delta import KINDS, NOTE
from tests.repository.test_delta import put as put_record
from tests.rest.world import RECORDS

if TYPE_CHECKING:
    from adapter.repository import Repository


def test_the_files_of_senders_convert_as_the_door_places_them(repository: Repository) -> None:
    """Each file after the other, over all that stands, and once more over itself."""
    for base, body in RECORDS:
        put_record(repository, KINDS[base], body)
    with compared() as number:
        for name in [*FIRST, *FILES, *FILES]:
            sent = sent_by(name)
            put = Put(sent["resourceType"], sent)
            if name in REFUSED:
                with pytest.raises(AdapterError):
                    repository.put([put], caller=OPEN_CALLER, note=NOTE)
            else:
                repository.put([put], caller=OPEN_CALLER, note=NOTE)
    assert number == [len(FIRST) + 2 * len(FILES)]

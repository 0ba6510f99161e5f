"""The definitions of the project that the FHIR door serves: profiles, extensions and terminology.

They are the committed files of ``profiles/definitions``, read once, and the same for every caller.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.definitions.installed import profiles_folder

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def definitions() -> Mapping[tuple[str, str], dict[str, Any]]:
    """The definitions by resource type and id."""
    paths = sorted((profiles_folder() / "definitions").glob("*.json"))
    read = (read_stored(path.read_bytes()) for path in paths)
    return {(one["resourceType"], one["id"]): one for one in read}


def profiles_of(type_: str) -> list[str]:
    """The canonical URLs of the profiles of a resource type."""
    return [
        one["url"]
        for (kind, _), one in definitions().items()
        if kind == "StructureDefinition" and one["type"] == type_
    ]

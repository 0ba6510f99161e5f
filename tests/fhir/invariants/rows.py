"""A valid resource of each type, and for each invariant a change of it that breaks it.

The invariants of the mapped types, of the datatypes in extensions and of Bundle are in
:mod:`tests.fhir.test_structure` and :mod:`tests.promised.asks.structure`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.fhir.invariants import artefacts, clinical, scripts, structure_definitions


class Row(NamedTuple):
    """The key of an invariant, the place of the finding, and the resource that breaks it."""

    key: str
    place: str
    resource: dict[str, Any]


_MODULES = (clinical, artefacts, structure_definitions, scripts)
SOUND: dict[str, dict[str, Any]] = {
    type_name: {"resourceType": type_name, **elements}
    for module in _MODULES
    for type_name, elements in module.SOUND.items()
}
"""A resource without findings of each type."""


def _changed(type_name: str, changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**SOUND[type_name], **changes}.items() if value is not None}


ROWS = [
    Row(key, f"{type_name}{place}", _changed(type_name, changes))
    for module in _MODULES
    for type_name, key, place, changes in module.BROKEN
]

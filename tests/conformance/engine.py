"""The adaptor between the tests of this folder and our engine: the one module that knows its interface.

The validation of today judges by base R4: definitions, profiles and settings do not reach it yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.sniffing import sniff
from adapter.fhir.validation.verdict import validate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from adapter.fhir.validation.verdict import Result
    from tests.conformance.rounds import Round


@dataclass(frozen=True, slots=True)
class Engine:
    """Our engine with the definitions of one case at hand, as trees, and with the settings of the case."""

    definitions: Sequence[dict[str, Any]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def judged(self, data: bytes, profiles: Sequence[str] = ()) -> Result:
        """The result for a text by base R4 and by profiles, which are named by their canonical addresses."""
        del profiles
        return validate(data)


def held(one: Round) -> Result:
    """The result of a round: its file, by its own definitions and settings and no others."""
    engine = Engine([tree(path) for path in one.definitions], one.settings)
    profiles = [] if one.profile is None else [tree(one.profile)["url"]]
    return engine.judged(one.file.read_bytes(), profiles)


def tree(path: Path) -> dict[str, Any]:
    """The resource of a JSON or XML file.

    Raises:
        AdapterError: the file is not FHIR.
    """
    format_, text, _ = sniff(path.read_bytes())
    resource: dict[str, Any] = read_received(text, format_)
    return resource

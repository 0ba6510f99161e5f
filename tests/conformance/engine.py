"""The adaptor between the tests of this folder and our engine: the one module that knows its interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.sniffing import sniff
from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.extensions import UnknownExtensions
from adapter.fhir.validation.verdict import validate
from tests.fhir.profiles.definitions import package_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from adapter.fhir.validation.verdict import Result
    from tests.conformance.rounds import Round


@dataclass(frozen=True, slots=True)
class Engine:
    """Our engine with the definitions of one case at hand, as trees."""

    definitions: Sequence[dict[str, Any]] = ()
    unknown_extensions: UnknownExtensions = UnknownExtensions.WARN

    def judged(self, data: bytes, profiles: Sequence[str] = ()) -> Result:
        """The result for a text by base R4 and by profiles, which are named by their canonical addresses."""
        definitions = Definitions.built_in().with_package(package_of(self.definitions, "case"))
        return validate(data, Rules(definitions, tuple(profiles), self.unknown_extensions))


def held(one: Round) -> Result:
    """The result of a round: its file, by its own definitions and no others.

    The recorded outcomes come from a run that allows no unknown extension.
    """
    engine = Engine([tree(path) for path in one.definitions], UnknownExtensions.ERROR)
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

"""The rules of a validation beyond base R4: profiles and the definitions of extensions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adapter.errors import Severity
from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.shapes import RESOURCE_KEY
from adapter.fhir.validation.bindings import coding_findings
from adapter.fhir.validation.container import Surroundings
from adapter.fhir.validation.elements import Item
from adapter.fhir.validation.extensions import ExtensionCheck, Holder, UnknownExtensions, held
from adapter.fhir.validation.profile_walk import ProfileWalk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.errors import Finding
    from adapter.fhir.shapes import Member
    from adapter.fhir.tally import Tally
    from adapter.fhir.validation.container import Container, Follow
    from adapter.fhir.validation.unchecked import Unchecked


class Gravity(StrEnum):
    """The severity of a broken rule beyond base R4: as the definition says, or a warning at most."""

    REJECT = "reject"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Rules:
    """The installed definitions, the canonicals of profiles to judge the resource by, and settings.

    The profiles that a resource claims in ``meta.profile`` are always judged, when they are installed.
    ``follow`` gives the resources that relative references name; with ``must_resolve`` each must name one.
    """

    definitions: Definitions = field(default_factory=Definitions.built_in)
    profiles: tuple[str, ...] = ()
    unknown_extensions: UnknownExtensions = UnknownExtensions.WARN
    gravity: Gravity = Gravity.REJECT
    follow: Follow | None = None
    must_resolve: bool = False


@dataclass(frozen=True, slots=True)
class _Lowered:
    """A tally that makes warnings of errors, and hands them to the tally of the structure check."""

    tally: Tally

    def take(self, findings: Iterable[Finding]) -> None:
        """Keep findings, warnings at most."""
        self.tally.take(
            replace(one, severity=Severity.WARNING) if one.severity in _ERRORS else one for one in findings
        )


_ERRORS = frozenset({Severity.FATAL, Severity.ERROR})


class BeyondBase:
    """One validation by the rules beyond base R4; its findings go into the tally of the structure check."""

    __slots__ = ("_extensions", "_rules", "_walk")

    def __init__(self, rules: Rules, unchecked: Unchecked, tally: Tally) -> None:
        self._rules = rules
        kept = tally if rules.gravity is Gravity.REJECT else _Lowered(tally)
        self._walk = ProfileWalk(rules.definitions, unchecked, kept)
        self._extensions = ExtensionCheck(self._walk, rules.unknown_extensions)

    def resource(
        self,
        node: dict[str, Any],
        claimed: Iterable[str],
        path: str,
        container: Container,
        *,
        is_outermost: bool,
    ) -> None:
        """Judge a resource by the profiles it claims, and the outermost resource by those asked for."""
        asked = self._rules.profiles if is_outermost else ()
        for url in dict.fromkeys((*asked, *claimed)):
            self._walk.resource(node, url, path, container)
        if node.get(RESOURCE_KEY) == "StructureDefinition":
            self._walk.definition(node, path)

    def extensions(self, holder: Holder, container: Container) -> None:
        """Judge the extensions that an object holds."""
        for name, item in held(holder):
            self._extensions.check(item.value, name, item.path, holder, container)

    def coded(self, member: Member, value: Any, path: str) -> None:
        """Judge a coded value by the binding of base R4 that the structure check cannot judge."""
        if member.unjudged:
            item = Item(value, member.type, path)
            self._walk.bound(item, member.strength, member.unjudged, member.path)

    def coding(self, value: dict[str, Any], path: str, container: Container) -> None:
        """Judge a Coding by its own code system."""
        language = container.innermost.get("language")
        told = language if isinstance(language, str) else None
        self._walk.tally.take(
            coding_findings(value, path, told, self._rules.definitions, self._walk.unchecked)
        )

    @property
    def surroundings(self) -> Surroundings:
        """The answers to the questions of FHIRPath, and the resources that are followed."""
        return Surroundings(self._walk, self._rules.follow, self._rules.must_resolve)

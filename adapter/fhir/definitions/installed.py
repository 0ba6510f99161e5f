"""The installed definitions: R4, no-basis, our own profiles, and the packages that a caller adds.

    Definitions.built_in().with_package(package(Path("no.ehelse-1.0.tgz"))).profile("http://...")

The value never changes after it is made; every validation gets one, so that two callers with different
packages do not meet. The facts of the R4 types are constants of the specification and stay in
:mod:`adapter.fhir.definitions`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from adapter.fhir.canonical import CORE_PACKAGE, FHIR_VERSION
from adapter.fhir.codec.stored import same
from adapter.fhir.definitions import NO_BASIS, TABLE
from adapter.fhir.definitions.canonical_members import comparable
from adapter.fhir.definitions.differentials import compiled, of_type
from adapter.fhir.definitions.layers import BrokenProfile, Profile
from adapter.fhir.definitions.packages import Edition, Package, package, table
from adapter.fhir.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_BASIS_PACKAGE = "hl7.fhir.no.basis#ae75ff9"
"""HL7 Norge's definitions by their commit: the files themselves have versions from 0.1 to 2.2.1."""


MOST_BASES = 50
"""Profiles from a profile to the type it constrains."""


def profiles_folder() -> Path:
    """The folder of our own profiles: inside an installed package, beside the package in a checkout."""
    root = Path(__file__).parents[2]
    shipped = root / "_profiles"
    return shipped if shipped.is_dir() else root.parent / "profiles"


class Definitions:
    """Packages in order; where two define one canonical without a version asked for, the later one counts."""

    def __init__(self, packages: tuple[Package, ...]) -> None:
        self.packages = packages
        self._profiles: dict[str, Profile | BrokenProfile] = {}
        self._compiling: set[str] = set()
        self._lock = RLock()
        self.terminology = Terminology(self.find, self._supplements)

    @classmethod
    @cache
    def built_in(cls) -> Definitions:
        """R4 itself, no-basis, and our own profiles."""
        return cls.with_profiles(profiles_folder())

    @classmethod
    def with_profiles(cls, folder: Path) -> Definitions:
        """R4 itself, no-basis, and the package in a folder in place of our own profiles.

        Raises:
            PackageError: the folder is no package.
        """
        return cls((table(TABLE, CORE_PACKAGE), table(NO_BASIS, NO_BASIS_PACKAGE), package(folder)))

    def with_package(self, added: Package) -> Definitions:
        """These definitions and those of one more package."""
        return Definitions((*self.packages, added))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the packages with their versions, in order."""
        return tuple(package.name for package in self.packages)

    def find(self, kind: str, canonical: str) -> dict[str, Any] | None:
        """The definition of a canonical (``url`` or ``url|version``), or None.

        A version that is asked for and is not installed gives None.
        """
        url, _, version = canonical.partition("|")
        editions = [
            one for package in reversed(self.packages) for one in package.editions.get((kind, url), ())
        ]
        if version:
            exact = [one for one in editions if _answers(version, one.version)]
            return exact[0].read() if exact else None
        return editions[0].read() if editions else None

    def _supplements(self, code_system: str) -> list[dict[str, Any]]:
        """The supplements of a code system."""
        return [
            one.read()
            for package in self.packages
            for (kind, _), editions in package.editions.items()
            for one in editions
            if kind == "CodeSystem" and one.supplements == code_system
        ]

    def profile(self, canonical: str) -> Profile | BrokenProfile | None:
        """The compiled profile, extension or type of a canonical, or None when it is not installed.

        A canonical with an element id as its fragment (``url#Composition.section:a``) gives that element.
        """
        url, _, element = canonical.partition("#")
        if element:
            whole = self.profile(url)
            return whole.element(element) if isinstance(whole, Profile) else whole
        if canonical in self._profiles:
            return self._profiles[canonical]
        with self._lock:
            if canonical in self._compiling:
                return BrokenProfile(canonical, "its base leads back to itself")
            if len(self._compiling) > MOST_BASES:
                return BrokenProfile(canonical, f"it is more than {MOST_BASES} profiles away from its type")
            self._compiling.add(canonical)
            try:
                made = self._compiled(canonical)
            finally:
                self._compiling.discard(canonical)
            if made is not None:  # an unknown one is not kept: a sender may name any number of them
                self._profiles[canonical] = made
            return made

    def _compiled(self, canonical: str) -> Profile | BrokenProfile | None:
        definition = self.find("StructureDefinition", canonical)
        if definition:
            return compiled(definition, self.profile)
        _, _, version = canonical.partition("|")
        return of_type(canonical) if not version or _answers(version, FHIR_VERSION) else None

    def conflicts(self) -> Iterator[tuple[str, str, str]]:
        """Each canonical that two packages define differently in one version, and the two packages."""
        seen: dict[tuple[tuple[str, str], str], tuple[Package, Edition]] = {}
        for held in self.packages:
            for key, editions in held.editions.items():
                for one in editions:
                    first, twin = seen.setdefault((key, one.version), (held, one))
                    if twin is not one and not same(comparable(twin.read()), comparable(one.read())):
                        yield key[1], first.name, held.name


def _answers(asked: str, installed: str) -> bool:
    """Tests whether an installed version is the version asked for, or a version that begins with it."""
    return installed == asked or installed.startswith(f"{asked}.")

"""The mapping files and the profiles, held together: both say the same of every element.

Each row has its element in the profile of its file, marked ``mustSupport``, with the type, the codes and the
fixed value of the row; an element with ``mustSupport`` is in a row or under ``left_out``; a field the record
requires has an element that the profile requires.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.definitions import facts
from adapter.mapping.bound_codes import codes_in_fhir
from adapter.mapping.field_shapes import FieldShape
from adapter.mapping.loading import load
from adapter.mapping.paths import holds
from adapter.mapping.profile_views import Profiles, View
from adapter.mapping.sources import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapter.fhir.definitions import ElementFacts
    from adapter.mapping.paths import FhirPath, Step
    from adapter.mapping.sources import FileSource, Place, Sources

PROFILE_UNKNOWN = Message(
    "mapping-profile-missing",
    IssueType.NOT_FOUND,
    nb="{file}: profilen {url} finnes ikke i pakken. Kjør make profiles, eller rett profile i filen.",
    en="{file}: the package has no profile {url}. Run make profiles, or correct profile in the file.",
)
NOT_IN_PROFILE = Message(
    "mapping-not-in-profile",
    IssueType.INCOMPLETE,
    nb="{file}: profilen har ikke {path} som mustSupport, men en rad bruker det. Legg det til i profilen.",
    en="{file}: the profile does not have {path} as mustSupport, but a row maps it. Add it to the profile.",
)
TYPE_DIFFERS = Message(
    "mapping-type-differs",
    IssueType.INVALID,
    nb="{file}: profilen tillater ikke typen {type} for {path}, som raden bruker. Rett profilen eller raden.",
    en="{file}: the profile does not allow the type {type} of {path}, which the row has. Correct either.",
)
BINDING_DIFFERS = Message(
    "mapping-binding-differs",
    IssueType.CODE_INVALID,
    nb="{file}: profilen binder ikke {path} til {value_set}, som raden har kodene fra. Rett profilen.",
    en="{file}: the profile does not bind {path} to {value_set}, which has the codes of the row. Correct the "
    "profile.",
)
FIXED_DIFFERS = Message(
    "mapping-fixed-differs",
    IssueType.VALUE,
    nb="{file}: raden gir {path} den faste verdien {fixed}, men profilen har den ikke. Rett profilen.",
    en="{file}: the row gives {path} the fixed value {fixed}, but the profile does not. Correct the profile.",
)
NOT_REQUIRED = Message(
    "mapping-not-required",
    IssueType.REQUIRED,
    nb="{file}: posten har alltid {field}, men profilen krever ikke {path}. Sett min til 1 i profilen.",
    en="{file}: the record always has {field}, but the profile does not require {path}. Set min to 1 in the "
    "profile.",
)
SUPPORTED_UNMAPPED = Message(
    "mapping-must-support-unmapped",
    IssueType.INCOMPLETE,
    nb="{file}: profilen har {path} som mustSupport, men ingen rad eller left_out har det. Legg det til.",
    en="{file}: the profile has {path} as mustSupport, but no row and no left_out has it. Add it.",
)

_REFERENCE = "reference("
_TYPE = "http://hl7.org/fhir/StructureDefinition/"


def compare(folder: Path, profiles: Path) -> list[Finding]:
    """The differences between the mapping files of a folder and the profiles of a package.

    Raises:
        MappingError, CodesError: a mapping file is invalid.
    """
    sources, package = load(folder).sources, Profiles.read(profiles)
    findings: list[Finding] = []
    for file in sources.files:
        view = package.view(file.profile)
        if view is None:
            findings.append(PROFILE_UNKNOWN.at(file=file.name, url=file.profile))
        else:
            findings += _Comparison(file, sources, package, view).findings()
    return list(dict.fromkeys(findings))


@dataclass(frozen=True, slots=True)
class _Found:
    """The element at the end of a path in a profile.

    Args:
        view: the profile, or the definition of the extension the path leads into.
        id: the element id there.
        element: the facts of R4; None inside an extension.
    """

    view: View
    id: str
    element: ElementFacts | None

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the element and its slices."""
        return (self.id, *self.view.slices(self.id))

    @property
    def min(self) -> int:
        """The least number of values: of the profile, else of R4."""
        said: int = self.view.of(self.id).get("min", self.element.min if self.element else 0)
        return said


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The comparison of one mapping file with its profile."""

    file: FileSource
    sources: Sources
    package: Profiles
    view: View

    def findings(self) -> Iterator[Finding]:
        """The differences, row by row, then the elements of the profile without a row."""
        shape = FieldShape.of(self.sources.defs[self.file.part], self.sources.defs)
        places = list(walk(self.file.rows))
        for place in places:
            for path in place.elements:
                yield from self._of_row(place, path, shape)
        yield from self._unmapped(
            {_names(path, self.file.type) for place in places for path in place.elements}
        )

    def _at(self, message: Message, path: str, **names: Any) -> Finding:
        return message.at(path, file=self.file.name, path=path, **names)

    def _of_row(self, place: Place, path: FhirPath, shape: FieldShape) -> Iterator[Finding]:
        found, silent = self._follow(path)
        if silent:
            yield self._at(NOT_IN_PROFILE, silent)
        if found is None:
            return
        row = place.row
        type_ = _type_of(path.steps[-1])
        allowed = [one["code"] for one in found.view.of(found.id).get("type", ())]
        if type_ and allowed and type_.lower() not in map(str.lower, allowed):
            yield self._at(TYPE_DIFFERS, path.text, type=type_)
        if row.pair.startswith(_REFERENCE) and not self._may_target(found, row.pair[len(_REFERENCE) : -1]):
            yield self._at(TYPE_DIFFERS, path.text, type=row.pair)
        if row.codes:
            yield from self._codes(place, path, found)
        if row.kind == "fixed" and path.steps[-1].name != "url" and not self._is_fixed(found, row.value):
            yield self._at(FIXED_DIFFERS, path.text, fixed=row.value)
        required = row.kind == "around" or (row.kind == "fixed" and not row.yields)
        if (required or _is_required(place, shape)) and found.min < 1:
            yield self._at(NOT_REQUIRED, path.text, field=", ".join(place.fields) or row.around or row.value)

    def _follow(self, path: FhirPath) -> tuple[_Found | None, str]:
        """The element of a path in the profile, and the first element that the profile does not support.

        None for a path into a datatype or an extension that other packages define.
        """
        view, id_, type_ = self.view, self.view.type, self.file.type
        element: ElementFacts | None = None
        for step in path.steps:
            url = step.selector.value or "" if step.selector and step.selector.names == ("url",) else ""
            if step.name == "extension" and url:
                inside = view.inner(id_, url) if "/" not in url else None
                slice_ = inside or view.extension(id_, url)
                if slice_ is None:
                    return None, path.text if facts(type_).kind in {"resource", "part"} else ""
                if inside is None:
                    defined = self.package.view(url)
                    if defined is None:
                        return None, ""
                    view, slice_ = defined, "Extension"
                id_, element, type_ = slice_, None, "Extension"
                continue
            known = facts(type_).element(step.name)
            if known is None:
                return None, ""
            element, ref = known
            id_ = f"{id_}.{element.name}[x]" if element.is_choice else f"{id_}.{element.name}"
            if view.of(id_).get("max") == "0":
                return None, path.text
            is_own = facts(type_).kind in {"resource", "part"}
            if view is self.view and is_own and not view.of(id_).get("mustSupport"):
                return None, path.text
            if step.selector and step.selector.value is not None:
                id_ = next(iter(view.chosen(id_, _begun(step))), id_)
            type_ = ref.code
        return _Found(view, id_, element), ""

    def _may_target(self, found: _Found, type_: str) -> bool:
        said = [
            url for one in found.view.of(found.id).get("type", ()) for url in one.get("targetProfile", ())
        ]
        return not said or f"{_TYPE}{type_}" in said

    def _codes(self, place: Place, path: FhirPath, found: _Found) -> Iterator[Finding]:
        """A finding if neither the element nor a slice of it is bound to the codes of the row."""
        there = codes_in_fhir(self.sources.codes[place.row.codes], self.sources)
        bound = {found.view.of(id_).get("binding", {}).get("valueSet") for id_ in found.rules}
        of_r4 = found.element.binding.value_set if found.element and found.element.binding else None
        if bound == {None} and of_r4:
            bound = {of_r4}
        if there.value_set and there.value_set not in bound:
            yield self._at(BINDING_DIFFERS, path.text, value_set=there.value_set)

    def _is_fixed(self, found: _Found, value: Any) -> bool:
        said = [found.view.value(id_) for id_ in found.rules]
        return any(one is not None and holds(one, value) for one in said)

    def _unmapped(self, mapped: set[tuple[str, ...]]) -> Iterator[Finding]:
        """A finding for each element with mustSupport that no row reaches and no ``left_out`` names."""
        reached = {names[: n + 1] for names in mapped for n in range(len(names))}
        listed = {path for entries in self.file.left_out.values() for path in entries}
        for id_, rules in self.view.elements.items():
            path = id_.partition(".")[2]
            if rules.get("mustSupport") and ":" not in path:
                names = tuple(name.removesuffix("[x]") for name in path.split("."))
                if names not in reached and path not in listed:
                    yield self._at(SUPPORTED_UNMAPPED, path)
        for url in self._extensions_without_row():
            yield self._at(SUPPORTED_UNMAPPED, url)

    def _extensions_without_row(self) -> Iterator[str]:
        urls = {
            step.selector.value
            for place in walk(self.file.rows)
            for path in place.elements
            for step in path.steps
            if step.selector
        }
        for id_, rules in self.view.elements.items():
            if rules.get("mustSupport") and ".extension:" in id_:
                yield from (url for type_ in rules["type"] for url in type_["profile"] if url not in urls)


def _names(path: FhirPath, type_: str) -> tuple[str, ...]:
    """The names of the elements of a path, ``deceased`` for ``deceasedBoolean``."""
    names = []
    for step in path.steps:
        known = facts(type_).element(step.name)
        if known is None:
            break
        element, ref = known
        names.append(element.name)
        type_ = ref.code
    return tuple(names)


def _type_of(step: Step) -> str:
    """The type that the key of an extension's value names; empty for another key."""
    return step.name.removeprefix("value") if step.name.startswith("value") and step.name != "value" else ""


def _begun(step: Step) -> dict[str, Any]:
    return step.selector.begin() if step.selector else {}


def _is_required(place: Place, shape: FieldShape) -> bool:
    """Does the record require the field of a row, in the part or in the item it is in?"""
    if len(place.paths) != 1 or place.row.kind in {"tuple", "only"}:
        return False
    outer, _, name = place.paths[0].rpartition(".")
    around = shape.field(outer) if outer else shape
    around = around.items if "items" in around.node else around
    return name in around.node.get("required", ())

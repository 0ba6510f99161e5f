"""The comparison of the mapping files and the profiles, which must say the same of every element.

Each row has its element in the profile of its file, marked ``mustSupport``, with the type, the codes and the
fixed value of the row; an element with ``mustSupport`` is in a row or under ``left_out``; a field the record
requires has an element that the profile requires.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.definitions import facts
from adapter.fhir.definitions.layers import BrokenProfile, Profile
from adapter.mapping.bound_codes import codes_in_fhir
from adapter.mapping.field_shapes import FieldShape
from adapter.mapping.loading import load
from adapter.mapping.profile_paths import Unsupported, follow
from adapter.mapping.sources import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapter.fhir.definitions.installed import Definitions
    from adapter.fhir.definitions.layers import Layer
    from adapter.mapping.paths import FhirPath, Step
    from adapter.mapping.profile_paths import Found
    from adapter.mapping.sources import FileSource, Place, RowSource, Sources

PROFILE_UNKNOWN = Message(
    "mapping-profile-missing",
    IssueType.NOT_FOUND,
    nb="{file}: profilen {url} finnes ikke i pakken. Kjør make profiles, eller rett profile i filen.",
    en="{file}: the package has no profile {url}. Run make profiles, or correct profile in the file.",
)
PROFILE_BROKEN = replace(
    PROFILE_UNKNOWN,
    nb="{file}: profilen {url} kan ikke brukes ({reason}). Rett profilen.",
    en="{file}: the profile {url} cannot be applied ({reason}). Correct the profile.",
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


def compare(folder: Path, definitions: Definitions) -> list[Finding]:
    """The differences between the mapping files of a folder and the profiles among the definitions.

    Raises:
        MappingError, CodesError: a mapping file is invalid.
        PackageError: a definition cannot be read.
    """
    sources = load(folder).sources
    findings: list[Finding] = []
    for file in sources.files:
        profile = definitions.profile(file.profile)
        if profile is None:
            findings.append(PROFILE_UNKNOWN.at(file=file.name, url=file.profile))
        elif isinstance(profile, BrokenProfile):
            findings.append(PROFILE_BROKEN.at(file=file.name, url=file.profile, reason=profile.reason))
        else:
            findings += _Comparison(file, sources, definitions, profile).findings()
    return list(dict.fromkeys(findings))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The comparison of one mapping file with its profile."""

    file: FileSource
    sources: Sources
    definitions: Definitions
    profile: Profile

    def findings(self) -> Iterator[Finding]:
        """The differences, row by row, then the elements of the profile without a row."""
        shape = FieldShape.of(self.sources.defs[self.file.part], self.sources.defs)
        places = list(walk(self.file.rows))
        for place in places:
            for path in place.elements:
                yield from self._of_row(place, path, shape)
        paths = [path for place in places for path in place.elements]
        yield from self._unmapped_elements({_names(path, self.file.type) for path in paths})
        yield from self._unmapped_extensions(paths)

    def _at(self, message: Message, path: str, **names: Any) -> Finding:
        return message.at(path, file=self.file.name, path=path, **names)

    def _of_row(self, place: Place, path: FhirPath, shape: FieldShape) -> Iterator[Finding]:
        try:
            found = follow(self.profile, path, self.definitions)
        except Unsupported:
            yield self._at(NOT_IN_PROFILE, path.text)
            return
        if found is None:
            return
        row = place.row
        yield from self._types(row, path, found)
        if row.codes:
            yield from self._codes(row, path, found)
        if row.kind == "fixed" and path.steps[-1].name != "url" and not found.has_fixed(row.value):
            yield self._at(FIXED_DIFFERS, path.text, fixed=row.value)
        if found.min < 1 and _is_required(place, shape):
            yield self._at(NOT_REQUIRED, path.text, field=", ".join(place.fields) or row.around or row.value)

    def _types(self, row: RowSource, path: FhirPath, found: Found) -> Iterator[Finding]:
        """A finding if the profile does not allow the type, or the target, of the row."""
        type_ = _type_of(path.steps[-1])
        if type_ and found.types and type_.lower() not in found.types:
            yield self._at(TYPE_DIFFERS, path.text, type=type_)
        if row.pair.startswith(_REFERENCE):
            target = f"{_TYPE}{row.pair[len(_REFERENCE) : -1]}"
            if found.targets and target not in found.targets:
                yield self._at(TYPE_DIFFERS, path.text, type=row.pair)

    def _codes(self, row: RowSource, path: FhirPath, found: Found) -> Iterator[Finding]:
        """A finding if neither the element nor a slice of it is bound to the codes of the row."""
        value_set = codes_in_fhir(self.sources.codes[row.codes], self.sources).value_set
        if value_set and value_set not in found.value_sets:
            yield self._at(BINDING_DIFFERS, path.text, value_set=value_set)

    def _unmapped_elements(self, mapped: set[tuple[str, ...]]) -> Iterator[Finding]:
        """A finding for each element with mustSupport that no row reaches and no ``left_out`` names."""
        reached = {names[: n + 1] for names in mapped for n in range(len(names))}
        listed = {path for entries in self.file.left_out.values() for path in entries}
        for names, spelled in _supported(self.profile.root, (), ()):
            path = ".".join(spelled)
            if names not in reached and path not in listed:
                yield self._at(SUPPORTED_UNMAPPED, path)

    def _unmapped_extensions(self, paths: list[FhirPath]) -> Iterator[Finding]:
        """A finding for each extension with mustSupport that no row selects."""
        urls = {step.selector.value for path in paths for step in path.steps if step.selector}
        for layer in self.profile.root.all():
            if layer.must_support and layer.name == "extension":
                yield from (self._at(SUPPORTED_UNMAPPED, url) for url in layer.profiles if url not in urls)


def _supported(
    layer: Layer, names: tuple[str, ...], spelled: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The names that lead to each element with mustSupport, and the same with ``[x]`` behind a choice."""
    known = facts(layer.type).elements if layer.type else {}
    for name, child in layer.children.items():
        is_choice = name in known and known[name].is_choice
        inner = (*names, name), (*spelled, f"{name}[x]" if is_choice else name)
        if child.must_support:
            yield inner
        yield from _supported(child, *inner)


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


def _is_required(place: Place, shape: FieldShape) -> bool:
    """Tests whether a row always gives its element: a fixed value, or a field that the record requires."""
    row = place.row
    return row.kind == "around" or (row.kind == "fixed" and not row.yields) or _has_always(place, shape)


def _has_always(place: Place, shape: FieldShape) -> bool:
    """Tests whether the record requires the field of a row, in the part or in the item that has it."""
    if len(place.paths) != 1 or place.row.kind in {"tuple", "only"}:
        return False
    outer, _, name = place.paths[0].rpartition(".")
    around = shape.field(outer) if outer else shape
    around = around.items if "items" in around.node else around
    return name in around.node.get("required", ())

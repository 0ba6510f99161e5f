"""The kinds of row, a closed set; each row maps in both directions.

``give`` writes the values of a part into a resource; ``take`` reads values from a resource into a part. A row
owns the element it reads: a value it cannot map is residue (a code of another system, an external reference)
or refused (a contradiction), never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from adapter.errors import Finding, IssueType, Message
from adapter.fhir import faults
from adapter.mapping.keeping import is_one_of, without_items
from adapter.mapping.paths import Twice, holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from adapter.mapping.codes import Codes
    from adapter.mapping.paths import FhirPath, PlanPath
    from adapter.mapping.transforms import Pair, TuplePair

_LAW = "https://hl7.org/fhir/R4/http.html#update"
SAID_TWICE = Message(
    "said-twice",
    IssueType.DUPLICATE,
    nb="Ressursen har to verdier der posten har plass til én. Fjern den ene.",
    en="The resource has two values where the record has room for one. Remove one of them.",
    source=_LAW,
)
CODE_UNKNOWN = replace(
    faults.CODE,
    nb="Koden er ukjent i {system}. Gyldige koder: {valid}",
    en="The code is unknown in {system}. Valid codes: {valid}",
    source="https://hl7.org/fhir/R4/terminologies.html#strength",
)
CONTRADICTS = Message(
    "contradicts-fixed",
    IssueType.BUSINESS_RULE,
    nb="Elementet har den faste verdien {fixed}. Send den, eller utelat elementet.",
    en="The element has the fixed value {fixed}. Send that value, or leave the element out.",
    source=_LAW,
)
OTHER_SURROUNDINGS = Message(
    "belongs-elsewhere",
    IssueType.BUSINESS_RULE,
    nb="Ressursen tilhører en annen {around}, og referansen kan ikke endres. Send den opprinnelige "
    "referansen.",
    en="This resource already belongs to another {around}; the reference cannot be changed. Send the "
    "original reference.",
    source=_LAW,
)
OWNER_UNKNOWN = Message(
    "owner-unknown",
    IssueType.NOT_FOUND,
    nb="Referansen eller identifikatoren gjelder en ukjent {around}. Send ressursen for denne først.",
    en="The reference or identifier names an unknown {around}. Send the resource for that {around} first.",
    source="https://hl7.org/fhir/R4/references.html",
)


@dataclass(frozen=True, slots=True)
class Taking:
    """The shared state while one resource is taken.

    Args:
        surroundings: the references to the owners of the part.
        new_id: makes an id for a new item.
        refused: the findings so far.
        element_ids: the ids of the items so far; an element id is unique within its resource
            (https://hl7.org/fhir/R4/element.html#id).
    """

    surroundings: Mapping[str, str]
    new_id: Callable[[], str]
    refused: list[Finding] = field(default_factory=list)
    element_ids: set[str] = field(default_factory=set)


class Row(Protocol):
    """One row of a mapping file."""

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        """Write the values of ``part`` into ``resource``."""

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        """Write the values of ``resource`` into ``part``, and clear fields without a value."""


def found(path: FhirPath, resource: dict[str, Any], place: str, taking: Taking) -> tuple[Any, str]:
    """The value of a path and its place; a repeated value is refused and read as None."""
    try:
        return path.read(resource, place)
    except Twice as twice:
        taking.refused.append(SAID_TWICE.at(twice.place))
        return None, twice.place


def append(path: FhirPath, resource: dict[str, Any], items: list[Any]) -> None:
    """Append items to a list that several rows share."""
    if items:
        before, _ = path.read(resource, "")
        path.write(resource, [*(before or ()), *items])


@dataclass(frozen=True, slots=True)
class Value:
    """One field and one element, through a named pair."""

    plan: PlanPath
    fhir: FhirPath
    pair: Pair

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        value = self.plan.read(part)
        if value is not None:
            self.fhir.write(resource, self.pair.to_fhir(value))

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        value, _ = found(self.fhir, resource, place, taking)
        self.plan.write(part, None if value is None else self.pair.to_plan(value))


@dataclass(frozen=True, slots=True)
class Tuple:
    """Several fields and several elements at once, through a named pair."""

    plan: tuple[PlanPath, ...]
    fhir: tuple[FhirPath, ...]
    pair: TuplePair

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        values = self.pair.to_fhir(*(path.read(part) for path in self.plan))
        for path, value in zip(self.fhir, values, strict=True):
            if value is not None:
                path.write(resource, value)

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        values = self.pair.to_plan(*(found(path, resource, place, taking)[0] for path in self.fhir))
        for path, value in zip(self.plan, values, strict=True):
            path.write(part, value)


@dataclass(frozen=True, slots=True)
class Coded:
    """A code of a table, as a ``code``, a Coding or a CodeableConcept; ``many`` where the plan has a list.

    In a list of Codings or CodeableConcepts the item is found by the system of the table, and in a system
    that is not ours by the codes of the table: several tables may share such a list. ``absent`` is the
    ``code`` for an absent field, where FHIR requires a code.
    """

    plan: PlanPath
    fhir: FhirPath
    codes: Codes
    shape: str  # code | Coding | CodeableConcept
    listed: bool
    many: bool = False
    absent: str | None = None

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        value = self.plan.read(part)
        codes = value or () if self.many else [] if value is None else [value]
        if self.listed:
            append(self.fhir, resource, [self._value(code) for code in codes])
        elif codes:
            self.fhir.write(resource, self._value(codes[0]))
        elif self.absent:
            self.fhir.write(resource, self.absent)

    def _value(self, plan: str) -> Any:
        code = self.codes.fhir(plan)
        if self.shape == "code":
            return code
        coding = {"system": self.codes.system, "code": code}
        return coding if self.shape == "Coding" else {"coding": [coding]}

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        value, at = found(self.fhir, resource, place, taking)
        items = value if self.listed else [value]
        read = [
            (code, f"{at}[{index}]" if self.listed else at)
            for index, item in enumerate(items or ())
            for code in self._codes(item, f"{at}[{index}]" if self.listed else at, taking)
        ]
        if self.many:
            once = dict(reversed(read))
            taking.refused.extend(SAID_TWICE.at(where) for code, where in read if once[code] != where)
            self.plan.write(part, [code for code, where in read if once[code] == where] or None)
            return
        taking.refused.extend(SAID_TWICE.at(where) for _, where in read[1:])
        self.plan.write(part, read[0][0] if read else None)

    def _codes(self, item: Any, place: str, taking: Taking) -> list[str]:
        """The plan codes of an item; an unknown code of our own systems is refused."""
        if self.shape == "code":
            sent = [item] if isinstance(item, str) and item != self.absent else []
        else:
            codings = (item or {}).get("coding", ()) if self.shape == "CodeableConcept" else [item]
            sent = [
                coding["code"]
                for coding in codings
                if isinstance(coding, dict) and coding.get("system") == self.codes.system and "code" in coding
            ]
        known = [self.codes.plan(code) for code in sent]
        if None in known and self.codes.closed:
            valid = ", ".join(self.codes.to_plan or ())
            taking.refused.append(CODE_UNKNOWN.at(place, system=self.codes.system or "FHIR", valid=valid))
        return [code for code in known if code is not None]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fixed value of every resource of this mapping: supplied when left out; another value is refused.

    In a list other items are allowed beside it; with ``yields`` the fixed value gives way to another code of
    its own system.
    """

    fhir: FhirPath
    value: Any
    listed: bool
    yields: bool = False

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        if self.listed:
            append(self.fhir, resource, [self.value])
        else:
            self.fhir.write(resource, self.value)

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        value, at = found(self.fhir, resource, place, taking)
        if not self.listed and value is not None and not holds(value, self.value):
            taking.refused.append(CONTRADICTS.at(at, fixed=self.value))

    def is_denied_by(self, resource: dict[str, Any]) -> bool:
        """Does the sent resource have another code of the system in place of the fixed value?"""
        items, _ = self.fhir.read(resource, "")
        return self.yields and self.value not in (items or ()) and bool(self._others(items or ()))

    def withdrawn(self, resource: dict[str, Any]) -> dict[str, Any]:
        """The resource without the fixed value, if another code of its system is there."""
        items, _ = self.fhir.read(resource, "")
        if not self._others(items):
            return resource
        bare = dict(resource)
        self.fhir.write(bare, [item for item in items if item != self.value])
        return bare

    def _others(self, items: Iterable[Any]) -> list[Any]:
        return [item for item in items if item != self.value and _systems(self.value) & _systems(item)]


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean field that is the presence of a fixed item in a list.

    A CodeableConcept with only a coding of ``also`` means the same: it is residue as long as the field is
    true, and the fixed item is supplied beside it.
    """

    plan: PlanPath
    fhir: FhirPath
    value: dict[str, Any]
    also: tuple[dict[str, Any], ...] = ()

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        if self.plan.read(part):
            append(self.fhir, resource, [self.value])

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        items, at = found(self.fhir, resource, place, taking)
        places = [f"{at}[{i}]" for i, item in enumerate(items or ()) if holds(item, self.value)]
        taking.refused.extend(SAID_TWICE.at(where) for where in places[1:])
        if places or any(map(self._says_so, items or ())):
            self.plan.write(part, True)
        elif self.plan.read(part):
            self.plan.write(part, None)

    def true(self, residue: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
        """The residue without equivalent items, if the field is no longer true."""
        if not self.also or self.plan.read(part):
            return residue
        return without_items(residue, self.key, self._says_so)

    @property
    def key(self) -> str:
        """The element whose items they are."""
        return self.fhir.steps[0].name

    def _says_so(self, item: Any) -> bool:
        return is_one_of(item, self.also)


@dataclass(frozen=True, slots=True)
class Around:
    """The reference to the owner of the part: always supplied; a sent reference must be the same."""

    fhir: FhirPath
    name: str

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        if self.name in surroundings:
            self.fhir.write(resource, {"reference": surroundings[self.name]})

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        value, at = found(self.fhir, resource, place, taking)
        said = (value or {}).get("reference")
        if said is None and "identifier" in (value or {}):  # an identifier that did not resolve
            taking.refused.append(OWNER_UNKNOWN.at(at, around=self.name))
        elif said is not None and said != taking.surroundings.get(self.name):
            taking.refused.append(OTHER_SURROUNDINGS.at(at, around=self.name))


def _systems(concept: Any) -> set[str]:
    """The systems of a CodeableConcept's codings."""
    codings = concept.get("coding", ()) if isinstance(concept, dict) else ()
    return {one["system"] for one in codings if "system" in one}

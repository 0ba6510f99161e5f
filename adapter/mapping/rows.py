"""The kinds of row, a closed set. Each knows both directions: what the part says, and what the resource says.

``give`` writes into a resource what a part says; ``take`` reads from a resource into a part. A row owns the
place it reads: what it finds there and cannot take is either kept as residue (somebody else's code, a
reference to elsewhere) or refused (a contradiction), never dropped.
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
    nb="Det samme er sagt to ganger, og posten har plass til én",
    en="The same is said twice, and the record has room for one",
    source=_LAW,
)
CODE_UNKNOWN = replace(
    faults.CODE,
    nb="Ukjent kode i {system}; gyldige: {valid}",
    en="Unknown code in {system}; valid ones: {valid}",
    source="https://hl7.org/fhir/R4/terminologies.html#strength",
)
CONTRADICTS = Message(
    "contradicts-fixed",
    IssueType.BUSINESS_RULE,
    nb="Her kan bare {fixed} stå",
    en="Only {fixed} can stand here",
    source=_LAW,
)
OTHER_SURROUNDINGS = Message(
    "belongs-elsewhere",
    IssueType.BUSINESS_RULE,
    nb="Delen hører til en annen {around}, og kan ikke flyttes",
    en="The part belongs to another {around}, and cannot be moved",
    source=_LAW,
)


@dataclass(frozen=True, slots=True)
class Taking:
    """What rows share while one resource is taken: surroundings, ids for new items, and what is refused."""

    surroundings: Mapping[str, str]
    new_id: Callable[[], str]
    refused: list[Finding] = field(default_factory=list)


class Row(Protocol):
    """One row of a mapping file."""

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        """Write into ``resource`` what ``part`` says."""

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        """Write into ``part`` what ``resource`` says, clearing what it does not say."""


def found(path: FhirPath, resource: dict[str, Any], place: str, taking: Taking) -> tuple[Any, str]:
    """Read a path; what is said twice is refused and read as nothing."""
    try:
        return path.read(resource, place)
    except Twice as twice:
        taking.refused.append(SAID_TWICE.at(twice.place))
        return None, twice.place


def append(path: FhirPath, resource: dict[str, Any], items: list[Any]) -> None:
    """Put items at the end of a list that several rows share."""
    if items:
        before, _ = path.read(resource, "")
        path.write(resource, [*(before or ()), *items])


@dataclass(frozen=True, slots=True)
class Value:
    """One value in one place, through a named pair."""

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
    """Several values on both sides at once, through a named pair."""

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

    In a list of Codings or CodeableConcepts the table's own system finds the item, and of a system that is
    not ours only the codes the table knows: several tables may share such a list. ``absent`` is the ``code``
    that says what the plan says by leaving the field out, where FHIR always has one.
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
        """The plan codes an item says; a code of ours that the table lacks is refused."""
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
    """A value every resource of this mapping has; left out it is supplied, another is refused.

    In a list it may stand beside others; with ``yields`` not beside another code of its own system, which
    would say that it is not so.
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
        """Does a sender leave this out and say another code of its system?"""
        items, _ = self.fhir.read(resource, "")
        return self.yields and self.value not in (items or ()) and bool(self._others(items or ()))

    def withdrawn(self, resource: dict[str, Any]) -> dict[str, Any]:
        """The resource without it, as long as the other code is there."""
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
    """A boolean of the plan that is the presence of a fixed item in a list.

    A CodeableConcept of nothing but a coding of ``also`` says the same: it stays residue as long as that is
    true, and the fixed item is given beside it.
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
        """The residue without what says the same, if it is so no more."""
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
    """A reference to what the part stands in: given always, and on the way in it must be the same."""

    fhir: FhirPath
    name: str

    def give(self, part: dict[str, Any], resource: dict[str, Any], surroundings: Mapping[str, str]) -> None:
        if self.name in surroundings:
            self.fhir.write(resource, {"reference": surroundings[self.name]})

    def take(self, resource: dict[str, Any], place: str, part: dict[str, Any], taking: Taking) -> None:
        value, at = found(self.fhir, resource, place, taking)
        said = (value or {}).get("reference")
        unsure = said is None and "identifier" in (value or {})  # somebody, but who?
        if unsure or (said is not None and said != taking.surroundings.get(self.name)):
            taking.refused.append(OTHER_SURROUNDINGS.at(at, around=self.name))


def _systems(concept: Any) -> set[str]:
    """The systems of a CodeableConcept's codings."""
    codings = concept.get("coding", ()) if isinstance(concept, dict) else ()
    return {one["system"] for one in codings if "system" in one}

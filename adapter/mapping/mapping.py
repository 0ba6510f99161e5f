"""One mapping file compiled: a part as a resource, a resource as a part and its residue.

Three laws hold for every file (``tests/mapping/test_laws.py``): what was given and is put back unchanged
changes nothing; what was put is what is given, plus only what is supplied; and residue never shadows an edit
of the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Unprocessable
from adapter.fhir.narrative_writing import is_ours
from adapter.mapping.binding import MUST_BE_READ, unread_in
from adapter.mapping.fhir_places import leaves, place
from adapter.mapping.joining import Joined
from adapter.mapping.lists import Restated
from adapter.mapping.narrative_lines import ALONE
from adapter.mapping.residue import Taken
from adapter.mapping.rows import CODE_UNKNOWN, Fixed, Flag, Taking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapter.mapping.awaited import Awaiting
    from adapter.mapping.field_shapes import FieldShape
    from adapter.mapping.keeping import Keeping
    from adapter.mapping.narrative_lines import Narrator, Scene
    from adapter.mapping.rows import Row
    from adapter.mapping.views import View


MISSING = Message(
    "record-needs",
    IssueType.REQUIRED,
    nb="Posten må ha dette",
    en="The record must have this",
    source="https://hl7.org/fhir/R4/http.html#update",
)


@dataclass(frozen=True, slots=True)
class Closed:
    """The elements of a resource in which everything is understood or nothing is acted on.

    A resource with anything unmapped or contradicting under ``elements``, or without what the record must
    have, becomes an *opaque* part: the rows ``rows`` alone, the field ``flag`` set, and all the rest residue.
    One that ``binding`` says must be acted on is refused instead.
    """

    elements: tuple[str, ...]
    flag: str
    rows: tuple[Row, ...]
    binding: Callable[[dict[str, Any]], bool]

    def unread(self, sent: dict[str, Any], residue: dict[str, Any], refused: list[Finding]) -> list[str]:
        """The places under ``elements`` that no row reads; none where a code of ours is wrong (refused)."""
        if any(finding.code == CODE_UNKNOWN.code for finding in refused):
            return []
        under = tuple(f"{sent['resourceType']}.{element}" for element in self.elements)
        found = [*unread_in(sent, residue), *(finding.expression or "" for finding in refused)]
        return [place for place in dict.fromkeys(found) if place.startswith(under)]


@dataclass(frozen=True, slots=True)
class PartMapping:
    """A kind of part and a resource type, both ways.

    Args:
        part: the kind of part.
        type: the resource type.
        rows: in the order of the resource.
        view: how the rows see the part.
        closed: what makes a resource opaque, if anything does.
        same: FHIR systems that are read as another: sent -> given.
        shape: what the record's schema asks of the part.
        keeping: what may be residue.
        narrator: tells the part as text, where nobody else has.
        awaiting: shows the fields that have no element yet.
    """

    part: str
    type: str
    rows: tuple[Row, ...]
    view: View
    closed: Closed | None
    same: Mapping[str, str]
    shape: FieldShape
    keeping: Keeping
    narrator: Narrator
    awaiting: Awaiting

    def to_fhir(
        self,
        part: dict[str, Any],
        surroundings: Mapping[str, str],
        residue: dict[str, Any] | None = None,
        scene: Scene = ALONE,
    ) -> dict[str, Any]:
        """The resource a part is, with what of the residue still belongs to it, and with a narrative.

        A sender's narrative stands as long as what it tells of; else the part is told in our words, with what
        else of the ``scene`` belongs to it.
        """
        joined = Joined()
        resource = self._joined(joined, part, surroundings, residue or {})
        for row in self._yielding() if residue and residue.get("yields") else ():
            resource = row.withdrawn(resource)
        resource = self.awaiting.shown_in(resource, part)
        and_more = joined.tells(self.type)
        text = resource.get("text") or self.narrator.narrative(part, scene, and_more=and_more)
        return _told(resource, text)

    def _yielding(self) -> Iterator[Fixed]:
        """What is supplied unless a sender says that it is not so."""
        return (row for row in self.rows if isinstance(row, Fixed) and row.yields)

    def stale(
        self, part: dict[str, Any], surroundings: Mapping[str, str], residue: dict[str, Any]
    ) -> list[str]:
        """The places of residue that no longer belongs to the part."""
        joined = Joined()
        self._joined(joined, part, surroundings, residue)
        return joined.dropped

    def to_plan(
        self,
        resource: dict[str, Any],
        surroundings: Mapping[str, str],
        *,
        onto: dict[str, Any] | None,
        new_id: Callable[[], str],
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The part a resource is, and its residue (None: it says nothing more).

        Args:
            resource: valid R4, with its id.
            surroundings: what the part stands in; a resource that says otherwise is refused.
            onto: the part as it stands: fields FHIR has no word for are kept, and ids matched.
            new_id: makes ids for new items.

        Raises:
            Unprocessable: with a finding at every place that is neither mapped nor can be kept.
        """
        sent, changed_notes = self.awaiting.taken_from(_normalised(resource, self.same), onto or {})
        if is_ours(sent.get("text")):
            del sent["text"]
        part, residue, refused = self._taken(self.rows, sent, surroundings, onto, new_id)
        lacking = [self.type] if not refused and any(self.shape.lacking(part)) else []
        unread = self.closed.unread(sent, residue, refused) or lacking if self.closed else []
        if self.closed and unread:
            is_acted_on = onto is not None and not onto.get(self.closed.flag)
            if is_acted_on or self.closed.binding(sent):
                told = {finding.expression for finding in refused}
                raise Unprocessable(*refused, *(MUST_BE_READ.at(one) for one in unread if one not in told))
            part, residue, refused = self._taken(
                self.closed.rows, sent, surroundings, self.unmapped(onto), new_id, opaque=True
            )
            part[self.closed.flag] = residue["opaque"] = True
        elif any(row.is_denied_by(sent) for row in self._yielding()):
            residue["yields"] = True
        for paths in self.shape.lacking(part):
            refused.append(MISSING.at(self.place(paths[0], part, sent)))
        refused += changed_notes
        if refused:
            raise Unprocessable(*refused)
        return part, residue or None

    def place(self, expression: str, part: dict[str, Any], resource: dict[str, Any]) -> str:
        """Where in the resource stands what a path in the part (``deltakere[1].rolle``) names."""
        return place(self.rows, expression, part, resource, self.type)

    def after(self, resource: dict[str, Any]) -> set[str]:
        """The ids of resources of this type that this one is put into, and that must be there before it."""
        restated = (row for row in self.rows if isinstance(row, Restated))
        return {id_ for row in restated for id_ in row.named(resource)}

    def unmapped(self, part: dict[str, Any] | None) -> dict[str, Any]:
        """The fields of a part that FHIR has no word for."""
        mapped = {plan.names[0] for _, plan, _ in leaves(self.rows)}
        return {name: value for name, value in (part or {}).items() if name not in mapped}

    def _joined(
        self, joined: Joined, part: dict[str, Any], surroundings: Mapping[str, str], residue: dict[str, Any]
    ) -> dict[str, Any]:
        """The part mapped and joined with its residue; that of an opaque part is of no other."""
        opaque = self.closed is not None and bool(part.get(self.closed.flag))
        told = opaque and "opaque" in residue and self.closed
        resource = self._mapped_by(told.rows if told else self.rows, part, surroundings)
        if opaque != ("opaque" in residue):
            joined.dropped += [self.type] if residue else []
            return resource
        if not residue:
            return resource
        for row in self.rows:
            if isinstance(row, Restated | Flag):
                true = row.true(residue, part)
                if true is not residue:
                    joined.dropped.append(f"{self.type}.{row.key}")
                residue = true
        return joined.of(resource, residue, self.type, self.type)

    def _taken(
        self,
        rows: tuple[Row, ...],
        sent: dict[str, Any],
        surroundings: Mapping[str, str],
        onto: dict[str, Any] | None,
        new_id: Callable[[], str],
        *,
        opaque: bool = False,
    ) -> tuple[dict[str, Any], dict[str, Any], list[Finding]]:
        taking = Taking(surroundings, new_id)
        part = dict(self.view.spread(onto)) if onto else {}
        part["id"] = sent["id"]
        if self.closed and part.get(self.closed.flag):
            del part[self.closed.flag]
        for row in rows:
            row.take(sent, self.type, part, taking)
        part, ungathered = self.view.gather(part)
        taken = Taken(self.keeping, opaque)
        residue = taken.of(self._mapped_by(rows, part, surroundings), sent, self.type, self.type)
        known = tuple(finding.expression or "" for finding in taking.refused)
        beyond = [one for one in taken.refused if not known or not (one.expression or "").startswith(known)]
        return part, residue, [*taking.refused, *ungathered, *beyond]

    def _mapped_by(
        self, rows: tuple[Row, ...], part: dict[str, Any], surroundings: Mapping[str, str]
    ) -> dict[str, Any]:
        resource: dict[str, Any] = {"resourceType": self.type, "id": part["id"]}
        seen = self.view.spread(part)
        for row in rows:
            row.give(seen, resource, surroundings)
        return resource


_BEFORE_TEXT = ("resourceType", "id", "meta", "implicitRules", "language")


def _told(resource: dict[str, Any], narrative: dict[str, Any]) -> dict[str, Any]:
    """The resource with its narrative where R4 has it: before all that is the type's own."""
    before = {key: resource[key] for key in _BEFORE_TEXT if key in resource}
    return {**before, "text": narrative, **resource}


def _normalised(value: Any, same: Mapping[str, str]) -> Any:
    """The resource with every system that has several addresses under the one we give out."""
    if isinstance(value, dict):
        return {
            key: same.get(item, item)
            if key == "system" and isinstance(item, str)
            else _normalised(item, same)
            for key, item in value.items()
        }
    return [_normalised(item, same) for item in value] if isinstance(value, list) else value

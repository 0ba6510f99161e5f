"""The compiled mapping of one kind of part: a part to a resource, a resource to a part and its residue.

Three laws hold for every file (``tests/mapping/test_laws.py``): a resource that is read and put back
unchanged changes nothing; a resource that is put is read back as it was, plus only supplied values; and
residue never shadows an edit of the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Unprocessable
from adapter.fhir.json_trees import with_texts
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
    nb="Et påkrevd element mangler. Kommunens post kan ikke lagre ressursen uten det.",
    en="Required element missing. The municipal record cannot store the resource without it.",
    source="https://hl7.org/fhir/R4/http.html#update",
)


@dataclass(frozen=True, slots=True)
class Closed:
    """The closed elements of a resource: rows read all of them, or the part becomes opaque.

    A resource with unmapped or contradicting content under ``elements``, or without a required field, becomes
    an *opaque* part: only the rows ``rows`` apply, the field ``flag`` is set, and all the rest is residue. A
    resource that must be enforced by ``binding`` is refused instead.
    """

    elements: tuple[str, ...]
    flag: str
    rows: tuple[Row, ...]
    binding: Callable[[dict[str, Any]], bool]

    def unread(self, sent: dict[str, Any], residue: dict[str, Any], refused: list[Finding]) -> list[str]:
        """The places under ``elements`` that no row reads; none if a code of ours is unknown (refused)."""
        if any(finding.code == CODE_UNKNOWN.code for finding in refused):
            return []
        under = tuple(f"{sent['resourceType']}.{element}" for element in self.elements)
        found = [*unread_in(sent, residue), *(finding.expression or "" for finding in refused)]
        return [place for place in dict.fromkeys(found) if place.startswith(under)]


@dataclass(frozen=True, slots=True)
class PartMapping:
    """The mapping of a kind of part to a resource type, in both directions.

    Args:
        part: the kind of part.
        type: the resource type.
        rows: the rows, in the order of the resource.
        view: prepares the part for the rows.
        closed: the elements that can make a resource opaque; None without any.
        same: systems with several addresses: sent address -> our address.
        shape: the schema's requirements on the part.
        keeping: the limits of residue.
        narrator: writes the narrative, unless the sender's is kept.
        awaiting: shows the awaited fields as notes.
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
        """The resource of a part, with the residue that still belongs to it, and with a narrative.

        The sender's narrative is kept as long as the mapped resource is unchanged; else the narrative is
        generated from the part and the ``scene``.
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
        """The fixed rows that give way to another code of the same system."""
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
        """The part of a resource, and its residue (None if there is none).

        Args:
            resource: valid R4, with its id.
            surroundings: the owner of the part; a resource with another owner is refused.
            onto: the part as stored: its fields without an element are kept, and its ids matched.
            new_id: makes ids for new items.

        Raises:
            Unprocessable: with a finding at every place that can be neither mapped nor residue.
        """
        ours = with_texts(resource, "system", lambda system: self.same.get(system, system))
        sent, changed_notes = self.awaiting.taken_from(ours, onto or {})
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
        """The place in the resource of a path in the part (``deltakere[1].rolle``)."""
        return place(self.rows, expression, part, resource, self.type)

    def after(self, resource: dict[str, Any]) -> set[str]:
        """The ids of resources of this type that store a link to this one, and must exist before it."""
        restated = (row for row in self.rows if isinstance(row, Restated))
        return {id_ for row in restated for id_ in row.named(resource)}

    def unmapped(self, part: dict[str, Any] | None) -> dict[str, Any]:
        """The fields of a part without an element."""
        mapped = {plan.names[0] for _, plan, _ in leaves(self.rows)}
        return {name: value for name, value in (part or {}).items() if name not in mapped}

    def _joined(
        self, joined: Joined, part: dict[str, Any], surroundings: Mapping[str, str], residue: dict[str, Any]
    ) -> dict[str, Any]:
        """The part mapped and joined with its residue; residue of an opaque part fits only an opaque part."""
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
    """The resource with its narrative in R4's order: before the elements of the type."""
    before = {key: resource[key] for key in _BEFORE_TEXT if key in resource}
    return {**before, "text": narrative, **resource}

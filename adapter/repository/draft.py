"""The draft of a write: the records it changes, and the cached answers of what it is written onto.

A write of the service is a draft over a snapshot of the database (:mod:`session`), and a conversion of a file
is a draft over the records that the file itself begins. Placing works on any draft.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from adapter.repository.revision import Revision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from adapter.mapping import Mappings
    from adapter.repository.deployment import Deployment
    from adapter.repository.revision import Sent
    from adapter.storage import Head, Residue

Key = tuple[str, str]
"""Kind and id of a record, or type and id of a resource."""


class Lookups(Protocol):
    """The look-ups that placing asks for: records, holders of resources, identifiers and residue."""

    def heads(self, keys: Collection[Key]) -> Mapping[Key, Head]:
        """The newest versions of the records (kind, id) that exist."""

    def holders(self, keys: Collection[Key]) -> Mapping[Key, Key]:
        """Kind and id of the record that each resource (type, id) is part of."""

    def record_by_key(self, kind: str, system: str, value: str) -> str | None:
        """The id of the record of a kind that has an identifier; None if none has."""

    def residues(self, kind: str, id_: str) -> Mapping[Key, Residue]:
        """The residue of a record's parts, by resource type and part id."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The records that one write changes, over what stands.

    Args:
        deployment: the municipality's set-up.
        reader: answers what stands; it reads every record, so code that answers a recipient must not use it.
        revisions: the records the write changes, by kind and id.
    """

    deployment: Deployment
    reader: Lookups
    revisions: dict[Key, Revision] = field(default_factory=dict, init=False)
    _heads: dict[Key, Head | None] = field(default_factory=dict, init=False)
    _holders: dict[Key, Key | None] = field(default_factory=dict, init=False)
    _sent: dict[Key, Key] = field(default_factory=dict, init=False)
    _identified: dict[tuple[str, str, str], str | None] = field(default_factory=dict, init=False)
    _residues: dict[Key, Mapping[Key, Residue]] = field(default_factory=dict, init=False)
    _kept: dict[Key, dict[Key, Residue | None]] = field(default_factory=dict, init=False)

    @property
    def mappings(self) -> Mappings:
        """The mapping files, compiled."""
        return self.deployment.mappings

    def head(self, kind: str, id_: str) -> Head | None:
        """The newest stored version of a record, None if there is none."""
        self.meet({(kind, id_)})
        return self._heads[kind, id_]

    def body(self, kind: str, id_: str) -> dict[str, Any] | None:
        """The record with the changes of this write, else its newest version; None if there is no record."""
        if (kind, id_) in self.revisions:
            return self.revisions[kind, id_].after
        head = self.head(kind, id_)
        return head.body if head else None

    def meet(self, records: Collection[Key]) -> None:
        """Read several records at once, before each is asked for."""
        unknown = {key for key in records if key not in self._heads}
        if unknown:
            found = self.reader.heads(unknown)
            self._heads.update({key: found.get(key) for key in unknown})

    def holder(self, type_: str, id_: str) -> Key | None:
        """The record a resource is part of: the record it was sent into in this write, or the stored one."""
        if (type_, id_) in self._sent:
            return self._sent[type_, id_]
        return self.stored_holders([(type_, id_)])[type_, id_]

    def stored_holders(self, resources: Iterable[Key]) -> Mapping[Key, Key | None]:
        """The stored record of each of several resources, looked up at once; None for a new resource."""
        unknown = {key for key in resources if key not in self._holders}
        if unknown:
            found = self.reader.holders(unknown)
            self._holders.update({key: found.get(key) for key in unknown})
        return self._holders

    def identified(self, kind: str, system: str, value: str) -> str | None:
        """The id of the stored record of a kind that has an identifier; None if none has."""
        key = (kind, system, value)
        if key not in self._identified:
            self._identified[key] = self.reader.record_by_key(*key)
        return self._identified[key]

    def stored_residues(self, kind: str, id_: str) -> Mapping[Key, Residue]:
        """The stored residue of a record's parts, by resource type and part id."""
        if (kind, id_) not in self._residues:
            self._residues[kind, id_] = self.reader.residues(kind, id_)
        return self._residues[kind, id_]

    def residues(self, kind: str, id_: str) -> Mapping[Key, Residue]:
        """The residue of a record's parts with the changes of this write, by resource type and part id."""
        stored, kept = self.stored_residues(kind, id_), self._kept.get((kind, id_), {})
        merged = {**stored, **kept}
        return {key: residue for key, residue in merged.items() if residue is not None}

    def revise(self, kind: str, after: dict[str, Any], sent: Mapping[Key, Sent]) -> None:
        """Note ``after`` as the record's next version, from the resources ``sent`` (empty: from a record)."""
        key = (kind, after["id"])
        head = self.head(*key)
        before = self.revisions.get(key) or Revision(kind, head.body if head else None, after)
        self.revisions[key] = replace(before, after=after, sent={**before.sent, **sent})
        self._sent.update(dict.fromkeys(sent, key))

    def keep_residue(self, record: Key, part: Key, residue: Residue | None) -> None:
        """Note the residue of a part, with its writer; None deletes it."""
        self._kept.setdefault(record, {})[part] = residue

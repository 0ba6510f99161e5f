"""The difference between two versions of a record, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.record.parts import parts

if TYPE_CHECKING:
    from adapter.record.parts import Part

Key = tuple[str, str]
"""Kind and id of a part."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The parts of a record before and after a change; a part that stays is one object in both."""

    before: dict[Key, Part]
    after: dict[Key, Part]

    @classmethod
    def between(cls, kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> Difference:
        """The difference of two versions of a record of a kind; ``before`` is None for a new record."""
        stood = {(part.kind, part.id): part for part in parts(kind, before)} if before else {}
        if after is before:
            return cls(stood, stood)
        stands = {(part.kind, part.id): part for part in parts(kind, after)}
        return cls(stood, {key: _same(stood.get(key), part) for key, part in stands.items()})

    def sharing(self, other: Difference) -> Difference:
        """The same difference, with the parts that are equal in another one as the objects of that one."""
        return Difference(
            {key: _same(other.before.get(key), part) for key, part in self.before.items()},
            {key: _same(other.after.get(key), part) for key, part in self.after.items()},
        )

    @property
    def changed(self) -> list[Part]:
        """The parts that are new or have changed."""
        return [part for key, part in self.after.items() if self.before.get(key) is not part]


def _same(stood: Part | None, stands: Part) -> Part:
    return stood if stood is not None and stood == stands else stands

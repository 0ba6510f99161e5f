"""The content a narrative can tell of beside its own part: kinds of part, and lists of the sak.

It is known when the narrators are compiled. A part is told anew only when the part or something it tells of
has changed, so a Scene refuses everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.mapping.narrative_lines import Beside, Fields, Listed, Narrator, Parts, Somebody
from adapter.record.references import LISTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Tells:
    """The content one narrator tells of: parts in full, parts by name, and lists beside the parts."""

    whole: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of part it tells of, in full or by name."""
        return self.whole | self.named


def telling(narrators: Mapping[str, Narrator]) -> dict[str, Tells]:
    """The content each narrator tells of by itself, by kind of part."""
    return {kind: _tells(narrator) for kind, narrator in narrators.items()}


def reach(kind: str, tells: Mapping[str, Tells]) -> frozenset[str]:
    """The kinds of part and the lists that the narrative of a kind can tell of, also through other parts."""
    found: set[str] = set()
    ahead = [kind]
    while ahead:
        here = tells[ahead.pop()]
        ahead += here.kinds - found
        found |= here.kinds | here.lists
    return frozenset(found)


def _tells(narrator: Narrator) -> Tells:
    found = [
        one
        for shown in (narrator.heading, narrator.inside, *(section for _, section in narrator.sections))
        for one in _within(shown)
    ]
    return Tells(*(frozenset(name for how, name in found if how == which) for which in _WAYS))


_WAYS = ("whole", "named", "lists")


def _within(shown: Any) -> Iterator[tuple[str, str]]:
    """The way and the name of everything that one way of showing a field tells of."""
    match shown:
        case Parts():
            yield ("whole" if shown.whole else "named"), shown.kind
            yield from _within(shown.other)
        case Somebody():
            yield from (("named", kind) for kind in shown.kinds if kind in LISTS)
        case Listed():
            yield from _within(shown.item)
        case Beside():
            yield "lists", shown.field
            yield from _within(shown.shown)
        case Fields():
            for piece in shown.pieces:
                yield from _within(piece.shown)
            for _, _, inner in shown.others:
                yield from _within(inner)

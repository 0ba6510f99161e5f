"""What may be kept beside a mapped resource, and what is kept only as long as the record says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.mapping.paths import holds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Keeping:
    """What may be kept of one type of resource.

    Args:
        owned: urls of the extensions that rows read; one that is not understood is refused, not kept.
        supplied: items of lists that are given when the sender leaves them out.
        also: items that are given when the sender says the same by one of some codings alone.
        heeded: systems whose codes must not pass unread, with those of them that say nothing.
    """

    owned: frozenset[str]
    supplied: tuple[Any, ...]
    also: tuple[tuple[Any, Sequence[Mapping[str, Any]]], ...]
    heeded: Mapping[str, frozenset[str]]

    def supplies(self, item: Any, sent: list[Any]) -> bool:
        """May this item be given to one who sent the list without it?"""
        return item in self.supplied or any(
            item == value and any(is_one_of(one, codings) for one in sent) for value, codings in self.also
        )


def is_one_of(item: Any, codings: Sequence[Mapping[str, Any]]) -> bool:
    """Is it a CodeableConcept of one coding, and that one of these?"""
    own = item.get("coding", []) if isinstance(item, dict) else []
    return len(own) == 1 and any(holds(own[0], one) for one in codings)


def without_items(residue: dict[str, Any], key: str, gone: Callable[[Any], bool]) -> dict[str, Any]:
    """The residue without those items of the list ``key`` that are ``gone``; itself if none is."""
    inner = residue.get("in", {}).get(key, {})
    more = [[after, item] for after, item in inner.get("more", ()) if not gone(item)]
    if more == inner.get("more", []):
        return residue
    return {**residue, "in": {**residue["in"], key: {**inner, "more": more}}}

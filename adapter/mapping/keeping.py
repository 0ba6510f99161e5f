"""The limits of residue: what may be residue, and what may be supplied to a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.mapping.paths import holds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Keeping:
    """The limits of the residue of one mapping.

    Args:
        owned: urls of the extensions that rows read; an unread one is refused and never residue.
        supplied: fixed list items that are supplied when the sender leaves them out.
        also: list items that are supplied when the sender has an equivalent coding alone.
        heeded: systems whose codes are refused as residue, each with its harmless codes.
    """

    owned: frozenset[str]
    supplied: tuple[Any, ...]
    also: tuple[tuple[Any, Sequence[Mapping[str, Any]]], ...]
    heeded: Mapping[str, frozenset[str]]

    def supplies(self, item: Any, sent: list[Any]) -> bool:
        """May this item be supplied to a list that was sent without it?"""
        return item in self.supplied or any(
            item == value and any(is_one_of(one, codings) for one in sent) for value, codings in self.also
        )


def is_one_of(item: Any, codings: Sequence[Mapping[str, Any]]) -> bool:
    """Is an item a CodeableConcept with one coding, and that coding one of ``codings``?"""
    own = item.get("coding", []) if isinstance(item, dict) else []
    return len(own) == 1 and any(holds(own[0], one) for one in codings)


def without_items(residue: dict[str, Any], key: str, gone: Callable[[Any], bool]) -> dict[str, Any]:
    """The residue without the items of the list ``key`` that are ``gone``; itself if none is."""
    inner = residue.get("in", {}).get(key, {})
    more = [[after, item] for after, item in inner.get("more", ()) if not gone(item)]
    if more == inner.get("more", []):
        return residue
    return {**residue, "in": {**residue["in"], key: {**inner, "more": more}}}

"""Every reference in a record: to its own parts, and to ansatte and organisasjoner beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCAL = frozenset({"innbygger", "parorende", "team"})
_AKTORER = frozenset({*_LOCAL, "ansatt", "rolle", "organisasjon"})
_TO_ORGANISASJON = frozenset({"organisasjon", "overordnet"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference at ``path`` to the part or record ``id`` of a kind; ``local``: within the same sak."""

    path: str
    kind: str
    id: str

    @property
    def local(self) -> bool:
        """Is it to a part of the same sak?"""
        return self.kind in _LOCAL


def references(kind: str, body: dict[str, Any]) -> list[Reference]:
    """All of them, in the order they stand; parties known by identifier or address are none."""
    return list(_found(body, kind))


def _found(value: Any, path: str) -> Iterator[Reference]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _found(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        name, target = next(iter(value.items()), ("", None))
        if len(value) == 1 and name in _AKTORER and isinstance(target, str):
            yield Reference(path, name, target)
            return
        for key, item in value.items():
            if key in _TO_ORGANISASJON and isinstance(item, str):
                yield Reference(f"{path}.{key}", "organisasjon", item)
            else:
                yield from _found(item, f"{path}.{key}")

"""Reading of JSON objects, and rewriting of JSON values at any depth; the given value is not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def text(node: Mapping[str, Any], name: str) -> str | None:
    """The string under a key of an object, or None for any other JSON value."""
    value = node.get(name)
    return value if isinstance(value, str) else None


def with_texts(value: Any, key: str, change: Callable[[str], str]) -> Any:
    """A copy with ``change`` applied to every text under ``key``."""
    if isinstance(value, dict):
        return {
            name: change(item) if name == key and isinstance(item, str) else with_texts(item, key, change)
            for name, item in value.items()
        }
    return [with_texts(item, key, change) for item in value] if isinstance(value, list) else value


def without_ids(value: Any) -> Any:
    """A copy without any ``id``, to compare items that were sent with and without ids."""
    if isinstance(value, dict):
        return {name: without_ids(item) for name, item in value.items() if name != "id"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value

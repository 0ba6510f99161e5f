"""All that is wrong with a write, gathered until it can be told in one answer."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.errors import AdapterError, Conflict, Unprocessable
from adapter.record import schema
from adapter.record.readable import readable
from adapter.record.rules import OF_WHAT_IS_MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapter.errors import Finding


class OnlyAsked(Unprocessable):
    """Nothing is wrong; but it was only asked, and leaving the transaction so undoes it."""


def broken_by(act: Callable[[], object]) -> tuple[Finding, ...]:
    """What rules something breaks that can be read only in part; other refusals are of another matter."""
    try:
        act()
    except (Unprocessable, Conflict) as error:
        return tuple(one for one in error.findings if one.code not in OF_WHAT_IS_MISSING)
    except AdapterError:
        return ()
    return ()


@dataclass(slots=True)
class Refusals:
    """What is wrong with one thing after the other.

    ``keys`` are those of which nothing more can be said; they are not where they would be judged.
    """

    errors: list[AdapterError] = field(default_factory=list)
    keys: set[tuple[str, str]] = field(default_factory=set)

    @contextmanager
    def of(self, key: tuple[str, str], placed: Callable[[Finding], Finding]) -> Iterator[None]:
        """Keep a refusal about one of them, each finding ``placed`` in what was sent."""
        try:
            yield
        except AdapterError as error:
            self.keys.add(key)
            self.errors.append(type(error)(*map(placed, error.findings)))

    def readable(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """The record, or what of it can be read if it is none; raises what is wrong if that is nothing."""
        wrong = schema.validate(kind, body)
        left = readable(kind, body, wrong) if wrong else body
        if wrong:
            self.errors.append(Unprocessable(*wrong))
        if left is None:
            raise self.errors[-1]
        return left

    @contextmanager
    def besides(self) -> Iterator[None]:
        """Keep what is found beside what is refused already, but for what seems missing only for that."""
        try:
            yield
        except AdapterError as error:
            missing = OF_WHAT_IS_MISSING if self.errors else frozenset()
            found = [finding for finding in error.findings if finding.code not in missing]
            self.errors += [type(error)(*found)] if found else []

    def tell(self) -> None:
        """Raise what was kept, as the first of its kind, with every finding."""
        if self.errors:
            raise type(self.errors[0])(*(found for error in self.errors for found in error.findings))

"""The three answers of a terminology question, and their logic (Kleene's three-valued logic)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Answer = Literal["yes", "no", "unknown"]
"""``unknown``: the codes that decide the question are not at hand."""


def any_of(answers: Iterable[Answer]) -> Answer:
    """The answer ``yes`` if one is yes, ``no`` if all are no, else ``unknown``; stops at a yes."""
    result: Answer = "no"
    for answer in answers:
        if answer == "yes":
            return "yes"
        if answer == "unknown":
            result = "unknown"
    return result


def all_of(answers: Iterable[Answer]) -> Answer:
    """The answer ``no`` if one is no, ``yes`` if all are yes, else ``unknown``; stops at a no."""
    return negated(any_of(negated(answer) for answer in answers))


def negated(answer: Answer) -> Answer:
    """The opposite answer; ``unknown`` stays unknown."""
    return _OPPOSITE[answer]


_OPPOSITE: dict[Answer, Answer] = {"yes": "no", "no": "yes", "unknown": "unknown"}

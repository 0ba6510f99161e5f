"""Regular expressions for ``matches`` and ``replaceMatches`` that take linear time in the length of the text.

Python's ``re`` backtracks: ``(a+)+$`` takes exponential time on a text of hostile length, and R4's own
patterns (eld-19, eld-20) have nested quantifiers too, so refusing those is no way out. Here a pattern becomes
a program of at most ``MAX_PROGRAM`` instructions, and a text is read once, with all the places where the
program can be in hand at the same time (Thompson's construction); sets of places that come again are kept as
states of a deterministic automaton. ``re`` is used for sets of single characters only. Back references, look-
around, word boundaries, flags and possessive quantifiers are refused when the pattern is compiled.

``matches`` finds a match anywhere in the text, a dot matches a line break, and case counts:
https://hl7.org/fhirpath/N1/#matchesregex--string--boolean.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from adapter.fhir.fhirpath.fhirpath_error import FhirPathError
from adapter.fhir.fhirpath.pattern_syntax import program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Spend = Callable[[int], None]

MAX_LENGTH = 5000
"""Largest number of characters in a pattern."""

_MOST_KEPT = 200_000
"""Places in all the states that a pattern keeps; with more, it begins anew."""

_Thread = tuple[int, tuple[int, ...]]


class _State:
    """A set of places in the program: the next characters, and whether a match ends here."""

    __slots__ = ("accepts", "accepts_at_end", "following", "places")

    def __init__(self, places: frozenset[int], *, accepts: bool, accepts_at_end: bool) -> None:
        self.places = places
        self.accepts = accepts
        self.accepts_at_end = accepts_at_end
        self.following: dict[str, _State] = {}


class Pattern:
    """A compiled regular expression.

    Raises:
        FhirPathError: the pattern is not a regular expression, or it has a refused construct.
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise FhirPathError("unsupported", "The regular expression is too long")
        self._program, self.groups = program(text)
        self._states: dict[tuple[frozenset[int], bool, bool], _State] = {}
        self._kept = 0
        self._first = self._state([0], at_start=True)

    def is_in(self, text: str, spend: Spend) -> bool:
        """Tests whether the pattern matches anywhere in a text; ``spend`` is charged for the work."""
        spend(1 + len(text) // 16)
        state = self._first
        for character in text:
            if state.accepts:
                return True
            following = state.following.get(character)
            state = self._step(state, character, spend) if following is None else following
        return state.accepts or state.accepts_at_end

    def _step(self, state: _State, character: str, spend: Spend) -> _State:
        spend(1 + len(self._program) // 2)
        places = [at + 1 for at in state.places if self._program[at].allows(character)]
        following = self._state([*places, 0], at_start=False)
        self._kept += 1 + len(following.places)
        if self._kept > _MOST_KEPT:
            self._kept = 0
            self._states.clear()
            self._first = self._state([0], at_start=True)
        state.following[character] = following
        return following

    def _state(self, places: list[int], *, at_start: bool) -> _State:
        last = len(self._program) - 1
        reached = {at for at, _ in self._reached(places, at_start=at_start, at_end=False)}
        accepts = last in reached
        at_end = any(at == last for at, _ in self._reached(places, at_start=at_start, at_end=True))
        waiting = frozenset(reached - {last})
        key = (waiting, accepts, at_end)
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = _State(waiting, accepts=accepts, accepts_at_end=at_end)
        return state

    def _reached(
        self, places: list[int], *, at_start: bool, at_end: bool, at: int = 0, seen: set[int] | None = None,
        marks: tuple[int, ...] = (),
    ) -> Iterator[_Thread]:  # fmt: skip
        """Places reachable without a character, best first, with the marks of groups that were passed."""
        seen = set() if seen is None else seen
        waiting = [(place, marks) for place in reversed(places)]
        while waiting:
            place, marked = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            one = self._program[place]
            if one.test is not None or one.kind == "match":
                yield place, marked
            elif one.kind == "mark":
                waiting.append((place + 1, _with(marked, one.targets[0], at)))
            elif one.kind == "go" or (at_start if one.kind == "start" else at_end):
                waiting += [(target, marked) for target in reversed(one.targets)]

    def replaced(self, text: str, substitution: str, spend: Spend) -> str:
        """The text with every match replaced; ``$1`` or ``${1}`` in the substitution is a group."""
        parts: list[str] = []
        position = 0
        while position <= len(text):
            marks = self._search(text, position, spend)
            if marks is None:
                break
            begin, end = marks[0], marks[1]
            parts.append(text[position:begin])
            parts.append(self._filled(substitution, text, marks))
            spend(1 + len(parts[-1]) // 16)
            if end == begin:
                parts.append(text[begin : begin + 1])
                end += 1
            position = end
        return "".join(parts) + text[position:]

    def _search(self, text: str, position: int, spend: Spend) -> tuple[int, ...] | None:
        """The marks of the first match from a position on, as a backtracking engine would find it."""
        threads: list[_Thread] = []
        found: tuple[int, ...] | None = None
        blank = (-1,) * (2 * self.groups + 2)
        for at in range(position, len(text) + 1):
            is_first, is_last = at == 0, at == len(text)
            seen: set[int] = set()
            reached: list[_Thread] = []
            for place, marks in [*threads, (0, _with(blank, 0, at))] if found is None else threads:
                reached += self._reached(
                    [place], at_start=is_first, at_end=is_last, at=at, seen=seen, marks=marks
                )
            spend(1 + len(seen))
            threads = []
            for place, marks in reached:
                if self._program[place].kind == "match":
                    found = _with(marks, 1, at)
                    break
                if not is_last and self._program[place].allows(text[at]):
                    threads.append((place + 1, marks))
            if found is not None and not threads:
                break
        return found

    def _filled(self, substitution: str, text: str, marks: tuple[int, ...]) -> str:
        parts = substitution.split("$")
        filled = [parts[0]]
        for part in parts[1:]:
            name = part[1 : part.find("}")] if part.startswith("{") and "}" in part else part[:1]
            rest = part[len(name) + 2 :] if part.startswith("{") and "}" in part else part[1:]
            group = int(name) if name.isascii() and name.isdigit() else None
            if group is None or group > self.groups:
                filled.append(f"${part}")
            else:
                filled.append(text[marks[2 * group] : marks[2 * group + 1]] if marks[2 * group] >= 0 else "")
                filled.append(rest)
        return "".join(filled)


def _with(marks: tuple[int, ...], index: int, value: int) -> tuple[int, ...]:
    return (*marks[:index], value, *marks[index + 1 :]) if marks else marks


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """The compiled pattern of a text.

    Raises:
        FhirPathError: the pattern is not a regular expression, or it has a refused construct.
    """
    return Pattern(text)

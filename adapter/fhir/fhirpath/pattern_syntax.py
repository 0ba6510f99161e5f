"""Parser of regular expressions, to the program that :mod:`adapter.fhir.fhirpath.patterns` runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.fhir.fhirpath.fhirpath_error import FhirPathError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PROGRAM = 6000
"""Largest number of instructions; ``{1,64}`` counts as 64 copies."""

_MAX_DEPTH = 40
_COUNTS = re.compile(r"\{(\d{1,4})(,(\d{0,4}))?\}", re.ASCII)
_GROUP = re.compile(r"\(\?(?::|P?<[A-Za-z][A-Za-z0-9]*>)", re.ASCII)
_SET = re.compile(r"\[\^?\]?(?:[^\]\\]|\\.)*\]", re.DOTALL)
_CODED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    ``character`` goes on after a character that ``test`` allows; ``go`` goes to its targets, the first one
    preferred; ``start`` and ``end`` go on at the start and the end of the text; ``mark`` notes the position
    under the number that is its target; ``match`` ends the match.
    """

    kind: str
    targets: tuple[int, ...] = ()
    test: Callable[[str], object] | None = None

    def allows(self, character: str) -> bool:
        """Tests whether the instruction goes on after a character."""
        return self.test is not None and bool(self.test(character))


Code = list[Instruction]

_SIGNS = {
    ".": Instruction("character", test=bool),
    "^": Instruction("start", (1,)),
    "$": Instruction("end", (1,)),
}


def program(text: str) -> tuple[Code, int]:
    """The program of a pattern, and the number of its groups. Targets are indexes into the program.

    Raises:
        FhirPathError: the pattern is not a regular expression, or it has a refused construct.
    """
    parser = _Parser(text)
    code = parser.alternatives()
    if parser.at < len(text):
        raise FhirPathError("unsupported", "The regular expression has a parenthesis too many")
    return [*code, Instruction("match")], parser.groups


class _Parser:
    """Parser of one pattern. Code that is not placed yet has targets relative to its own beginning."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.groups = 0
        self._depth = 0

    def alternatives(self) -> Code:
        """Alternatives up to a closing parenthesis or the end."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise FhirPathError("unsupported", "The regular expression is nested too deeply")
        found = [self._sequence()]
        while self._is("|"):
            self.at += 1
            found.append(self._sequence())
        self._depth -= 1
        return _alternatives(found)

    def _is(self, character: str) -> bool:
        return self.text.startswith(character, self.at)

    def _sequence(self) -> Code:
        code: Code = []
        while self.at < len(self.text) and not (self._is("|") or self._is(")")):
            atom = self._atom()
            code += _moved(self._quantified(atom), len(code))
            _checked(code)
        return code

    def _quantified(self, atom: Code) -> Code:
        while True:
            counts = _COUNTS.match(self.text, self.at)
            if counts:
                least = int(counts[1])
                most = least if counts[2] is None else int(counts[3]) if counts[3] else None
                self.at = counts.end()
            elif self._is("*") or self._is("+") or self._is("?"):
                least = int(self._is("+"))
                most = 1 if self._is("?") else None
                self.at += 1
            else:
                return atom
            is_greedy = not self._is("?")
            self.at += not is_greedy
            if self._is("+"):
                raise FhirPathError("unsupported", "The regular expression has a possessive quantifier")
            atom = _repeated(atom, least, most, is_greedy=is_greedy)

    def _atom(self) -> Code:
        character = self.text[self.at]
        if character in {"*", "+", "?"}:
            raise FhirPathError("unsupported", "The regular expression has nothing to repeat")
        if character == "(":
            return self._group()
        if character == "[":
            return [self._set()]
        if character == "\\":
            return [self._escape()]
        self.at += 1
        return [_SIGNS.get(character) or Instruction("character", test=character.__eq__)]

    def _group(self) -> Code:
        opening = _GROUP.match(self.text, self.at)
        if opening is None and self.text.startswith("(?", self.at):
            raise FhirPathError("unsupported", "The regular expression has lookaround or flags")
        is_counted = opening is None or not opening[0].endswith(":")
        self.at = opening.end() if opening else self.at + 1
        self.groups += is_counted
        group = self.groups
        code = self.alternatives()
        if not self._is(")"):
            raise FhirPathError("unsupported", "The regular expression lacks a closing parenthesis")
        self.at += 1
        if not is_counted:
            return code
        return [
            Instruction("mark", (2 * group,)),
            *_moved(code, 1),
            Instruction("mark", (2 * group + 1,)),
        ]

    def _set(self) -> Instruction:
        found = _SET.match(self.text, self.at)
        if found is None:
            raise FhirPathError("unsupported", "The regular expression lacks a closing bracket")
        self.at = found.end()
        negation = "^" if found[0].startswith("[^") else ""
        inner = found[0][1 + len(negation) : -1]
        # Python reads a bracket, and these characters when doubled, as a start of future set operations.
        inner = re.sub(
            r"\\.|\[|([&~|])(?=\1)", lambda one: one[0] if one[0][0] == "\\" else f"\\{one[0]}", inner
        )
        return _tested(f"[{negation}{inner}]")

    def _escape(self) -> Instruction:
        coded = _CODED.match(self.text, self.at)
        if coded:
            self.at = coded.end()
            return Instruction("character", test=chr(int(coded[1] or coded[2], 16)).__eq__)
        escape = self.text[self.at : self.at + 2]
        self.at += 2
        if escape[1:] in {*"dDwWsS", *"nrtfv"}:
            return _tested(escape)
        if len(escape) < 2 or (escape[1].isalnum() and escape[1].isascii()):
            raise FhirPathError("unsupported", "The regular expression has an escape that is not supported")
        return Instruction("character", test=escape[1].__eq__)


def _tested(text: str) -> Instruction:
    """The instruction for a set of characters."""
    try:
        return Instruction("character", test=re.compile(text, re.DOTALL).fullmatch)
    except re.error as wrong:
        raise FhirPathError("unsupported", "The regular expression has a wrong set of characters") from wrong


def _moved(code: Code, by: int) -> Code:
    """Code with its targets moved; the target of a mark is a number of its own."""
    return [
        one
        if one.kind == "mark" or not one.targets
        else Instruction(one.kind, tuple(target + by for target in one.targets), one.test)
        for one in code
    ]


def _alternatives(found: list[Code]) -> Code:
    """Code that tries each of several codes, the first one preferred."""
    *others, last = found
    end = sum(len(one) + 2 for one in others) + len(last)
    code: Code = []
    for one in others:
        size = len(code)
        code.append(Instruction("go", (size + 1, size + len(one) + 2)))
        code += _moved(one, size + 1)
        code.append(Instruction("go", (end,)))
    code += _moved(last, len(code))
    _checked(code)
    return code


def _checked(code: Code) -> None:
    if len(code) > MAX_PROGRAM:
        raise FhirPathError("unsupported", "The regular expression is too large")


def _repeated(atom: Code, least: int, most: int | None, *, is_greedy: bool) -> Code:
    """``least`` copies, then optional copies up to ``most``, or a loop."""
    copies = least if most is None else most
    if (len(atom) + 2) * (copies + 1) > MAX_PROGRAM or copies < least:
        raise FhirPathError("unsupported", "The regular expression repeats too much")
    code: Code = []
    for _ in range(least):
        code += _moved(atom, len(code))
    size = len(atom)
    if most is None:
        targets = (len(code) + 1, len(code) + size + 2)
        loop = [_choice(targets, is_greedy=is_greedy), *_moved(atom, len(code) + 1)]
        return [*code, *loop, Instruction("go", (len(code),))]
    end = len(code) + (most - least) * (size + 1)
    for _ in range(most - least):
        code += [_choice((len(code) + 1, end), is_greedy=is_greedy), *_moved(atom, len(code) + 1)]
    return code


def _choice(targets: tuple[int, int], *, is_greedy: bool) -> Instruction:
    return Instruction("go", targets if is_greedy else targets[::-1])

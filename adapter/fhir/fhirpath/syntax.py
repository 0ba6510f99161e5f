"""Syntax tree of a FHIRPath expression and its parser (precedence climbing).

Grammar and precedence: https://hl7.org/fhirpath/N1/grammar.html, https://hl7.org/fhirpath/N1/#precedence.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapter.fhir.fhirpath.fhirpath_error import FhirPathError
from adapter.fhir.fhirpath.tokens import Kind, Token, tokens

MAX_DEPTH = 60
"""Largest depth of nested parentheses and arguments."""

MAX_STEPS = 250
"""Largest number of steps of one path, and of operators in one chain."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: its kind and its text; ``empty`` is ``{}``, ``unit`` is the unit of a quantity."""

    kind: str
    text: str
    position: int
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """``$this``, ``$index``, ``$total``, or a variable with a percent sign: ``%resource``."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class MemberOf:
    """A named element of ``source``; without a source, of ``$this``."""

    source: Tree | None
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function call on ``source``; without a source, on ``$this``."""

    source: Tree | None
    name: str
    arguments: tuple[Tree, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """``source[index]``."""

    source: Tree
    index: Tree
    position: int


@dataclass(frozen=True, slots=True)
class Unary:
    """``+`` or ``-`` before a number."""

    operator: str
    operand: Tree
    position: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two expressions."""

    operator: str
    left: Tree
    right: Tree
    position: int


@dataclass(frozen=True, slots=True)
class TypeOperation:
    """``operand is Type`` or ``operand as Type``; ``type_name`` can have a namespace: ``System.String``."""

    operator: str
    operand: Tree
    type_name: str
    position: int


Tree = Constant | Variable | MemberOf | Call | Indexed | Unary | Binary | TypeOperation


def parts(tree: Tree) -> tuple[Tree, ...]:
    """The direct parts of a tree."""
    match tree:
        case MemberOf(source=source):
            return () if source is None else (source,)
        case Call(source=source, arguments=arguments):
            return arguments if source is None else (source, *arguments)
        case Indexed(source=source, index=index):
            return source, index
        case Binary(left=left, right=right):
            return left, right
        case Unary(operand=operand) | TypeOperation(operand=operand):
            return (operand,)
    return ()


_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"implies"}),
    frozenset({"or", "xor"}),
    frozenset({"and"}),
    frozenset({"in", "contains"}),
    frozenset({"=", "~", "!=", "!~"}),
    frozenset({"<", ">", "<=", ">="}),
    frozenset({"|"}),
    frozenset({"is", "as"}),
    frozenset({"+", "-", "&"}),
    frozenset({"*", "/", "div", "mod"}),
)
"""The operators of each level of precedence, those that bind least first."""

_LEVEL_OF = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_TYPES = _LEVELS.index(frozenset({"is", "as"}))
_CALENDAR = ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
CALENDAR = frozenset({*_CALENDAR, *(f"{word}s" for word in _CALENDAR)})
"""Words that are units of time after a number: ``4 days``."""

_KEYWORDS = frozenset({"and", "or", "xor", "implies", "div", "mod", "true", "false"})


def parsed(expression: str) -> Tree:
    """The syntax tree of an expression.

    Raises:
        FhirPathError: the expression is not FHIRPath, or it exceeds ``MAX_DEPTH`` or ``MAX_STEPS``.
    """
    parser = _Parser(tokens(expression))
    tree = parser.expression()
    parser.expect("end")
    return tree


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _is(self, text: str) -> bool:
        return self._next.kind in {"symbol", "name"} and self._next.text == text

    def expect(self, kind: Kind, text: str = "") -> Token:
        token = self._next
        if token.kind != kind or (text and token.text != text):
            wanted = "the end" if kind == "end" else repr(text) if text else f"a {kind}"
            raise FhirPathError("syntax", f"Expected {wanted}", token.position)
        self._at += kind != "end"
        return token

    def expression(self, level: int = 0) -> Tree:
        """An expression with operators of ``level`` and of the levels that bind tighter."""
        left = self._unary()
        count = 0
        while True:
            token = self._next
            found = _LEVEL_OF.get(token.text, -1) if token.kind in {"symbol", "name"} else -1
            if found < level:
                return left
            self._take()
            count += 1
            self._limited(count, token)
            if found == _TYPES:
                left = TypeOperation(token.text, left, self._type_name(), token.position)
            else:
                left = Binary(token.text, left, self.expression(found + 1), token.position)

    def _inner(self, closing: str) -> Tree:
        """An expression up to a closing parenthesis or bracket."""
        self._deeper()
        tree = self.expression()
        self._depth -= 1
        self.expect("symbol", closing)
        return tree

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FhirPathError("too-costly", "The expression is nested too deeply", self._next.position)

    @staticmethod
    def _limited(count: int, token: Token) -> None:
        if count > MAX_STEPS:
            raise FhirPathError("unsupported", "The expression has too many steps", token.position)

    def _unary(self) -> Tree:
        if self._is("+") or self._is("-"):
            token = self._take()
            self._deeper()
            operand = self._unary()
            self._depth -= 1
            return Unary(token.text, operand, token.position)
        return self._path()

    def _path(self) -> Tree:
        tree = self._term()
        count = 0
        while self._is(".") or self._is("["):
            token = self._take()
            count += 1
            self._limited(count, token)
            if token.text == ".":
                tree = self._invocation(tree)
            else:
                tree = Indexed(tree, self._inner("]"), token.position)
        return tree

    def _term(self) -> Tree:
        token = self._next
        if token.kind in {"string", "date", "time"}:
            self._take()
            return Constant(token.kind, token.text, token.position)
        if token.kind == "number":
            return self._number()
        if token.kind == "symbol":
            return self._symbol()
        if token.kind == "name" and token.text in {"true", "false"}:
            self._take()
            return Constant("boolean", token.text, token.position)
        if token.kind == "end" or (token.kind == "name" and token.text in _KEYWORDS):
            raise FhirPathError("syntax", "Expected an expression", token.position)
        return self._invocation(None)

    def _symbol(self) -> Tree:
        token = self._take()
        match token.text:
            case "(":
                return self._inner(")")
            case "{":
                self.expect("symbol", "}")
                return Constant("empty", "", token.position)
            case "$this" | "$index" | "$total":
                return Variable(token.text, token.position)
            case "%" if self._next.kind in {"name", "quoted", "string"}:
                return Variable(f"%{self._take().text}", token.position)
        raise FhirPathError("syntax", "Expected an expression", token.position)

    def _number(self) -> Tree:
        token = self._take()
        after = self._next
        if after.kind == "string" or (after.kind == "name" and after.text in CALENDAR):
            self._take()
            return Constant("quantity", token.text, token.position, after.text)
        return Constant("number", token.text, token.position)

    def _invocation(self, source: Tree | None) -> Tree:
        """A member or a function after a dot, or at the beginning of a path."""
        token = self._take()
        if token.kind == "symbol" and token.text.startswith("$"):
            raise FhirPathError("unsupported", f"{token.text} after a dot", token.position)
        if token.kind not in {"name", "quoted"}:
            raise FhirPathError("syntax", "Expected a name", token.position)
        if not self._is("("):
            return MemberOf(source, token.text, token.position)
        self._take()
        self._deeper()
        arguments: list[Tree] = []
        while not self._is(")"):
            if arguments:
                self.expect("symbol", ",")
            arguments.append(self.expression())
        self._depth -= 1
        self._take()
        return Call(source, token.text, tuple(arguments), token.position)

    def _type_name(self) -> str:
        """A type, with or without a namespace; R4 writes ``(x as Quantity)`` and ``is System.String``."""
        token = self._take()
        if token.kind not in {"name", "quoted"}:
            raise FhirPathError("syntax", "Expected a type", token.position)
        name = token.text
        while self._is(".") and self._tokens[self._at + 1].kind in {"name", "quoted"}:
            if self._tokens[self._at + 2].text == "(" or name not in {"FHIR", "System"}:
                break
            self._take()
            name = f"{name}.{self._take().text}"
        return name

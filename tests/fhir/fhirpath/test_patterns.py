"""Regular expressions: the same matches as Python's ``re``, and linear time on hostile patterns."""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.fhir.fhirpath import FhirPathError
from adapter.fhir.fhirpath.patterns import Pattern

_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", "1", r"\.", "^", "$"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    quantified = st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?", "??"]))
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
        inner.map("({})".format),
        quantified.map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    )


PATTERNS = st.recursive(_ATOMS, _larger, max_leaves=8)
TEXTS = st.text("ab1.\n", max_size=12)


def free(_: int) -> None:
    """A budget without bounds."""


@given(PATTERNS, TEXTS)
def test_a_match_is_found_where_python_finds_one(pattern: str, text: str) -> None:
    """``is_in`` is true exactly if a backtracking engine finds a match; ``$`` is the very end of the text."""
    expected = re.search(pattern.replace("$", r"\Z"), text, re.DOTALL) is not None
    assert Pattern(pattern).is_in(text, free) is expected


@given(
    st.sampled_from(["a", "b+", "a*", "(a)(b)?", "[ab]{1,2}", "(a|ab)(1|b1)", "a+?", "^a", "b$", "a|b|1"]),
    TEXTS,
)
def test_every_match_is_replaced_as_python_replaces_it(pattern: str, text: str) -> None:
    """``replaced`` takes the first match that a backtracking engine prefers, and fills in its groups."""
    wanted = re.compile(pattern.replace("$", r"\Z"), re.DOTALL)
    groups = "<$1>" if wanted.groups else "<>"
    expected = ""
    at = 0
    while (match := wanted.search(text, at)) is not None:
        expected += text[at : match.start()] + (f"<{match[1] or ''}>" if wanted.groups else "<>")
        if match.end() == match.start():
            expected += text[match.start() : match.start() + 1]
        at = max(match.end(), match.start() + 1)
        if at > len(text):
            break
    assert Pattern(pattern).replaced(text, groups, free) == expected + text[at:]


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "^(a|a)*$", "(a|aa)+$", "(.*a){12}$", "^([a-zA-Z]+)*$", "^(([a-z])+.)+[A-Z]([a-z])+$"],
)
def test_a_pattern_that_explodes_elsewhere_takes_linear_time(pattern: str) -> None:
    """Patterns that take a backtracking engine exponential time read 20 000 characters in a moment."""
    text = "a" * 20_000 + "!"
    started = process_time()
    assert Pattern(pattern).is_in(text, free) is False
    assert process_time() - started < 2


@pytest.mark.parametrize(
    "pattern",
    [r"(a)\1", "(?=a)", "(?!a)", "(?<=a)", "(?i)a", r"\bword", "a++", "(a", "a)", "[a", "*a", "a{4000}{4000}",
     "(" * 300 + ")" * 300, r"\p{L}", "[z-a]", "\\"],
)  # fmt: skip
def test_a_refused_pattern_raises_the_error_of_the_engine(pattern: str) -> None:
    """What the engine does not run is refused when it is compiled, and never run otherwise."""
    with pytest.raises(FhirPathError) as raised:
        Pattern(pattern)
    assert raised.value.reason == "unsupported"

"""JSON from a sender is read without loss, or refused with line and column."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.errors import BadRequest
from adapter.fhir.codec import received, scanning
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.stored import render

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)
NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,19})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
TREES = st.recursive(
    TEXT | st.booleans() | st.integers(-(2**70), 2**70),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def refusal(data: bytes) -> tuple[str, int | None, int | None]:
    """Code, line and column of the one finding of a refused text."""
    with pytest.raises(BadRequest) as refused:
        read_received(data)
    (finding,) = refused.value.findings
    return finding.code, finding.line, finding.column


@given(NUMBERS)
def test_a_number_keeps_its_spelling(number: str):
    """A number keeps its spelling: 1.50, 19 digits, 1e-30 and -0."""
    data = f'{{"value":{number}}}'.encode()
    assert render(read_received(data)) == data


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_number_has_a_hundred_digits_at_most(sign: str):
    """Both passes read 100 digits with and without a sign, and refuse 101."""
    longest, longer = (f'{{"a":{sign}{"9" * digits}}}'.encode() for digits in (100, 101))
    assert render(read_received(longest)) == longest
    assert refusal(longer) == ("json-number", 1, 6)
    assert scanning.scanned(longest)[0] == read_received(longest)


@given(st.dictionaries(TEXT, TREES, max_size=5), st.integers(0, 4))
def test_every_value_has_a_place(tree: dict[str, Any], indent: int):
    """The scanner gives the same tree as the reader in any layout, and the place of each value."""
    text = json.dumps(tree, indent=indent)
    scanned, places = scanning.scanned(text.encode())
    assert scanned == read_received(text.encode()) == tree
    lines = text.split("\n")
    for path, (line, column) in places.items():
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        if path and isinstance(path[-1], str):
            assert rest.startswith(json.dumps(path[-1]))


_BITS = (
    *('"', "'", "\\", '\\"', "{", "}", "[", "]", ",", ":", ",,", "[[", "{}", "[]", '"a":', '"a":1,'),
    *("-", "+", "0", "00", "-0", ".", "1.", ".5", "e", "E+", "1e308", "1e309", "1e-0308", "0x1", "1_0"),
    *("9" * 100, "9" * 101, "-" + "9" * 100, "0." + "9" * 99, "true", "True", "nul", "NaN", "-Infinity"),
    *("\\u0000", "\\u001F", "\\ud83d\\ude00", "\\uD83D", "\\ude00", "\\ufffe", "\\uFFFF", "\\u12", "\\u0009"),
    *("\\b", "\\f", "\\\\b", "\\x", "\\n", "\x00", "\x01", "\x0b", "\x1f", "\x7f", "\t", "\n", " ", "\r"),
    *("\u00a0", "\u2028", "\ufeff", "\ufffe", "\uffff", "٣", "é", "😀", "/*", "//", "[" * 70, '{"a":' * 70),
)
"""Pieces that a mutation inserts: marks of JSON, near misses of JSON, and JSON that FHIR does not allow."""


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The text of a tree with up to three bits replaced, doubled or removed."""
    text = json.dumps(draw(TREES), indent=draw(st.sampled_from((None, 1))), ensure_ascii=draw(st.booleans()))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 3))
        bit = draw(st.sampled_from(_BITS) | st.just(text[start:end] * 2))
        text = text[:start] + bit + text[end:]
    return text


def outcome(reading: Callable[[], Any]) -> bytes | None:
    """The bytes of the tree with numbers as spelled, or None for a refusal."""
    try:
        return render(reading())
    except BadRequest:
        return None


def hold(text: str, depth: int) -> None:
    """Check that both passes refuse the text, or both give the same tree."""
    first = outcome(lambda: received._judged(text, depth))
    assert outcome(lambda: scanning.Scan(text, depth).document()) == first


@given(mutated(), st.sampled_from((2, 64)))
def test_the_scanner_and_the_decoder_refuse_the_same_texts(text: str, depth: int):
    """Any text is refused by both passes, or gives one tree in both."""
    hold(text, depth)


@pytest.mark.slow
@given(mutated(), st.sampled_from((2, 64)))
@settings(max_examples=10_000)
def test_the_scanner_and_the_decoder_refuse_the_same_texts_at_length(text: str, depth: int):
    """The same rule holds for many more texts."""
    hold(text, depth)


@given(mutated())
def test_a_refusal_of_a_short_text_has_line_and_column(text: str):
    """A text that is short enough to scan is read, or refused with one finding with line and column."""
    try:
        read_received(text.encode())
    except BadRequest as refused:
        (finding,) = refused.findings
        assert finding.line is not None
        assert finding.column is not None


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b'{"a":1,\n "b":2,\n "a":3}', "json-duplicate-key", (3, 2)),
        (b'{"a":{"b":1,"b":1}}', "json-duplicate-key", (1, 13)),
        (b'{"a":{"\\u0062":1,"b":1}}', "json-duplicate-key", (1, 18)),
        (b'{"a":"\\u0000"}', "json-character", (1, 6)),
        (b'{"a":"\\b"}', "json-character", (1, 6)),
        (b'{"a":"\\ud800"}', "json-character", (1, 6)),
        (b'{"a":"\\udc00\\ud800"}', "json-character", (1, 6)),
        (b'{"a":"\xef\xbf\xbf"}', "json-character", (1, 6)),
        (b'{"a":"\x01"}', "json-syntax", (1, 6)),
        (b'{"a":NaN}', "json-syntax", (1, 6)),
        (b'{"a":-Infinity}', "json-syntax", (1, 6)),
        (b'{"a":01}', "json-syntax", (1, 7)),
        (b'{"a":.5}', "json-syntax", (1, 6)),
        (b'{"a":1,}', "json-syntax", (1, 8)),
        (b'{"a":[1,]}', "json-syntax", (1, 9)),
        (b"{'a':1}", "json-syntax", (1, 2)),
        (b'{"a" 1}', "json-syntax", (1, 6)),
        (b'{"a":1} x', "json-syntax", (1, 9)),
        (b'{"a":1', "json-syntax", (1, 7)),
        (b"", "json-syntax", (1, 1)),
        (b'{"a":1e999}', "json-number", (1, 6)),
        (b'{"a":' + b"9" * 5000 + b"}", "json-number", (1, 6)),
        (b'{"a":' + b"9" * 101 + b"}", "json-number", (1, 6)),
        (b"\xef\xbb\xbf{}", "json-encoding", (1, 1)),
        (b'{"a":\n"\xff"}', "json-encoding", (2, 2)),
        ('{"a":1}'.encode("utf-16"), "json-encoding", (1, 1)),
        (b"[]", "json-root", (1, 1)),
        (b"null", "json-root", (1, 1)),
        (b'"x"', "json-root", (1, 1)),
    ],
)
def test_a_text_that_is_not_fhir_json_is_refused_at_its_place(data: bytes, code: str, place: tuple[int, int]):
    """Each kind of fault has a code, a line and a column."""
    assert refusal(data) == (code, *place)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"a":['])
def test_deep_nesting_is_refused_at_the_first_level_too_many(opening: bytes):
    """A text of 100 000 levels is refused with the place of the first level above the limit."""
    code, line, _ = refusal(opening * 100_000)
    assert (code, line) == ("json-depth", 1)


@pytest.mark.parametrize("end", ["", "\n", "\x00", "\\", "\\x", "\\u12", "\\n\\u00e5"])
@pytest.mark.parametrize("text", ["x" * 50_000, "\\n" * 25_000, "x\\u00e5" * 7_000], ids=["x", "n", "u"])
@pytest.mark.parametrize("before", ["", '"a":["b",'], ids=["key", "value"])
def test_an_unterminated_string_is_refused_at_its_start(before: str, text: str, end: str):
    """The scanner reads an unterminated string once, at any length and with any ending."""
    assert refusal(f'{{{before}"{text}{end}'.encode()) == ("json-syntax", 1, 2 + len(before))


def test_the_depth_limit_is_exact():
    """A text with 64 levels is read, and one with 65 is refused."""
    assert read_received(b'{"a":' + b"[" * 63 + b"]" * 63 + b"}")
    assert refusal(b'{"a":' + b"[" * 64 + b"]" * 64 + b"}") == ("json-depth", 1, 69)


LARGE = b'{"x":["' + b"x" * scanning.LARGE + b'"],'


@pytest.mark.parametrize(
    ("rest", "code", "has_place"),
    [
        (b'"a":1,"a":2}', "json-duplicate-key", False),
        (b'"a":{"b":1,"b":2}}', "json-duplicate-key", False),
        (b'"a":"\\u0000"}', "json-character", False),
        (b'"\\u0000":1}', "json-character", False),
        (b'"a":"\\ud800"}', "json-character", False),
        (b'"a":1e999}', "json-number", False),
        (b'"a":' + b"9" * 101 + b"}", "json-number", False),
        (b'"a":' + b"9" * 5000 + b"}", "json-number", False),
        (b'"a":NaN}', "json-syntax", False),
        (b'"a":01}', "json-syntax", True),
        (b'"a":"\x01"}', "json-syntax", True),
        (b'"a":' + b"[" * 64 + b"]" * 64 + b"}", "json-depth", False),
        (b'"a":' + b"[" * 100_000, "json-depth", False),
    ],
)
def test_a_large_text_is_refused_with_the_same_codes(rest: bytes, code: str, has_place: bool):
    """A text above a megabyte is refused with the same codes; only a syntax fault has a place."""
    found, line, _ = refusal(LARGE + rest)
    assert (found, line is not None) == (code, has_place)


def test_a_large_text_is_read_to_the_same_tree():
    """A text above a megabyte gives the same tree, with numbers as spelled."""
    data = LARGE + rb'"a":": x","b":"\\b","c":[-0,1e-30,1.50],"d":[]}'
    assert render(read_received(data)) == data
    assert scanning.scanned(data) == ({}, {})


@pytest.mark.parametrize("filling", [b"1,", b"{},", b'"x",', b"-0,"])
def test_a_text_of_megabytes_is_refused_for_its_fault(filling: bytes):
    """A text of two megabytes that needs the slowest reading is refused for its fault."""
    body = b'{"a":[' + filling * (2_000_000 // len(filling)) + b'0],"a":1}'
    assert refusal(body)[0] == "json-duplicate-key"


def test_a_text_with_harmless_escapes_is_read():
    """A value that begins with a colon, and escaped backslashes, are valid."""
    data = rb'{"a":": x","b":"\\b","c":"\\u0000","d":"\u0009"}'
    assert read_received(data) == {"a": ": x", "b": "\\b", "c": "\\u0000", "d": "\t"}

"""Values of R4's primitive types for the strategies: ordinary values, and hard ones for codecs."""

from __future__ import annotations

from hypothesis import strategies as st

from adapter.fhir.codec.numbers import Spelled

_STRINGS = (
    "plan",
    "Åse Ødegård-Čáhppes",
    'linje én\nlinje "to"\t<&>',
    " mellomrom ytterst ",
    "😀 \u202e ]]>",
    "carriage\r\nreturn",
    "null",
    "1.50",
)
_DIVS = (
    '<div xmlns="http://www.w3.org/1999/xhtml">plan</div>',
    '<div xmlns="http://www.w3.org/1999/xhtml" lang=\'nb\'>\n<p id="a">Må &amp; <b>mål</b><br /></p></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><!-- vår --><table><tr><td>&#160;a</td></tr></table></div>',
)
_DATES = ("2026", "2024-02", "2024-02-29", "1969-12-31")
_INSTANTS = (
    "2026-03-05T10:00:00+01:00",
    "2026-03-05T09:00:00Z",
    "2026-03-05T09:00:00.1200-05:00",
    "2016-12-31T23:59:60Z",
)
_NUMBERS = (
    0,
    1,
    -7,
    Spelled("1.50"),
    Spelled("0.10000000000000000555"),
    Spelled("12345678901234567.89"),
    Spelled("1e-30"),
    Spelled("1.0E+2"),
    Spelled("-0.0"),
)
_URIS = ("urn:oid:2.16.578.1.12.4.1.4.1", "https://ehr.example.org/a?b=c&d=%20", "http://x.example/å#f")

CODES = {
    "": ("a", "code-1", "to ord"),
    "contentType": ("application/json", "text/plain; charset=utf-8"),
    "language": ("nb", "se-NO"),
    "currency": ("NOK",),
}
"""Codes for elements without a list of codes, by element name."""

VALUES: dict[str, st.SearchStrategy[object]] = {
    "string": st.sampled_from(_STRINGS),
    "markdown": st.sampled_from((*_STRINGS, "# mål\n\n* ett\n* to")),
    "xhtml": st.sampled_from(_DIVS),
    "uri": st.sampled_from(_URIS),
    "url": st.sampled_from(_URIS),
    "canonical": st.sampled_from(("https://ehr.example.org/fhir/Questionnaire/1|2.0", *_URIS)),
    "oid": st.sampled_from(("urn:oid:2.16.578.1.12.4.1.1.9151", "urn:oid:0.0")),
    "uuid": st.sampled_from(("urn:uuid:0d9ee3b8-5d0f-4d66-9c0e-2f3e8f1f4b61",)),
    "id": st.sampled_from(("a", "A-1.b", "x" * 64)),
    "element-id": st.sampled_from(("a", "del_1/æ", "0d9ee3b8-5d0f-4d66-9c0e-2f3e8f1f4b61")),
    "base64Binary": st.sampled_from(("AAAA", "aGVp", "bcO4bA==")),
    "date": st.sampled_from(_DATES),
    "dateTime": st.sampled_from((*_DATES, *_INSTANTS)),
    "instant": st.sampled_from(_INSTANTS),
    "time": st.sampled_from(("00:00:00", "23:59:59.5")),
    "boolean": st.booleans(),
    "integer": st.sampled_from((0, 1, -1, 2**31 - 1, -(2**31))),
    "unsignedInt": st.sampled_from((0, 1, 2**31 - 1)),
    "positiveInt": st.sampled_from((1, 2, 2**31 - 1)),
    "decimal": st.sampled_from(_NUMBERS),
}
"""A strategy for each primitive type, and for ids of elements."""

"""Hostile requests at the FHIR door get an answer in FHIR, no internal error and no birth number back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.errors import IssueType, Severity
from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored
from adapter.fhir.search.parameters import RESULT_PARAMETERS, SERVED
from adapter.rest.formats import FORM, MEDIA_TYPES
from adapter.rest.routes import TYPES
from tests.rest.world import PERSON_NUMBER

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

pytestmark = pytest.mark.slow

SHARED = settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
ISSUES, SEVERITIES = set(IssueType), set(Severity)

text = st.text(st.characters(codec="utf-8"), max_size=30)
type_ = st.sampled_from([*TYPES, "Observation", "patient", ""])
id_ = st.one_of(st.sampled_from(["teamet", "torill", "odds-team", "none", "_search", "_history"]), text)
version = st.one_of(st.sampled_from(["1", "2", "0", "-1", "x"]), text)
path = st.one_of(
    st.builds("/fhir/{}".format, type_),
    st.builds("/fhir/{}/_search".format, type_),
    st.builds(lambda t, i: f"/fhir/{t}/{quote(i)}", type_, id_),
    st.builds(lambda t, i: f"/fhir/{t}/{quote(i)}/_history", type_, id_),
    st.builds(lambda t, i, v: f"/fhir/{t}/{quote(i)}/_history/{quote(v)}", type_, id_, version),
    st.builds(lambda rest: f"/fhir/{quote(rest)}", text),
)
names = sorted(
    {name for served in SERVED.values() for name in served} | {*RESULT_PARAMETERS, "_format", "_page"}
)
value = st.one_of(
    text,
    st.sampled_from(
        ["", "1", "-1", "2026-02-30", "ge2026", "a|b", "|", ",", "\\", "%", "_", "' OR 1=1--", "\0"]
    ),
    st.sampled_from(["CareTeam:participant", "*", "Patient/torill", "http://x/Patient/1", "9" * 400]),
)
pairs = st.lists(st.tuples(st.one_of(st.sampled_from(names), text), value), max_size=4)
media = st.one_of(
    st.sampled_from([*MEDIA_TYPES, FORM, "*/*", "text/html"]), st.text("abc/+;=*,.q01 ", max_size=30)
)
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Accept": media,
        "Content-Type": media,
        "If-Match": printable,
        "If-None-Match": printable,
        "Prefer": printable,
        "Content-Encoding": st.sampled_from(["", "identity", "gzip"]),
    },
)
body = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda form: urlencode(form).encode(), pairs),
    st.sampled_from([b"{}", b"[]", b"null", b"[" * 5000, b'{"resourceType":"CareTeam"}', b"<CareTeam/>"]),
)
method = st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE", "PATCH"])


def is_fhir(answer: TestResponse) -> bool:
    """Tests whether the answer is empty or a resource in its format, and a refusal has codes of FHIR."""
    if not answer.data:
        return True
    resource = xml.parse(answer.data) if "xml" in answer.content_type else read_stored(answer.data)
    if answer.status_code < 400:
        return "resourceType" in resource
    return resource["resourceType"] == "OperationOutcome" and all(
        issue["code"] in ISSUES and issue["severity"] in SEVERITIES for issue in resource["issue"]
    )


@SHARED
@given(method=method, path=path, query=pairs, headers=headers, body=body)
def test_a_random_request_gets_2xx_to_4xx_in_fhir(
    world: House, method: str, path: str, query: list[tuple[str, str]], headers: dict[str, str], body: bytes
) -> None:
    """Random methods, addresses, queries, headers and bodies get 2xx to 4xx with FHIR in the body."""
    answer = world.municipality(method, path, query_string=urlencode(query), headers=headers, data=body)
    assert answer.status_code < 500
    assert is_fhir(answer)


@SHARED
@given(method=st.sampled_from(["GET", "POST"]), type_=st.sampled_from(list(TYPES)), query=pairs, form=pairs)
def test_a_random_search_gets_a_bundle_or_a_refusal(
    world: House, method: str, type_: str, query: list[tuple[str, str]], form: list[tuple[str, str]]
) -> None:
    """Random parameters in address and form get a Bundle, or a refusal that names the parameter."""
    path = f"/fhir/{type_}" if method == "GET" else f"/fhir/{type_}/_search"
    options = {} if method == "GET" else {"data": urlencode(form).encode(), "headers": {"Content-Type": FORM}}
    answer = world.hospital(method, path, query_string=urlencode(query), **options)
    assert answer.status_code in {200, 400, 406}
    assert is_fhir(answer)


@SHARED
@given(before=text, after=text, name=st.sampled_from(names))
def test_a_birth_number_in_a_parameter_is_never_repeated(
    world: House, capsys: pytest.CaptureFixture[str], before: str, after: str, name: str
) -> None:
    """A birth number in any parameter is in no refusal, link or log line."""
    capsys.readouterr()
    sent = {name: f"{before}{PERSON_NUMBER}{after}"}
    for answer in (
        world.stranger("GET", "/fhir/CareTeam", query_string=urlencode(sent)),
        world.stranger("POST", "/fhir/CareTeam/_search", data=sent),
    ):
        if answer.status_code >= 400:
            assert PERSON_NUMBER not in answer.text
        for header, said in answer.headers:
            assert PERSON_NUMBER not in said, header
    assert PERSON_NUMBER not in capsys.readouterr().out

"""A query is understood whole or refused, with what would have been valid."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.errors import BadRequest
from adapter.fhir.search.parameter_values import Moment, Target, Text, Token, Value, alternatives
from adapter.fhir.search.parameters import SERVED, ParameterType
from adapter.fhir.search.query import SearchQuery, parse, served
from adapter.fhir.search.results import Include, Sort
from adapter.fhir.search.subset import Subset

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


def values(type_: str, name: str, value: str, base: str | None = None) -> tuple[Value, ...]:
    """What the values of one parameter are understood as."""
    return parse(type_, [(name, value)], base).criteria[0].values


def refused(type_: str, *pairs: tuple[str, str]) -> list[str]:
    """The codes of the findings a query is refused with."""
    with pytest.raises(BadRequest) as caught:
        parse(type_, pairs)
    return [finding.code for finding in caught.value.findings]


def understood_or_refused(type_: str, pairs: list[tuple[str, str]]) -> object:
    """The query, or the findings."""
    try:
        return parse(type_, pairs)
    except BadRequest as error:
        return error.findings


@pytest.mark.parametrize(
    ("value", "understood"),
    [
        ("active", (Token(None, "active"),)),
        ("|active", (Token("", "active"),)),
        ("urn:x|active", (Token("urn:x", "active"),)),
        ("urn:x|", (Token("urn:x", None),)),
        ("a,b", (Token(None, "a"), Token(None, "b"))),
        ("a,a", (Token(None, "a"),)),
        (r"a\,b", (Token(None, "a,b"),)),
        (r"urn:x|a\|b", (Token("urn:x", "a|b"),)),
        (r"a\\", (Token(None, "a\\"),)),
        ("urn:x|a|b", (Token("urn:x", "a|b"),)),
    ],
)
def test_tokens(value: str, understood: tuple[Token, ...]) -> None:
    """A token is a code, of a system, of none, of any; commas are alternatives unless escaped."""
    assert values("CareTeam", "category", value) == understood


def test_national_systems_have_one_name() -> None:
    """The naming-system addresses mean the same as the OIDs the profiles fix."""
    for name in ("FNR", "http://hl7.no/fhir/NamingSystem/FNR"):
        system = name if name.startswith("http") else FNR
        assert values("Patient", "identifier", f"{system}|12856812055") == (Token(FNR, "12856812055"),)


@pytest.mark.parametrize(
    ("name", "value", "understood"),
    [
        ("participant", "Practitioner/a", Target("Practitioner", "a")),
        ("participant", "Practitioner/a/_history/3", Target("Practitioner", "a")),
        ("participant", "https://here/fhir/Practitioner/a", Target("Practitioner", "a")),
        (
            "participant",
            "https://there/fhir/Practitioner/a",
            Target(None, "https://there/fhir/Practitioner/a"),
        ),
        ("participant", "a", Target(None, "a")),
        ("participant:Practitioner", "a", Target("Practitioner", "a")),
        ("patient", "a", Target("Patient", "a")),
        ("patient:Patient", "Patient/a", Target("Patient", "a")),
    ],
)
def test_references(name: str, value: str, understood: Target) -> None:
    """A reference is Type/id, a bare id, or an address; this server's own address is a Type/id."""
    assert values("CareTeam", name, value, "https://here/fhir/") == (understood,)


@pytest.mark.parametrize("value", ["Goal/a", "#a", "Practitioner/", "/a", "a b", "Practitioner/a b", ""])
def test_what_is_no_reference_is_refused(value: str) -> None:
    """A type the parameter does not refer to, a fragment or half a reference is an error, not a miss."""
    assert refused("CareTeam", ("participant", value)) == ["search-value-invalid"]


def test_dates_have_prefixes_and_precision() -> None:
    """A date is the interval it covers on the Norwegian clock; without prefix it means eq."""
    january = Moment("eq", datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 31, 23, tzinfo=UTC))
    assert values("CareTeam", "date", "2026-01") == (january,)
    for prefix in ("ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"):
        assert values("CareTeam", "date", f"{prefix}2026-01") == (Moment(prefix, january.low, january.high),)
    assert values("CareTeam", "date", "2026-01-01T10:00:00 01:00") == values(
        "CareTeam", "date", "2026-01-01T09:00:00Z"
    )


@pytest.mark.parametrize(
    "value", ["ge2024-13", "2026-02-30", "xx2026", "2026-1", "today", "ge", "0000", "2026-01-01T25:00:00Z"]
)
def test_what_is_no_date_is_refused(value: str) -> None:
    """An impossible date or an unknown prefix is an error with the forms that are valid."""
    assert refused("CareTeam", ("date", value)) == ["search-value-invalid"]


def test_strings_are_folded_unless_exact() -> None:
    """``name`` compares whatever the case and accents, ``:exact`` compares as written."""
    assert values("Patient", "name", "Bødø") == (Text("bodo"),)
    assert values("Patient", "name:contains", "ÅS") == (Text("as"),)
    assert values("Patient", "name:exact", "Bødø") == (Text("Bødø"),)


def test_missing_and_not() -> None:
    """``:missing`` asks for absence or presence, ``:not`` for no such value."""
    query = parse("CareTeam", [("category:missing", "true"), ("status:not", "inactive")])
    assert [(c.modifier, c.missing, c.values) for c in query.criteria] == [
        ("missing", True, ()),
        ("not", None, (Token(None, "inactive"),)),
    ]


@pytest.mark.parametrize("name", ["patient.identifier", "patient:Patient.identifier", "subject.identifier"])
def test_the_chain(name: str) -> None:
    """``patient.identifier`` is served, through the person's own identifier parameter."""
    (criterion,) = parse("CareTeam", [(name, f"{FNR}|12856812055")]).criteria
    assert (criterion.target, criterion.values) == ("Patient", (Token(FNR, "12856812055"),))
    assert criterion.chained is SERVED["Patient"]["identifier"]


def test_result_parameters() -> None:
    """What is asked of the answer is read too, and kept as carried out for the self link."""
    pairs = [
        ("status", "active"),
        ("_include", "CareTeam:participant"),
        ("_include:iterate", "PractitionerRole:practitioner:Practitioner"),
        ("_revinclude", "CarePlan:care-team"),
        ("_revinclude", "ServiceRequest:performer:CareTeam"),
        ("_count", "5000"),
        ("_sort", "-_lastUpdated"),
        ("_total", "none"),
        ("_format", "json"),
    ]
    query = parse("CareTeam", pairs)
    assert query.includes == (Include("CareTeam", "participant", None),)
    assert query.iterate_includes == (Include("PractitionerRole", "practitioner", "Practitioner"),)
    assert query.reverse_includes == (
        Include("CarePlan", "care-team", "CareTeam"),
        Include("ServiceRequest", "performer", "CareTeam"),
    )
    assert (query.count, query.total) == (1000, False)
    assert query.sort == (Sort("_lastUpdated", descending=True), Sort("_id", descending=True))
    assert query.pairs == (*pairs[:5], ("_count", "1000"), *pairs[6:8])
    assert parse("CareTeam", []) == SearchQuery("CareTeam")


def test_a_summary_of_count_gives_no_resources() -> None:
    """``_summary=count`` is a count, whatever page size was said."""
    assert parse("CareTeam", [("_summary", "count"), ("_count", "5")]).count == 0
    assert parse("CareTeam", [("_summary", "false"), ("_count", "5")]).count == 5


def test_how_much_of_each_resource() -> None:
    """``_summary`` and ``_elements`` are of the answer, and stand in the self link; a choice has one name."""
    assert parse("CareTeam", [("_summary", "text")]).subset == Subset("text")
    query = parse("Goal", [("_elements", "start,target")])
    assert query.subset == Subset(elements=frozenset({"start", "target"}))
    assert query.pairs == (("_elements", "start,target"),)
    assert parse("Goal", [("_elements", "startDate"), ("_summary", "false")]).subset == Subset(
        elements=frozenset({"start"})
    )


@pytest.mark.parametrize(
    "pairs",
    [
        (("_summary", "true"), ("_elements", "status")),
        (("_summary", "text"), ("_include", "CareTeam:participant")),
        (("_revinclude", "CarePlan:care-team"), ("_summary", "text")),
    ],
)
def test_what_excludes_each_other_is_refused(pairs: tuple[tuple[str, str], ...]) -> None:
    """https://hl7.org/fhir/R4/search.html#summary: no includes with text; one way of leaving out."""
    assert refused("CareTeam", *pairs) == ["search-parameters-exclusive"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("unknown", "x", "search-parameter-unknown"),
        ("name", "x", "search-parameter-unknown"),
        ("patient.name", "x", "search-parameter-unknown"),
        ("participant.identifier", "x", "search-parameter-unknown"),
        ("patient.identifier.value", "x", "search-parameter-unknown"),
        ("_has:Goal:patient:status", "x", "search-parameter-unknown"),
        ("_revinclude", "Consent:patient", "search-value-invalid"),
        ("_revinclude", "*", "search-value-invalid"),
        ("_revinclude", "CarePlan:care-team:Patient", "search-value-invalid"),
        ("_revinclude:iterate", "CarePlan:care-team", "search-modifier-unsupported"),
        ("_include:recurse", "CareTeam:participant", "search-modifier-unsupported"),
        ("_count:iterate", "1", "search-modifier-unsupported"),
        ("_elements", "colour", "search-value-invalid"),
        ("_elements", "status,participant.member", "search-value-invalid"),
        ("_elements", "", "search-value-invalid"),
        ("_content", "x", "search-parameter-unknown"),
        ("", "x", "search-parameter-unknown"),
        ("status:text", "x", "search-modifier-unsupported"),
        ("status:exact", "x", "search-modifier-unsupported"),
        ("date:not", "2026", "search-modifier-unsupported"),
        ("patient:Goal", "x", "search-modifier-unsupported"),
        ("patient:Goal.identifier", "x", "search-modifier-unsupported"),
        ("_id:not", "x", "search-modifier-unsupported"),
        ("status", "", "search-value-invalid"),
        ("status", "|", "search-value-invalid"),
        ("status", "active,", "search-value-invalid"),
        ("category:missing", "maybe", "search-value-invalid"),
        ("_id", "a/b", "search-value-invalid"),
        ("identifier", "x" * 3000, "search-value-invalid"),
        ("identifier", "a\0b", "search-value-invalid"),
        ("identifier", "\ud800", "search-value-invalid"),
        ("_count", "-1", "search-value-invalid"),
        ("_count", "abc", "search-value-invalid"),
        ("_count", "", "search-value-invalid"),
        ("_count", "٣", "search-value-invalid"),
        ("_sort", "status", "search-value-invalid"),
        ("_sort", "_id,_lastUpdated", "search-value-invalid"),
        ("_total", "some", "search-value-invalid"),
        ("_summary", "yes", "search-value-invalid"),
        ("_include", "*", "search-value-invalid"),
        ("_include", "CareTeam:status", "search-value-invalid"),
        ("_include", "Patient:participant", "search-value-invalid"),
        ("_include", "PractitionerRole:practitioner", "search-value-invalid"),
        ("_include", "CareTeam:participant:Goal", "search-value-invalid"),
        ("_include:iterate", "PractitionerRole:code", "search-value-invalid"),
        ("status", ",".join(map(str, range(201))), "search-too-costly"),
    ],
)
def test_nothing_is_ignored(name: str, value: str, code: str) -> None:
    """Whatever is not understood is refused with a code that says which kind of thing it was."""
    assert refused("CareTeam", (name, value)) == [code]


def test_every_fault_is_told_at_once() -> None:
    """One answer names each parameter that is wrong."""
    codes = refused("CareTeam", ("unknown", "x"), ("date", "x"), ("status", "active"), ("_count", "x"))
    assert codes == ["search-parameter-unknown", "search-value-invalid", "search-value-invalid"]
    assert refused("CareTeam", ("_count", "1"), ("_count", "2")) == ["search-value-invalid"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "_include:recurse",
            (
                "The search parameter _include does not support the modifier :recurse."
                " Valid modifiers: :iterate."
            ),
        ),
        (
            "_revinclude:iterate",
            "The search parameter _revinclude does not support the modifier :iterate. Valid modifiers: -.",
        ),
        (
            "status:text",
            (
                "The search parameter status does not support the modifier :text."
                " Valid modifiers: :missing, :not."
            ),
        ),
        (
            "status:12856812055",
            "The search parameter status does not support the modifier :?. Valid modifiers: :missing, :not.",
        ),
    ],
)
def test_a_modifier_that_is_not_served_is_named(name: str, told: str) -> None:
    """What is wrong is the modifier, not the parameter; a number in its place is not repeated."""
    with pytest.raises(BadRequest) as caught:
        parse("CareTeam", [(name, "CareTeam:participant")])
    assert [finding.en for finding in caught.value.findings] == [told]


def test_lenience_passes_over_unknown_parameters_alone() -> None:
    """A modifier of a known one stays in the query, to be refused; what is known stays, in its order."""
    kept = (
        ("patient:Patient.identifier", "x"),
        ("status:above", "x"),
        ("_include:recurse", "x"),
        ("_include", "CareTeam:colour"),
        ("_count", "1"),
        ("_format", "json"),
    )
    unknown = (("colour", "red"), ("_has:Goal:patient:status", "x"), ("patient.name", "x"), ("_content", "x"))
    assert served("CareTeam", (*unknown[:2], *kept, *unknown[2:])) == kept


def test_the_answer_lists_what_is_valid_and_repeats_no_value() -> None:
    """A refusal names parameters and forms, never what was sent: it might be a birth number."""
    with pytest.raises(BadRequest) as caught:
        parse("CareTeam", [("12856812055", "x"), ("date", "12856812055"), ("patient:12856812055", "x")])
    texts = [f"{finding.nb} {finding.en} {finding.expression}" for finding in caught.value.findings]
    assert not any("12856812055" in text for text in texts)
    assert "participant" in texts[0]
    assert "patient.identifier" in texts[0]
    assert [finding.expression for finding in caught.value.findings] == ["?", "date", "patient"]


@given(
    st.sampled_from(sorted(SERVED)),
    st.lists(st.tuples(st.text(max_size=12), st.text(max_size=40)), max_size=4),
)
def test_any_query_is_understood_or_refused(type_: str, pairs: list[tuple[str, str]]) -> None:
    """No text whatever leads to anything but a query or a refusal."""
    assert understood_or_refused(type_, pairs)


@given(st.data())
def test_any_value_is_understood_or_refused(data: st.DataObject) -> None:
    """The same for served parameters with any modifier and odd values."""
    type_ = data.draw(st.sampled_from(sorted(SERVED)))
    parameter = data.draw(st.sampled_from(sorted(SERVED[type_].values(), key=lambda p: p.name)))
    modifier = data.draw(st.sampled_from(["", *sorted(f":{m}" for m in parameter.modifiers)]))
    value = data.draw(
        st.text(st.sampled_from("ab|,\\$/:#%_-0129TZ+ge.é\0"), max_size=20) | st.text(max_size=20)
    )
    assert understood_or_refused(type_, [(parameter.name + modifier, value)])


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_escaped_alternatives_come_back(wanted: list[str]) -> None:
    """What is escaped and joined by commas is the same list again."""
    joined = ",".join(value.replace("\\", "\\\\").replace(",", "\\,") for value in wanted)
    read = [value.replace("\\,", ",").replace("\\\\", "\\") for value in alternatives(joined)]
    assert len(read) == len(wanted)
    if not any("\\" in value for value in wanted):
        assert read == wanted


def test_the_table_is_whole() -> None:
    """Every parameter says what it is for; references say to what, and the person is a key."""
    for type_, parameters in SERVED.items():
        assert {"_id", "_lastUpdated", "identifier"} <= parameters.keys()
        for name, parameter in parameters.items():
            assert parameter.name == name
            assert parameter.documentation, (type_, name)
            assert bool(parameter.paths) is not parameter.stored
            assert bool(parameter.targets) is (parameter.type is ParameterType.REFERENCE)

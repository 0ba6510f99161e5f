"""A search query is parsed completely, or refused with the valid alternatives."""

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
    """The parsed values of one parameter."""
    return parse(type_, [(name, value)], base).criteria[0].values


def refused(type_: str, *pairs: tuple[str, str]) -> list[str]:
    """The codes of the findings a query is refused with."""
    with pytest.raises(BadRequest) as caught:
        parse(type_, pairs)
    return [finding.code for finding in caught.value.findings]


def parsed_or_refused(type_: str, pairs: list[tuple[str, str]]) -> object:
    """The parsed query, or the findings of the refusal."""
    try:
        return parse(type_, pairs)
    except BadRequest as error:
        return error.findings


@pytest.mark.parametrize(
    ("value", "parsed"),
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
def test_a_token_is_parsed_as_system_and_code(value: str, parsed: tuple[Token, ...]) -> None:
    """A token has a code and a system, no system or any system; unescaped commas separate alternatives."""
    assert values("CareTeam", "category", value) == parsed


def test_a_national_system_is_parsed_as_its_oid() -> None:
    """The naming-system address of a national identifier is parsed as the OID that the profiles require."""
    for name in ("FNR", "http://hl7.no/fhir/NamingSystem/FNR"):
        system = name if name.startswith("http") else FNR
        assert values("Patient", "identifier", f"{system}|12856812055") == (Token(FNR, "12856812055"),)


@pytest.mark.parametrize(
    ("name", "value", "parsed"),
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
def test_a_reference_is_parsed_as_type_and_id(name: str, value: str, parsed: Target) -> None:
    """A reference is Type/id, a bare id or an address; an address of this server is parsed as Type/id."""
    assert values("CareTeam", name, value, "https://here/fhir/") == (parsed,)


@pytest.mark.parametrize("value", ["Goal/a", "#a", "Practitioner/", "/a", "a b", "Practitioner/a b", ""])
def test_an_invalid_reference_is_refused(value: str) -> None:
    """A type that the parameter does not refer to, a fragment, or half a reference is an error."""
    assert refused("CareTeam", ("participant", value)) == ["search-value-invalid"]


def test_a_date_is_parsed_as_prefix_and_interval() -> None:
    """A date is an interval in Norwegian time; a date without a prefix means eq."""
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
def test_an_invalid_date_or_prefix_is_refused(value: str) -> None:
    """An impossible date or an unknown prefix is an error that lists the valid forms."""
    assert refused("CareTeam", ("date", value)) == ["search-value-invalid"]


def test_a_string_is_folded_unless_exact() -> None:
    """``name`` is compared without case and accents, and ``:exact`` as sent."""
    assert values("Patient", "name", "Bødø") == (Text("bodo"),)
    assert values("Patient", "name:contains", "ÅS") == (Text("as"),)
    assert values("Patient", "name:exact", "Bødø") == (Text("Bødø"),)


def test_the_modifiers_missing_and_not_are_parsed() -> None:
    """``:missing`` asks whether an element is absent, and ``:not`` excludes a value."""
    query = parse("CareTeam", [("category:missing", "true"), ("status:not", "inactive")])
    assert [(c.modifier, c.missing, c.values) for c in query.criteria] == [
        ("missing", True, ()),
        ("not", None, (Token(None, "inactive"),)),
    ]


@pytest.mark.parametrize("name", ["patient.identifier", "patient:Patient.identifier", "subject.identifier"])
def test_a_chain_to_the_identifier_of_the_person_is_parsed(name: str) -> None:
    """The chain ``patient.identifier`` uses the parameter identifier of Patient."""
    (criterion,) = parse("CareTeam", [(name, f"{FNR}|12856812055")]).criteria
    assert (criterion.target, criterion.values) == ("Patient", (Token(FNR, "12856812055"),))
    assert criterion.chained is SERVED["Patient"]["identifier"]


def test_result_parameters_are_parsed_and_kept_for_the_self_link() -> None:
    """Result parameters are parsed, and the executed values are kept for the self link."""
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
    """``_summary=count`` returns no resources, with any ``_count``."""
    assert parse("CareTeam", [("_summary", "count"), ("_count", "5")]).count == 0
    assert parse("CareTeam", [("_summary", "false"), ("_count", "5")]).count == 5


def test_summary_and_elements_are_parsed_as_a_subset() -> None:
    """``_summary`` and ``_elements`` give the subset and stay in the self link; a choice has one name."""
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
def test_exclusive_result_parameters_are_refused(pairs: tuple[tuple[str, str], ...]) -> None:
    """``_summary=text`` excludes includes, and ``_elements``: https://hl7.org/fhir/R4/search.html#summary."""
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
def test_an_invalid_parameter_modifier_or_value_is_refused(name: str, value: str, code: str) -> None:
    """Each kind of invalid parameter is refused with its own code."""
    assert refused("CareTeam", (name, value)) == [code]


def test_a_refusal_has_a_finding_for_each_invalid_parameter() -> None:
    """One refusal has a finding for each invalid parameter."""
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
def test_a_refusal_names_the_unsupported_modifier(name: str, told: str) -> None:
    """The refusal names the modifier, unless the modifier is a number."""
    with pytest.raises(BadRequest) as caught:
        parse("CareTeam", [(name, "CareTeam:participant")])
    assert [finding.en for finding in caught.value.findings] == [told]


def test_lenient_handling_removes_unknown_parameters_only() -> None:
    """Lenient handling removes unknown parameters, and keeps invalid modifiers and values to be refused."""
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


def test_a_refusal_lists_valid_parameters_and_quotes_no_value() -> None:
    """A refusal names parameters and forms, and quotes no sent value, which could be a birth number."""
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
def test_any_query_is_parsed_or_refused(type_: str, pairs: list[tuple[str, str]]) -> None:
    """Any text gives a parsed query or a refusal, never another exception."""
    assert parsed_or_refused(type_, pairs)


@given(st.data())
def test_any_value_of_a_served_parameter_is_parsed_or_refused(data: st.DataObject) -> None:
    """Any value of a served parameter with any modifier gives a parsed query or a refusal."""
    type_ = data.draw(st.sampled_from(sorted(SERVED)))
    parameter = data.draw(st.sampled_from(sorted(SERVED[type_].values(), key=lambda p: p.name)))
    modifier = data.draw(st.sampled_from(["", *sorted(f":{m}" for m in parameter.modifiers)]))
    value = data.draw(
        st.text(st.sampled_from("ab|,\\$/:#%_-0129TZ+ge.é\0"), max_size=20) | st.text(max_size=20)
    )
    assert parsed_or_refused(type_, [(parameter.name + modifier, value)])


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_escaped_values_joined_by_commas_are_split_again(wanted: list[str]) -> None:
    """Escaped values that are joined by commas are split into the same list."""
    joined = ",".join(value.replace("\\", "\\\\").replace(",", "\\,") for value in wanted)
    read = [value.replace("\\,", ",").replace("\\\\", "\\") for value in alternatives(joined)]
    assert len(read) == len(wanted)
    if not any("\\" in value for value in wanted):
        assert read == wanted


def test_every_search_parameter_has_documentation_and_a_path_or_target() -> None:
    """Every parameter has documentation, a stored one no paths, and a reference its targets."""
    for type_, parameters in SERVED.items():
        assert {"_id", "_lastUpdated", "identifier"} <= parameters.keys()
        for name, parameter in parameters.items():
            assert parameter.name == name
            assert parameter.documentation, (type_, name)
            assert bool(parameter.paths) is not parameter.stored
            assert bool(parameter.targets) is (parameter.type is ParameterType.REFERENCE)


def test_a_search_by_last_update_comes_in_that_order() -> None:
    """Without ``_sort``, the order is by id; of what was updated in a period, by ``_lastUpdated``."""
    by_id = Sort("_id", descending=False)
    since = ("_lastUpdated", "ge2026")
    assert parse("Patient", [("name", "berg")]).sort == (by_id,)
    assert parse("Patient", [since]).sort == (Sort("_lastUpdated", descending=False), by_id)
    assert parse("Patient", [since, ("_sort", "-_id")]).sort == (Sort("_id", descending=True),)

"""A code is in a value set, is not, or nobody at hand can tell: every form of compose, and the laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.fhir.terminology import code_systems
from adapter.fhir.terminology.membership import MAX_DEPTH
from tests.fhir.terminology.at_hand import (
    SYSTEM,
    VALUE_SET,
    AtHand,
    code_system,
    enumerated,
    filtered,
    terminology,
    value_set,
)  # fmt: skip

OTHER = "http://example.org/other"
SNOMED = "http://snomed.info/sct"
TREE = code_system(
    {
        "code": "animal",
        "display": "Animal",
        "concept": [
            {
                "code": "dog",
                "property": [{"code": "legs", "valueInteger": 4}, {"code": "wild", "valueBoolean": False}],
            },
            {"code": "wolf", "property": [{"code": "wild", "valueBoolean": True}]},
            {"code": "bird", "concept": [{"code": "gull"}]},
        ],
    },
    {"code": "stone"},
    {"code": "bat", "property": [{"code": "parent", "valueCode": "animal"}]},
    {"code": "egg", "property": [{"code": "child", "valueCode": "gull"}]},
    property=[{"code": "legs", "type": "integer"}, {"code": "wild", "type": "boolean"}],
)
CODES = ("animal", "dog", "wolf", "bird", "gull", "stone", "bat", "egg")

FILTERS = {
    ("concept", "is-a", "animal"): {"animal", "dog", "wolf", "bird", "gull", "bat"},
    ("concept", "descendent-of", "bird"): {"gull"},
    ("concept", "is-a", "egg"): {"egg", "gull"},
    ("concept", "is-not-a", "animal"): {"stone", "egg"},
    ("concept", "generalizes", "gull"): {"gull", "bird", "animal", "egg"},
    ("concept", "=", "dog"): {"dog"},
    ("concept", "in", "dog, gull"): {"dog", "gull"},
    ("concept", "not-in", "dog,gull"): set(CODES) - {"dog", "gull"},
    ("code", "regex", "[bg].*"): {"bird", "gull", "bat"},
    ("code", "regex", "b"): set(),
    ("parent", "=", "animal"): {"dog", "wolf", "bird", "bat"},
    ("child", "exists", "true"): {"animal", "bird", "egg"},
    ("legs", "=", "4"): {"dog"},
    ("legs", "exists", "true"): {"dog"},
    ("legs", "exists", "false"): set(CODES) - {"dog"},
    ("wild", "=", "true"): {"wolf"},
    ("display", "=", "Animal"): {"animal"},
}
UNDECIDED = [
    ("concept", "is-a", "unicorn"),
    ("concept", "child-of", "animal"),
    ("legs", "is-a", "4"),
    ("colour", "=", "red"),
    ("wild", "=", "false"),
    ("code", "regex", "(a+)+b"),
    ("code", "regex", "a*a*a*a*b"),
    ("code", "regex", "(a)\\1"),
    ("code", "regex", "("),
    ("code", "regex", "a" * 101),
]


@pytest.mark.parametrize("rule", FILTERS, ids=" ".join)
def test_a_filter_decides_every_code(rule):
    """A filter on the hierarchy, on the code or on a property gives yes or no for every code."""
    at_hand = terminology(TREE, value_set(filtered(*rule)))
    for code in CODES:
        assert at_hand.contains(VALUE_SET, SYSTEM, code) == ("yes" if code in FILTERS[rule] else "no"), code
    assert at_hand.contains(VALUE_SET, SYSTEM, "unicorn") == "no"
    assert at_hand.codes(VALUE_SET) == {SYSTEM: FILTERS[rule]}


@pytest.mark.parametrize("rule", UNDECIDED, ids=" ".join)
def test_a_filter_that_cannot_be_decided_decides_absent_codes_only(rule):
    """An unknown operation, property or root, or a costly regex, leaves the system's codes unknown."""
    at_hand = terminology(TREE, value_set(filtered(*rule)))
    assert at_hand.contains(VALUE_SET, SYSTEM, "dog") == "unknown"
    assert at_hand.contains(VALUE_SET, SYSTEM, "unicorn") == "no"
    assert at_hand.contains(VALUE_SET, OTHER, "dog") == "no"
    assert at_hand.codes(VALUE_SET) is None


def test_a_hierarchy_of_parts_is_no_subsumption():
    """Nesting with the meaning part-of does not decide is-a."""
    body = code_system({"code": "body", "concept": [{"code": "arm"}]}, hierarchyMeaning="part-of")
    at_hand = terminology(body, value_set(filtered("concept", "is-a", "body")))
    assert at_hand.contains(VALUE_SET, SYSTEM, "arm") == "unknown"


ALL = {"system": SYSTEM}
ONE_OF_SNOMED = enumerated("1", system=SNOMED)
# Rows of an include, an exclude, and the answer for each system and code.
COMPOSES = [
    ([enumerated("a")], [], {(SYSTEM, "a"): "yes", (SYSTEM, "b"): "no", (OTHER, "a"): "no"}),
    ([enumerated("a")], [], {(None, "a"): "yes", (None, "b"): "no"}),
    ([ALL], [], {(SYSTEM, "a"): "yes", (SYSTEM, "z"): "no", (OTHER, "a"): "no", (None, "z"): "no"}),
    ([ALL], [enumerated("a")], {(SYSTEM, "a"): "no", (SYSTEM, "b"): "yes"}),
    ([{"system": SNOMED}], [], {(SNOMED, "1"): "unknown", (SYSTEM, "a"): "no", (None, "1"): "unknown"}),
    ([ONE_OF_SNOMED], [], {(SNOMED, "1"): "yes", (SNOMED, "2"): "no"}),
    ([{"system": SNOMED}], [ONE_OF_SNOMED], {(SNOMED, "1"): "no", (SNOMED, "2"): "unknown"}),
    ([ONE_OF_SNOMED], [{"system": SNOMED}], {(SNOMED, "1"): "unknown", (SNOMED, "2"): "no"}),
    ([enumerated("a"), {"system": SNOMED}], [], {(None, "a"): "yes", (None, "1"): "unknown"}),
    ([filtered("concept", "is-a", "1", SNOMED)], [], {(SNOMED, "1"): "unknown", (OTHER, "1"): "no"}),
    ([{"valueSet": ["http://x/ab"]}], [], {(SYSTEM, "a"): "yes", (SYSTEM, "c"): "no", (None, "b"): "yes"}),
    ([{"valueSet": ["http://x/ab", "http://x/bc"]}], [], {(SYSTEM, "a"): "no", (SYSTEM, "b"): "yes"}),
    ([ALL | {"valueSet": ["http://x/ab"]}], [], {(SYSTEM, "a"): "yes", (SYSTEM, "c"): "no"}),
    ([{"valueSet": ["http://x/absent"]}], [], {(SYSTEM, "a"): "unknown", (None, "a"): "unknown"}),
    ([{"valueSet": ["http://x/absent", "http://x/ab"]}], [], {(SYSTEM, "c"): "no", (SYSTEM, "a"): "unknown"}),
    ([ALL], [{"valueSet": ["http://x/bc"]}], {(SYSTEM, "a"): "yes", (SYSTEM, "b"): "no"}),
    ([{"valueSet": [VALUE_SET]}], [], {(SYSTEM, "a"): "unknown"}),
    ([{"valueSet": [VALUE_SET]}, enumerated("a")], [], {(SYSTEM, "a"): "yes", (SYSTEM, "b"): "unknown"}),
    ([{"system": "urn:iso:std:iso:4217"}], [], {(None, "NOK"): "yes", (None, "nok"): "no"}),
    ([{"system": "urn:ietf:bcp:13"}], [], {(None, "text/plain"): "yes", (None, "text"): "no"}),
    (
        [filtered("code", "regex", "[A-Z]{3}", "urn:iso:std:iso:3166")],
        [],
        {(None, "NOR"): "yes", (None, "NO"): "no", (None, "578"): "no"},
    ),
    (
        [filtered("code", "regex", "n.", "urn:ietf:bcp:47")],
        [],
        {("urn:ietf:bcp:47", "nb"): "unknown", ("urn:ietf:bcp:47", "n"): "no"},
    ),
    ([enumerated()], [], {(SYSTEM, "a"): "no"}),
]


@pytest.mark.parametrize(("include", "exclude", "answers"), COMPOSES)
def test_a_compose_answers_what_it_decides(include, exclude, answers):
    """Each form of include and exclude gives yes or no where a part decides it, and unknown elsewhere."""
    at_hand = terminology(
        code_system("a", "b", "c"),
        value_set(enumerated("a", "b"), url="http://x/ab"),
        value_set(enumerated("b", "c"), url="http://x/bc"),
        value_set(*include, exclude=exclude),
    )
    for (system, code), answer in answers.items():
        assert at_hand.contains(VALUE_SET, system, code) == answer, (system, code)


def test_a_value_set_that_is_not_at_hand_is_unknown():
    """Nothing is known about a value set that is absent."""
    assert terminology().contains(VALUE_SET, SYSTEM, "a") == "unknown"
    assert terminology().contains(VALUE_SET, None, "a") == "unknown"
    assert terminology().codes(VALUE_SET) is None


@pytest.mark.parametrize("content", ["fragment", "example", "not-present"])
def test_a_part_of_a_code_system_says_yes_and_never_no(content):
    """A code that a fragment does not have may be in another part of the code system."""
    at_hand = terminology(code_system("a", content=content), value_set(ALL))
    assert at_hand.contains(VALUE_SET, SYSTEM, "a") == "yes"
    assert at_hand.contains(VALUE_SET, SYSTEM, "b") == "unknown"


def test_another_version_says_yes_and_never_no():
    """A code that another version has is accepted; a code that it lacks is unknown."""
    at_hand = terminology(code_system("a", version="1"), value_set(ALL | {"version": "2"}, version="1"))
    assert at_hand.contains(f"{VALUE_SET}|1", SYSTEM, "a") == "yes"
    assert at_hand.contains(f"{VALUE_SET}|1", SYSTEM, "b") == "unknown"
    exact = terminology(code_system("a", version="1"), value_set(ALL | {"version": "1"}, version="1"))
    assert exact.contains(f"{VALUE_SET}|1", SYSTEM, "b") == "no"
    assert exact.contains(f"{VALUE_SET}|2", SYSTEM, "b") == "unknown"
    assert exact.contains(f"{VALUE_SET}|2", SYSTEM, "a") == "yes"


@pytest.mark.parametrize(
    ("sensitive", "answer"), [({"caseSensitive": True}, "no"), ({"caseSensitive": False}, "yes"), ({}, "yes")]
)
@pytest.mark.parametrize("part", [ALL, enumerated("Ab"), filtered("concept", "=", "Ab")])
def test_case_counts_where_the_code_system_says_so(sensitive, answer, part):
    """A code in another case is accepted unless the code system is case sensitive."""
    system = code_system("Ab")
    del system["caseSensitive"]
    at_hand = terminology(system | sensitive, value_set(part))
    assert at_hand.contains(VALUE_SET, SYSTEM, "Ab") == "yes"
    assert at_hand.contains(VALUE_SET, SYSTEM, "aB") == answer
    assert terminology(value_set(enumerated("Ab"))).contains(VALUE_SET, SYSTEM, "aB") == "unknown"


def test_a_compose_without_inactive_codes_has_none():
    """Inactive codes are out when the compose says so, by the property inactive or status."""
    system = code_system(
        "a",
        {"code": "b", "property": [{"code": "inactive", "valueBoolean": True}]},
        {"code": "c", "property": [{"code": "state", "valueCode": "retired"}]},
        property=[{"code": "state", "uri": "http://hl7.org/fhir/concept-properties#status", "type": "code"}],
    )
    whole = value_set(ALL)
    active = value_set(ALL, url="http://x/active")
    active["compose"]["inactive"] = False
    at_hand = terminology(system, whole, active)
    assert at_hand.codes(VALUE_SET) == {SYSTEM: {"a", "b", "c"}}
    assert at_hand.codes("http://x/active") == {SYSTEM: {"a"}}
    assert [at_hand.contains("http://x/active", SYSTEM, code) for code in "abcd"] == ["yes", "no", "no", "no"]


ENTRIES = [
    {"system": SYSTEM, "code": "a", "contains": [{"system": SYSTEM, "code": "b"}]},
    {"system": SYSTEM, "code": "group", "abstract": True},
]


@pytest.mark.parametrize(
    ("limits", "absent"),
    [
        ({}, "no"),
        ({"total": 3}, "no"),
        ({"total": 4}, "unknown"),
        ({"offset": 10}, "unknown"),
        ({"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/valueset-toocostly"}]}, "unknown"),
    ],
)
def test_an_expansion_alone_answers_if_it_is_complete(limits, absent):
    """The expansion decides a value set without compose; what a complete one lacks is out."""
    resource = {"resourceType": "ValueSet", "url": VALUE_SET, "expansion": {"contains": ENTRIES, **limits}}
    at_hand = terminology(resource)
    assert at_hand.contains(VALUE_SET, SYSTEM, "b") == "yes"
    assert at_hand.contains(VALUE_SET, None, "a") == "yes"
    assert at_hand.contains(VALUE_SET, SYSTEM, "group") == absent
    assert at_hand.contains(VALUE_SET, SYSTEM, "z") == absent
    assert at_hand.codes(VALUE_SET) == ({SYSTEM: {"a", "b"}} if absent == "no" else None)


def test_an_expansion_answers_what_the_compose_cannot():
    """With both, the compose decides first and the expansion decides the rest."""
    expansion = {"contains": [{"system": SNOMED, "code": "1"}]}
    at_hand = terminology(value_set({"system": SNOMED}, expansion=expansion))
    assert at_hand.contains(VALUE_SET, SNOMED, "1") == "yes"
    assert at_hand.contains(VALUE_SET, SNOMED, "2") == "no"


def test_a_long_chain_and_a_wide_net_of_value_sets_end():
    """A chain deeper than the bound is unknown; value sets that share their includes are read once."""
    chain = [
        value_set({"valueSet": [f"http://x/{n + 1}"]}, url=f"http://x/{n}") for n in range(MAX_DEPTH * 30)
    ]
    at_hand = terminology(*chain)
    assert at_hand.contains("http://x/0", SYSTEM, "a") == "unknown"
    assert at_hand.codes("http://x/0") is None
    net = [
        value_set(
            {"valueSet": [f"http://n/{n + 1}"]}, {"valueSet": [f"http://n/{n + 1}"]}, url=f"http://n/{n}"
        )
        for n in range(MAX_DEPTH - 2)
    ]
    at_hand = AtHand(*net, value_set(enumerated("a"), url=f"http://n/{MAX_DEPTH - 2}"))
    assert at_hand.terminology().contains("http://n/0", SYSTEM, "b") == "no"
    assert set(at_hand.asked.values()) == {1}


def test_deeply_nested_concepts_are_read():
    """Nesting of ten thousand concepts needs no recursion."""
    node = {"code": "leaf"}
    for number in range(10_000):
        node = {"code": str(number), "concept": [node]}
    at_hand = terminology(code_system(node), value_set(filtered("concept", "is-a", "5")))
    assert at_hand.contains(VALUE_SET, SYSTEM, "leaf") == "yes"
    assert at_hand.contains(VALUE_SET, SYSTEM, "6") == "no"


@pytest.mark.parametrize(
    "broken",
    [
        {"compose": {"include": [{"system": SYSTEM, "concept": [{}]}]}},
        {"compose": {"include": ["x"]}},
        {"compose": {"include": [{"system": SYSTEM, "filter": [{"op": "="}]}]}},
        {"expansion": {"total": "many", "contains": [{"system": SYSTEM, "code": "a"}]}},
    ],
)
def test_a_value_set_that_is_not_valid_fhir_is_not_at_hand(broken):
    """A malformed value set of a package gives unknown, never an exception."""
    at_hand = terminology({"resourceType": "ValueSet", "url": VALUE_SET, **broken})
    assert at_hand.contains(VALUE_SET, SYSTEM, "a") == "unknown"


def test_resources_are_asked_for_and_filters_computed_once(monkeypatch):
    """A thousand questions read the resources once and compute the filter once."""
    counted = []
    real = code_systems.matching
    monkeypatch.setattr(code_systems, "matching", lambda *given: counted.append(given) or real(*given))
    at_hand = AtHand(TREE, value_set(filtered("concept", "is-a", "bird")))
    asked = at_hand.terminology()
    assert [asked.contains(VALUE_SET, SYSTEM, code) for code in CODES * 125].count("yes") == 250
    assert at_hand.asked == {VALUE_SET: 1, SYSTEM: 1}
    assert len(counted) == 1


def test_what_the_compose_decides_reads_no_code_system():
    """Listed codes and systems that no include names are decided without their code system."""
    at_hand = AtHand(TREE, value_set(enumerated("dog"), filtered("concept", "is-a", "1", OTHER)))
    asked = at_hand.terminology()
    assert asked.contains(VALUE_SET, SYSTEM, "dog") == "yes"
    assert asked.contains(VALUE_SET, SNOMED, "1") == "no"
    assert at_hand.asked == {VALUE_SET: 1}


LETTERS = "abcdef"
hierarchies = st.lists(st.integers(-1, 4), min_size=6, max_size=6)
subsets = st.sets(st.sampled_from(LETTERS))
rules = st.tuples(
    st.sampled_from(["is-a", "descendent-of", "is-not-a", "=", "in", "not-in"]), st.sampled_from(LETTERS)
)


def _below(parents, root):
    """Naive oracle: a code is below a root if climbing its parents meets the root."""
    found = set()
    for letter in LETTERS:
        at, seen = letter, set()
        while at is not None and at not in seen:
            if at == root:
                found.add(letter)
            seen.add(at)
            at = parents[at]
    return found


def _oracle(parents, rule):
    op, root = rule
    return {
        "is-a": _below(parents, root),
        "descendent-of": _below(parents, root) - {root},
        "is-not-a": set(LETTERS) - _below(parents, root),
        "=": {root},
        "in": {root},
        "not-in": set(LETTERS) - {root},
    }[op]


@given(hierarchies, rules, rules, subsets, subsets)
def test_composition_agrees_with_sets(numbers, first, second, listed, excluded):
    """Filters meet, includes join, value sets meet, excludes subtract, on any hierarchy by parent."""
    parents = {LETTERS[i]: None if n < 0 or n == i else LETTERS[n] for i, n in enumerate(numbers)}
    system = code_system(
        *(
            {"code": code} | ({"property": [{"code": "parent", "valueCode": above}]} if above else {})
            for code, above in parents.items()
        )
    )
    both = {"system": SYSTEM, "filter": [filtered("concept", *one)["filter"][0] for one in (first, second)]}
    at_hand = terminology(
        system,
        value_set(both, enumerated(*listed), exclude=[enumerated(*excluded)]),
        value_set(filtered("concept", *first), url="http://x/first"),
        value_set({"system": SYSTEM, "valueSet": ["http://x/first", VALUE_SET]}, url="http://x/met"),
    )
    expected = ((_oracle(parents, first) & _oracle(parents, second)) | listed) - excluded
    met = expected & _oracle(parents, first)
    for url, codes in ((VALUE_SET, expected), ("http://x/met", met)):
        assert {code for code in LETTERS if at_hand.contains(url, SYSTEM, code) == "yes"} == codes
        assert {code for code in LETTERS if at_hand.contains(url, SYSTEM, code) == "no"} == set(
            LETTERS
        ) - codes
        assert {code for code in LETTERS if at_hand.contains(url, None, code) == "yes"} == codes
        assert at_hand.codes(url)[SYSTEM] == codes

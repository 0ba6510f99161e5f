"""Functions and operators of FHIRPath, one by one: our result is the judge's, or listed with its reason."""

from __future__ import annotations

import contextlib
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from adapter.fhir.fhirpath import Environment, FhirPathError, compiled, node, resource_node
from tests.fhir.fhirpath.judge import Raised, ours, theirs

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "birthDate": "1970-03-05",
    "gender": "female",
    "name": [
        {
            "use": "official",
            "family": "Eksempel",
            "given": ["Kari", "Anne"],
            "period": {"start": "2001-05", "end": "2010"},
        },
        {"use": "old", "given": ["Kari"]},
    ],
    "identifier": [
        {"system": "urn:a", "value": "1"},
        {"system": "urn:b", "value": "2"},
        {"system": "urn:a", "value": "1"},
    ],
    "deceasedDateTime": "2020-02-01T10:00:00+01:00",
    "multipleBirthInteger": 2,
    "telecom": [{"system": "phone", "value": "12345678", "rank": 1}],
    "extension": [
        {
            "url": "urn:x",
            "valueQuantity": {
                "value": Decimal("5.40"),
                "unit": "mg",
                "system": "http://unitsofmeasure.org",
                "code": "mg",
            },
        }
    ],
    "contained": [{"resourceType": "Organization", "id": "o", "name": "Sykehuset"}],
    "managingOrganization": {"reference": "#o"},
}
NODE = resource_node(PATIENT)

SAME = """
name.empty()
photo.empty()
name.exists()
name.exists(use = 'old')
name.all(given.exists())
name.all(family.exists())
(true | false).allTrue()
(true | false).anyTrue()
(false).anyFalse()
(true | false).allFalse()
name.count()
name.given.count()
name.given.distinct()
name.given.isDistinct()
identifier.distinct().count()
name.given.distinct().subsetOf(name.given)
name.given.subsetOf(name.family)
name.given.supersetOf(name.given.first())
active.not()
photo.not()
name.where(use = 'official').given
name.where(use = 'nothing').given
name.select(use | family)
name.given.ofType(string)
deceased.ofType(dateTime)
deceased.ofType(Period)
contained.ofType(Organization).name
name.repeat(given)
name.given[0]
name.given[5]
name[1].given
gender.single()
name.given.first()
name.given.last()
name.given.tail()
name.given.skip(1)
name.given.take(2)
name.given.take(0)
identifier.intersect(identifier.first())
name.given.intersect('Kari' | 'Ola')
name.given.exclude('Kari')
name.given | name.family
name.given.combine(name.family)
iif(active, 'a', 'b')
iif(active.not(), 'a', 'b')
iif(photo.exists(), 'a')
'12'.toInteger()
'x'.toInteger()
true.toInteger()
'1.50'.toDecimal()
1.toDecimal()
5.toString()
1.50.toString()
'yes'.toBoolean()
'2'.toBoolean()
1.toBoolean()
'2020-01-02'.toDate()
'2020'.toDate()
'x'.toDate()
'10:30:00'.toTime()
'5 days'.toQuantity().toString()
'5'.convertsToInteger()
'5.5'.convertsToInteger()
'5.5'.convertsToDecimal()
'x'.convertsToDecimal()
'true'.convertsToBoolean()
5.convertsToString()
'2020'.convertsToDate()
'x'.convertsToDate()
'2020-01-02T10:00:00Z'.convertsToDateTime()
'10:30'.convertsToTime()
'5 days'.convertsToQuantity()
name.convertsToInteger()
'abcdef'.indexOf('cd')
'abcdef'.indexOf('x')
'abc'.indexOf('')
'abcdef'.substring(2)
'abcdef'.substring(2, 2)
'abc'.substring(5)
'abc'.startsWith('ab')
'abc'.startsWith('')
'abc'.endsWith('bc')
'abc'.contains('b')
'abc'.contains('')
'abc'.contains('x')
photo.title.contains('x')
photo.title.startsWith('x')
'aBc'.upper()
'aBc'.lower()
'abcabc'.replace('b', 'X')
'abc'.replace('', '-')
'abc'.matches('b')
'abc'.matches('^b')
'abc'.matches('^[a-c]+$')
photo.title.matches('x')
'abcabc'.replaceMatches('(b)(c)', '$2$1')
'abc'.length()
''.length()
'abc'.toChars()
' a '.trim()
'a,b'.split(',')
('a' | 'b').join('-')
(-5).abs()
1.5.ceiling()
(-1.5).floor()
1.256.round(2)
1.9.truncate()
16.sqrt()
name.children().count()
descendants().ofType(Organization).name
name.trace('x').given
1 = 1.0
1 = '1'
'a' = 'A'
'a' ~ 'A'
'a  b' ~ 'A B'
1.0 ~ 1.01
1.1 ~ 1.14
(1 | 2) = (1 | 2)
(1 | 2) = (2 | 1)
photo = photo
photo ~ photo
photo = 1
photo ~ 1
1 != 2
name != name
'a' !~ 'A'
identifier[0] = identifier[2]
identifier[0] = identifier[1]
identifier[0] ~ identifier[2]
1 < 2
2 <= 2
'a' < 'b'
'a' > 'b'
photo < 1
@2020 = @2020
@2020 = @2020-01
@2020 = @2021-01
@2020 < @2020-01
@2020-01 < @2020-02
@2020-01-01T10:00:00Z = @2020-01-01T11:00:00+01:00
@2020-01-01T10:00:00.000Z = @2020-01-01T10:00:00Z
@2020-01-01T10:00:00.5Z > @2020-01-01T10:00:00Z
@2020-01-01 < @2020-01-02T10:00:00Z
@T10:00 < @T11:00
@T10:00 = @T10:00:00
@T10:30:00.0 = @T10:30:00
birthDate < @1971
birthDate = @1970-03-05
birthDate = '1970-03-05'
birthDate > '1970-01-01'
deceased > @2020-01-01T00:00:00Z
name[0].period.start <= name[0].period.end
birthDate ~ @1970-03-05
@2020 ~ @2020-01
active is boolean
active is Boolean
active is System.Boolean
active is FHIR.boolean
birthDate is date
1 is Integer
1 is System.Integer
1 is decimal
'a' is String
name[0] is HumanName
name[0] is Element
Patient is DomainResource
Patient is Resource
contained[0] is Patient
contained[0] is Organization
gender is code
gender is string
deceased as dateTime
(deceased as Period)
deceased.as(dateTime)
'Kari' in name.given
'Ola' in name.given
name.given contains 'Anne'
photo contains 'x'
'x' in photo
photo in name
true and photo.single()
{} and false
1 + 2
1 + 2.5
'a' + 'b'
'a' & 'b'
'a' & {}
'a' + {}
1 - 2
2 * 3
7 / 2
7 div 2
-7 div 2
7 mod 2
7.5 mod 2
1 / 0
1 div 0
1 mod 0
2 + 3 * 4
(2 + 3) * 4
-2 + 3
10 - 2 - 3
@2020-02-29 + 1 year
@2020-01-31 + 1 month
@2020-01-01 + 25 hours
@2020-01-01 - 1 day
@2020 + 13 months
4 days = 96 hours
1 'mg' = 1 'mg'
extension.value = 5.4 'mg'
extension('urn:x').value.value
extension('urn:y')
extension('urn:x').value.unit
active.hasValue()
name.hasValue()
photo.hasValue()
%ucum
%resource.id
%rootResource.id
%context.id
(1 | 2 | 3).where($index > 0)
(1 | 2 | 3).select($this * 2)
(1 | 2 | 3).aggregate($total + $this, 0)
(1 | 2 | 3).all($this > 0)
1 | 1 | 2
1 = 1 and 2 = 2 or false
true or false and false
true implies false
true xor true
name.given = 'Kari'
Patient.name.family
Observation.name
multipleBirth
deceasedDateTime
value
name.given.value
""".strip().splitlines()
"""Expressions with the same result in both engines."""

DIFFERENT: dict[str, tuple[list[Any], str]] = {
    "name.given.allTrue()": ([False], "the judge raises: an item that is not a Boolean is not true"),
    "name.select(given & '!')": (
        ["Kari!"],
        "the judge raises on two items; one item with two values gives nothing here",
    ),
    "name.single()": ([], "the judge raises on two items"),
    "name.given.union('Kari' | 'Ola')": (["Kari", "Anne", "Ola"], "the judge keeps duplicates of its input"),
    "true.toString()": (["true"], "the judge writes Python's True"),
    "'2020-01-02T10:00:00Z'.toDateTime()": (["2020-01-02T10:00:00Z"], "the judge rewrites the zone"),
    "2.5.round()": ([Decimal(3)], "the judge lacks round without precision"),
    "contained.children()": (["o", "Sykehuset"], "the judge counts resourceType as an element"),
    "contained.descendants()": (["o", "Sykehuset"], "the judge counts resourceType as an element"),
    "(1 | 2) ~ (2 | 1)": ([True], "the judge compares in order"),
    "@2020-01-01 = @2020-01-01T10:00:00Z": ([], "the judge compares a day as its midnight"),
    "$this is Patient": ([True], "the judge has no type for the root"),
    "id is string": ([True], "the judge has no type for the id of a resource"),
    "id is id": ([True], "the judge has no type for the id of a resource"),
    "(name.given as string)": (
        ["Kari", "Anne", "Kari"],
        "the judge raises on several items, which R4's search parameters need",
    ),
    "-7 mod 2": ([Decimal(-1)], "the judge gives the sign of the divisor"),
    "2147483647 + 1": ([], "the judge has unbounded integers"),
    "@2020-01-01T10:00:00Z + 90 minutes": (["2020-01-01T11:30:00Z"], "the judge rewrites zone and precision"),
    "@T23:30:00 + 1 hour": (["00:30:00"], "the judge lacks arithmetic with times"),
    "1 'mg' < 2 'mg'": ([True], "the judge lacks the order of quantities"),
    "extension.value > 5 'mg'": ([True], "the judge lacks the order of quantities"),
    "gender.getValue()": (["female"], "the judge lacks getValue"),
    "%sct": (["http://snomed.info/sct"], "the judge lacks the variable"),
    "%loinc": (["http://loinc.org"], "the judge lacks the variable"),
    "%`vs-administrative-gender`": (
        ["http://hl7.org/fhir/ValueSet/administrative-gender"],
        "the judge lacks the variable",
    ),
}
"""Expressions with another result here, with the reason."""


@pytest.mark.parametrize("expression", SAME)
def test_a_function_gives_what_the_judge_gives(expression: str) -> None:
    """The value of an expression is the value that fhirpathpy gives."""
    assert ours(expression, NODE, PATIENT) == theirs(expression, NODE, PATIENT)


@pytest.mark.parametrize("expression", DIFFERENT)
def test_a_difference_from_the_judge_is_listed_with_its_reason(expression: str) -> None:
    """A listed expression has the listed value here, and another value or an error in fhirpathpy."""
    expected, _ = DIFFERENT[expression]
    assert ours(expression, NODE, PATIENT) == expected
    with contextlib.suppress(Raised):
        assert theirs(expression, NODE, PATIENT) != expected


BIRTH = {
    "resourceType": "Patient",
    "_birthDate": {"extension": [{"url": "urn:t", "valueDateTime": "2020-01-01T10:00:00Z"}]},
    "active": True,
    "_active": {"id": "a1", "extension": [{"url": "urn:y", "valueString": "z"}]},
    "name": [
        {"given": [None, "Anne"], "_given": [{"extension": [{"url": "urn:n", "valueCode": "m"}]}, None]}
    ],
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("birthDate.exists()", [True]),
        ("birthDate.hasValue()", [False]),
        ("birthDate.getValue()", []),
        ("birthDate.extension('urn:t').value.exists()", [True]),
        ("birthDate > @2000", []),
        ("active.hasValue() and active", [True]),
        ("active.extension('urn:y').value", ["z"]),
        ("active.id", ["a1"]),
        ("name.given.count()", [2]),
        ("name.given.extension('urn:n').value", ["m"]),
        ("name.given.where(hasValue())", ["Anne"]),
        ("name.given.first().hasExtension('urn:n')", [True]),
        ("'<' & name.given.first() & '>'", ["<>"]),
        ("descendants().ofType(code)", ["m"]),
    ],
)
def test_a_primitive_has_its_companion(expression: str, expected: list[Any]) -> None:
    """A primitive exists with a value or with extensions; only ``hasValue`` tells the value."""
    assert ours(expression, resource_node(BIRTH), BIRTH) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("managingOrganization.resolve().name", ["Sykehuset"]),
        ("managingOrganization.resolve().is(Organization)", [True]),
        ("generalPractitioner.resolve().is(Practitioner)", [True]),
        ("link.other.resolve()", []),
        ("gender.memberOf('urn:vs:yes')", [True]),
        ("gender.memberOf('urn:vs:no')", [False]),
        ("conformsTo('urn:profile')", [True]),
        ("text.`div`.htmlChecks()", [False]),
        ("today() = @2026-03-05", [True]),
        ("now() = @2026-03-05T09:00:00Z", [True]),
        ("now() > today()", []),
    ],
)
def test_the_caller_gives_references_value_sets_profiles_and_time(
    expression: str, expected: list[Any]
) -> None:
    """resolve, memberOf, conformsTo and now ask the environment; contained resources are found without it."""
    patient = {
        **PATIENT,
        "text": {"status": "generated", "div": "<script/>"},
        "generalPractitioner": [{"reference": "Practitioner/1"}],
        "link": [{"other": {"reference": "Patient/absent"}, "type": "seealso"}],
    }
    doctor = node({"resourceType": "Practitioner"}, "Practitioner")
    environment = Environment(
        resource_node(patient),
        resolve=lambda reference: doctor if reference == "Practitioner/1" else None,
        member_of=lambda _, value_set: value_set == "urn:vs:yes",
        conforms_to=lambda _, profile: profile == "urn:profile",
        now=datetime.fromisoformat("2026-03-05T10:00:00+01:00"),
    )
    found = compiled(expression).evaluate(resource_node(patient), environment)
    assert [one.value for one in found] == expected


@pytest.mark.parametrize("expression", ["gender.memberOf('urn:vs')", "conformsTo('urn:p')", "1 'mg' < 1 'g'"])
def test_what_is_not_at_hand_is_undecided(expression: str) -> None:
    """A test that needs a value set, a profile or a conversion of units raises, and is not false."""
    with pytest.raises(FhirPathError) as raised:
        compiled(expression).evaluate(NODE, Environment(NODE))
    assert raised.value.reason == "undecided"


@pytest.mark.parametrize(
    ("expression", "reason", "position"),
    [
        ("", "syntax", 0),
        ("name.", "syntax", 5),
        ("name..given", "syntax", 5),
        ("name given", "syntax", 5),
        ("(name", "syntax", 5),
        ("name.where()", "syntax", 5),
        ("'abc", "syntax", 0),
        ("'a\\q'", "syntax", 2),
        ("@2020-13", "syntax", 0),
        ("a and", "syntax", 5),
        ("a = = b", "syntax", 4),
        ("name.nope()", "unsupported", 5),
        ("elementDefinition()", "unsupported", 0),
        ("%nope", "unsupported", 0),
        ("a is Nope", "unsupported", 2),
        ("a.matches('(?=b)')", "unsupported", 2),
        ("a.matches('(')", "unsupported", 2),
        ("(" * 500 + "a" + ")" * 500, "too-costly", 61),
        ("a" * 30_000, "too-costly", 20_000),
    ],
)
def test_an_expression_that_cannot_be_compiled_raises_with_its_place(
    expression: str, reason: str, position: int
) -> None:
    """A syntax error, an unknown name and an unsupported pattern have one error class."""
    with pytest.raises(FhirPathError) as raised:
        compiled(expression)
    assert (raised.value.reason, raised.value.position) == (reason, position)

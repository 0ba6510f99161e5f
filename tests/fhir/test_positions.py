"""A finding gets the line and column of its element."""

from __future__ import annotations

import pytest

from adapter.errors import IssueType, Message
from adapter.fhir.codec.sniffing import Format
from adapter.fhir.validation.positions import located

MESSAGE = Message("rule-x", IssueType.BUSINESS_RULE, nb="Ikke slik", en="Not so")

JSON = b"""{
  "resourceType": "CareTeam",
  "participant": [
    {"role": [{"text": "koordinator"}]},
    {"member": {"reference": "Practitioner/p"}}
  ]
}"""

XML = b"""<CareTeam xmlns="http://hl7.org/fhir">
  <participant>
    <role><text value="koordinator"/></role>
  </participant>
  <participant>
    <member><reference value="Practitioner/p"/></member>
  </participant>
</CareTeam>"""


@pytest.mark.parametrize(
    ("expression", "in_json", "in_xml"),
    [
        ("CareTeam.participant[1].member", (5, 6), (6, 5)),
        ("CareTeam.participant[1].member.reference", (5, 17), (6, 13)),
        ("CareTeam.participant[0].role[0].coding", (4, 15), (3, 5)),
        ("CareTeam.status", (1, 1), (1, 1)),
        ("CareTeam", (1, 1), (1, 1)),
        ("not a path at all", (1, 1), (1, 1)),
    ],
)
def test_a_finding_gets_the_line_and_column_of_its_element(
    expression: str, in_json: tuple[int, int], in_xml: tuple[int, int]
) -> None:
    """A finding has the place of its element, or of the nearest element around a missing one."""
    for body, format_, place in ((JSON, Format.JSON, in_json), (XML, Format.XML, in_xml)):
        (finding,) = located([MESSAGE.at(expression)], body, format_)
        assert (finding.line, finding.column) == place


CHOSEN = b"""{
  "resourceType": "Patient",
  "deceasedBoolean": "ja",
  "multipleBirthInteger": 2,
  "_gender": {
    "extension": [
      {"url": "urn:x",
       "valueString": "y"}
    ]
  },
  "contained": [
    {"resourceType": "Basic", "createdBy": 1,
     "extension": [{"url": "urn:x", "valueCode": "y"}]}
  ]
}"""


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("Patient.deceased", (3, 3)),
        ("Patient.multipleBirth", (4, 3)),
        ("Patient.gender", (5, 3)),
        ("Patient.gender.extension[0]", (7, 7)),
        ("Patient.gender.extension[0].value", (8, 8)),
        ("Patient.contained[0].extension[0].value", (13, 37)),
        ("Patient.contained[0].created", (12, 5)),
        ("Patient.contained[0].createdBy", (12, 31)),
        ("Person.deceased", (3, 3)),
    ],
)
def test_a_choice_and_a_companion_have_places(expression: str, place: tuple[int, int]) -> None:
    """The FHIRPath deceased has the place of deceasedBoolean, and gender that of _gender."""
    (finding,) = located([MESSAGE.at(expression)], CHOSEN, Format.JSON)
    assert (finding.line, finding.column) == place


def test_a_finding_with_a_place_keeps_it() -> None:
    """A line and column from the codec is kept, and a finding without an expression gets none."""
    known, without = located([MESSAGE.at("CareTeam.id", line=9, column=9), MESSAGE.at()], JSON, Format.JSON)
    assert (known.line, known.column) == (9, 9)
    assert without.line is None

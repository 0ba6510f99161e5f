"""XML bytes are read to the same tree as JSON, or refused with line and column."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import BadRequest, Unprocessable
from adapter.fhir.codec import xml
from adapter.fhir.codec.numbers import Spelled
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.validation.structure import check
from tests.fhir.test_structure import PATIENT, TEAM

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'
BUNDLE: dict[str, Any] = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"fullUrl": "urn:uuid:0d9ee3b8-5d0f-4d66-9c0e-2f3e8f1f4b61", "resource": TEAM},
        {"fullUrl": "urn:uuid:1d9ee3b8-5d0f-4d66-9c0e-2f3e8f1f4b61", "resource": PATIENT},
    ],
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"id": "a", "text": 'linje\n"to" <&> \t\r å 😀'},
    "valueQuantity": {"value": Spelled("1.50"), "unit": "g"},
    "referenceRange": [{"low": {"value": 3}, "text": "x"}],
    "component": [
        {"code": {"text": "x"}, "referenceRange": [{"high": {"value": Spelled("-0")}, "text": "y"}]}
    ],
}


def narrated(div: str) -> dict[str, Any]:
    """A resource with the narrative ``div``."""
    return {"resourceType": "Basic", "text": {"status": "generated", "div": div}, "code": {"text": "x"}}


def document(inside: str, root: str = 'Patient xmlns="http://hl7.org/fhir"') -> bytes:
    """An XML document with ``inside`` between the tags of its root."""
    return f"<{root}>{inside}</{root.partition(' ')[0]}>".encode()


def refusal(data: bytes) -> list[tuple[str, str | None, int | None]]:
    """Code, place and line of each finding of a refused document."""
    with pytest.raises(BadRequest) as refused:
        xml.parse(data)
    assert all(finding.column for finding in refused.value.findings)
    return [(finding.code, finding.expression, finding.line) for finding in refused.value.findings]


@pytest.mark.parametrize("resource", [TEAM, PATIENT, BUNDLE, OBSERVATION])
def test_a_resource_written_as_xml_is_read_to_the_same_tree(resource: dict[str, Any]):
    """XML keeps the tree of a resource and the digits of its numbers."""
    again = xml.parse(xml.render(resource))
    assert again == resource
    assert xml.render(again) == xml.render(resource)


def test_elements_are_written_in_the_order_of_the_specification():
    """The keys of the tree may have any order; ids and urls are written as attributes."""
    shuffled = {
        "subject": {"display": "y", "reference": "Patient/1"},
        "extension": [{"valueCode": "c", "url": "urn:x", "id": "i"}],
        "_status": {"extension": [{"valueBoolean": True, "url": "urn:z"}], "id": "s"},
        "status": "active",
        "resourceType": "CareTeam",
    }
    assert xml.render(shuffled).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><CareTeam xmlns="http://hl7.org/fhir">'
        '<extension id="i" url="urn:x"><valueCode value="c"/></extension>'
        '<status id="s" value="active"><extension url="urn:z"><valueBoolean value="true"/>'
        "</extension></status>"
        '<subject><reference value="Patient/1"/><display value="y"/></subject></CareTeam>'
    )


@pytest.mark.parametrize(
    "number", ["1.50", "1e-30", "0.10000000000000000555", "12345678901234567.89", "-0", "100"]
)
def test_a_decimal_keeps_its_spelling(number: str):
    """A decimal keeps its digits and exponent in both formats."""
    data = f'{{"resourceType":"Basic","extension":[{{"url":"urn:x","valueDecimal":{number}}}]}}'.encode()
    assert render(xml.parse(xml.render(read_stored(data)))) == data


@pytest.mark.parametrize("number", ["-0", "1.0", "1e0", "00", "-01", "+1", " 1"])
def test_an_integer_in_a_wrong_format_stays_text(number: str):
    """A text that is not an integer in R4 stays text, and is refused as in JSON."""
    tree = xml.parse(document(f'<multipleBirthInteger value="{number}"/>'))
    assert [finding.code for finding in check(tree)] == ["integer-type"]
    assert f'value="{number}"' in xml.render(tree).decode()


@pytest.mark.parametrize("number", ["-0", "1.0", "1e0"])
def test_an_integer_with_a_point_or_exponent_is_refused_in_json(number: str):
    """An integer of R4 has no point, no exponent, and no minus before 0."""
    tree = read_received(f'{{"resourceType":"Patient","multipleBirthInteger":{number}}}'.encode())
    assert [finding.code for finding in check(tree)] == ["integer-type"]


@pytest.mark.parametrize(
    "div",
    [
        f"{DIV}<p class='a'>én &#160; &amp; <br /><br/></p><!-- /> --></div>",
        f"{DIV}\n  a &gt; b > c\r\n<b\n>x</b> \r</div>",
        f"{DIV}<!-- x --><img src='#i' alt='a>b'/></div>",
        '<h:div xmlns:h="http://www.w3.org/1999/xhtml">a<h:br/></h:div>',
        f"{DIV}<div>/></div></div >",
    ],
)
def test_a_narrative_is_kept_byte_for_byte(div: str):
    """Quotes, references, comments and line ends of a narrative are kept."""
    resource = narrated(div)
    assert check(resource) == []
    assert xml.parse(xml.render(resource)) == resource


def test_a_narrative_gets_the_namespace_declarations_it_needs():
    """A prefix that is declared outside the div is declared on the div in JSON."""
    data = document(
        "<text><status value='generated'/><h:div id='a'>å<h:b>x</h:b></h:div></text>",
        'Patient xmlns="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"',
    )
    tree = xml.parse(data)
    assert tree["text"]["div"] == (
        "<h:div xmlns:h=\"http://www.w3.org/1999/xhtml\" id='a'>å<h:b>x</h:b></h:div>"
    )
    assert check(tree) == []


def test_a_narrative_gets_no_namespace_declaration_of_an_earlier_element():
    """A namespace declared on an element before the narrative is not declared on the div."""
    data = document(
        "<id xmlns:a='urn:a' value='x'/><meta xmlns='http://hl7.org/fhir'><source value='urn:x'/></meta>"
        f"<text xmlns:b='urn:&amp;\\g'><status value='generated'/>{DIV}a: b: c</div></text>"
    )
    assert xml.parse(data)["text"]["div"] == (
        '<div xmlns:b="urn:&amp;\\g" xmlns="http://www.w3.org/1999/xhtml">a: b: c</div>'
    )


def test_an_empty_narrative_is_read_and_found_by_the_check():
    """A div without an end tag is read, and the check finds that it is empty."""
    tree = xml.parse(document(f"<text><status value='generated'/>{DIV[:-1]}/></text><active value='true'/>"))
    assert tree["active"] is True
    assert [finding.code for finding in check(tree)] == ["txt-2"]


def test_a_narrative_that_is_not_one_div_is_not_written():
    """A narrative that would break the document is refused, and neither escaped nor copied."""
    for div in ("</text><status/>", f"{DIV}a</div>{DIV}b</div>", "<p>", "x"):
        with pytest.raises(Unprocessable):
            xml.render(narrated(div))


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b'<!DOCTYPE a>\n<Patient xmlns="http://hl7.org/fhir"/>', "xml-doctype", 1),
        (
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir">&x;</Patient>',
            "xml-doctype",
            1,
        ),
        (
            b'<?xml-stylesheet href="http://x/y"?>\n<Patient xmlns="http://hl7.org/fhir"/>',
            "xml-processing-instruction",
            1,
        ),
        (document("\n<?php x ?>"), "xml-processing-instruction", 2),
        (document("\n&nbsp;"), "xml-syntax", 2),
        (document("<active value='true'>"), "xml-syntax", 1),
        (document("<active value='true' value='false'/>"), "xml-syntax", 1),
        (b"", "xml-syntax", 1),
        (b"{}", "xml-syntax", 1),
        (document("\n\n<active value='\xff'/>").decode().encode("latin-1"), "xml-encoding", 3),
        (document("").decode().encode("utf-16"), "xml-encoding", 1),
        (
            b'<?xml version="1.0" encoding="ISO-8859-1"?><Patient xmlns="http://hl7.org/fhir"/>',
            "xml-encoding",
            1,
        ),
        (b"<Patient/>", "xml-namespace", 1),
        (document("", "Patient xmlns='http://hl7.org/fhir/R5'"), "xml-namespace", 1),
        (document("\n<active xmlns='' value='true'/>"), "xml-namespace", 2),
        (
            document("\n<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='http://x'/>"),
            "xml-namespace",
            2,
        ),
        (document("\nhei"), "xml-text", 2),
        (document("<active value='true'>true</active>"), "xml-text", 1),
        (document("<![CDATA[x]]>"), "xml-text", 1),
    ],
)
def test_xml_that_fhir_does_not_allow_is_refused_at_its_line(data: bytes, code: str, line: int):
    """Each kind of fault has a code and a line."""
    assert [(one, at) for one, _, at in refusal(data)] == [(code, line)]


def test_all_faults_of_elements_are_refused_together():
    """Unknown names, wrong order and repetition have a finding each, with line and FHIRPath."""
    data = document(
        "\n<active value='true' x='y'/>"
        "\n<stauts value='x'/>"
        "\n<birthDate value='2020'/><birthDate value='2021'/>"
        "\n<gender value='male'/>"
        "\n<_gender/>"
        "\n<contact><resourceType value='x'/></contact>"
        "\n<photo url='x'/>"
        f"\n<link>{DIV}</div></link>"
    )
    assert refusal(data) == [
        ("xml-attribute", "Patient.active", 2),
        ("element-unknown", "Patient.stauts", 3),
        ("xml-repeated", "Patient.birthDate", 4),
        ("xml-order", "Patient.gender", 5),
        ("element-unknown", "Patient._gender", 6),
        ("element-unknown", "Patient.contact[0].resourceType", 7),
        ("xml-order", "Patient.photo[0]", 8),
        ("xml-attribute", "Patient.photo[0]", 8),
        ("element-unknown", "Patient.link[0].div", 9),
    ]


@pytest.mark.parametrize("fault", ["<stauts value='x'/>", "<active x='y'/>", "<photo url='x'/>"])
def test_faults_of_elements_beyond_the_limit_are_counted(fault: str):
    """Of more than 200 faults 200 are reported, and a finding of the same severity counts the others."""
    with pytest.raises(BadRequest) as refused:
        xml.parse(document(fault * 300))
    *kept, more = refused.value.findings
    assert (len(kept), more.code, more.severity) == (200, "more-findings", "error")


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<contained/>", "xml-one-resource"),
        ("<contained><Patient/><Patient/></contained>", "xml-one-resource"),
        ("<contained id='x'><Patient/></contained>", "xml-one-resource"),
        ("<contained><Pasient/></contained>", "resource-type-unknown"),
        ("<contained><Patient id='x'/></contained>", "xml-attribute"),
        ("<text><status value='empty'/><div/></text>", "xml-narrative"),
    ],
)
def test_an_element_for_a_resource_holds_exactly_one_resource(inside: str, code: str):
    """An element like contained holds one resource and nothing else, and a div is XHTML."""
    assert [one for one, _, _ in refusal(document(inside))] == [code]


def test_a_root_of_unknown_type_is_refused_without_its_name():
    """The finding does not quote the name of an unknown root element."""
    data = b'<Nordmann xmlns="http://hl7.org/fhir"/>'
    assert refusal(data) == [("resource-type-unknown", "Resource", 1)]


def test_a_value_in_a_wrong_format_is_found_by_the_check():
    """A value in a wrong format is read, and found by the check at the same place as in JSON."""
    tree = xml.parse(
        document("<active value='yes'/><multipleBirthInteger value='1.0'/><link><other/></link>")
    )
    found = [(finding.code, finding.expression) for finding in check(tree)]
    assert ("boolean-type", "Patient.active") in found
    assert ("integer-type", "Patient.multipleBirth") in found
    assert ("ele-1", "Patient.link[0].other") in found
    empty = xml.parse(document("<name><given/></name>"))
    assert [(one.code, one.expression) for one in check(empty)] == [("ele-1", "Patient.name[0].given[0]")]


def test_comments_and_the_schema_location_of_the_root_are_ignored():
    """Comments, and xsi:schemaLocation on the root only, are ignored."""
    root = (
        'Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:schemaLocation="http://hl7.org/fhir http://x/y.xsd"'
    )
    data = b"<!-- a -->" + document("<!-- b --><active value='true'/>", root)
    assert xml.parse(data) == {"resourceType": "Patient", "active": True}
    inner = document("<active value='true' xsi:nil='true'/>", root)
    assert [code for code, _, _ in refusal(inner)] == ["xml-attribute"]


@pytest.mark.parametrize(
    "data",
    [
        document("<extension url='a'>" * 20_000 + "</extension>" * 20_000),
        document("<x>" * 100_000),
        document(f"<text>{DIV}{'<b>' * 100_000}"),
    ],
)
def test_deep_nesting_is_refused(data: bytes):
    """A document with thousands of levels, in elements or in a narrative, is refused."""
    assert refusal(data)[0][0] == "json-depth"


def test_many_attributes_and_nested_entities_are_refused():
    """Thousands of attributes are one finding, and nested entities are refused at DOCTYPE."""
    many = " ".join(f"a{n}='x'" for n in range(20_000))
    assert [code for code, _, _ in refusal(document(f"<active {many} value='true'/>"))] == ["xml-attribute"]
    entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(10))
    bomb = f'<!DOCTYPE a [<!ENTITY a0 "ha">{entities}]><a>&a10;</a>'.encode()
    assert [code for code, _, _ in refusal(bomb)] == ["xml-doctype"]


def test_every_element_has_a_place():
    """Every element has line and column by FHIRPath, as do items of lists and choices."""
    data = document(
        "\n <name>\n  <given value='a'/>\n  <given value='b'/>\n </name>\n <deceasedBoolean value='true'/>\n"
    )
    assert xml.positions(data) == {
        "Patient": (1, 1),
        "Patient.name[0]": (2, 2),
        "Patient.name[0].given[0]": (3, 3),
        "Patient.name[0].given[1]": (4, 3),
        "Patient.deceased": (6, 2),
    }

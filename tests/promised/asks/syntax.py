"""Bodies that are not JSON, not XML, or not the expected resource."""

from __future__ import annotations

from tests.promised.asks import ANY_VERSION, JSON, XML, Ask, raw

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'
BOTH: tuple[bytes, ...] = (
    b"{",
    b"[]",
    b'{"id": "saken", "id": "saken"}',
    b'{"id": "a\\u0000"}',
    b'{"a":' * 100_000,
    b"\xff\xfe",
    b'{"a": 1e99999}',
)
"""Bodies that neither door reads as JSON."""


def document(inside: str, root: str = 'Patient xmlns="http://hl7.org/fhir"') -> Ask:
    """A resource in XML."""
    return raw(f"<{root}>{inside}</{root.partition(' ')[0]}>".encode(), XML)


def narrated(div: str) -> Ask:
    """A person with a narrative."""
    return Ask(
        "POST", "/fhir/Patient", {"resourceType": "Patient", "text": {"status": "generated", "div": div}}
    )


ASKS = (
    *(raw(body) for body in BOTH),
    *(
        Ask("PUT", "/kommune/v1/saker/saken", body, {"Content-Type": "application/json", **ANY_VERSION})
        for body in (*BOTH, b'{"id": "en-annen"}')
    ),
    raw(b'{"active": true}'),
    raw(b'{"resourceType": "Pasient"}'),
    raw(b'{"resourceType": "CareTeam"}'),
    Ask("PUT", "/fhir/Patient/x_y", b'{"resourceType": "Patient", "id": "x_y"}', {"Content-Type": JSON}),
    Ask("PUT", "/fhir/Patient/x", b'{"resourceType": "Patient", "id": "y"}', {"Content-Type": JSON}),
    raw(b'<!DOCTYPE a><Patient xmlns="http://hl7.org/fhir"/>', XML),
    raw(b'<?xml version="1.0" encoding="ISO-8859-1"?><Patient xmlns="http://hl7.org/fhir"/>', XML),
    raw(b'<Patient xmlns="http://hl7.org/fhir">', XML),
    raw(b"<Patient/>", XML),
    document("<?php x ?>"),
    document("hei"),
    document("<active value='true' x='y'/>"),
    document("<gender value='male'/><active value='true'/>"),
    document("<gender value='male'/><gender value='male'/>"),
    document("<contained/>"),
    document("<text><status value='empty'/><div/></text>"),
    document("<stauts value='x'/>"),
    narrated(""),
    narrated("<div>x</div>"),
    narrated(f"{DIV}<script>x</script></div>"),
    narrated(f"{DIV}<p onclick='x'>x</p></div>"),
    narrated(f"{DIV}<a href='javascript:x'>x</a></div>"),
    narrated(f"{DIV} </div>"),
)

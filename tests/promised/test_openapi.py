"""``/kommune/v1/openapi.json`` describes the operations and the schemas of ``openapi.txt``.

What it says of the records is what ``record-fields.txt`` says; here stands what it says beyond that. Words
and order are not promised, nor how the schemas are cut into pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.promised import pinned, test_record_fields
from tests.promised.fields import fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rest.conftest import House

FILE = "openapi.txt"
SCHEMAS = "#/components/schemas/"


def told(house: House) -> list[str]:
    """The operations, then the fields of what they carry, but for those of the records."""
    document = house.call(None, "GET", "/kommune/v1/openapi.json").json
    records = set(test_record_fields.told())
    return [
        f"openapi {document['openapi']}",
        *sorted(line for line in _operations(document)),
        *(line for line in described(document) if line not in records),
    ]


def described(document: dict[str, Any]) -> list[str]:
    """The fields of every schema that an operation carries."""
    carried = sorted({line.rpartition(" ")[2] for line in _operations(document) if " carries " in line})
    pointers = [SCHEMAS + name for name in carried]
    return [
        line
        for name, pointer in zip(carried, pointers, strict=True)
        for line in fields(name, pointer, document, [other for other in pointers if other != pointer])
    ]


def _operations(document: dict[str, Any]) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            place = f"{method.upper()} {path}"
            for one in operation.get("parameters", ()):
                required = "required" if one.get("required") else "optional"
                yield f"{place}  {one['in']} {one['name']} {one['schema']['type']} {required}"
            if "requestBody" in operation:
                required = "required" if operation["requestBody"].get("required") else "optional"
                yield f"{place}  body {required}{_carried(operation['requestBody'])}"
            for status, response in operation["responses"].items():
                headers = "".join(f" with {name}" for name in sorted(response.get("headers", ())))
                yield f"{place}  {status}{headers}{_carried(response)}"


def _carried(body: dict[str, Any]) -> str:
    return "".join(
        f" {media_type} carries {content['schema']['$ref'].removeprefix(SCHEMAS)}"
        for media_type, content in sorted(body["content"].items())
    )


@pytest.fixture
def document(standing: House) -> dict[str, Any]:
    """The document, which is read without a token."""
    found: dict[str, Any] = standing.call(None, "GET", "/kommune/v1/openapi.json").json
    return found


def test_the_openapi_operations_and_schemas_equal_the_promised_ones(standing: House) -> None:
    """The document has the promised paths, methods, parameters, statuses, media types and fields."""
    pinned.compare(FILE, told(standing))


def test_the_openapi_document_has_every_field_of_the_records(document: dict[str, Any]) -> None:
    """The document has every field of the record's schema; ``openapi.txt`` has those beyond it."""
    assert set(pinned.lines(test_record_fields.FILE)) - set(described(document)) == set()

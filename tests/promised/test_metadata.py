"""``GET /fhir/metadata`` tells what ``metadata.json`` tells, but for the version, the day and the address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.promised import pinned

if TYPE_CHECKING:
    from tests.rest.conftest import House

FILE = "metadata.json"


def told(house: House) -> list[str]:
    """The CapabilityStatement as lines of JSON, its elements by name, its lists as they are."""
    statement = house.call(None, "GET", "/fhir/metadata").json
    assert statement["version"] == statement["software"]["version"]
    statement["version"] = statement["software"]["version"] = "<version>"
    statement["date"] = "<date>"
    statement["implementation"]["url"] = "<base>"
    return json.dumps(statement, ensure_ascii=False, indent=1, sort_keys=True).splitlines()


def test_the_capability_statement_equals_the_promised_one(standing: House) -> None:
    """The statement has the promised types, interactions, search parameters, formats and texts."""
    pinned.compare(FILE, told(standing))

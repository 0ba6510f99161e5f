"""``mappings/plan.schema.json`` has the fields of ``record-fields.txt``: path, type, required, codes."""

from __future__ import annotations

import json

from adapter.settings import mappings_folder
from tests.promised import pinned
from tests.promised.fields import fields

FILE = "record-fields.txt"
KINDS = ("ansatt", "organisasjon", "sak")


def told() -> list[str]:
    """The fields of every kind of record, through every reference."""
    schema = json.loads((mappings_folder() / "plan.schema.json").read_bytes())
    return [line for kind in KINDS for line in fields(kind, f"#/$defs/{kind}", schema)]


def test_the_record_fields_equal_the_promised_fields() -> None:
    """No field is gone, has another type or other codes, or has become required."""
    pinned.compare(FILE, told())

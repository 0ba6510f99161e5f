"""The Python interface of the adapter: records to FHIR and back, and validation, without a server.

    bundle = to_fhir(record)      # fhir.resources.R4B.bundle.Bundle
    record = to_plan(bundle)
    validate(bundle).is_valid

The models of ``fhir.resources.R4B`` keep values, but not their spelling: 1.50 becomes 1.5. The command
``ip-adapter convert`` keeps the spelling. The models load with the first call that needs them, and the server
never loads this module.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.cli.record_conversion import to_bundle, to_records
from adapter.cli.record_files import REST, RecordFile, kind_of
from adapter.errors import Unprocessable
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.stored import render
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import Result, judge
from adapter.fhir.validation.verdict import validate as validate_text
from adapter.mapping import installed
from adapter.record import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhir.resources.R4B.bundle import Bundle
    from fhir.resources.R4B.fhirresourcemodel import FHIRResourceModel

__all__ = ["Result", "to_fhir", "to_plan", "validate"]


def to_fhir(record: Mapping[str, Any]) -> Bundle:
    """The collection Bundle of a record: every part that has a resource type, as the municipality sees it.

    Args:
        record: a sak, an ansatt or an organisasjon by ``mappings/plan.schema.json``, with residue under
            ``rest`` or none.

    Raises:
        Unprocessable: the record is not valid by the schema; the findings name the fields.
        click.ClickException: ``rest`` names a part that the record does not have.
    """
    from fhir.resources.R4B.bundle import Bundle  # noqa: PLC0415 - loading the models takes a second

    read = read_received(render(dict(record)))
    rest = read.pop(REST, {})
    kind = kind_of(read)
    body = schema.with_integers(kind, read)
    _refuse_invalid(kind, body)
    bundle = to_bundle(RecordFile(Path("record"), kind, body, rest), installed())
    return Bundle.model_validate_json(render(bundle))


def to_plan(bundle: Bundle | Mapping[str, Any]) -> dict[str, Any]:
    """The record of a Bundle, or of one resource, with its residue under ``rest``.

    Args:
        bundle: a model of ``fhir.resources.R4B``, or the same as a tree.

    Raises:
        Unprocessable: the Bundle is not valid R4, has content that can be neither mapped nor preserved, names
            a person or professional that is not in it, or lacks a field that the record requires.
        ValueError: the Bundle is about several records.
    """
    tree = read_received(_text(bundle))
    judged = judge(tree)
    if not judged.is_valid:
        raise Unprocessable(*judged.errors)
    records = to_records(tree, installed(), lambda: str(uuid.uuid4()))
    if len(records) != 1:
        names = ", ".join(f"{kind} {id_}" for kind, id_ in records)
        raise ValueError(f"The Bundle is about {len(records)} records ({names}). Convert one at a time.")
    (((kind, _), record),) = records.items()
    _refuse_invalid(kind, {name: value for name, value in record.items() if name != REST})
    return record


def validate(resource: FHIRResourceModel | Mapping[str, Any] | bytes) -> Result:
    """The verdict of ``ip-adapter validate`` on a resource, with findings in Norwegian and English.

    The resource is judged by R4, by the profiles it claims, and by the built-in definitions of extensions.

    Args:
        resource: a model of ``fhir.resources.R4B``, a tree, or the bytes of JSON or XML, whose findings then
            have line and column.
    """
    return validate_text(resource if isinstance(resource, bytes) else _text(resource), Rules())


def _text(resource: FHIRResourceModel | Mapping[str, Any]) -> bytes:
    """The JSON of a model or a tree."""
    if hasattr(resource, "model_dump_json"):
        text: str = resource.model_dump_json()
        return text.encode()
    return render(dict(resource))


def _refuse_invalid(kind: str, body: dict[str, Any]) -> None:
    """Raise Unprocessable if a record is not valid by its schema."""
    invalid = schema.validate(kind, body)
    if invalid:
        raise Unprocessable(*invalid)

"""The types of the municipal door's answers, from which the OpenAPI document takes its schemas.

In the document a field with a default is optional; in the JSON a field that is UNSET is left out. Records
have no type here: the record schema describes them, and an answer holds the stored body. The first line of
each type's docstring is its description in the document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from adapter.fhir.canonical import BASE
from adapter.record.schema import KINDS

if TYPE_CHECKING:
    from adapter.errors import AdapterError, Finding
    from adapter.storage import Change, RecordVersion

PROBLEM_TYPE = "application/problem+json"
SCHEMAS = "#/components/schemas/"
"""The reference prefix of schemas in the OpenAPI document."""

Record = Annotated[
    dict[str, Any], Meta(extra_json_schema={"anyOf": [{"$ref": f"{SCHEMAS}{kind}"} for kind in KINDS]})
]
"""The body of a record of any kind."""

_T = TypeVar("_T")


class Avvik(Struct, kw_only=True, forbid_unknown_fields=True):
    """An irregularity of a record, its place, and the address of the rule."""

    kode: str
    sted: str | UnsetType = UNSET
    nb: str
    en: str
    kilde: str | UnsetType = UNSET

    @classmethod
    def of(cls, finding: Finding) -> Avvik:
        """The finding as an avvik."""
        return cls(
            kode=finding.code,
            sted=_if_known(finding.expression),
            nb=finding.nb,
            en=finding.en,
            kilde=_if_known(finding.source),
        )


class Liste(Struct):
    """A page of records in the order of their ids; ``neste`` is the query of the next page."""

    poster: list[Record]
    neste: str | UnsetType = UNSET


class Versjon(Struct, kw_only=True):
    """One version of a record: the change that made it, its time, and the client and person behind it."""

    versjon: int
    nummer: int
    tid: str
    av: str
    person: str | UnsetType = UNSET
    organisasjon: str | UnsetType = UNSET
    hva: str

    @classmethod
    def of(cls, record: RecordVersion) -> Versjon:
        """The version without the record's body."""
        return cls(
            versjon=record.version,
            nummer=record.seq,
            tid=record.at.isoformat(),
            av=record.note.caller,
            person=_if_known(record.note.person),
            organisasjon=_if_known(record.note.organisation),
            hva=record.note.interaction,
        )


class Versjoner(Struct):
    """Every version of a record, the newest first."""

    versjoner: list[Versjon]


class Post(Struct):
    """A record version that a change made."""

    type: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    versjon: int | UnsetType = UNSET


class Endring(Struct):
    """One change; ``poster`` is empty when no record got a new version."""

    nummer: int
    tid: str
    av: str
    hva: str
    poster: list[Post]

    @classmethod
    def of(cls, change: Change) -> Endring:
        """The change as an item of the feed."""
        posts = [Post(*touched) for touched in change.records]
        return cls(change.seq, change.at.isoformat(), change.note.caller, change.note.interaction, posts)


class Endringer(Struct):
    """A page of the feed; ``siste`` and ``epoke`` are to be sent as ``etter`` and ``epoke`` next time."""

    endringer: list[Endring]
    siste: int
    epoke: str


class Funn(Struct, kw_only=True):
    """A finding of a refusal: its severity, its code, its place, its texts, and the address of the rule."""

    alvor: str
    kode: str
    sted: str | UnsetType = UNSET
    linje: int | UnsetType = UNSET
    kolonne: int | UnsetType = UNSET
    nb: str
    en: str
    kilde: str | UnsetType = UNSET

    @classmethod
    def of(cls, finding: Finding) -> Funn:
        """The finding with its Norwegian field names."""
        return cls(
            alvor=finding.severity.value,
            kode=finding.code,
            sted=_if_known(finding.expression),
            linje=_if_known(finding.line),
            kolonne=_if_known(finding.column),
            nb=finding.nb,
            en=finding.en,
            kilde=_if_known(finding.source),
        )


class Problem(Struct, kw_only=True):
    """A refusal as problem+json (RFC 9457): its first finding in Norwegian and English, and every finding."""

    type: str
    title: str
    status: int
    detail: str | UnsetType = UNSET
    foresporsel: str | UnsetType = UNSET
    funn: list[Funn]

    @classmethod
    def of(cls, error: AdapterError, request_id: str) -> Problem:
        """The refusal with the request id, by which its log line is found."""
        first = error.findings[0]
        return cls(
            type=f"{BASE}/feil/{first.code}",
            title=first.nb,
            status=int(error.status),
            detail=first.en,
            foresporsel=request_id,
            funn=[Funn.of(finding) for finding in error.findings],
        )


def _if_known(value: _T | None) -> _T | UnsetType:
    return UNSET if value is None else value

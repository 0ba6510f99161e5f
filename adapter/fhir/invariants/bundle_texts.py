"""Texts of the invariants of Bundle."""

from __future__ import annotations

from adapter.fhir.invariants.texts import Texts

_texts = Texts()
TEXTS = _texts.by_key

_texts.add(
    "Bundle",
    "bdl-1",
    "total er bare tillatt i en Bundle av typen searchset eller history. Fjern total.",
    "total is allowed only in a Bundle of type searchset or history. Remove total.",
)
_texts.add(
    "Bundle",
    "bdl-5",
    "Denne entry har verken resource, request eller response. Legg til minst én av dem.",
    "The entry has neither resource, request nor response. Add at least one of them.",
)
_texts.add(
    "Bundle",
    "bdl-8",
    "fullUrl viser til en versjon. Fjern /_history/ og versjonen.",
    "fullUrl names a version. Remove /_history/ and the version.",
)
_texts.add(
    "Bundle",
    "bdl-9",
    "Bundle av typen document mangler identifier med system og value. Legg til begge.",
    "The Bundle of type document has no identifier with system and value. Add both.",
)
_texts.add(
    "Bundle",
    "bdl-10",
    "Bundle av typen document mangler timestamp. Legg til timestamp.",
    "The Bundle of type document has no timestamp. Add timestamp.",
)

for key, kind, first in (("bdl-11", "document", "Composition"), ("bdl-12", "message", "MessageHeader")):
    _texts.add(
        "Bundle",
        key,
        f"Første entry er ikke en {first}, som Bundle av typen {kind} krever. Sett {first} først.",
        f"The first entry is not a {first}, which a Bundle of type {kind} requires. Put {first} first.",
    )

"""The list of refusals is complete: no valid R4 is refused for a reason outside it."""

from __future__ import annotations

from adapter.consent import labels
from adapter.errors import Message, Severity
from adapter.mapping import awaited, binding, lists, mapping, residue, rows, transforms, views
from adapter.record.rules import consent, coordination, identity, planning
from adapter.repository.refusal_list import REFUSALS, listed, section
from adapter.repository.writes import judging, part_reader, placing

ROOMS = (awaited, binding, lists, mapping, residue, rows, transforms, views)
RULES = (consent, coordination, identity, planning)
OF_RECORDS_ALONE = (
    consent.OPAQUE_ALONE,  # a FHIR Consent is preserved, so its samtykke may be opaque
    consent.OPAQUE_RULES,  # the provisions of an opaque Consent are not read
    judging.ID_TAKEN,  # the id of a resource decides its record
    judging.NOT_FHIR,  # residue from a resource is valid R4
    identity.ID_TWICE,  # the mapping checks element ids, and parts have addresses of their own
    identity.ID_OF_ANOTHER,  # the id of a resource decides its kind of part
)
"""The messages that only a record at the municipal door can get."""


def test_every_message_that_can_refuse_is_a_row() -> None:
    """Each message of the mapping, the rules and the writes is in the list exactly once."""
    declared = {
        message.code: message
        for room in (*ROOMS, *RULES, labels, judging, part_reader, placing)
        for message in vars(room).values()
        if isinstance(message, Message) and message.severity is Severity.ERROR
    }
    rows_ = [refusal.message for refusal in REFUSALS]
    listed_codes = [message.code for message in rows_]
    assert len(listed_codes) == len(set(listed_codes))
    others = {message.code for message in OF_RECORDS_ALONE}
    assert set(listed_codes) | others == set(declared)
    assert others.isdisjoint(listed_codes)


def test_check_and_document_print_every_refusal() -> None:
    """``ip-adapter check`` and ``docs/mapping.md`` print every refusal with code, elements and text."""
    for text in ("\n".join(listed()), section()):
        for message, where in REFUSALS:
            assert message.code in text
            assert where in text
            assert message.en in text

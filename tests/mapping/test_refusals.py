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
    consent.OPAQUE_ALONE,  # an opaque Consent is kept
    consent.OPAQUE_RULES,  # an opaque Consent's provisions are not read
    judging.ID_TAKEN,  # a resource belongs where its id is
    judging.NOT_FHIR,  # what is kept beside a part came with it, as valid R4
    identity.ID_TWICE,  # element ids are looked at before, parts have their own addresses
    identity.ID_OF_ANOTHER,  # a resource is what its id has been
)
"""What the municipality's own door can say, and a resource cannot."""


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

"""The complete list of reasons to refuse a valid R4 resource, each with the elements it applies to.

Invalid R4 is refused by :mod:`adapter.fhir`, and a write without a right by :mod:`adapter.consent.rights`;
neither is in the list. ``ip-adapter check`` and ``docs/mapping.md`` print the list, and a test checks that
each message of the mapping, the rules and the writes is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from adapter.consent import labels
from adapter.mapping import awaited, binding, lists, mapping, residue, rows, views
from adapter.record.rules import consent, coordination, identity, planning
from adapter.repository.writes import judging, part_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.errors import Message


class Refusal(NamedTuple):
    """One reason to refuse, and the elements it applies to."""

    message: Message
    where: str


_NUMBER = "identifier, of a person"
_PERIOD = "period, and every other Period that is mapped"
_OWNER = "subject, patient, practitioner"

NOT_UNDERSTOOD = (
    Refusal(
        residue.MODIFIER_UNKNOWN,
        "modifierExtension, implicitRules, Patient.link; an extension without a value on a modifier element",
    ),
    Refusal(residue.HEED_UNREAD, "a code of gd-address-confidentiality outside Patient.meta.security"),
    Refusal(
        residue.SAYS_OTHERWISE,
        "an extension of ours with a value of another type; two mapped codes in one CodeableConcept",
    ),
    Refusal(
        rows.CODE_UNKNOWN,
        "an unknown Coding of one of our code systems; ServiceRequest.intent of a tiltak",
    ),
    Refusal(rows.CONTRADICTS, "a fixed value: ServiceRequest.intent of a henvendelse"),
    Refusal(
        rows.SAID_TWICE, "a list with room for one value in the record: two codings of ip-rolle in one role"
    ),
    Refusal(
        binding.MUST_BE_READ, "Consent.scope, provision: of a deny in force, or replacing an enforced consent"
    ),
    Refusal(views.SEVERAL_RECIPIENTS, "Consent.provision.provision, of the same Consents"),
    Refusal(consent.ABOUT_PLAN, "Consent.provision.data, of the same Consents"),
    Refusal(labels.NOT_HEEDED, "meta.security: a confidentiality above N, or a sensitivity without an emne"),
    Refusal(awaited.NOTE_OF_A_FIELD, "CarePlan.note with the extension ip-venter"),
    Refusal(lists.ID_TWICE, "the element ids of list items that have ids in the record"),
    Refusal(mapping.MISSING, "a required element: Goal.description, with text or code"),
)
"""Content that can be neither mapped nor residue."""

OUT_OF_PLACE = (
    Refusal(
        rows.OTHER_SURROUNDINGS, f"{_OWNER}: another reference than before, or an identifier of somebody else"
    ),
    Refusal(rows.OWNER_UNKNOWN, f"{_OWNER}: of a new resource, or an identifier of nobody"),
    Refusal(part_reader.LINK_UNKNOWN, "ServiceRequest.basedOn; Goal.extension goal-relationship, based-on"),
)
"""References that place the resource in no record, or in another record."""

RULES = (
    Refusal(identity.NOT_HERE, "references between the parts of one sak: CarePlan.goal, Goal.expressedBy"),
    Refusal(
        judging.REFERENCE_BROKEN, "references to this service's Practitioner, PractitionerRole, Organization"
    ),
    Refusal(judging.KEY_TAKEN, "identifier, of a national register"),
    Refusal(identity.BIRTH_NUMBER, _NUMBER),
    Refusal(identity.BIRTH_NUMBER_KIND, _NUMBER),
    Refusal(identity.REAL_PERSON, _NUMBER),
    Refusal(identity.NUMBER_AS_ID, "id, of any resource"),
    Refusal(identity.ORGANISATION_NUMBER, "identifier of an organisation, also in a Reference"),
    Refusal(identity.HPR_NUMBER, "Practitioner.identifier"),
    Refusal(identity.SYSTEM_AND_TYPE, "identifier.system"),
    Refusal(identity.PERIOD_BACKWARDS, _PERIOD),
    Refusal(identity.OWN_PARENT, "Organization.partOf"),
    Refusal(coordination.TWO_COORDINATORS, "CareTeam.participant.role"),
    Refusal(coordination.TWO_HOSPITAL_COORDINATORS, "CareTeam.participant.role"),
    Refusal(coordination.COORDINATOR_AND_CHILD, "CareTeam.participant.role"),
    Refusal(coordination.NOT_A_CHILD, "CareTeam.participant.role"),
    Refusal(coordination.TEAM_CLOSED, "CareTeam.participant.period"),
    Refusal(consent.NOT_COMPETENT, "Consent.performer, of an active consent to sharing"),
    Refusal(consent.NO_RECIPIENT, "Consent.provision.actor"),
    Refusal(consent.NO_RULES, "Consent.provision.provision"),
    Refusal(consent.PLAN_RECIPIENT, "Consent.provision.actor"),
    Refusal(consent.NOT_GIVEN, "Consent.dateTime"),
    Refusal(consent.GIVEN_LATER, "Consent.dateTime"),
    Refusal(consent.WITHDRAWN_BUT_NOT_INACTIVE, "Consent.status"),
    Refusal(planning.TWO_PLANS, "CarePlan.status, of an individuell plan"),
    Refusal(planning.NO_PLAN_CONSENT, "CarePlan.status, of an individuell plan"),
    Refusal(planning.NOT_A_PLAN, "CarePlan.intent, of an individuell plan"),
    Refusal(planning.COORDINATOR_GONE, "CareTeam.participant, left out when the individuell plan ends"),
    Refusal(planning.IN_ITSELF, "Goal.extension goal-relationship, CarePlan.replaces"),
    Refusal(planning.DUE_BEFORE_START, "Goal.target.dueDate"),
    Refusal(planning.NOT_TO_EXPRESS, "Goal.expressedBy"),
)
"""Changes that break a rule of law, arithmetic or uniqueness."""

GROUPS = {
    "Neither mapped nor preserved": NOT_UNDERSTOOD,
    "Owner or link not found, or changed": OUT_OF_PLACE,
    "Breaks a rule, or is not unique": RULES,
}
REFUSALS = tuple(refusal for group in GROUPS.values() for refusal in group)

_HEAD = """## Refusals

A valid R4 resource is stored without loss, unless one of these reasons applies; then nothing is stored. The
answer names every finding of its step, each with its place: the first step finds the reasons of the first two
tables; without any, the next step finds those of the last table. The code is the one in
`issue.details.coding`.
"""


def listed() -> Iterator[str]:
    """The list as lines of text: code, text and elements."""
    for group, refusals in GROUPS.items():
        yield f"{group}:"
        yield from (f"  {one.message.code}: {one.message.en} (at {one.where})" for one in refusals)


def section() -> str:
    """The list as the section of ``docs/mapping.md``."""
    lines = [_HEAD]
    for group, refusals in GROUPS.items():
        lines += [f"### {group}\n", "| code | where | text | source |", "|---|---|---|---|"]
        lines += [
            f"| `{message.code}` | {where} | {message.en} | {message.source or ''} |"
            for message, where in refusals
        ]
        lines.append("")
    return "\n".join(lines)

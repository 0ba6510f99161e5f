"""Why a valid R4 resource is refused: every reason there is, with its place. Nothing else is.

What R4 itself forbids is told by :mod:`adapter.fhir`, and is no valid R4; who may write is another matter
(:mod:`adapter.consent.rights`). ``ip-adapter check`` prints the list, ``docs/mapping.md`` has it, and a test
holds that each message of the mapping, of the rules and of the hinge is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from adapter.consent import labels
from adapter.mapping import awaited, binding, lists, mapping, residue, rows, views
from adapter.record.rules import consent, coordination, identity, planning
from adapter.repository.writes import judging, part_reader, placing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.errors import Message


class Refusal(NamedTuple):
    """One reason, and where in a resource it is met."""

    message: Message
    where: str


_NUMBER = "identifier, of a person"
_PERIOD = "period, and every other Period that is mapped"
_OWNER = "subject, patient, practitioner"

NOT_UNDERSTOOD = (
    Refusal(
        residue.MODIFIER_UNKNOWN,
        "modifierExtension, implicitRules, Patient.link; an extension in place of a modifier's value",
    ),
    Refusal(residue.HEED_UNREAD, "a code of gd-address-confidentiality outside Patient.meta.security"),
    Refusal(residue.SAYS_OTHERWISE, "an extension of ours of another type; two facts in one CodeableConcept"),
    Refusal(
        rows.CODE_UNKNOWN,
        "a coding of one of our own code systems; ServiceRequest.intent of what is a tiltak",
    ),
    Refusal(rows.CONTRADICTS, "what cannot be otherwise: ServiceRequest.intent of what is a henvendelse"),
    Refusal(
        rows.SAID_TWICE, "a list in which the record has room for one: two codings of ip-rolle in a role"
    ),
    Refusal(
        binding.MUST_BE_READ, "Consent.scope, provision: of a deny in force, or in place of what is read"
    ),
    Refusal(views.SEVERAL_RECIPIENTS, "Consent.provision.provision, of the same"),
    Refusal(consent.ABOUT_PLAN, "Consent.provision.data, of the same"),
    Refusal(labels.NOT_HEEDED, "meta.security: a confidentiality above N, or a sensitivity that is no emne"),
    Refusal(awaited.NOTE_OF_A_FIELD, "CarePlan.note with the extension ip-venter"),
    Refusal(lists.ID_TWICE, "element ids within a list whose items are parts of the record"),
    Refusal(mapping.MISSING, "what the record must have: Goal.description, as text or code"),
)
"""What cannot be kept without being understood, or cannot be kept beside what the record says."""

OUT_OF_PLACE = (
    Refusal(rows.OTHER_SURROUNDINGS, f"{_OWNER}: another than the resource has, or with another's number"),
    Refusal(placing.OWNER_UNKNOWN, f"{_OWNER}: of a new resource, by reference or by number"),
    Refusal(part_reader.LINK_UNKNOWN, "ServiceRequest.basedOn; Goal.extension goal-relationship, based-on"),
)
"""What has no place among the other resources of the municipality."""

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
    Refusal(consent.NOT_COMPETENT, "Consent.performer, where it opens something"),
    Refusal(consent.NO_RECIPIENT, "Consent.provision.actor"),
    Refusal(consent.NO_RULES, "Consent.provision.provision"),
    Refusal(consent.PLAN_RECIPIENT, "Consent.provision.actor"),
    Refusal(consent.NOT_GIVEN, "Consent.dateTime"),
    Refusal(consent.GIVEN_LATER, "Consent.dateTime"),
    Refusal(consent.WITHDRAWN_BUT_NOT_INACTIVE, "Consent.status"),
    Refusal(planning.TWO_PLANS, "CarePlan.status, of an individuell plan"),
    Refusal(planning.NO_PLAN_CONSENT, "CarePlan.status, of an individuell plan"),
    Refusal(planning.NOT_A_PLAN, "CarePlan.intent, of an individuell plan"),
    Refusal(planning.COORDINATOR_GONE, "CareTeam.participant, left out as the individuell plan ends"),
    Refusal(planning.IN_ITSELF, "Goal.extension goal-relationship, CarePlan.replaces"),
    Refusal(planning.DUE_BEFORE_START, "Goal.target.dueDate"),
    Refusal(planning.NOT_TO_EXPRESS, "Goal.expressedBy"),
)
"""What a rule of law, of arithmetic or of uniqueness forbids a change to do."""

GROUPS = {
    "Cannot be kept": NOT_UNDERSTOOD,
    "Has no place here": OUT_OF_PLACE,
    "Breaks a rule, or is taken": RULES,
}
REFUSALS = tuple(refusal for group in GROUPS.values() for refusal in group)

_HEAD = """## What is refused

A valid R4 resource is taken, and kept whole, unless one of these holds. Nothing is stored then. The answer
names every fault of its step at its place: first what cannot be kept or has no place; when there is none of
that, what breaks a rule or belongs to another record. A code is the one in `issue.details.coding`.
"""


def listed() -> Iterator[str]:
    """The list as lines of text: code, place and wording."""
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

"""Texts of the invariants of the resource types the adapter serves, and of related types."""

from __future__ import annotations

from adapter.fhir.invariants.texts import Texts

_texts = Texts()
TEXTS = _texts.by_key

_texts.add(
    "Patient",
    "pat-1",
    "Kontakten har verken name, telecom, address eller organization. Legg til minst én av dem.",
    "The contact has neither name, telecom, address nor organization. Add at least one of them.",
)
_texts.add(
    "Organization",
    "org-1",
    "Organisasjonen har verken name eller identifier. Legg til minst én av dem.",
    "The organization has neither name nor identifier. Add at least one of them.",
)
_texts.add(
    "Organization",
    "org-2",
    "Adressen til en organisasjon har use home. Bruk en annen use.",
    "The address of an organization has use home. Choose another use.",
    place=".use",
)
_texts.add(
    "Organization",
    "org-3",
    "Kontaktpunktet til en organisasjon har use home. Bruk en annen use.",
    "The contact point of an organization has use home. Choose another use.",
    place=".use",
)
_texts.add(
    "CareTeam",
    "ctm-1",
    "onBehalfOf er bare tillatt når member er en Practitioner. Fjern onBehalfOf, eller rett member.",
    "onBehalfOf is allowed only when member is a Practitioner. Remove onBehalfOf, or correct member.",
    place=".onBehalfOf",
)
_texts.add(
    "CarePlan",
    "cpl-3",
    "Aktiviteten har både reference og detail. Fjern én av dem.",
    "The activity has both reference and detail. Remove one of them.",
)
_texts.add(
    "Goal",
    "gol-1",
    "Måltallet har detail[x] uten measure. Legg til measure.",
    "The target has detail[x] without measure. Add measure.",
)
_texts.add(
    "ServiceRequest",
    "prr-1",
    "orderDetail krever code, som mangler. Legg til code.",
    "orderDetail requires code, which is missing. Add code.",
)
_texts.add(
    "Consent",
    "ppc-1",
    "Samtykket har verken policy eller policyRule. Legg til minst én av dem.",
    "The consent has neither policy nor policyRule. Add at least one of them.",
)
_texts.add(
    "Task",
    "Task#inv-1",
    "lastModified er før authoredOn, eller de har så ulik presisjon at rekkefølgen er uviss. Rett"
    " lastModified eller authoredOn.",
    "lastModified is before authoredOn, or they differ so much in precision that their order is"
    " uncertain. Correct lastModified or authoredOn.",
    place=".lastModified",
)
_texts.add(
    "Observation",
    "obs-6",
    "dataAbsentReason og value[x] er sendt sammen. Fjern én av dem.",
    "dataAbsentReason and value[x] are sent together. Remove one of them.",
)
_texts.add(
    "Observation",
    "obs-3",
    "Referanseområdet har verken low, high eller text. Legg til minst én av dem.",
    "The reference range has neither low, high nor text. Add at least one of them.",
)
_texts.add(
    "Observation",
    "obs-7",
    "Komponenten har samme kode som observasjonen, som selv har value[x]. Fjern value[x] eller komponenten.",
    "The component has the code of the observation, which has value[x]. Remove value[x] or the component.",
    place=".code",
)
_texts.add(
    "Condition",
    "con-4",
    "Tilstanden er avsluttet, men clinicalStatus er ikke inactive, resolved eller remission. Rett"
    " clinicalStatus, eller fjern abatement[x].",
    "The condition has abated, but clinicalStatus is not inactive, resolved or remission. Correct"
    " clinicalStatus, or remove abatement[x].",
)
_texts.add(
    "Condition",
    "con-5",
    "Tilstanden er feilregistrert, men har clinicalStatus. Fjern clinicalStatus.",
    "The condition is entered in error, but has clinicalStatus. Remove clinicalStatus.",
)
_texts.add(
    "Composition",
    "cmp-2",
    "Avsnittet har både entry og emptyReason. Fjern én av dem.",
    "The section has both entry and emptyReason. Remove one of them.",
)
_texts.add(
    "Appointment",
    "app-2",
    "start eller end mangler. Send begge, eller ingen av dem.",
    "start or end is missing. Send both, or neither.",
)
_texts.add(
    "Appointment",
    "app-3",
    "Timen mangler start eller end, og status er ikke proposed, cancelled eller waitlist. Legg til"
    " start og end, eller rett status.",
    "The appointment has no start or end, and its status is not proposed, cancelled or waitlist. Add"
    " start and end, or correct status.",
)
_texts.add(
    "Appointment",
    "app-4",
    "cancelationReason er bare tillatt når status er cancelled eller no-show. Fjern"
    " cancelationReason, eller rett status.",
    "cancelationReason is allowed only when status is cancelled or no-show. Remove cancelationReason,"
    " or correct status.",
)
_texts.add(
    "Parameters",
    "Parameters#inv-1",
    "Parameteren har ikke nøyaktig én av value[x], resource og part. Send nøyaktig én av dem.",
    "The parameter does not have exactly one of value[x], resource and part. Send exactly one of them.",
)

for type_name, key, names in (
    ("Condition", "con-1", ("summary", "assessment")),
    ("Condition", "con-2", ("code", "detail")),
    ("Composition", "cmp-1", ("text", "entry", "section")),
    ("Appointment", "app-1", ("type", "actor")),
):
    _texts.add(
        type_name,
        key,
        f"Elementet har ingen av disse: {', '.join(names)}. Legg til minst én av dem.",
        f"The element has none of these: {', '.join(names)}. Add at least one of them.",
    )

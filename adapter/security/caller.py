"""Who calls: everything a verified token says about the other side, and nothing about what it may see."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adapter.security.scopes import EVERYTHING, Scopes

if TYPE_CHECKING:
    from adapter.interaction import Interaction

TREATMENT = "TREAT"
"""Purpose of use where a token names none; http://terminology.hl7.org/CodeSystem/v3-ActReason."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The other side of one interaction.

    ``organisation`` and ``parent`` are organisation numbers: the unit that calls and the legal entity it
    belongs to. ``person`` is a FHIR reference of ours (``Patient/x``, ``Practitioner/x``,
    ``RelatedPerson/x``); ``pid`` the birth number of the person logged in, which no text form shows.
    ``municipality`` is true for the municipality's own listed systems only: units of very different kinds
    share its organisation number, so that number proves nothing.
    """

    client_id: str
    municipality: bool = False
    organisation: str | None = None
    parent: str | None = None
    person: str | None = None
    pid: str | None = field(default=None, repr=False)
    hpr: str | None = None
    purpose: str = TREATMENT
    scopes: Scopes = field(default=Scopes(frozenset()), repr=False)

    def on(self, interaction: Interaction) -> Interaction:
        """The interaction with this caller."""
        return replace(
            interaction,
            client=self.client_id,
            person=self.person,
            organisation=self.organisation,
            parent=self.parent,
            purpose=self.purpose,
        )


ANYBODY = Caller(client_id="anybody")
"""Anonymous caller for open addresses; no scopes."""

OPEN_CALLER = Caller(client_id="open", municipality=True, scopes=EVERYTHING)
"""Whoever calls without a token where the door is open: the municipality's own system."""

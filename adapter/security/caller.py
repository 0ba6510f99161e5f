"""The caller of an interaction, as a verified token describes it; consent decides what the caller sees."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adapter.security.scopes import EVERYTHING, Scopes

if TYPE_CHECKING:
    from adapter.interaction import Interaction

TREATMENT = "TREAT"
"""Default formål, for a token without one; http://terminology.hl7.org/CodeSystem/v3-ActReason."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of one interaction.

    ``organisation`` and ``parent`` are the organisation numbers of the calling unit and its legal entity.
    ``person`` is a reference on this server (``Patient/x``, ``Practitioner/x``, ``RelatedPerson/x``); ``pid``
    is the birth number of the person logged in, which ``repr`` leaves out. ``municipality`` is true only for
    the municipality's own listed systems; its organisation number does not count, since many units share it.
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
"""The caller without a token if ADAPTER_AUTH is open: the municipality's own system."""

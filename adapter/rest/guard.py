"""Who calls, before anything else is done: the token made a caller, and the note a change is stored with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.security.caller import Caller
from adapter.storage import ChangeNote

if TYPE_CHECKING:
    from adapter.security.tokens import Tokens

ANYBODY = Caller(client_id="anybody")
"""Whoever asks what needs no token: nobody in particular, without a single scope."""


def caller_of(tokens: Tokens, authorization: str | None, *, is_open: bool) -> Caller:
    """The caller of a request with this Authorization header; Unauthorized where one is needed."""
    return ANYBODY if is_open else tokens.caller(authorization)


def note_of(caller: Caller, request_id: str, interaction: str, type_: str) -> ChangeNote:
    """Who does what, as a change tells of it: ``update CareTeam``."""
    return ChangeNote(
        caller=caller.client_id,
        person=caller.person,
        organisation=caller.organisation,
        purpose=caller.purpose,
        request_id=request_id,
        interaction=f"{interaction} {type_}".rstrip(),
    )

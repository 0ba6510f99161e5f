"""The one error of the FHIRPath engine."""

from __future__ import annotations

from typing import Literal

Reason = Literal["syntax", "unsupported", "too-costly", "undecided"]


class FhirPathError(Exception):
    """An expression that cannot be compiled, or an evaluation that cannot give a result.

    ``reason``: ``syntax`` and ``unsupported`` come from the compilation, ``undecided`` from an evaluation
    (``unsupported`` too, for a pattern that is computed), ``too-costly`` from both: the expression is nested
    too deeply, or takes too many steps. ``undecided``: the result needs something that is not at hand, such
    as a value set. ``position`` is an index into the expression.
    """

    def __init__(self, reason: Reason, detail: str, position: int | None = None) -> None:
        super().__init__(detail if position is None else f"{detail} (at character {position})")
        self.reason = reason
        self.detail = detail
        self.position = position

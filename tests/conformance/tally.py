"""The count of rounds: same verdict, invalid caught, false alarms, and what was not checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conformance.engine import held

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conformance.rounds import Round

MISSION = frozenset(
    {
        "base", "profile", "general", "bundle", "references", "extensions", "xhtml", "fmt", "json5",
        "security", "invariants", "versions", "none",
    }
)  # fmt: skip
"""Modules about resources, profiles, Bundles and the two formats, which the engine is meant to judge."""

ARTEFACTS = frozenset({"tx", "tx-advanced", "sd", "api", "xver"})
"""Modules about terminology and conformance resources."""

APART = frozenset({"questionnaire", "measure", "logical", "dsig", "shc"})
"""Modules about what this engine does not judge beyond base R4. It must not crash on them."""

GROUPS = {"mission group": MISSION, "artefacts": ARTEFACTS, "apart": APART}


@dataclass(frozen=True, slots=True)
class Held:
    """A round with our verdict: None when our engine raised an error, whose text is in ``crash``."""

    round: Round
    is_valid: bool | None
    has_unchecked: bool = False
    codes: tuple[str, ...] = ()
    crash: str = ""

    @property
    def is_same(self) -> bool:
        """Tests whether the verdict is the one on record."""
        return self.is_valid is self.round.is_valid

    @property
    def is_false_alarm(self) -> bool:
        """Tests whether a round that is valid on record is invalid here."""
        return self.round.is_valid and self.is_valid is False

    @property
    def needs_reason(self) -> bool:
        """Tests whether the difference has to be explained: the modules apart only have to come through."""
        return not self.is_same and self.round.module not in APART


def hold(rounds: Iterable[Round]) -> list[Held]:
    """All rounds with our verdicts."""
    return [_hold(one) for one in rounds]


def _hold(one: Round) -> Held:
    try:
        result = held(one)
    except Exception as error:  # noqa: BLE001 - a crash of any kind is counted, and the next round is held
        return Held(one, None, crash=f"{type(error).__name__}: {error}")
    codes = tuple(dict.fromkeys(finding.code for finding in result.errors))
    return Held(one, result.is_valid, bool(result.not_checked), codes)


@dataclass(frozen=True, slots=True)
class Count:
    """The figures of some rounds."""

    rounds: int
    same: int
    invalid: int
    caught: int
    valid: int
    false_alarms: int
    not_checked: int
    crashes: int

    @classmethod
    def of(cls, rounds: Iterable[Held]) -> Count:
        """The figures of the rounds."""
        all_ = list(rounds)
        invalid = [one for one in all_ if not one.round.is_valid]
        return cls(
            rounds=len(all_),
            same=sum(one.is_same for one in all_),
            invalid=len(invalid),
            caught=sum(one.is_same for one in invalid),
            valid=len(all_) - len(invalid),
            false_alarms=sum(one.is_false_alarm for one in all_),
            not_checked=sum(one.has_unchecked for one in all_),
            crashes=sum(bool(one.crash) for one in all_),
        )


def share(part: int, whole: int) -> str:
    """A part as a percentage with one decimal; a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "-"

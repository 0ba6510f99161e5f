"""The report of conformance as Markdown: the print of ``make conformance``, kept as docs/conformance.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.conformance.tally import APART, GROUPS, Count, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.conformance.rounds import Key
    from tests.conformance.tally import Held

KEPT = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
REASONS = Path(__file__).with_name("disagreements.tsv")

INTRODUCTION = """\
# Conformance: our verdicts beside those of HL7's validator

`make conformance` prints this page, and a test holds it current. The cases are 431 R4 cases of HL7's public
validator test suite. A *round* is one case validated once: by base R4 and by what the resource claims, or by
the profile of the case too, with the case's own definitions at hand and no others. The verdict on record is
that of HL7's validator with a terminology server. A round is *contested* when the same validator without a
terminology server gives another verdict, or fails; those are counted apart.

*Caught*: invalid on record and here. *False alarm*: valid on record and invalid here. *Not checked*: our
result names a profile, an extension or a value set that was not checked."""

_HEAD = """\
| {first} | rounds | same verdict | | caught | of invalid | | false alarms | of valid | | not checked |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


def read_reasons(table: Path = REASONS) -> dict[Key, str]:
    """The reasons of differences, by case and round.

    Raises:
        ValueError: a round stands twice in the table.
    """
    reasons: dict[Key, str] = {}
    for line in table.read_text().splitlines():
        name, kind, reason = line.split("\t")
        if (name, kind) in reasons:
            raise ValueError(f"{name} {kind} stands twice in {table.name}")
        reasons[name, kind] = reason
    return reasons


def unexplained(held: Iterable[Held], reasons: Mapping[Key, str]) -> tuple[list[Held], list[Key]]:
    """The differences without a reason, and the reasons without a difference."""
    different = {one.round.key: one for one in held if one.needs_reason}
    without = [one for key, one in different.items() if not reasons.get(key)]
    return without, [key for key in reasons if key not in different]


def report(held: list[Held], reasons: Mapping[Key, str]) -> str:
    """The whole page."""
    uncontested = [one for one in held if not one.round.is_contested]
    contested = [one for one in held if one.round.is_contested]
    parts = [
        INTRODUCTION,
        "## By group\n\n" + _table("group", _grouped(held, uncontested)),
        "## By module, uncontested rounds\n\n" + _table("module", _by_module(uncontested)),
        "## By module, contested rounds\n\n" + _table("module", _by_module(contested)),
        "## Questionnaires, measures, logical models, signatures and health cards\n\n" + _apart(held),
        *_differences(held, reasons),
    ]
    return "\n\n".join(parts) + "\n"


def _grouped(held: list[Held], uncontested: list[Held]) -> list[tuple[str, Count]]:
    rows = []
    for name, modules in GROUPS.items():
        if modules != APART:
            rows.append((name, Count.of(one for one in held if one.round.module in modules)))
            rows.append(
                (f"{name}, uncontested", Count.of(one for one in uncontested if one.round.module in modules))
            )
    return [*rows, ("all rounds", Count.of(held)), ("all rounds, uncontested", Count.of(uncontested))]


def _by_module(held: list[Held]) -> list[tuple[str, Count]]:
    modules = [module for group in GROUPS.values() for module in sorted(group)]
    counts = [(module, Count.of(one for one in held if one.round.module == module)) for module in modules]
    return [(module, count) for module, count in counts if count.rounds]


def _table(first: str, rows: list[tuple[str, Count]]) -> str:
    return "\n".join([_HEAD.format(first=first), *(_row(name, count) for name, count in rows)])


def _row(name: str, count: Count) -> str:
    cells = [
        name, count.rounds, count.same, share(count.same, count.rounds),
        count.caught, count.invalid, share(count.caught, count.invalid),
        count.false_alarms, count.valid, share(count.false_alarms, count.valid), count.not_checked,
    ]  # fmt: skip
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _apart(held: list[Held]) -> str:
    """The rounds that only must not crash, counted, and each crash."""
    apart = [one for one in held if one.round.module in APART]
    crashes = [f"- `{one.round.name}` {one.round.kind}: {one.crash}" for one in apart if one.crash]
    summary = f"{len(apart)} rounds, {len(crashes)} crashes. Differences in verdict are not listed."
    return "\n".join([summary, *crashes])


def _differences(held: list[Held], reasons: Mapping[Key, str]) -> list[str]:
    chapters: list[tuple[str, Callable[[Held], bool]]] = [
        (
            "## Invalid on record, valid here",
            lambda one: not one.round.is_valid and not one.round.is_contested,
        ),
        ("## Valid on record, invalid here", lambda one: one.round.is_valid and not one.round.is_contested),
        ("## Contested rounds with another verdict than on record", lambda one: one.round.is_contested),
    ]
    told = []
    for title, is_in in chapters:
        lines = [_difference(one, reasons) for one in held if one.needs_reason and is_in(one)]
        told.append("\n".join([title, "", *(lines or ["None."])]))
    return told


def _difference(one: Held, reasons: Mapping[Key, str]) -> str:
    reason = reasons.get(one.round.key) or "no reason given"
    return f"- `{one.round.name}` ({one.round.module}, {one.round.kind}): {one.crash or reason}"

"""The rounds of HL7's validator test suite: a case validated once, with the verdict on record.

A case is one file; its round ``base`` validates it by R4 and by what it claims, its round ``profile`` by one
profile more. The folder holds the manifest of the suite, the files, the recorded outcomes of HL7's validator,
and the verdicts of the same validator without a terminology server.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).resolve().parents[3] / "shared" / "fhir" / "validator-cases"
"""Where the suite is: beside the checkout."""

Kind = Literal["base", "profile"]
Key = tuple[str, str]
"""A round in the table of reasons: name of the case, and ``base`` or ``profile``."""

SETTINGS = frozenset(
    {
        "allow-comments", "allowed-extension-domain", "assumeValidRestReferences", "best-practice",
        "examples", "fetcher", "language", "security-checks", "validateContains", "validateReference",
    }
)  # fmt: skip
"""What a case asks of a validator besides the profile, as the manifest spells it."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round.

    ``definitions`` are the files of the profiles and value sets at hand; ``profile`` is the file of the
    profile to validate by. ``is_valid`` is the verdict on record, ``is_valid_offline`` that of HL7's engine
    without a terminology server: None when the engine failed. ``texts`` are the recorded errors.
    """

    name: str
    kind: Kind
    module: str
    file: Path
    definitions: tuple[Path, ...]
    profile: Path | None
    settings: dict[str, Any]
    is_valid: bool
    is_valid_offline: bool | None
    texts: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> Key:
        """The round in the table of reasons."""
        return self.name, self.kind

    @property
    def is_contested(self) -> bool:
        """Tests whether HL7's engine offline does not give the verdict on record."""
        return self.is_valid_offline is not self.is_valid


def read_rounds(folder: Path = CASES) -> list[Round]:
    """All rounds that can be held: the files are at hand, and the suite does not leave the case out.

    A name that the suite uses twice is numbered: ``name``, ``name-2``.
    """
    manifest = json.loads((folder / "manifest.json").read_text())
    offline = _offline(folder)
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for case in manifest["test-cases"]:
        if case.get("module") == "matchetype" or case.get("use-test") is False:
            continue
        for kind, run in _runs(case):
            if not _is_at_hand(folder, case, run):
                continue
            seen[case["name"], kind] += 1
            nth = seen[case["name"], kind]
            found.append(_round(folder, case, kind, run, offline[case["name"], kind, nth], nth))
    return found


def _runs(case: dict[str, Any]) -> Iterator[tuple[Kind, dict[str, Any]]]:
    yield "base", {"java": case["java"]}
    if "profile" in case:
        yield "profile", case["profile"]


def _is_at_hand(folder: Path, case: dict[str, Any], run: dict[str, Any]) -> bool:
    outcome = run["java"]
    files = [case["file"], *_names(case, run), *([f"outcomes/{outcome}"] if isinstance(outcome, str) else [])]
    return all((folder / name).is_file() for name in files)


def _names(case: dict[str, Any], run: dict[str, Any]) -> list[str]:
    own = [run["source"]] if "source" in run else []
    supporting = case.get("profile", {}).get("supporting", ())
    return [*own, *supporting, *case.get("profiles", ()), *case.get("supporting", ())]


def _round(
    folder: Path, case: dict[str, Any], kind: Kind, run: dict[str, Any], offline: int | None, nth: int
) -> Round:
    errors, texts = _outcome(folder, run["java"])
    return Round(
        name=case["name"] if nth == 1 else f"{case['name']}-{nth}",
        kind=kind,
        module=case.get("module", "none"),
        file=folder / case["file"],
        definitions=tuple(dict.fromkeys(folder / name for name in _names(case, run))),
        profile=folder / run["source"] if "source" in run else None,
        settings={key: value for key, value in {**case, **run}.items() if key in SETTINGS},
        is_valid=errors == 0,
        is_valid_offline=None if offline is None else offline == 0,
        texts=texts,
    )


def _outcome(folder: Path, java: str | dict[str, Any]) -> tuple[int, tuple[str, ...]]:
    """The recorded errors: their number, and their texts where the record has them."""
    told = json.loads((folder / "outcomes" / java).read_text()) if isinstance(java, str) else java
    told = told.get("outcome", told)
    if "errorCount" in told:
        return told["errorCount"], tuple(told.get("output", ()))
    wrong = [one for one in told.get("issue", ()) if one["severity"] in {"error", "fatal"}]
    return len(wrong), tuple(one.get("details", {}).get("text", "") for one in wrong)


def _offline(folder: Path) -> dict[tuple[str, str, int], int | None]:
    """The errors of HL7's engine offline by case, round, and how many times the name was used before."""
    seen: Counter[tuple[str, str]] = Counter()
    errors = {}
    for name, kind, _, found in json.loads((folder / "offline-verdicts.json").read_text())["rounds"]:
        seen[name, kind] += 1
        errors[name, kind, seen[name, kind]] = found
    return errors

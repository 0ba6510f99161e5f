"""Our verdicts compared with those of the official validator, on the cases of HL7's test suite."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from adapter.fhir.validation.verdict import validate

CASES = Path(__file__).resolve().parents[3] / "shared" / "fhir" / "validator-cases"

STRICTER = {
    "list-bad-reference": "a relative reference that names no type is a warning there",
    "contained-resource-bad-id-ignore": "the case asks the validator to overlook a bad id",
    "logical-boo-good": "its narrative loads an image from another server",
    "logical-boo-bad3": "its narrative loads an image from another server",
    "json-comments-1-yes": "the case asks the validator to allow comments in JSON",
    "json-comments-2-yes": "the case asks the validator to allow comments in JSON",
}
"""Cases that are valid in the official validator and invalid here, each with the reason."""

STRUCTURAL = {"fmt", "xhtml", "json5", "invariants", "general", "bundle", "references", "profile", "security"}
"""Modules of the suite that do not depend on terminology, questionnaires, measures or signatures."""


@pytest.mark.slow
@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/fhir/validator-cases is not beside the checkout")
def test_a_case_the_official_validator_accepts_is_valid_unless_listed() -> None:
    """Only the listed cases are valid in the official validator and invalid here; agreement is printed."""
    manifest = json.loads((CASES / "manifest.json").read_text())
    cases = {case["name"]: case for case in manifest["test-cases"]}
    rounds = json.loads((CASES / "offline-verdicts.json").read_text())["rounds"]
    agreed: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    stricter = set()
    for name, kind, errors, _ in rounds:
        if kind != "base":
            continue
        case = cases[name]
        result = validate((CASES / case["file"]).read_bytes())
        module = case.get("module", "-")
        judged[module] += 1
        agreed[module] += result.is_valid == (errors == 0)
        if errors == 0 and not result.is_valid:
            stricter.add(name)
    for module in sorted(judged):
        print(f"{module:14} {agreed[module]:3} of {judged[module]:3}")  # noqa: T201 - the figures are the point
    print(f"{'together':14} {agreed.total():3} of {judged.total():3}")  # noqa: T201
    assert stricter == set(STRICTER)
    structural = [sum(count[module] for module in STRUCTURAL) for count in (agreed, judged)]
    assert structural[0] / structural[1] > 0.85

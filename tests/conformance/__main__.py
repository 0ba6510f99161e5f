"""Print of our verdicts beside those of HL7's validator: ``python -m tests.conformance [--write]``.

``--write`` also keeps the print as docs/conformance.md. Differences without a reason, with what is on record,
and reasons without a difference are printed on the error stream, and the command then ends with 1.
"""

from __future__ import annotations

import sys

from tests.conformance.report import KEPT, REASONS, read_reasons, report, unexplained
from tests.conformance.rounds import CASES, read_rounds
from tests.conformance.tally import hold


def main(arguments: list[str]) -> int:
    """Hold all rounds and print the report."""
    if not CASES.is_dir():
        sys.stderr.write("../shared/fhir/validator-cases is not beside the checkout: no round can be held\n")
        return 2
    held = hold(read_rounds())
    reasons = read_reasons()
    page = report(held, reasons)
    sys.stdout.write(page)
    if "--write" in arguments:
        KEPT.write_text(page)
    without, stale = unexplained(held, reasons)
    for one in without:
        ours = ", ".join(one.codes) or one.crash
        theirs = " / ".join(text.replace("\n", " ") for text in one.round.texts)
        sys.stderr.write(f"no reason in {REASONS.name}: {one.round.key}; here: {ours}; on record: {theirs}\n")
    for key in stale:
        sys.stderr.write(f"reason without a difference in {REASONS.name}: {key}\n")
    return 1 if without or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

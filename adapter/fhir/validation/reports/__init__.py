"""Report formats of validation, for people and for CI systems.

``text``: one line for each finding, as compilers write, and the number of valid files. ``json``: one document
in both languages. ``outcome``: an OperationOutcome as HL7's validator gives it, or a collection Bundle of
them for several files; the extension operationoutcome-file names the file. ``junit``: XML that a build server
shows as tests. ``sarif``: SARIF 2.1.0 for code scanning. ``github``: workflow commands that GitHub shows in a
pull request. Each format names the versions of the adapter, of FHIR and of the packages, and lists the
profiles, extensions and value sets that were not checked; their addresses are the only values quoted from a
file. Known findings are listed or counted apart, never left out. A format with one language uses English.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.fhir.validation.reports.documents import as_json, outcome
from adapter.fhir.validation.reports.junit import junit
from adapter.fhir.validation.reports.lines import github, text
from adapter.fhir.validation.reports.sarif import sarif

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.validation.reports.run import Run

FORMS: dict[str, Callable[[Run], str]] = {
    "text": text,
    "json": as_json,
    "outcome": outcome,
    "junit": junit,
    "sarif": sarif,
    "github": github,
}
"""The report formats by their name in the command."""

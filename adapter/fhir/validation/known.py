"""Known findings: a YAML (or JSON) list of findings that a run does not count, each with its reason.

    - file: plans/*.json                      # matched from the end of the path; * stays within a folder
      code: reference-target
      expression: CarePlan.activity[*].reference      # [*] is any index
      reason: The old portal gives Tasks here until the summer.

An entry without ``expression`` covers findings without a place in the resource, as of text that is not JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from adapter.fhir.tally import MORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from yaml.nodes import Node

    from adapter.errors import Finding

_KEYS = ("file", "code", "expression", "reason")
_ANY_INDEX = re.escape("[*]")


class KnownFindingsError(Exception):
    """The file of known findings cannot be read; the text begins with the file and the line."""


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """One entry of the file; ``place`` is the file and the line of the entry."""

    place: str
    file: str
    code: str
    reason: str
    expression: str | None = None

    def covers(self, name: str, finding: Finding) -> bool:
        """Tests whether the entry is about the finding in the file with this name."""
        return (
            finding.code == self.code
            and self._is_about(finding.expression)
            and PurePosixPath(name).match(self.file)
        )

    def _is_about(self, expression: str | None) -> bool:
        if self.expression is None or expression is None:
            return self.expression is expression
        pattern = re.escape(self.expression).replace(_ANY_INDEX, r"\[[0-9]+\]")
        return re.fullmatch(pattern, expression) is not None


@dataclass(frozen=True, slots=True)
class KnownFindings:
    """The entries of a file, and those that covered a finding so far."""

    entries: tuple[KnownFinding, ...] = ()
    matched: set[KnownFinding] = field(default_factory=set)

    def reasons(self, name: str, findings: Iterable[Finding]) -> dict[Finding, str]:
        """The reason of each known finding; the first entry that covers a finding gives it."""
        reasons: dict[Finding, str] = {}
        for finding in findings:
            covering = [entry for entry in self.entries if entry.covers(name, finding)]
            self.matched.update(covering)
            if covering:
                reasons[finding] = covering[0].reason
        return reasons

    def stale(self) -> list[str]:
        """A line for each entry that covered no finding."""
        return [
            f"{entry.place}: {entry.code} in {entry.file} was not found; remove the entry"
            for entry in self.entries
            if entry not in self.matched
        ]


def read_known(path: Path) -> KnownFindings:
    """The known findings of a file.

    Raises:
        KnownFindingsError: the file cannot be read, is not YAML, or an entry is not as described above.
    """
    import yaml  # noqa: PLC0415 - most runs have no such file

    try:
        root = yaml.compose(path.read_bytes(), yaml.SafeLoader)
    except OSError as error:
        raise KnownFindingsError(f"{path}: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise KnownFindingsError(f"{path}:{line}: not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError):
        raise KnownFindingsError(f"{path}:1: not YAML") from None
    if root is None:
        return KnownFindings()
    if not isinstance(root, yaml.SequenceNode):
        raise KnownFindingsError(f"{_place(path, root)}: not a list; write one entry for each known finding")
    return KnownFindings(tuple(_entry(path, node) for node in root.value))


def _place(path: Path, node: Node) -> str:
    return f"{path}:{node.start_mark.line + 1}"


def _entry(path: Path, node: Node) -> KnownFinding:
    place = _place(path, node)
    values: dict[str, str] = {}
    for key, where, value in _fields(path, node):
        if key not in _KEYS:
            raise KnownFindingsError(f"{where}: unknown key {key!r}; the keys are {', '.join(_KEYS)}")
        if key in values:
            raise KnownFindingsError(f"{where}: {key} twice in one entry")
        if not value or not value.isprintable():
            raise KnownFindingsError(f"{where}: {key} is not a text")
        values[key] = value
    for key in ("file", "code", "reason"):
        if key not in values:
            raise KnownFindingsError(f"{place}: {key} is missing")
    if values["code"] == MORE.code:
        raise KnownFindingsError(
            f"{place}: {MORE.code} counts findings that are not shown; none of them is known"
        )
    return KnownFinding(place, **values)


def _fields(path: Path, node: Node) -> Iterator[tuple[str, str, str]]:
    """Key, place and text of each field of an entry; a text on several lines is one line."""
    import yaml  # noqa: PLC0415 - loaded by the caller

    if not isinstance(node, yaml.MappingNode):
        raise KnownFindingsError(f"{_place(path, node)}: not an entry; write {', '.join(_KEYS)}")
    for key, value in node.value:
        is_text = isinstance(value, yaml.ScalarNode) and not value.tag.endswith(":null")
        yield str(key.value), _place(path, key), " ".join(value.value.split()) if is_text else ""

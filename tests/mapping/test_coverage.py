"""Every element of every mapped type is put through its mapping: stored, or refused with its place."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adapter.errors import Unprocessable
from tests.mapping.test_laws import AROUND, MAPPINGS, PARTS, UNSERVED, placed
from tests.strategies.resources import element_paths, resources

if TYPE_CHECKING:
    from collections.abc import Callable

INDEX = re.compile(r"\[[0-9]+\]")
EACH = settings(
    max_examples=3,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SHARE = settings(EACH, max_examples=300)


def counted(part: str, tally: Counter[str], refusals: Counter[str]) -> Callable[[dict[str, object]], None]:
    """A function that puts one resource through a mapping, and counts the outcomes."""
    mapping = MAPPINGS.of(part)

    def put(resource: dict[str, object]) -> None:
        tally["drawn"] += 1
        try:
            mapping.to_plan(placed(mapping, resource), AROUND, onto=None, new_id=lambda: f"n{tally['drawn']}")
        except Unprocessable as refused:
            for finding in refused.findings:
                assert finding.expression
                refusals[f"{finding.code} {INDEX.sub('', finding.expression)}"] += 1
        else:
            tally["taken"] += 1

    return put


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_a_resource_with_any_element_is_stored_or_refused(
    part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three resources for each element of the type are stored or refused; the counts are printed."""
    mapping = MAPPINGS.of(part)
    paths = element_paths(mapping.type)
    refusals: Counter[str] = Counter()
    never: list[str] = []
    for path in paths:
        tally: Counter[str] = Counter()
        EACH(given(resources(mapping.type, reaching=path))(counted(part, tally, refusals)))()
        if not tally["drawn"]:
            never.append(path)
    with capsys.disabled():
        print(f"\n{mapping.type}: {len(paths) - len(never)} of {len(paths)} elements reached; refused:")
        print("".join(f"  {count:4} {what}\n" for what, count in refusals.most_common(8)), end="")
    assert never == []


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_most_random_resources_are_stored(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    """At least three in five random resources without modifier extensions are stored."""
    mapping = MAPPINGS.of(part)
    tally: Counter[str] = Counter()
    drawn: st.SearchStrategy[dict[str, object]] = resources(mapping.type, without=UNSERVED)
    SHARE(given(drawn)(counted(part, tally, Counter())))()
    share = tally["taken"] / tally["drawn"]
    with capsys.disabled():
        print(f"\n{mapping.type}: {share:.0%} of {tally['drawn']} resources taken")
    assert share >= 0.6

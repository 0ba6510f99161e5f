"""The README agrees with the adapter: its commands give the answers that it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from adapter.cli import COMMANDS
from tests.served import command, plain_environment, served

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WALK = README[README.index("```sh\nmake run\n```") : README.index("## The two doors")]
STEPS = re.findall(r"```sh\n(.*?)```(?:(?:(?!```).)*?```text\n(.*?)```)?", WALK, re.DOTALL)


@pytest.mark.slow
def test_the_walk_through_gives_the_answers_it_shows(tmp_path: Path) -> None:
    """Every command of the walk-through runs in one shell and prints the answer below it."""
    environment = plain_environment(tmp_path, ADAPTER_AUTH="open")
    command(environment, "db", "upgrade")
    command(environment, "load", ROOT / "tests" / "examples")
    shown = [answer for _, answer in STEPS if answer]
    assert len(shown) == 6
    with served(environment) as adapter:
        script = "\necho '--'\n".join(step for step, _ in STEPS if step.strip() != "make run")
        script = script.replace("127.0.0.1:8080", f"127.0.0.1:{adapter.port}")
        script = script.replace(".venv/bin/ip-adapter", str(Path(sys.executable).parent / "ip-adapter"))
        done = subprocess.run(
            ["bash", "-euc", script],
            env={**environment, "PATH": os.environ["PATH"]},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.replace(f"127.0.0.1:{adapter.port}", "127.0.0.1:8080")
    said = [part.strip() for part in printed.split("--\n") if part.strip()]
    assert said == [answer.strip() for answer in shown]


def test_every_command_and_page_named_exists() -> None:
    """Every link leads to a file, and every command exists."""
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
    assert set(re.findall(r"ip-adapter (\w+)", README)) <= set(COMMANDS)

"""The wheel is complete: the command works in an environment with the wheel alone."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(list(command), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout, built with the build backend of the test environment."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_mappings_profiles_migrations_and_licences(wheel: Path) -> None:
    """Every file of mappings/ and every definition is in the package, and so are migrations and licences."""
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [path for path in (ROOT / "mappings").rglob("*") if path.is_file()]
    assert files
    missing = {f"adapter/_mappings/{path.relative_to(ROOT / 'mappings')}" for path in files} - names
    assert not missing
    profiles = [
        path for folder in ("definitions", "foreign") for path in (ROOT / "profiles" / folder).glob("*")
    ]
    assert len(profiles) > 100
    assert {f"adapter/_profiles/{path.relative_to(ROOT / 'profiles')}" for path in profiles} <= names
    assert "adapter/_profiles/package.json" in names
    assert any(name.startswith("adapter/storage/migrations/versions/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_the_wheel_alone_converts_a_record_and_checks_the_mappings(wheel: Path, tmp_path: Path) -> None:
    """The wheel in an empty environment runs `convert` and `check`, away from the checkout."""
    _run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    installed = tmp_path / "venv" / "bin"
    _run(installed / "python", "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    record = ROOT / "tests" / "examples" / "slagpasient" / "saker" / "sak-slagpasient.json"
    bundle = _run(installed / "ip-adapter", "convert", record, "--to", "fhir", cwd=tmp_path)
    assert '"CareTeam"' in bundle
    _run(installed / "ip-adapter", "check", cwd=tmp_path)

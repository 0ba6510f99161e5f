"""SUSHI compiles the profiles without an error or an unknown warning, to the committed definitions."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_BASIS = ROOT.parent / "shared" / "fhir" / "no-basis"


@pytest.mark.slow
def test_the_profiles_compile_to_the_committed_definitions(tmp_path: Path) -> None:
    """`make profiles` leaves no difference, and its package has a snapshot in every StructureDefinition."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: SUSHI cannot run")
    if not NO_BASIS.is_dir():
        pytest.skip(f"the definitions of HL7 Norge are not beside the checkout: {NO_BASIS.name}")
    definitions = tmp_path / "definitions"
    command = [sys.executable, "-m", "profiles", NO_BASIS, definitions]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    compiled, committed = (
        {path.name: path.read_bytes() for path in folder.glob("*")}
        for folder in (definitions, ROOT / "profiles" / "definitions")
    )
    assert compiled == committed
    with tarfile.open(done.stdout.strip()) as package:
        files = {
            name: json.load(file)
            for name in package.getnames()
            if (file := package.extractfile(name)) is not None
        }
    structures = [one for one in files.values() if one.get("resourceType") == "StructureDefinition"]
    assert len(structures) > 30
    assert all(one["snapshot"]["element"] for one in structures)
    assert {"package/package.json", "package/.index.json"} <= files.keys()

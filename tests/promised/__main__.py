"""Writes every file of promises anew from the adapter as it is: ``python -m tests.promised``."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.promised import (
    pinned,
    test_codes,
    test_commands,
    test_metadata,
    test_openapi,
    test_record_fields,
    test_routes,
    test_settings,
    test_validate_json,
)
from tests.refusals.conftest import built


def main() -> None:
    """Ask the adapter everything, and write what it answers; what has changed is for git to show."""
    with TemporaryDirectory() as folder, redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        for name in ("house", "asked", "commands", "validate"):
            (Path(folder) / name).mkdir()
        with built(Path(folder) / "house") as house:
            for module in (test_routes, test_metadata, test_openapi):
                pinned.write(module.FILE, module.told(house))
        pinned.write(test_codes.FILE, test_codes.told(test_codes.asked(Path(folder) / "asked")))
        pinned.write(test_commands.FILE, test_commands.told(Path(folder) / "commands"))
        pinned.write(test_validate_json.FILE, test_validate_json.told(Path(folder) / "validate"))
        pinned.write(test_settings.FILE, test_settings.told())
        pinned.write(test_record_fields.FILE, test_record_fields.told())


if __name__ == "__main__":
    main()

"""The command ``ip-adapter``: thin commands, each in a file of its name, that call the rooms below.

Exit codes are the same everywhere: 0 done (or valid), 1 looked at and found wanting, 2 could not run.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from adapter.errors import AdapterError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("serve", "load", "convert", "validate", "check", "explain", "token", "db")


class _Commands(click.Group):
    """Imports a command when it is called: none of them pays for what the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"adapter.cli.{cmd_name}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ip-adapter")
def commands() -> None:
    """Individuell plan and koordinator, between a municipality's record and HL7 FHIR R4."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code; what cannot run says why, and leaves with 2."""
    try:
        code = commands.main(arguments, prog_name="ip-adapter", standalone_mode=False)
    except click.exceptions.Abort:
        code = 2
    except click.ClickException as error:
        error.show()
        code = 2
    except Exception as error:  # noqa: BLE001 - a fault of ours must not look like the 1 of "not valid"
        _tell(error)
        code = 2
    sys.exit(code if isinstance(code, int) else 0)


def _tell(error: Exception) -> None:
    """Say on standard error why the command could not run; a fault of ours with its place in the code."""
    from adapter.settings import SettingsError  # noqa: PLC0415 - a command that reads none needs none of it

    if isinstance(error, SettingsError | AdapterError):
        lines = error.faults if isinstance(error, SettingsError) else [one.text for one in error.findings]
        for line in lines:
            click.echo(f"ip-adapter: {line}", err=True)
    else:
        import traceback  # noqa: PLC0415 - hardly ever needed

        traceback.print_exception(error)

"""The command ``ip-adapter``: one subcommand in each file, which parses options and calls the packages below.

Exit codes of every subcommand: 0 done (or valid), 1 the input has faults, 2 the command could not run.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from adapter import __version__
from adapter.errors import AdapterError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("serve", "load", "convert", "validate", "check", "explain", "token", "db")


class _Commands(click.Group):
    """A click group that imports a subcommand when it is called, so that each loads only its own modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"adapter.cli.{cmd_name}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def commands() -> None:
    """Adapter between a municipal record of individuell plan and koordinator and HL7 FHIR R4."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code; on an error, print the reason and exit with 2."""
    try:
        code = commands.main(arguments, prog_name="ip-adapter", standalone_mode=False)
    except click.exceptions.Abort:
        code = 2
    except click.ClickException as error:
        error.show()
        code = 2
    except Exception as error:  # noqa: BLE001 - an internal error must not give exit code 1, "not valid"
        _tell(error)
        code = 2
    sys.exit(code if isinstance(code, int) else 0)


def _tell(error: Exception) -> None:
    """Print on standard error why the command could not run; an internal error with its stack trace."""
    from adapter.settings import SettingsError  # noqa: PLC0415 - not every command reads settings

    if isinstance(error, SettingsError | AdapterError):
        lines = error.faults if isinstance(error, SettingsError) else [one.text for one in error.findings]
        for line in lines:
            click.echo(f"ip-adapter: {line}", err=True)
    else:
        import traceback  # noqa: PLC0415 - only an internal error needs it

        traceback.print_exception(error)

"""Options of a command that validates: packages, profiles, and the report on unknown extensions."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapter.cli.fhir_files import FileSearch
from adapter.errors import AdapterError
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.sniffing import sniff
from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.definitions.packages import PackageError, package
from adapter.fhir.reference_literals import is_absolute
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.extensions import UnknownExtensions

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_TOLD = 10
"""Definitions that differ between two packages, told one by one."""

_OPTIONS = (
    click.option(
        "--package",
        "packages",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="DIR|TGZ",
        help="FHIR package with profiles, extensions and value sets; may be repeated.",
    ),
    click.option(
        "--profile",
        "profiles",
        multiple=True,
        metavar="URL",
        help="Profile to judge every file by; may be repeated.",
    ),
    click.option(
        "--follow",
        "followed",
        multiple=True,
        metavar="DIR",
        help="Folder with the resources that relative references name; may be repeated.",
    ),
    click.option(
        "--unknown-extensions",
        type=click.Choice(list(UnknownExtensions)),
        default=UnknownExtensions.WARN,
        show_default=True,
        help="Report on an extension whose definition is in no package.",
    ),
)


def with_rules(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which gets them as ``rules``; a package not readable gives exit 2."""

    @wraps(command)
    def called(
        *args: Any,
        packages: tuple[Path, ...],
        profiles: tuple[str, ...],
        followed: tuple[str, ...],
        unknown_extensions: UnknownExtensions,
        **others: Any,
    ) -> None:
        rules = Rules(
            _definitions(packages),
            _addresses(profiles),
            unknown_extensions,
            follow=_resources(followed).get if followed else None,
            must_resolve=bool(followed),
        )
        command(*args, rules=rules, **others)

    for option in reversed(_OPTIONS):
        called = option(called)
    return called


def _addresses(profiles: tuple[str, ...]) -> tuple[str, ...]:
    """The canonicals of profiles; a name that is no address gives exit 2, since it could name no profile."""
    for one in profiles:
        if not is_absolute(one):
            click.echo(
                f"ip-adapter: --profile {one}: not an address. Write the url of the profile.", err=True
            )
            raise click.exceptions.Exit(2)
    return profiles


def _resources(folders: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The resources in folders by type and id (``Patient/1``); a file not readable gives exit 2."""
    search = FileSearch()
    found: dict[str, dict[str, Any]] = {}
    for file in search.files(folders):
        format_, text, _ = sniff(file.data)
        try:
            tree = read_received(text, format_)
        except AdapterError as refusal:
            search.failures.append(refusal.findings[0].as_line(file.path.as_posix()))
            continue
        found[f"{tree.get('resourceType')}/{tree.get('id')}"] = tree
    for failure in search.failures:
        click.echo(f"ip-adapter: {failure}", err=True)
    if search.failures:
        raise click.exceptions.Exit(2)
    return found


def _definitions(packages: tuple[Path, ...]) -> Definitions:
    """The installed definitions with the packages; a canonical that two of them define is told."""
    definitions = Definitions.built_in()
    try:
        for path in packages:
            definitions = definitions.with_package(package(path))
        conflicts = list(definitions.conflicts()) if packages else []
    except PackageError as error:
        click.echo(f"ip-adapter: {error}", err=True)
        raise click.exceptions.Exit(2) from None
    for url, first, second in conflicts[:MOST_TOLD]:
        click.echo(f"ip-adapter: {url} differs in {first} and {second}; that of {second} counts", err=True)
    if len(conflicts) > MOST_TOLD:
        click.echo(f"ip-adapter: {len(conflicts) - MOST_TOLD} more definitions differ", err=True)
    return definitions

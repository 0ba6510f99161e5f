"""``ip-adapter serve``: the adapter as a service, in several processes."""

from __future__ import annotations

import os

import click

from adapter.app import create_app
from adapter.server import serve
from adapter.settings import Settings


@click.command("serve")
def command() -> None:
    """Serve both doors until SIGTERM.

    ADAPTER_HOST and PORT set the address, and ADAPTER_WORKERS sets the number of processes.
    """
    settings = Settings.from_environment(os.environ)
    app = create_app(settings)
    store = app.extensions["repository"].store
    store.check()
    store.disconnect()  # a worker must not inherit a connection; it opens its own
    try:
        serve(app, settings.host, settings.port, settings.workers, say_ready=lambda: _say_addresses(settings))
    except OSError as error:
        raise click.ClickException(f"{settings.host}, port {settings.port}: {error.strerror}") from error


def _say_addresses(settings: Settings) -> None:
    click.echo(
        f"ip-adapter serves municipality {settings.municipality} at {settings.base_url} ({_door(settings)})",
        err=True,
    )


def _door(settings: Settings) -> str:
    if settings.auth == "open":
        return "no token needed from this machine"
    return "bearer tokens" if settings.production else "bearer tokens, also from the development issuer"

"""``ip-adapter serve``: the adapter behind gunicorn, with the whole configuration of gunicorn."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from adapter.app import create_app
from adapter.security.verification import LONGEST_TOKEN
from adapter.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

THREADS = 4
"""Requests one worker process works on at a time; most of a request is spent waiting for the database."""

DRAIN_SECONDS = 25
"""Seconds that running requests have to finish after SIGTERM; an orchestrator waits 30 s."""

_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat file, for read-only root file systems


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log without the content of requests: an unreadable request may hold a birth number."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a warning, without the quotation that gunicorn adds for an unreadable request."""
        if msg.startswith("Invalid request from"):
            msg, args = "A request could not be read as HTTP", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - gunicorn's signature
        """Log that a request failed in gunicorn, without its address, which may hold a query."""
        super().error("A request failed in the server")


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with the adapter's settings, and an application built before the workers that share it."""

    def __init__(self, settings: Settings, app: Flask) -> None:
        self._settings = settings
        self._app = app
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its configuration."""
        for name, value in configuration(self._settings).items():
            self.cfg.set(name, value)
        store = self._app.extensions["repository"].store
        self.cfg.set("worker_exit", lambda _arbiter, _worker: store.close())

    def load(self) -> Flask:
        """The application, the same in every worker."""
        return self._app


def configuration(settings: Settings) -> dict[str, Any]:
    """Gunicorn's settings: limits on requests, no access log, and no trust in proxy headers."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": f"{host}:{settings.port}",
        "workers": settings.workers,
        "preload_app": True,
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": 60,
        "graceful_timeout": DRAIN_SECONDS,
        "keepalive": 15,
        "limit_request_line": 4094,
        "limit_request_fields": 64,
        "limit_request_field_size": LONGEST_TOKEN,
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "worker_tmp_dir": str(_MEMORY) if _MEMORY.is_dir() else None,
        "control_socket_disable": True,
        "accesslog": None,
        "loglevel": "warning",
        "logger_class": ServerLog,
        "proc_name": "ip-adapter",
        "when_ready": lambda _arbiter: _say_addresses(settings),
    }


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
    Server(settings, app).run()


def _say_addresses(settings: Settings) -> None:
    click.echo(
        f"ip-adapter serves municipality {settings.municipality} at {settings.base_url} ({_door(settings)})",
        err=True,
    )


def _door(settings: Settings) -> str:
    if settings.auth == "open":
        return "no token needed from this machine"
    return "bearer tokens" if settings.production else "bearer tokens, also from the development issuer"

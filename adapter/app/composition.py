"""Construction of the repository and of the Flask application, from every other package."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapter import kommune, mapping, rest
from adapter.app import error_handlers, health, requests
from adapter.fhir.validation.beyond_base import Gravity
from adapter.repository import Deployment, Repository
from adapter.security.tokens import Tokens
from adapter.storage import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from adapter.settings import Settings


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid.uuid4())


def open_repository(
    settings: Settings,
    *,
    now: Callable[[], datetime] = _now,
    new_id: Callable[[], str] = _new_id,
) -> Repository:
    """The repository on the database of the settings, without the doors; the caller closes its ``store``."""
    deployment = Deployment(
        mappings=mapping.installed(),
        now=now,
        new_id=new_id,
        base_url=f"{settings.base_url}/fhir",
        if_match_required=settings.if_match == "required",
        profiles=None if settings.profiles == "off" else Gravity(settings.profiles),
        production=settings.production,
    )
    return Repository(Store(settings.database_url), deployment)


def create_app(
    settings: Settings,
    *,
    now: Callable[[], datetime] = _now,
    new_id: Callable[[], str] = _new_id,
) -> Flask:
    """The Flask application with both doors, the health addresses and the interaction log.

    The repository is ``app.extensions["repository"]``, so that its store can be closed.

    Args:
        settings: the settings of this deployment.
        now: the clock; tests pass their own.
        new_id: makes ids; tests pass their own.

    Raises:
        SettingsError: the file of issuers has faults.
    """
    repository = open_repository(settings, now=now, new_id=new_id)
    tokens = Tokens.from_settings(settings, now)
    app = requests.Application()
    app.extensions["repository"] = repository
    requests.prepare(app, settings)
    error_handlers.prepare(app)
    app.register_blueprint(health.blueprint(repository.store))
    app.register_blueprint(rest.blueprint(repository, tokens, settings.base_url))
    app.register_blueprint(kommune.blueprint(repository, tokens, settings.base_url))
    return app

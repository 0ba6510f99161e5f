"""The one place that knows every room: builds the repository, and the Flask application before it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapter import kommune, mapping, rest
from adapter.app import error_handlers, health, requests
from adapter.repository import Deployment, Repository
from adapter.security.tokens import Tokens
from adapter.settings import mappings_folder
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
    """The adapter without its doors, on the settings' database; the caller closes its ``store``."""
    deployment = Deployment(
        mappings=mapping.load(mappings_folder()),
        now=now,
        new_id=new_id,
        base_url=f"{settings.base_url}/fhir",
        if_match_required=settings.if_match == "required",
        production=settings.production,
    )
    return Repository(Store(settings.database_url), deployment)


def create_app(
    settings: Settings,
    *,
    now: Callable[[], datetime] = _now,
    new_id: Callable[[], str] = _new_id,
) -> Flask:
    """The application: both doors, health addresses, and what holds for every request.

    Its repository is ``app.extensions["repository"]``, for whoever must close the store.

    Args:
        settings: what this deployment was told.
        now: the clock; tests hand in their own.
        new_id: makes ids; tests hand in their own.

    Raises:
        SettingsError: the issuers' file is not as it should be.
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

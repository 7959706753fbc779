"""Puts the house together: one Flask application with every room in it."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import sqlalchemy as sa
from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from training import clock, navigation
from training.access import Permission
from training.assignments import actions
from training.content.classes import Library
from training.content.library import load as load_library
from training.db import Database
from training.settings import Settings
from training.settings import read as read_settings
from training.web import (
    compression,
    doors,
    errors,
    filters,
    form_kit,
    headers,
    odd_input,
    pages,
    request_db,
    static_files,
    templating,
)
from training.web.doors import open_to

ROOMS = (
    "content",
    "people",
    "identity",
    "learning",
    "dilemmas",
    "meetings",
    "assignments",
    "reporting",
    "retention",
    "desk",
    "certificates",
    "home",
    "audit",
)
LARGEST_UPLOAD = 12 * 1024 * 1024  # bytes; a personnel file of 20,000 rows is under 4 MB
# guarded by where a form comes from, as these have no session
WITHOUT_SESSION = {"open_learning", "open_dilemmas", "certificate_check", "room"}
LAST_PAGES = {"learning.show_done", "dilemmas.show_card"}  # after these a kiosk signs out
log = logging.getLogger(__name__)


class House(Flask):
    """Flask, without asking at each request of fifteen functions whether they are coroutines."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none of ours is a coroutine."""
        return func


def create_app(
    settings: Settings | None = None,
    database: Database | None = None,
    library: Library | None = None,
) -> Flask:
    """The application. Whatever is not given is read from the environment."""
    settings = settings or read_settings()
    app = House(__name__, static_folder="../static", template_folder="web/templates")
    configure(app, settings)
    app.extensions["settings"] = settings
    app.extensions["library"] = library or accepted_library(settings)
    templating.install(app, template_loader())
    request_db.install(app, database or Database(settings.database_url), keep_current)
    headers.install(app, settings.secure)
    static_files.install(app)
    errors.install(app)
    filters.install(app)
    odd_input.install(app)
    token_guard = CSRFProtect(app)
    form_kit.install(app)
    compression.install(app)
    app.register_error_handler(CSRFError, lambda _problem: errors.page(400))
    from training.identity import gate  # the gate needs the rooms below it, not this file

    gate.install(app)
    doors.install(app, gate.IdentityGate())
    for room in ROOMS:
        for blueprint in blueprints_of(room):
            app.register_blueprint(blueprint)
            if blueprint.name in WITHOUT_SESSION:
                token_guard.exempt(blueprint)
    gate.forget_at_kiosk(app, LAST_PAGES)
    app.register_blueprint(pages.blueprint)
    navigation.install(app)
    app.add_url_rule("/livez", "livez", livez)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.view_functions["static"] = open_to(Permission.PUBLIC)(app.view_functions["static"])
    return app


def keep_current(db: Session) -> None:
    """Writes down at once what a request changed for the duties of somebody, so that figures over
    many people need not wait for the night."""
    actions.keep_current(db, clock.today(), clock.now())


def configure(app: Flask, settings: Settings) -> None:
    """Sets what Flask and its extensions read from the configuration."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-weerbaar" if settings.secure else "weerbaar",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,
        SEND_FILE_MAX_AGE_DEFAULT=86400,
        PROPAGATE_EXCEPTIONS=False,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]


def accepted_library(settings: Settings) -> Library:
    """The content as it stands, or the last accepted when files are broken (the log says which)."""
    loaded = load_library(settings.content_dir, settings.data_dir, clock.today())
    for problem in loaded.errors:
        log.error("%s", problem)
    return loaded.library


def template_loader() -> jinja2.BaseLoader:
    """Templates of the ground by their own name, of a room as `room/name.html`."""
    rooms = {
        room: jinja2.PackageLoader(f"training.{room}") for room in ROOMS if has_templates(room)
    }
    return jinja2.ChoiceLoader([jinja2.PackageLoader("training.web"), jinja2.PrefixLoader(rooms)])


def has_templates(room: str) -> bool:
    """Whether a room has a folder with templates."""
    spec = importlib.util.find_spec(f"training.{room}")
    if spec is None or not spec.submodule_search_locations:
        return False
    return (Path(spec.submodule_search_locations[0]) / "templates").is_dir()


def blueprints_of(room: str) -> list[Blueprint]:
    """The blueprints in the `views` files of a room (a room may have none, or several)."""
    spec = importlib.util.find_spec(f"training.{room}")
    if spec is None or not spec.submodule_search_locations:
        return []
    found = []
    for file in sorted(Path(spec.submodule_search_locations[0]).glob("*views.py")):
        module = importlib.import_module(f"training.{room}.{file.stem}")
        blueprint = getattr(module, "blueprint", None)
        if isinstance(blueprint, Blueprint):
            found.append(blueprint)
    return found


@open_to(Permission.PUBLIC)
def livez() -> ResponseReturnValue:
    """Whether this process answers at all."""
    return "ok\n", 200, {"Content-Type": "text/plain"}


@open_to(Permission.PUBLIC)
def readyz() -> ResponseReturnValue:
    """Whether this process can serve pages: its database answers."""
    request_db.db().execute(sa.text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain"}

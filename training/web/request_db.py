"""Gives each request one session: a POST answered below 400 commits, all else rolls back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from training.db import Database

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def install(
    app: Flask, database: Database, before_commit: Callable[[Session], None] | None = None
) -> None:
    """Lets every request of `app` use `database`. `before_commit` is called in the transaction of
    each request that wrote something, at its end."""
    app.extensions["database"] = database
    app.extensions["before_commit"] = before_commit
    app.after_request(_finish)
    app.teardown_request(_close)


def database() -> Database:
    """The database of the running application."""
    return cast(Database, current_app.extensions["database"])


def db() -> Session:
    """The session of this request; opened when first asked for. A GET cannot write."""
    session: Session | None = g.get("db")
    if session is None:
        opener = database()
        session = opener.reading() if request.method in READING_METHODS else opener.writing()
        g.db = session
    return session


@contextmanager
def separate_transaction() -> Iterator[Session]:
    """A transaction of its own, committed before the page is sent: for the record of who looked."""
    with database().transaction() as session:
        yield session


def _finish(response: Response) -> Response:
    session = g.get("db")
    if session is not None and request.method not in READING_METHODS:
        if response.status_code < 400:
            before_commit = current_app.extensions["before_commit"]
            if before_commit is not None:
                before_commit(session)
            session.commit()
        else:
            session.rollback()
    return response


def _close(_problem: BaseException | None) -> None:
    session = g.pop("db", None)
    if session is not None:
        session.close()

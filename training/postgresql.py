"""Keeps what PostgreSQL worked out for a question when a transaction that only read is over.

The driver forgets its prepared statements at each ROLLBACK, so that PostgreSQL would plan the same
question again for every page: that takes five times as long as answering it. Source: psycopg,
"Prepared statements".
"""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus


class Link(psycopg.Connection[Any]):
    """A connection of which a transaction that may only read ends in COMMIT: there is nothing to
    take back, and nothing is forgotten."""

    def rollback(self) -> None:
        """Ends the transaction; what it wrote, if it may write, is gone."""
        is_open = self.pgconn.transaction_status == TransactionStatus.INTRANS
        if self.read_only and is_open:
            self.commit()
        else:
            super().rollback()


def connect(_dialect: object, _record: object, arguments: Any, options: Any) -> Any:
    """Makes the connection, for SQLAlchemy's event `do_connect`."""
    return Link.connect(*arguments, **options)


def begin(connection: sa.Connection) -> None:
    """Lets a transaction of `Database.reading` read only; for SQLAlchemy's event `begin`."""
    link: Any = connection.connection.dbapi_connection
    only_reads = bool(connection.get_execution_options().get("only_reads"))
    if bool(link.read_only) is not only_reads:
        link.read_only = only_reads

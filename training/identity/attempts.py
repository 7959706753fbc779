"""Counts attempts, without keeping who tried: only an HMAC of the address and the network."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.identity import rules
from training.identity.models import Attempt
from training.identity.rules import Limit

KEPT = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Try:
    """Something of which only so many are allowed; `of_what` is an address, a network, or both."""

    limit: Limit
    of_what: tuple[str, ...]

    def key(self, secret_key: str) -> str:
        """What the table knows of it."""
        said = "\0".join((self.limit.name, *self.of_what))
        key = hmac.digest(secret_key.encode(), b"attempts", hashlib.sha256)
        return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def take(
    db: Session, secret_key: str, tries: Sequence[Try], now: dt.datetime
) -> dt.datetime | None:
    """Counts one attempt for each of `tries`, unless a limit is reached: then nothing is counted
    and the instant is returned at which one may try again. Commit it before what is limited
    happens, or simultaneous attempts slip through."""
    keys = [one.key(secret_key) for one in tries]
    _lock(db, keys)
    db.execute(sa.delete(Attempt).where(Attempt.at < now - KEPT))
    waits = []
    for one, key in zip(tries, keys, strict=True):
        query = sa.select(Attempt.at).where(Attempt.key == key, Attempt.at > now - one.limit.window)
        waits.append(rules.wait_until(db.scalars(query).all(), one.limit, now))
    if any(waits):
        return max(wait for wait in waits if wait)
    db.add_all(Attempt(key=key, at=now) for key in keys)
    return None


def forget(db: Session, secret_key: str, one: Try, at: dt.datetime | None = None) -> None:
    """Forgets all attempts of one kind, as the last was good; or only the one made `at`."""
    query = sa.delete(Attempt).where(Attempt.key == one.key(secret_key))
    db.execute(query if at is None else query.where(Attempt.at == at))


def _lock(db: Session, keys: Sequence[str]) -> None:
    """Lets attempts of the same kind wait for each other (SQLite does so for every writer)."""
    if db.get_bind().dialect.name == "postgresql":
        for number in sorted(int(key[:15], 16) for key in keys):
            db.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

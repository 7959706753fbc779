"""Gives tests passwords, the mails that wait, and the links in them."""

from __future__ import annotations

import re

import sqlalchemy as sa

from tests.town import Town
from training.db import Database
from training.identity import passwords
from training.identity.models import Account
from training.mail.models import OutboxMessage

PASSWORD = "vijf fietsen in de sloot"
HASH = passwords.hash_of(PASSWORD)  # made once: a hash takes 25 ms


def give_password(database: Database, town: Town, short: str) -> None:
    """Lets somebody sign in with `PASSWORD`."""
    with database.transaction() as db:
        account = db.get_one(Account, town.accounts[short])
        account.password_hash = HASH


def mails(database: Database) -> list[OutboxMessage]:
    """All mail in the outbox, the oldest first."""
    with database.reading() as db:
        return list(db.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.written_at)))


def link_in(mail: OutboxMessage) -> str:
    """The path of the one-time link in a mail."""
    found = re.search(r"http://127\.0\.0\.1:8000(/toegang/\S+)", mail.text or "")
    assert found, mail.text
    return found.group(1)


def account_of(database: Database, town: Town, short: str) -> Account:
    """Somebody's account, as it is now."""
    with database.reading() as db:
        return db.get_one(Account, town.accounts[short])

"""kill -9 of the sender at any moment: no reminder twice, what is in doubt is listed, nothing lost.

`pytest --heavy tests/mail/test_kill.py -s` prints the table of docs/mail.md.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.mail.smtp import Postbox, mail_server
from training import clock
from training.db import Database
from training.mail import actions, queries, rules
from training.mail.actions import Letter
from training.mail.models import OutboxMessage
from training.mail.rules import MailKind, MailState
from training.mail.transport import SmtpTransport

FROM = "Weerbaar <weerbaar@weerbaar.example>"
ROOT = Path(__file__).parents[2]
MAILS, KILLS, SIGN_INS = 400, 40, 40
SENDER = """
import sys
from training import clock
from training.db import Database
from training.mail.actions import send_pending
from training.mail.transport import SmtpTransport

database = Database(sys.argv[1])
transport = SmtpTransport(sys.argv[2], "Weerbaar <weerbaar@weerbaar.example>")
print("ready", flush=True)
while True:
    send_pending(database, transport, clock.now())
"""
pytestmark = pytest.mark.heavy


@contextmanager
def sender(url: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A sender in a process of its own, that has begun; killed at the end."""
    command = [sys.executable, "-c", SENDER, url, f"smtp://127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


def fill(database: Database) -> None:
    """Reminders, and among them mails for signing in."""
    kinds = [MailKind.SIGN_IN_LINK] * SIGN_INS + [MailKind.REMINDER] * (MAILS - SIGN_INS)
    with database.transaction() as db:
        letters = [
            Letter(kind, f"kill:{n}", f"{kind.name}{n}@d{n % 7}.example", "Er staat iets", "Dag.")
            for n, kind in enumerate(kinds)
        ]
        actions.write(db, letters, clock.now())


def states(database: Database) -> Counter[MailState]:
    with database.reading() as db:
        return Counter(queries.counts(db))


def make_old(database: Database) -> None:
    """Lets the claims of the killed senders lapse, as ten minutes later."""
    with database.transaction() as db:
        db.execute(
            sa.update(OutboxMessage)
            .where(OutboxMessage.state == MailState.SENDING)
            .values(claimed_at=clock.now() - rules.CLAIM_LASTS * 1.1)
        )


def arrived(postbox: Postbox) -> Counter[str]:
    return Counter(str(mail["To"]) for mail in postbox.mails)


def test_kill_9_at_forty_moments_in_four_hundred_mails(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    luck = random.Random(20261125)
    fill(database)
    per_kill: list[int] = []
    with mail_server() as (postbox, port):
        postbox.delays.update({f"d{n}.example": 0.004 for n in range(7)})
        for number in range(KILLS):
            before, begun = states(database)[MailState.SENDING], len(postbox.mails)
            # a share of what is left, so that all kills fall while mail is being sent
            quota = max(1, (MAILS - begun) // (KILLS - number + 4))
            with sender(url, port):
                deadline = time.monotonic() + 60
                while len(postbox.mails) < begun + quota and time.monotonic() < deadline:
                    time.sleep(0.0005)
                time.sleep(luck.uniform(0, 0.02))
            time.sleep(0.05)  # what the server had got already is counted
            per_kill.append(states(database)[MailState.SENDING] - before)
        make_old(database)
        doubtful = states(database)[MailState.SENDING]
        later = clock.now()
        while actions.send_pending(
            database, SmtpTransport(f"smtp://127.0.0.1:{port}", FROM), later
        ).sent or MailState.WAITING in states(database):
            later += rules.BACK_OFF[-1]
        got = arrived(postbox)
    twice = {address for address, times in got.items() if times > 1}
    with database.reading() as db:
        listed = [m for m in queries.troubled(db, None, MAILS) if m.state is MailState.IN_DOUBT]
        addresses = set(db.scalars(sa.select(OutboxMessage.to_address)))
    lost = addresses - set(got) - {mail.to_address for mail in listed}
    in_doubt_arrived = sum(mail.to_address in got for mail in listed)
    sign_in_again = sum(address.startswith(MailKind.SIGN_IN_LINK.name) for address in twice)
    print(f"\n| {database.engine.dialect.name} | {MAILS} | {KILLS} | {sum(per_kill)} |", end="")
    print(f" {max(per_kill)} | {len(listed)} | {in_doubt_arrived} | {sign_in_again} |", end="")
    print(f" {len(twice) - sign_in_again} | {len(lost)} |")
    assert doubtful == sum(per_kill) > KILLS / 4, "the kills fell while nothing was under way"
    assert max(per_kill) <= 1, "more than one mail of one sender in doubt"
    assert all(address.startswith(MailKind.SIGN_IN_LINK.name) for address in twice)
    assert lost == set()
    assert states(database)[MailState.SENDING] == 0
    same = {(str(mail["To"]), str(mail["Message-ID"])) for mail in postbox.mails}
    assert len(same) == len(got), "a mail that went twice keeps its Message-ID"


def test_five_senders_in_processes_of_their_own_send_each_mail_once(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    fill(database)
    with mail_server() as (postbox, port):
        started = [sender(url, port) for _ in range(5)]
        for one in started:
            one.__enter__()
        deadline = time.monotonic() + 120
        while states(database)[MailState.SENT] < MAILS and time.monotonic() < deadline:
            time.sleep(0.1)
        for one in started:
            one.__exit__(None, None, None)
        got = arrived(postbox)
    print(f"\n| {database.engine.dialect.name}, five senders | {MAILS} | {max(got.values())} |")
    assert len(got) == MAILS
    assert set(got.values()) == {1}

"""Sends mail from the command line, and says what became of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping

from training.db import Database
from training.mail import actions, queries
from training.mail.transport import transport_of
from training.settings import Settings, SettingsError

SHOWN = 20  # mails in trouble that are listed


def send(
    settings: Settings,
    database: Database,
    now: dt.datetime,
    say: Callable[[str], None] = print,
    sender_names: Callable[[], Mapping[uuid.UUID, str]] = dict,
) -> int:
    """`training mail send`: sends what waits, and lists what failed or is in doubt. Returns 0, or
    1 when the mail server cannot be reached."""
    try:
        transport = transport_of(settings.smtp_url, settings.mail_dir, settings.mail_from)
    except ValueError as problem:
        raise SettingsError(str(problem)) from problem
    outcome = actions.send_pending(database, transport, now, sender_names=sender_names)
    say(
        f"Verstuurd: {outcome.sent}. Later opnieuw: {outcome.later}. "
        f"Mislukt: {outcome.failed}. In twijfel: {outcome.in_doubt}."
    )
    if not settings.smtp_url:
        say(f"Er is geen mailserver ingesteld (SMTP_URL): de mail staat in {settings.mail_dir}.")
    with database.reading() as db:
        for message in queries.troubled(db, None, SHOWN):
            say(f"{message.state.value}: {message.kind.value} {message.id} ({message.last_error})")
    if outcome.unreachable:
        say(f"De mailserver is niet bereikbaar: {outcome.unreachable}")
        return 1
    return 0

"""Decides when a mail is tried (again), what may be sent twice, and how a mail is written."""

from __future__ import annotations

import datetime as dt
import enum
import html
import re
import uuid
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr


class MailKind(enum.Enum):
    """What a mail is about."""

    SIGN_IN_LINK = "inloglink"
    INVITATION = "uitnodiging voor een account"
    RESET = "nieuw wachtwoord"
    ACCOUNT_NOTICE = "bericht over een account"
    MEETING = "bijeenkomst"
    REMINDER = "herinnering"
    MANAGER_DIGEST = "overzicht voor leidinggevenden"
    MESSAGE = "bericht van het programma"


class MailState(enum.Enum):
    """How far a mail has come."""

    WAITING = "wacht op verzending"
    SENDING = "wordt verstuurd"
    SENT = "verstuurd"
    FAILED = "mislukt"
    IN_DOUBT = "misschien verstuurd"


FOR_SIGNING_IN = frozenset(
    {MailKind.SIGN_IN_LINK, MailKind.INVITATION, MailKind.RESET, MailKind.ACCOUNT_NOTICE}
)
"""Somebody waits for these: they go first, and rather twice (with one Message-ID) than never."""

BACK_OFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
KEEP_TRYING = dt.timedelta(hours=72)
CLAIM_LASTS = dt.timedelta(minutes=10)  # longer than one mail can take with all its timeouts
ADDRESS = re.compile(r"[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+")
LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")


def priority(kind: MailKind) -> int:
    """The order of sending: the lowest goes first."""
    if kind in FOR_SIGNING_IN:
        return 0
    return 1 if kind is MailKind.MEETING else 2


def next_attempt_at(now: dt.datetime, attempts: int) -> dt.datetime:
    """When to try again after so many (one or more) attempts: 1, 5, 15, then every 60 minutes."""
    return now + BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


def is_address(text: str) -> bool:
    """Whether mail can go to this address: one receiver, and nothing that breaks a header."""
    return len(text) <= 254 and ADDRESS.fullmatch(text) is not None


def compose(
    message_id: uuid.UUID,
    sender: str,
    to_address: str,
    subject: str,
    text: str,
    written_at: dt.datetime,
) -> EmailMessage:
    """The mail as it goes out, as text and as HTML: the same each time that it is composed."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to_address
    message["Subject"] = subject
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{message_id}@{domain_of(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "nl"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html_of(subject, text), subtype="html", cte="quoted-printable")
    return message


def domain_of(sender: str) -> str:
    """The part after the @ of a sender such as `Weerbaar <weerbaar@example.org>`."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def html_of(subject: str, text: str) -> str:
    """The HTML of a plain text, that uses three habits: an empty line ends a paragraph, lines that
    begin with "- " are a list, and a line "What to do:" before an address makes it a link."""
    blocks = [_block(part) for part in re.split(r"\n\s*\n", text.strip())]
    return (
        '<!doctype html>\n<html lang="nl"><head><meta charset="utf-8">'
        f"<title>{html.escape(subject)}</title></head>\n"
        '<body style="font-family:Arial,sans-serif;font-size:16px;line-height:1.5;'
        'max-width:38em;margin:0 auto;padding:1em">\n' + "\n".join(blocks) + "\n</body></html>\n"
    )


def _block(part: str) -> str:
    lines = [line.strip() for line in part.splitlines()]
    if all(line.startswith("- ") for line in lines):
        items = "".join(f"<li>{_linked(line[2:])}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    if len(lines) == 2 and lines[0].endswith(":") and LINK.fullmatch(lines[1]):
        address, label = html.escape(lines[1]), html.escape(lines[0][:-1])
        return f'<p><a href="{address}">{label}</a><br>{address}</p>'
    return "<p>" + "<br>".join(_linked(line) for line in lines) + "</p>"


def _linked(line: str) -> str:
    parts, end = [], 0
    for found in LINK.finditer(line):
        address = html.escape(found.group())
        parts += [html.escape(line[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*parts, html.escape(line[end:])])

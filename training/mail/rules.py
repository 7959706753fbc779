"""Decides when a mail is tried (again), what may be sent twice, and how a mail is written."""

from __future__ import annotations

import datetime as dt
import enum
import html
import re
import uuid
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html.parser import HTMLParser


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
    IMPORT_REPORT = "bericht over het personeelsbestand"
    REPORT_READY = "rapport dat klaarstaat"


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
CLAIM_LASTS = dt.timedelta(minutes=10)  # longer than one mail takes with all its time limits
ADDRESS = re.compile(r"[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+")
CALENDAR_METHOD = re.compile(r"^METHOD:(\w+)", re.MULTILINE)
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


def receiving_domain(to_address: str) -> str:
    """Where a mail goes, in small letters: what is slow is slow for a whole domain."""
    return to_address.rpartition("@")[2].lower()


def compose(
    message_id: uuid.UUID,
    sender: str,
    to_address: str,
    subject: str,
    text: str,
    written_at: dt.datetime,
    html: str | None = None,
    sender_name: str = "",
    calendar: str | None = None,
) -> EmailMessage:
    """The mail as it goes out, as text and as HTML (made of the text where none is given), and
    with a calendar file where there is one: the same each time that it is composed.
    `sender_name` stands before the address of the sender instead of its own name."""
    message = EmailMessage(policy=SMTP)
    message["From"] = (
        Address(sender_name, addr_spec=parseaddr(sender)[1]) if sender_name else sender
    )
    message["To"] = to_address
    message["Subject"] = subject
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{message_id}@{domain_of(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "nl"
    message.set_content(text, cte="quoted-printable")
    page = html_page(subject, html_of(text) if html is None else html)
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    if calendar is not None:
        method = CALENDAR_METHOD.search(calendar)
        message.add_alternative(
            calendar,
            subtype="calendar",
            cte="quoted-printable",
            params={"method": method[1] if method else "PUBLISH"},
        )
    return message


def domain_of(sender: str) -> str:
    """The part after the @ of a sender such as `Weerbaar <weerbaar@example.org>`."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


STYLES = {  # no remote picture or sheet: what a mail loads tells the sender who reads it
    "body": "font-family:Arial,sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a;"
    "background-color:#ffffff;max-width:38em;margin:0 auto;padding:1em",
    "h1": "font-size:22px;line-height:1.3;margin:0 0 1em;color:#0b4a5e",
    "foot": "font-size:14px;color:#4a4a4a;border-top:1px solid #767676;"
    "margin-top:2em;padding-top:1em",
}
FOOT = "Deze mail komt van Weerbaar, de training van je gemeente. Antwoorden kan niet."


def html_page(subject: str, body: str) -> str:
    """A whole HTML mail: language, title, one heading, the body (HTML), and who sent it."""
    return (
        '<!doctype html>\n<html lang="nl"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light">'
        f"<title>{html.escape(subject)}</title></head>\n"
        f'<body style="{STYLES["body"]}">\n<main>\n'
        f'<h1 style="{STYLES["h1"]}">{html.escape(subject)}</h1>\n{body}\n</main>\n'
        f'<footer><p style="{STYLES["foot"]}">{FOOT}</p></footer>\n</body></html>\n'
    )


def html_of(text: str) -> str:
    """The body of a plain text, that uses three habits: an empty line ends a paragraph, lines that
    begin with "- " are a list, and a line "What to do:" before an address makes it a link."""
    return "\n".join(_block(part) for part in re.split(r"\n\s*\n", text.strip()))


def text_of(body: str) -> str:
    """The plain text of a body that came from Markdown: lists keep their marks, links show their
    address, what is a paragraph or a heading stands apart."""
    return _Words(body).text()


class _Words(HTMLParser):
    """Reads paragraphs, headings, lists and links."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._numbers: list[int | None] = []  # of each open list: the next number, or None
        self._address = ""
        self.feed(body)

    def text(self) -> str:
        """What was read, with one empty line between blocks."""
        lines = [line.strip() for line in "".join(self._parts).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol"):
            self._numbers.append(1 if tag == "ol" else None)
            self._parts.append("\n\n")
        elif tag == "li" and self._numbers:
            number = self._numbers[-1]
            self._parts.append("\n- " if number is None else f"\n{number}. ")
            if number is not None:
                self._numbers[-1] = number + 1
        elif tag == "a":
            self._address = dict(attrs).get("href") or ""
        elif tag == "br":
            self._parts.append("\n")
        elif tag in ("p", "h2", "h3", "tr", "blockquote", "hr") and not self._numbers:
            self._parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._numbers.pop()
            self._parts.append("\n\n")
        elif tag == "a" and self._address:
            self._parts.append(f" ({self._address})")
        elif tag in ("td", "th"):
            self._parts.append(" ")

    def handle_data(self, data: str) -> None:
        self._parts.append(" ".join(data.split("\n")) if data.strip() else " ")


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

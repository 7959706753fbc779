"""Hands a mail to a mail server, or writes it as a file where there is none."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT = 20  # seconds, for each answer of the mail server
TEXT_TIMEOUT = 180  # seconds, for the answer to the text: giving up then leaves doubt
PORTS = {"smtp": 25, "smtps": 465}
Deliver = Callable[[EmailMessage, str], None]


class MailError(Exception):
    """A mail did not go out; the message (Dutch) says why."""


class RefusedError(MailError):
    """The mail server does not want this mail, and never will (5xx)."""


class LaterError(MailError):
    """The mail server does not want this mail now (4xx)."""


class DoubtfulError(MailError):
    """The connection broke after the mail went out and before the answer came."""


class UnreachableError(MailError):
    """There is no (more) connection with the mail server; the mail was not accepted."""


class Transport(Protocol):
    """A way out for mail."""

    sender: str

    def connect(self) -> AbstractContextManager[Deliver]:
        """Opens the way out: gives a function that delivers one mail to one address. Raises
        `UnreachableError` when it cannot be opened."""


class FileTransport:
    """Writes each mail as an `.eml` file; the same mail twice is one file."""

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    @contextmanager
    def connect(self) -> Iterator[Deliver]:
        """Makes the folder when it is not there."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise UnreachableError(f"de map {self.folder} kan niet worden gemaakt") from problem
        yield self._deliver

    def _deliver(self, message: EmailMessage, _to_address: str) -> None:
        written = message["Date"].datetime.strftime("%Y%m%d-%H%M%S")
        name = message["Message-ID"].strip("<>").partition("@")[0]
        path = self.folder / f"{written}-{name}.eml"
        half = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            half.write_bytes(message.as_bytes())
            half.replace(path)
        except OSError as problem:
            raise UnreachableError(f"{path} kan niet worden geschreven") from problem


class SmtpTransport:
    """Sends over SMTP. `url` is smtp://user:password@host:587 (encrypted with STARTTLS when the
    server offers it) or smtps://…; certificates are checked, and a password is only sent over an
    encrypted connection. `context` replaces the default list of trusted certificates."""

    def __init__(self, url: str, sender: str, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("SMTP_URL: begin met smtp:// of smtps:// en geef een server")
        self.sender = sender
        self._encrypted = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._context = context

    @contextmanager
    def connect(self) -> Iterator[Deliver]:
        """One connection, for any number of mails."""
        server = self._opened()
        try:
            yield lambda message, to_address: self._deliver(server, message, to_address)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _opened(self) -> smtplib.SMTP:
        context = self._context or ssl.create_default_context()
        try:
            server = (
                smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=context)
                if self._encrypted
                else smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
            )
        except (OSError, smtplib.SMTPException) as problem:
            raise UnreachableError(f"geen verbinding met {self._host}: {problem}") from problem
        try:
            self._introduce(server, context)
        except (OSError, smtplib.SMTPException) as problem:
            server.close()
            raise UnreachableError(f"{self._host} laat ons niet toe: {problem}") from problem
        except UnreachableError:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server.ehlo_or_helo_if_needed()
        encrypted = self._encrypted
        if not encrypted and server.has_extn("starttls"):
            code, text = server.starttls(context=context)
            if code != 220:
                raise UnreachableError(f"STARTTLS mislukt: {_said(code, text)}")
            server.ehlo()
            encrypted = True
        if self._user:
            if not encrypted:
                raise UnreachableError("de mailserver biedt geen TLS; het wachtwoord blijft hier")
            server.login(self._user, self._password)

    def _deliver(self, server: smtplib.SMTP, message: EmailMessage, to_address: str) -> None:
        """Delivers one mail. Until its text is sent, a lost connection means: not accepted."""
        policy, options = SMTP, list[str]()
        if not to_address.isascii():
            if not server.has_extn("smtputf8"):
                raise RefusedError("de mailserver kent geen adressen met deze letters")
            policy, options = SMTPUTF8, ["SMTPUTF8", "BODY=8BITMIME"]
        try:
            code, text = server.mail(parseaddr(self.sender)[1], options)
            if code != 250:
                _reset(server, code, text)
                raise LaterError(f"afzender geweigerd: {_said(code, text)}")
            code, text = server.rcpt(to_address)
            if code not in (250, 251):
                _reset(server, code, text)
                raise _verdict(code, text)
        except (OSError, smtplib.SMTPException) as problem:
            raise UnreachableError(f"verbinding verbroken: {problem}") from problem
        try:
            _wait_for(server, TEXT_TIMEOUT)
            code, text = server.data(message.as_bytes(policy=policy))
            _wait_for(server, TIMEOUT)
        except smtplib.SMTPDataError as problem:  # the answer to DATA itself: nothing was sent yet
            raise _verdict(problem.smtp_code, problem.smtp_error) from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise DoubtfulError(
                f"verbinding verbroken tijdens het versturen: {problem}"
            ) from problem
        if code != 250:
            _reset(server, code, text)
            raise _verdict(code, text)


def _verdict(code: int, text: bytes | str) -> MailError:
    if code == 421:
        return UnreachableError(_said(code, text))
    return RefusedError(_said(code, text)) if code >= 500 else LaterError(_said(code, text))


def _reset(server: smtplib.SMTP, code: int, text: bytes) -> None:
    if code == 421:  # the server is closing the connection
        raise UnreachableError(_said(code, text))
    with suppress(OSError, smtplib.SMTPException):  # a lost connection shows at the next mail
        server.rset()


def _wait_for(server: smtplib.SMTP, seconds: int) -> None:
    if server.sock is not None:
        server.sock.settimeout(seconds)


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {words}"[:200]


def transport_of(smtp_url: str, mail_dir: Path, sender: str) -> Transport:
    """The way out that the settings choose: SMTP, or files when there is no mail server."""
    return SmtpTransport(smtp_url, sender) if smtp_url else FileTransport(mail_dir, sender)

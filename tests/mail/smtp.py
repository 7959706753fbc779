"""A real mail server in a thread, that can be told to refuse, wait or hang up."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Postbox:
    """What arrived, and how the server answers which receiver."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}  # receiver → the answer to RCPT
        self.after_data: dict[str, str] = {}  # receiver → the answer after the text
        self.delays: dict[str, float] = {}  # domain → seconds before RCPT is answered
        self.held: dict[str, threading.Event] = {}  # domain → RCPT is not answered before this

    @property
    def receivers(self) -> Counter[str]:
        """How many mails each address got."""
        with self.lock:
            return Counter(str(mail["To"]) for mail in self.mails)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        domain = address.rpartition("@")[2]
        await asyncio.sleep(self.delays.get(domain, 0))
        while domain in self.held and not self.held[domain].is_set():
            await asyncio.sleep(0.01)
        answer = self.answers.get(address, "250 OK")
        if answer == "hang up":
            assert server.transport
            server.transport.abort()
        elif answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.after_data.get(envelope.rcpt_tos[0], "250 OK")
        if answer == "hang up":
            assert server.transport
            server.transport.abort()
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        if answer == "250 OK":
            with self.lock:
                self.mails.append(mail)  # type: ignore[arg-type]
        return answer


class AnyPort(Controller):
    """A controller on whatever port is free."""

    def _trigger_server(self) -> None:
        assert self.server
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(**options: Any) -> Iterator[tuple[Postbox, int]]:
    """A mail server on this machine: its postbox and its port."""
    postbox = Postbox()
    controller = AnyPort(postbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield postbox, controller.port
    finally:
        controller.stop()

"""Plays rooms full of phones against a served application, from a process of its own.

Reads one JSON object (port, rooms: code → number of phones, coming_in: the seconds in which they
join, votes: how many there are) and writes a line of JSON at each milestone: ready, and for each
vote voted and seen.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"  # never another machine
EVERY = 2.0  # seconds between two questions of a phone, with jitter, as static/js/room.js has it
THINKING = 4.0  # seconds that somebody takes at most to choose


@dataclass
class Notes:
    """What was measured: latencies in seconds, instants since 1970."""

    votes: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Connection:
    """A connection that is kept as long as the server keeps it, as a browser does."""

    port: int
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, cookie: str = "", body: str = ""
    ) -> tuple[int, dict[str, str], str]:
        """One request: status, headers, body. On a connection that the server closed meanwhile it
        is asked once more."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n"
        head += "Sec-Fetch-Site: same-origin\r\nWeerbaar-Script: 1\r\n"
        if cookie:
            head += f"Cookie: {cookie}\r\n"
        if method == "POST":
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
            head += f"Content-Length: {len(body)}\r\n"
        question = f"{head}\r\n{body}".encode()
        if self.streams is not None:
            try:
                return await self._exchange(*self.streams, question)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.streams[1].close()
        self.streams = await asyncio.open_connection(HOST, self.port)
        return await self._exchange(*self.streams, question)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, question: bytes
    ) -> tuple[int, dict[str, str], str]:
        writer.write(question)
        top = await reader.readuntil(b"\r\n\r\n")
        first, *lines = top.decode("latin-1").strip().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        status = int(first.split(" ")[1])
        size = 0 if status in (204, 304) else int(headers["content-length"])
        rest = await reader.readexactly(size)
        if headers.get("connection") == "close":
            writer.close()
            self.streams = None
        return status, headers, rest.decode("utf-8", "replace")


class Phone:
    """One phone: joins, waits for the vote, votes, and waits for the result."""

    def __init__(self, port: int, code: str, notes: Notes) -> None:
        self.code, self.notes = code, notes
        self.connection = Connection(port)
        self.cookie, self.version, self.page = "", "", ""

    async def _ask(self, method: str, path: str, body: str = "") -> tuple[int, dict[str, str], str]:
        for wait in (0.1, 0.5, 1.0, None):
            try:
                answer = await self.connection.ask(method, path, self.cookie, body)
            except (OSError, asyncio.IncompleteReadError) as problem:
                self.notes.errors.append(type(problem).__name__)
            else:
                if answer[0] < 500:
                    return answer
                self.notes.errors.append(f"{method} {answer[0]}")
            if wait is None:
                break
            await asyncio.sleep(wait)
        raise RuntimeError(f"{method} {path} has no answer")

    async def join(self) -> None:
        """Presses "Doe mee"."""
        _, headers, _ = await self._ask("POST", f"/m/{self.code}/meedoen")
        self.cookie = headers["set-cookie"].split(";")[0]
        _, _, page = await self._ask("GET", f"/m/{self.code}")
        self._keep(page)

    def _keep(self, page: str) -> None:
        self.page = page
        self.version = re.findall(r'data-version="(\d+)"', page)[0]

    async def wait_for_change(self) -> None:
        """Asks every two seconds until there is a new page."""
        while True:
            await asyncio.sleep(EVERY * random.uniform(0.75, 1.25))
            status, _, page = await self._ask("GET", f"/m/{self.code}/stand?na={self.version}")
            if status == 200:
                self._keep(page)
                return

    async def vote(self) -> None:
        """Chooses and presses "Stem"."""
        await asyncio.sleep(random.uniform(0, THINKING))
        opened = re.findall(r'name="ronde" value="([^"]+)"', self.page)[0]
        choice = random.choice(re.findall(r'name="keuze" value="(\d+)"', self.page))
        begun = time.perf_counter()
        status, _, _ = await self._ask(
            "POST", f"/m/{self.code}/stem", f"ronde={opened}&beurt=0&keuze={choice}"
        )
        self.notes.votes.append(time.perf_counter() - begun)
        if status != 204:
            self.notes.errors.append(f"vote {status}")
        self.notes.accepted.append(time.time())


async def play(task: dict[str, Any]) -> None:
    """The whole: everybody joins, and for each vote waits, votes, and sees the result."""
    notes = Notes()
    phones = [
        Phone(task["port"], code, notes)
        for code, many in task["rooms"].items()
        for _ in range(many)
    ]
    ready = asyncio.Barrier(len(phones) + 1)

    async def life(phone: Phone) -> None:
        await asyncio.sleep(random.uniform(0, task["coming_in"]))
        await phone.join()
        for _ in range(task["votes"]):
            await waits(phone)
            await phone.vote()
            await waits(phone)
            notes.seen.append(time.time())
        await ready.wait()

    async def waits(phone: Phone) -> None:
        waiting = asyncio.create_task(phone.wait_for_change())
        await ready.wait()
        await waiting

    lives = asyncio.gather(*(life(phone) for phone in phones))
    await ready.wait()
    say("ready")
    for _ in range(task["votes"]):
        await ready.wait()
        say("voted", votes=notes.votes, accepted=notes.accepted)
        await ready.wait()
        say("seen", seen=notes.seen, errors=notes.errors)
        notes.votes, notes.accepted, notes.seen = [], [], []
    await lives


def say(what: str, **values: object) -> None:
    """Tells the process that measures how far it is."""
    print(json.dumps({"what": what, **values}), flush=True)


if __name__ == "__main__":
    asyncio.run(play(json.loads(sys.stdin.readline())))

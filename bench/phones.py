"""Plays rooms full of phones against a served application, from a process of its own.

Reads one JSON object (port, rooms: code → number of phones, learner: a Cookie header, seconds for
the learner alone) and writes a line of JSON at each milestone: alone, joined, voted, seen.
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
LEARNER_EVERY = 0.1  # seconds


@dataclass
class Notes:
    """What was measured: latencies in seconds, instants since 1970."""

    votes: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    learner: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def ask(
    port: int, method: str, path: str, cookie: str = "", body: str = ""
) -> tuple[int, dict[str, str], str]:
    """One request on a connection of its own: status, headers, body."""
    reader, writer = await asyncio.open_connection(HOST, port)
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
    head += "Sec-Fetch-Site: same-origin\r\nWeerbaar-Script: 1\r\n"
    if cookie:
        head += f"Cookie: {cookie}\r\n"
    if method == "POST":
        head += "Content-Type: application/x-www-form-urlencoded\r\n"
        head += f"Content-Length: {len(body)}\r\n"
    writer.write(f"{head}\r\n{body}".encode())
    raw = await reader.read()
    writer.close()
    top, _, rest = raw.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
    return int(first.split(" ")[1]), headers, rest.decode("utf-8", "replace")


class Phone:
    """One phone: joins, waits for the vote, votes, and waits for the result."""

    def __init__(self, port: int, code: str, notes: Notes) -> None:
        self.port, self.code, self.notes = port, code, notes
        self.cookie, self.version, self.page = "", "", ""

    async def _ask(self, method: str, path: str, body: str = "") -> tuple[int, dict[str, str], str]:
        for wait in (0.1, 0.5, 1.0, None):
            try:
                answer = await ask(self.port, method, path, self.cookie, body)
            except OSError as problem:
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


async def learn(port: int, cookie: str, notes: Notes) -> None:
    """A signed-in learner who opens the overview again and again."""
    while True:
        begun = time.perf_counter()
        status, _, _ = await ask(port, "GET", "/overzicht", cookie)
        notes.learner.append(time.perf_counter() - begun)
        if status != 200:
            notes.errors.append(f"learner {status}")
        await asyncio.sleep(LEARNER_EVERY)


async def play(task: dict[str, Any]) -> None:
    """The whole: the learner alone, then everybody joins, votes, and sees the result."""
    notes = Notes()
    learner = asyncio.create_task(learn(task["port"], task["learner"], notes))
    await asyncio.sleep(task["alone"])
    say("alone", learner=notes.learner)
    notes.learner = []
    phones = [
        Phone(task["port"], code, notes)
        for code, many in task["rooms"].items()
        for _ in range(many)
    ]
    for start in range(0, len(phones), 20):  # people come in one after the other
        await asyncio.gather(*(phone.join() for phone in phones[start : start + 20]))
    say("joined")

    async def until_voted(phone: Phone) -> None:
        await phone.wait_for_change()
        await phone.vote()

    await asyncio.gather(*(until_voted(phone) for phone in phones))
    say("voted", votes=notes.votes, accepted=notes.accepted)

    async def until_seen(phone: Phone) -> None:
        await phone.wait_for_change()
        notes.seen.append(time.time())

    await asyncio.gather(*(until_seen(phone) for phone in phones))
    learner.cancel()
    say("seen", seen=notes.seen, learner=notes.learner, errors=notes.errors)


def say(what: str, **values: object) -> None:
    """Tells the process that measures how far it is."""
    print(json.dumps({"what": what, **values}), flush=True)


if __name__ == "__main__":
    asyncio.run(play(json.loads(sys.stdin.readline())))

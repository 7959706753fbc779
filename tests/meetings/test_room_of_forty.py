"""Forty phones on two web processes, with lost networks and a restart: each vote counts once."""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from bench.stand import free_port, wait_for
from tests.meetings.hall import Hall, heading_of
from tests.town import Town
from training import start
from training.db import Database
from training.meetings import rules
from training.meetings.models import MeetingRound, MeetingStand, OpenVote
from training.meetings.round_box import RoundBox, count
from training.meetings.rules import Step
from training.settings import Settings

ROOT = Path(__file__).parents[2]
PHONES, LATE = 32, 8
PATIENCE = 30  # seconds that a phone keeps trying


class Servers:
    """gunicorn with two web processes, that can be stopped and started on the same address."""

    def __init__(self, settings: Settings) -> None:
        self.port = free_port()
        self.environment = {
            **start.environment_of(settings, self.port),
            "SECRET_KEY": settings.secret_key,
            "CONTENT_DIR": str(settings.content_dir),
        }
        self.process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        command = start.web_command(self.port, "127.0.0.1")
        return subprocess.Popen(command, cwd=ROOT, env=self.environment)

    def restart(self) -> None:
        """Kills it in the middle of what it does, and starts it again."""
        children = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        for pid in (str(self.process.pid), *children):
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        self.process.wait()
        self.process = self._begin()
        wait_for(self.port, "/livez")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def servers(settings: Settings, database: Database) -> Iterator[Servers]:
    made = Servers(settings)
    wait_for(made.port, "/livez")
    yield made
    made.stop()


class Phone:
    """A phone on a bad network: it may lose an answer, and then looks again and sends again."""

    def __init__(self, port: int, code: str, luck: random.Random) -> None:
        self.port, self.code, self.luck = port, code, luck
        self.cookie, self.page, self.version = "", "", 0

    def _once(self, method: str, path: str, body: str | None, lose: bool) -> tuple[int, str]:
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers)
            if lose:
                return 0, ""  # sent, and then the network was gone
            answer = connection.getresponse()
            page = answer.read().decode()
            if set_cookie := answer.getheader("Set-Cookie"):
                self.cookie = set_cookie.split(";")[0]
            return answer.status, page
        finally:
            connection.close()

    def send(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """Sends until an answer comes."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                lose = method == "POST" and bool(self.cookie) and self.luck.random() < 0.3
                status, page = self._once(method, path, body, lose)
                if status and status < 500:
                    return status, page
            time.sleep(0.1)
        raise AssertionError(f"no answer on {method} {path}")

    def join(self) -> None:
        status, _ = self.send("POST", f"/m/{self.code}/meedoen", "")
        assert status == 303
        self.look()

    def look(self) -> None:
        status, self.page = self.send("GET", f"/m/{self.code}")
        assert status == 200
        self.version = int(re.findall(r'data-version="(\d+)"', self.page)[0])

    def poll(self) -> None:
        """What the script does: takes the page of now when there is a newer one."""
        status, page = self.send("GET", f"/m/{self.code}/stand?na={self.version}")
        assert status in {200, 304}
        if status == 200:
            self.page = page
            self.version = int(re.findall(r'data-version="(\d+)"', page)[0])

    def vote(self, choice: int) -> None:
        """Votes until the page says that it is in."""
        if self.luck.random() < 0.3:
            self.look()  # a refresh in between
        for _ in range(20):
            opened = re.findall(r'name="ronde" value="([^"]+)"', self.page)
            assert opened, heading_of(self.page)
            turn = re.findall(r'name="beurt" value="(\d+)"', self.page)[0]
            body = urlencode({"ronde": opened[0], "keuze": str(choice), "beurt": turn})
            self.send("POST", f"/m/{self.code}/stem", body)
            self.look()
            if f'value="{choice}" checked' in self.page:
                return
        raise AssertionError("the vote does not arrive")


def all_at_once(phones: list[Phone], do: Callable[[Phone], None]) -> None:
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(do, phones))


def in_the_box(database: Database, settings: Settings) -> Counter[int]:
    """What is in the open box: read with its secret, as only the server can."""
    with database.reading() as db:
        round_id = db.scalars(sa.select(MeetingStand.round_id)).one()
        assert round_id
        votes = db.execute(sa.select(OpenVote.voter, OpenVote.sealed)).all()
    secret = RoundBox(settings.box_dir).secret(round_id)
    assert secret
    return count(secret, [(v.voter, v.sealed) for v in votes])


def test_a_room_of_forty_votes_twice_and_each_vote_counts_once(
    app: Flask, town: Town, database: Database, settings: Settings, servers: Servers
) -> None:
    luck = random.Random(11)
    hall = Hall.opened(app, town, vote=["de-mat", "na-de-fractieavond"], second_round=["de-mat"])
    phones = [
        Phone(servers.port, hall.code, random.Random(number)) for number in range(PHONES + LATE)
    ]
    early, late = phones[:PHONES], phones[PHONES:]
    all_at_once(early, Phone.join)
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    all_at_once(early, Phone.poll)
    first = {id(phone): luck.randrange(3) for phone in phones}

    def change_mind(phone: Phone) -> None:
        phone.vote((first[id(phone)] + 1) % 3)
        phone.vote(first[id(phone)])

    with ThreadPoolExecutor(12) as pool:
        voting = [pool.submit(change_mind, phone) for phone in early]
        time.sleep(0.3)
        servers.restart()
        for done in voting:
            done.result()
    all_at_once(late, lambda phone: (phone.join(), phone.vote(first[id(phone)]))[0])
    assert in_the_box(database, settings) == Counter(first.values())
    hall.press(Step.CLOSE_VOTE)
    all_at_once(phones, Phone.poll)
    assert {heading_of(phone.page) for phone in phones} == {"De stemming is gesloten"}
    hall.press(Step.SHOW_FIGURES)
    hall.press(Step.TALK)
    hall.press(Step.OPEN_SECOND)
    all_at_once(phones, Phone.poll)
    second = {id(phone): luck.choice([0, 2, 2, 2]) for phone in phones}
    all_at_once(phones, lambda phone: phone.vote(second[id(phone)]))
    assert in_the_box(database, settings) == Counter(second.values())
    hall.press(Step.CLOSE_VOTE)
    hall.press(Step.SHOW_FIGURES)
    all_at_once(phones, Phone.poll)
    for phone in phones:
        assert heading_of(phone.page) == "De uitkomst"
        assert phone.page.count("40 stemmen") == 2
    with database.reading() as db:
        kept = db.scalars(sa.select(MeetingRound).order_by(MeetingRound.number)).all()
        for row, truth in zip(kept, (first, second), strict=True):
            steps = rules.in_steps(Counter(truth.values()), row.options)
            assert (row.voted, tuple(row.steps or ())) == (PHONES + LATE, steps)
        assert db.scalar(sa.select(sa.func.count()).select_from(OpenVote)) == 0
    hall.press(Step.CHOOSE, keuze="0")
    all_at_once(phones, Phone.poll)
    assert {heading_of(phone.page) for phone in phones} == {heading_of(hall.screen())}

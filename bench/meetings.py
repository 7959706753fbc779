"""Measures rooms full of phones: votes, results, waiting phones, and learners beside them."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa

from bench.browser import Browser
from bench.load import Load
from bench.measure import Measure, alternate, paired
from bench.stand import ROOT, Server, Town, serving, town
from training import clock
from training.app import create_app
from training.content.classes import Dilemma
from training.identity.models import Account
from training.meetings import live_actions, live_queries, rules
from training.meetings.live_actions import Wish
from training.meetings.models import Meeting, MeetingStand
from training.meetings.round_box import RoundBox
from training.meetings.rules import Step
from training.people.models import Unit
from training.people.rules import UnitKind

DILEMMA = "de-brief-op-de-mat"
ROOMS = {"postgresql": [500, *[40] * 10], "sqlite": [150]}
QUICK = {"postgresql": [80, *[20] * 3], "sqlite": [40]}
STAND_BOUND, ALL_IN, VOTE_P95, RESULT, BESIDE = 0.8, 10.0, 500.0, 5.0, 2.0
WARM = 4.0  # seconds until each process has seen the learner
ALONE = 20.0  # seconds that the learner is alone
VOTES = 3  # one after the other, each opened again
COMING_IN = 20.0  # seconds in which a room joins: people take their phone and scan


@dataclass(frozen=True, slots=True)
class Room:
    """A room that the bench leads itself, on the same database and box as the servers."""

    built: Town
    dilemma: Dilemma
    meeting_id: uuid.UUID
    code: str

    def press(self, step: Step) -> None:
        """What the desk does with a button."""
        box = RoundBox(self.built.settings.box_dir)
        with self.built.database.transaction() as db:
            room = live_queries.room_of_code(db, self.code)
            assert room is not None
            wish = Wish(step, room.row.version)
            done = live_actions.take_step(db, box, self.dilemma, room, wish, clock.now())
        box.drop(done)

    def version(self) -> int:
        """The version of the stand."""
        with self.built.database.reading() as db:
            return db.get_one(MeetingStand, self.meeting_id).version


def meetings(quick: bool) -> Iterator[Measure]:
    """The stand request on both databases, then the rooms."""
    for kind, many in (QUICK if quick else ROOMS).items():
        with town(kind) as built, serving("wsgi:app", built.settings, "/readyz") as ours:
            with serving("bench.ceiling:app", built.settings, "/page") as bare:
                yield _stand(built, ours, bare, kind, quick)
            yield from _rooms(built, ours, kind, many)


def _open(built: Town, phones: int) -> Room:
    dilemma, now = built.library.dilemmas[DILEMMA], clock.now()
    with built.database.transaction() as db:
        unit = db.scalars(sa.select(Unit).where(Unit.kind == UnitKind.MUNICIPALITY)).first()
        account = db.scalars(sa.select(Account)).first()
        assert unit is not None and account is not None
        meeting = Meeting(
            unit_id=unit.id,
            municipality_id=unit.id,
            facilitator_id=account.id,
            kind="dilemmasessie-raad",
            title=f"Zaal met {phones} telefoons",
            starts_at=now,
            ends_at=now + dt.timedelta(hours=1),
            made_at=now,
            council=True,
        )
        db.add(meeting)
        db.flush()
        stand = live_actions.begin(db, meeting, dilemma, rules.plan_of(dilemma), now)
        return Room(built, dilemma, meeting.id, stand.code or "")


def _stand(built: Town, ours: Server, bare: Server, kind: str, quick: bool) -> Measure:
    """A waiting phone's question to which nothing is new, during a vote: CPU of a request."""
    room = _open(built, 1)
    for step in (Step.START, Step.OPEN_VOTE):
        room.press(step)
    count = 400 if quick else 2000
    path = f"/m/{room.code}/stand?na={room.version()}"
    cookie = {"Cookie": "toestel=" + "a" * 64}
    asked = Load(ours.port, path, count, headers=cookie, expected=304)
    page = Load(bare.port, "/page", count)
    rounds = alternate(3 if quick else 6, lambda: _cpu(ours, asked), lambda: _cpu(bare, page))
    return paired(f"waiting phone: CPU, {kind}", rounds, "ms a request", STAND_BOUND)


def _cpu(server: Server, load: Load) -> float:
    before = server.cpu()
    server.send(load)
    return (server.cpu() - before) / load.count * 1000


def _rooms(built: Town, ours: Server, kind: str, many: list[int]) -> Iterator[Measure]:
    rooms = [_open(built, phones) for phones in many]
    for room in rooms:
        room.press(Step.START)
    app = create_app(built.settings, built.database, built.library)
    learner = Browser(ours.port, app, built.sign_in_of("Anna")["account_id"])
    task = {
        "port": ours.port,
        "rooms": {room.code: phones for room, phones in zip(rooms, many, strict=True)},
        "coming_in": COMING_IN,
        "votes": VOTES,
    }
    votes: list[float] = []
    all_in = all_seen = 0.0
    with _beside({"port": ours.port, "cookie": learner.headers()["Cookie"]}) as answers:
        time.sleep(WARM)
        warm = time.time()
        time.sleep(ALONE)
        begun = time.time()
        with _phones(task) as hear:
            hear("ready")
            called = time.time()
            for number in range(VOTES):
                opened = time.time()
                for room in rooms:
                    room.press(Step.REOPEN if number else Step.OPEN_VOTE)
                voted = hear("voted")
                closed = time.time()
                for room in rooms:
                    room.press(Step.CLOSE_VOTE)
                seen = hear("seen")
                assert len(voted["accepted"]) == len(seen["seen"]) == sum(many)
                votes += voted["votes"]
                all_in = max(all_in, max(voted["accepted"]) - opened)
                all_seen = max(all_seen, max(seen["seen"]) - closed)
            over = time.time()
    phones = f"{' + '.join(_in_short(many))} phones, {kind}"
    yield Measure(f"all voted: {phones}", all_in, 1, "s", ALL_IN)
    yield Measure(f"p95 of a vote: {phones}", _p95(votes) * 1000, 1, "ms", VOTE_P95)
    yield Measure(f"result seen: {phones}", all_seen, 1, "s", RESULT)
    wrong = len(seen["errors"]) + sum(status != HTTPStatus.OK for _, _, status in answers)
    yield Measure(f"errors: {phones}", wrong, 1, "answers", 0)
    alone = _p95([took for asked, took, _ in answers if warm <= asked < begun]) * 1000
    for name, since, until in (
        ("while they join", begun, called),
        ("while they vote", called, over),
    ):
        beside = _p95([took for asked, took, _ in answers if since <= asked < until]) * 1000
        yield Measure(f"a learner beside it, p95, {name}: {phones}", beside, alone, "ms", BESIDE)


def _in_short(many: list[int]) -> Iterator[str]:
    for size in sorted(set(many), reverse=True):
        number = many.count(size)
        yield str(size) if number == 1 else f"{number} x {size}"


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


@contextlib.contextmanager
def _beside(task: dict[str, Any]) -> Iterator[list[tuple[float, float, int]]]:
    """A learner in a process of its own; the list is filled with the answers at the end."""
    answers: list[tuple[float, float, int]] = []
    with _process("bench.beside", task) as process:
        try:
            yield answers
        finally:
            process.terminate()
            lines, _ = process.communicate(timeout=20)
            answers += [json.loads(line) for line in lines.splitlines() if line.endswith("]")]


@contextlib.contextmanager
def _phones(task: dict[str, Any]) -> Iterator[Any]:
    """The process with the phones; what comes out waits for a milestone of it."""
    with _process("bench.phones", task) as process:

        def hear(what: str) -> dict[str, Any]:
            assert process.stdout is not None
            line = process.stdout.readline()
            told: dict[str, Any] = json.loads(line) if line else {"what": "nothing more"}
            if told["what"] != what:
                raise RuntimeError(f"the phones said {told['what']} before {what}")
            return told

        yield hear


@contextlib.contextmanager
def _process(module: str, task: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """A process of the bench that has read its task; it is gone afterwards."""
    with subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
        try:
            yield process
        finally:
            process.terminate()

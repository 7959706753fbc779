"""Measures a personnel file of 20,000 rows: against a minute, by the clock and in CPU, against bare
inserts of the same rows, and how long somebody else who writes has to wait meanwhile."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from bench.measure import Measure
from bench.stand import KINDS, Town, town
from training import clock
from training.assignments import actions as assignments
from training.db import Database, new_id
from training.people import upload_actions
from training.people.import_rules import Plan
from training.people.models import Person, Position, Unit
from training.people.rules import PositionKind, UnitKind

ROWS, FEW = 20_000, 2_000
MINUTE, TIMES_BARE = 60.0, 30.0
LONGEST_WAIT = 5.0  # seconds that somebody else may wait; after thirty SQLite refuses
TITLES = ("Boa", "Medewerker burgerzaken", "Consulent Wmo", "Adviseur", "Inkoper")
PAUSE = 0.05  # seconds between two writes of somebody else


def people_import(quick: bool) -> Iterator[Measure]:
    """Everybody new, and then everybody in another unit, on both databases."""
    rows = FEW if quick else ROWS
    for kind in KINDS:
        with town(kind, people=60, years=1) as built:
            yield from _on(built, kind, rows)


def _on(built: Town, kind: str, rows: int) -> Iterator[Measure]:
    database = built.database
    with database.reading() as db:
        home = db.scalars(sa.select(Unit).where(Unit.kind == UnitKind.MUNICIPALITY)).first()
        assert home is not None
        teams = sa.select(Unit.name, Unit.id).where(
            Unit.municipality_id == home.id, Unit.kind == UnitKind.TEAM
        )
        found = [(name, unit_id) for name, unit_id in db.execute(teams)]
    names = [name for name, _ in found]
    bare = _bare(database, home.id, found[0][1], rows)
    for what, shift in (("new", 0), ("moved", 1)):
        with _Other(database) as other:
            began = time.perf_counter()
            steps = _take_in(database, home.id, _file(rows, names, shift))
            took = time.perf_counter() - began
        label = f"import {rows} {what}, {kind}"
        yield Measure(f"{label}: all of it", took, MINUTE, "s", 1.0)
        yield Measure(f"{label}: CPU of the longest step", max(steps), MINUTE, "s", 1.0)
        yield Measure(f"{label}: wait of another", other.longest, LONGEST_WAIT, "s", 1.0)
        yield Measure(f"{label}: bare inserts", took, bare, "s", TIMES_BARE)


def _file(rows: int, teams: list[str], shift: int) -> bytes:
    chance = random.Random(rows)
    lines = ["Personeelsnummer;Roepnaam;Achternaam;E-mail;Team;Functie;Leidinggevende;In dienst"]
    for number in range(rows):
        team = teams[(number + shift) % len(teams)]
        manager = "" if number < 50 else f"p{chance.randrange(50)}"
        title = TITLES[number % len(TITLES)]
        lines.append(
            f"p{number};Kim;Bakker {number};p{number}@x.example;{team};{title};{manager};1-3-2020"
        )
    return "\r\n".join(lines).encode()


def _take_in(database: Database, municipality_id: uuid.UUID, data: bytes) -> list[float]:
    """As the pages do it: sent; then, for each person who confirms, planned and confirmed; duties
    follow. Returns how many seconds of CPU each of these steps took: on a shared machine the clock
    tells how busy others are."""
    now, today = clock.now(), clock.today()
    began = time.process_time()
    steps: list[float] = []

    def step() -> None:
        nonlocal began
        steps.append(time.process_time() - began)
        began = time.process_time()

    one, other = uuid.uuid4(), uuid.uuid4()
    with database.transaction() as db:
        upload_id = upload_actions.send(db, municipality_id, "x.csv", data, one, now).id
    step()
    for account in (one, other):
        with database.reading() as db:
            upload = upload_actions.upload_within(db, [municipality_id], upload_id, now)
            assert upload is not None
            reading = upload_actions.planned(db, upload, today)
        _check(reading.plan)
        with database.transaction() as db:
            upload = upload_actions.upload_within(db, [municipality_id], upload_id, now)
            assert upload is not None
            done = upload_actions.confirm(db, upload, reading, account, now, today)
            if done:
                assignments.keep_current(db, today, now)
        step()
        if done:
            return steps
    raise AssertionError("a second person is enough")


def _check(plan: Plan) -> None:
    assert not plan.in_doubt, plan.in_doubt[0]
    assert len(plan.new) + len(plan.changed) > 0


def _bare(database: Database, municipality_id: uuid.UUID, unit_id: uuid.UUID, rows: int) -> float:
    """The same number of persons and positions written at once, and thrown away."""
    persons, positions = [], []
    for number in range(rows):
        key = {"municipality_id": municipality_id, "id": new_id()}
        persons.append(
            key
            | {
                "given_name": "Kim",
                "infix": "",
                "family_name": f"Bakker {number}",
                "email": f"b{number}@x.example",
                "employee_number": f"b{number}",
                "joined_on": dt.date(2020, 3, 1),
            }
        )
        positions.append(
            {
                "municipality_id": municipality_id,
                "id": new_id(),
                "person_id": key["id"],
                "unit_id": unit_id,
                "kind": PositionKind.EMPLOYEE,
                "job_title": "Boa",
                "from_on": dt.date(2020, 3, 1),
                "recorded_on": dt.date(2020, 3, 1),
                "faction": "",
            }
        )
    began = time.perf_counter()
    with database.writing() as db:
        db.execute(sa.insert(Person), persons)
        db.execute(sa.insert(Position), positions)
        db.rollback()
    return time.perf_counter() - began


@dataclass
class _Other:
    """Somebody who writes one small row after the other, and remembers the longest wait."""

    database: Database
    longest: float = 0.0
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> _Other:
        self.thread = threading.Thread(target=self._write)
        self.thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self.stopping.set()
        self.thread.join()

    def _write(self) -> None:
        while not self.stopping.wait(PAUSE):
            began = time.perf_counter()
            with self.database.transaction() as db:
                db.execute(sa.update(Unit).where(Unit.kind == UnitKind.REGION).values(name="Regio"))
            self.longest = max(self.longest, time.perf_counter() - began)

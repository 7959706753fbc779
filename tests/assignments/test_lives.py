"""Random lives: SQL says the same as the rules, and a late job writes what daily jobs would have."""

from __future__ import annotations

import datetime as dt
import random
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.town import Town
from training.assignments import actions
from training.assignments.models import (
    Cycle,
    Duty,
    Exemption,
    ExtraOpening,
    Pause,
    Reminder,
)
from training.assignments.queries import people_with_news, standing_rows, standings, unwritten
from training.assignments.rules import Basis, Cause, Choose, Policy, RefresherForm
from training.content.classes import ContentKind
from training.db import Database
from training.evidence.actions import record
from training.people.models import Person, Position
from training.people.rules import PositionKind

BEGIN = dt.date(2024, 1, 1)
DAY = dt.timedelta(days=1)


def make_duties(db: Session, town: Town) -> None:
    node, staff = town.units["a2"], ["alle-medewerkers"]
    first = [(ContentKind.MODULE, "een")]
    both = [(ContentKind.MODULE, "een"), (ContentKind.DILEMMA, "twee")]
    plans = (
        ("Jaarlijks", first, Choose.ALL, Policy(1, BEGIN, 30)),
        ("Verjaardag", both, Choose.ALL, Policy(1, BEGIN, 60, basis=Basis.ANNIVERSARY)),
        ("Keuze", both, Choose.ONE, Policy(1, BEGIN, 20, form=RefresherForm.DILEMMA)),
        (
            "Kalender",
            first,
            Choose.ALL,
            Policy(1, BEGIN, 90, basis=Basis.CALENDAR, fixed_month=12, fixed_day=1),
        ),
        ("Eenmalig", first, Choose.ALL, Policy(1, BEGIN, 90, validity_months=None)),
    )
    for title, contents, choose, policy in plans:
        actions.make_duty(
            db,
            unit_id=node,
            title=title,
            contents=contents,
            audiences=staff,
            policy=policy,
            choose=choose,
        )


def live(db: Session, town: Town, luck: random.Random, until: dt.date) -> list[uuid.UUID]:
    """Fifteen new employees with random completions, pauses and exemptions."""
    made = []
    for number in range(15):
        joined = BEGIN + luck.randrange(500) * DAY
        person = Person(
            municipality_id=town.municipality,
            id=uuid.UUID(int=luck.getrandbits(128)),
            given_name="Test",
            infix="",
            family_name=f"Persoon {number}",
            joined_on=joined,
        )
        db.add(person)
        db.flush()
        made.append(person.id)
        db.add(
            Position(
                municipality_id=town.municipality,
                person_id=person.id,
                unit_id=town.units["burgerzaken"],
                kind=PositionKind.EMPLOYEE,
                from_on=joined,
                recorded_on=joined,
                until_on=luck.choice([None, None, joined + luck.randrange(900) * DAY]),
            )
        )
        for _ in range(luck.randrange(8)):
            day = joined + luck.randrange((until - joined).days + 1) * DAY
            done(db, town, luck, person.id, day)
    db.flush()
    return made


def done(db: Session, town: Town, luck: random.Random, person_id: uuid.UUID, day: dt.date) -> None:
    record(
        db,
        municipality_id=town.municipality,
        person_id=person_id,
        unit_id=town.units["burgerzaken"],
        kind=luck.choice([ContentKind.MODULE, ContentKind.DILEMMA]),
        content_id=luck.choice(["een", "twee"]),
        version=1,
        completed_on=day,
    )


@pytest.mark.parametrize("seed", range(10))
def test_sql_and_the_rules_say_the_same_of_every_day_whenever_the_job_ran(
    database: Database, town: Town, seed: int
) -> None:
    """The nightly pass ran some time ago, or never; facts came after it. For a day in the past,
    today and a day to come, SQL tells of everybody what the rules tell of each."""
    luck = random.Random(seed)
    today = BEGIN + luck.randrange(600, 1000) * DAY
    with database.transaction() as db:
        make_duties(db, town)
        people = live(db, town, luck, today)
        if seed:
            actions.open_cycles(db, today - luck.randrange(200) * DAY)
        things_happen(db, town, luck, people, today)
        for as_of in (today, today - luck.randrange(400) * DAY, today + luck.randrange(300) * DAY):
            compare(db, town, as_of)
        actions.open_cycles(db, today)
        compare(db, town, today)
        assert not people_with_news(db, today), "after the pass everything is stored"


def things_happen(
    db: Session, town: Town, luck: random.Random, people: list[uuid.UUID], today: dt.date
) -> None:
    """Pauses, exemptions, proof of lately, somebody who left and came back, and what opens."""
    for person_id in people[:5]:
        start = BEGIN + luck.randrange(900) * DAY
        span = {"from_on": start, "until_on": start + luck.randrange(90) * DAY}
        db.add(Pause(municipality_id=town.municipality, person_id=person_id, **span))
    duties = list(db.scalars(sa.select(Duty.id).order_by(Duty.title)))
    for person_id in people[3:7]:
        db.add(
            Exemption(
                municipality_id=town.municipality,
                person_id=person_id,
                duty_id=luck.choice(duties),
                from_on=today - luck.randrange(40) * DAY,
                until_on=today + luck.randrange(40) * DAY,
                reason="Andere opleiding",
                given_by="Hanna Prins",
            )
        )
    for person_id in people[5:9]:
        done(db, town, luck, person_id, today - luck.randrange(30) * DAY)
    for person_id in people[9:12]:
        query = sa.select(Position).where(Position.person_id == person_id)
        first = db.scalars(query).first()
        assert first is not None
        if first.until_on is not None and first.until_on < today - 30 * DAY:
            back = first.until_on + luck.randrange(2, 60) * DAY
            db.add(
                Position(
                    municipality_id=town.municipality,
                    person_id=person_id,
                    unit_id=town.units["vergunningen"],
                    kind=PositionKind.EMPLOYEE,
                    from_on=back,
                    recorded_on=back,
                )
            )
    db.add(
        ExtraOpening(
            duty_id=luck.choice(duties),
            opens_on=today - luck.randrange(100) * DAY,
            due_days=21,
            cause=luck.choice([Cause.INCIDENT, Cause.LAW]),
        )
    )
    db.flush()


def compare(db: Session, town: Town, as_of: dt.date) -> None:
    """Everybody in the town: the rows of SQL, those of the rules, and their sum."""
    rows = standing_rows(as_of, unwritten(db, as_of))
    in_sql = {
        (row.person_id, row.duty_id): (row.standing, row.due_on, row.fulfilled_on, row.valid_until)
        for row in db.execute(sa.select(rows))
        if row.municipality_id == town.municipality
    }
    everybody = db.scalars(
        sa.select(Person.id).where(Person.municipality_id == town.municipality)
    ).all()
    by_rule = {}
    for person_id in everybody:
        for found in standings(db, town.municipality, person_id, as_of):
            last = found.current
            by_rule[person_id, found.duty.id] = (
                found.standing.name,
                last.due_on if last else None,
                last.fulfilled_on if last else None,
                last.valid_until if last else None,
            )
    assert {k: (in_sql.get(k), v) for k, v in by_rule.items() if in_sql.get(k) != v} == {}
    assert len(in_sql) == len(by_rule), "the sum over the standings is the headcount"


@pytest.mark.parametrize("seed", range(8))
def test_one_late_run_writes_what_daily_runs_would_have_written(
    database: Database, town: Town, seed: int
) -> None:
    luck = random.Random(seed)
    end = BEGIN + 700 * DAY
    with database.writing() as db:
        make_duties(db, town)
        live(db, town, luck, end)
        savepoint = db.begin_nested()
        day = BEGIN
        while day <= end:
            actions.open_cycles(db, day)
            day += luck.choice([1, 1, 1, 2, 7, 30]) * DAY
        actions.open_cycles(db, end)
        daily = everything(db)
        savepoint.rollback()
        db.expire_all()
        actions.open_cycles(db, end)
        late = everything(db)
    assert late == daily


def test_a_second_run_on_the_same_day_does_nothing(database: Database, town: Town) -> None:
    with database.transaction() as db:
        make_duties(db, town)
        live(db, town, random.Random(1), BEGIN + 700 * DAY)
        actions.open_cycles(db, BEGIN + 700 * DAY)
        before = everything(db)
        again = actions.open_cycles(db, BEGIN + 700 * DAY)
        assert (again.assignments, again.cycles) == (0, 0)
        assert everything(db) == before


def everything(db: Session) -> set[tuple[object, ...]]:
    """All cycles with their dates and closings."""
    columns = list(Cycle.__table__.columns)
    assert db.scalar(sa.select(sa.func.count()).select_from(Reminder)) is not None
    return {tuple(row) for row in db.execute(sa.select(*columns))}

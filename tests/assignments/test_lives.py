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
from training.assignments.models import Cycle, Exemption, Pause, Reminder
from training.assignments.queries import standing_rows, standings
from training.assignments.rules import Basis, Choose, Policy, RefresherForm
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
            record(
                db,
                municipality_id=town.municipality,
                person_id=person.id,
                unit_id=town.units["burgerzaken"],
                kind=luck.choice([ContentKind.MODULE, ContentKind.DILEMMA]),
                content_id=luck.choice(["een", "twee"]),
                version=1,
                completed_on=joined + luck.randrange((until - joined).days + 1) * DAY,
            )
    db.flush()
    return made


@pytest.mark.parametrize("seed", range(12))
def test_sql_and_the_rules_say_the_same_of_every_day(
    database: Database, town: Town, seed: int
) -> None:
    luck = random.Random(seed)
    today = BEGIN + luck.randrange(600, 1000) * DAY
    with database.transaction() as db:
        make_duties(db, town)
        people = live(db, town, luck, today)
        for person_id in people[:5]:
            start = BEGIN + luck.randrange(900) * DAY
            span = {"from_on": start, "until_on": start + luck.randrange(90) * DAY}
            db.add(Pause(municipality_id=town.municipality, person_id=person_id, **span))
        actions.open_cycles(db, today)
        cycle = db.scalars(sa.select(Cycle).limit(1)).one()
        db.add(
            Exemption(
                municipality_id=cycle.municipality_id,
                person_id=cycle.person_id,
                duty_id=cycle.duty_id,
                from_on=today - 20 * DAY,
                until_on=today,
                reason="Andere opleiding",
                given_by="Hanna Prins",
            )
        )
        db.flush()
        for as_of in {today, today - luck.randrange(400) * DAY, today - luck.randrange(400) * DAY}:
            rows = standing_rows(as_of)
            in_sql = {
                (row.person_id, row.duty_id): (row.standing, row.fulfilled_on, row.valid_until)
                for row in db.execute(sa.select(rows))
                if row.person_id in people
            }
            for person_id in people:
                for found in standings(db, town.municipality, person_id, as_of):
                    by_rule = found.current
                    told = in_sql.get((person_id, found.duty.id))
                    if told is None:
                        assert found.placement.from_on > today or (
                            found.placement.until_on and found.placement.until_on < today
                        )
                        continue
                    expected = (
                        found.standing.name,
                        by_rule.fulfilled_on if by_rule else None,
                        by_rule.valid_until if by_rule else None,
                    )
                    assert told == expected, (as_of, found.duty.title)


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

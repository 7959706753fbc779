"""Fills a database with many people by bulk SQL: municipalities, teams, duties and rounds."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

import training.schema  # noqa: F401 - every table is known before create_all
from training.assignments import actions
from training.assignments.models import RosterChange
from training.assignments.rules import Policy
from training.content.classes import ContentKind
from training.db import Base, Database
from training.identity.models import Account, RoleGrant
from training.identity.rules import AccountState, Role
from training.people.models import Person, Position, Unit
from training.people.rules import PositionKind, UnitKind

TEAMS = 20
SERIES = {
    "postgresql": "(SELECT generate_series(1, {n}) AS n)",
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {n})"
    " SELECT n FROM s)",
}
NEW_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}
TEAM_OF = """
CREATE TEMPORARY TABLE team_of AS SELECT municipality_id, id AS unit_id,
       CAST(substr(name, 6) AS integer) AS place
FROM unit WHERE kind = 'TEAM'
"""
PEOPLE = """
INSERT INTO person (municipality_id, id, given_name, infix, family_name, email, employee_number,
                    joined_on, left_on)
SELECT :municipality, {new_id}, 'Voornaam' || (n * 31 % 997), CASE n % 3 WHEN 0 THEN 'van der' ELSE
       '' END, 'Achternaam' || (n * 7919 % 100003), NULL, CAST(100000 + n AS varchar(40)),
       :joined, NULL
FROM {series} AS numbers
"""
POSITIONS = """
INSERT INTO position (municipality_id, id, person_id, unit_id, kind, job_title, manager_id, from_on,
                      until_on, recorded_on, faction)
SELECT p.municipality_id, {new_id}, p.id, t.unit_id, 'EMPLOYEE', 'Medewerker', NULL, p.joined_on,
       NULL, p.joined_on, ''
FROM person p JOIN team_of t ON t.municipality_id = p.municipality_id
  AND t.place = CAST(p.employee_number AS integer) % :teams
WHERE p.municipality_id = :municipality
"""
ASSIGNMENTS = """
INSERT INTO assignment (municipality_id, person_id, duty_id, from_on, until_on, reasons)
SELECT p.municipality_id, p.id, d.id, p.joined_on, NULL, '["alle-medewerkers"]'
FROM person p CROSS JOIN duty d WHERE p.municipality_id = :municipality
"""
CYCLES = """
INSERT INTO cycle (municipality_id, person_id, duty_id, number, policy_version, form, opens_on,
                   due_on, was_valid_until, grace_until, fulfilled_on, valid_until, next_opens_on,
                   closed_on, closing, cause, least_version)
SELECT a.municipality_id, a.person_id, a.duty_id, 1, 1, 'FULL', a.from_on, :due, NULL, :due,
       CASE WHEN CAST(p.employee_number AS integer) % 5 = 0 THEN NULL ELSE :done END,
       CASE WHEN CAST(p.employee_number AS integer) % 5 = 0 THEN NULL ELSE :valid END,
       NULL, NULL,
       CASE WHEN CAST(p.employee_number AS integer) % 5 = 0 THEN NULL ELSE 'FULFILLED' END,
       'TURN', 1
FROM assignment a
JOIN person p ON p.municipality_id = a.municipality_id AND p.id = a.person_id
WHERE a.municipality_id = :municipality
"""


@dataclass(frozen=True)
class Crowd:
    """What was made: the municipalities, and the account of HR of the first."""

    municipality_ids: tuple[uuid.UUID, ...]
    hr_account: uuid.UUID


def fill(
    database: Database, municipalities: int, people: int, duties: int, today: dt.date
) -> Crowd:
    """So many municipalities of so many people, each under all duties; a fifth did not do them."""
    kind = database.engine.dialect.name
    Base.metadata.create_all(database.engine)
    with database.transaction() as db:
        region = Unit(kind=UnitKind.REGION, name="Regio", opened_on=today)
        db.add(region)
        db.flush()
        for number in range(duties):
            actions.make_duty(
                db,
                unit_id=region.id,
                title=f"Verplichting {number:02}",
                contents=[(ContentKind.MODULE, f"module-{number}")],
                audiences=["alle-medewerkers"],
                policy=Policy(1, today - dt.timedelta(days=300)),
            )
        ids = [
            _municipality(database, db, region.id, number, today)
            for number in range(municipalities)
        ]
        db.commit()
    for municipality_id in ids:
        _people(database, kind, municipality_id, people, today)
    account = _hr(database, ids[0], today)
    with database.transaction() as db:  # the nightly pass has seen them all
        db.execute(sa.delete(RosterChange))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
        link.execute(sa.text("ANALYZE" if kind == "sqlite" else "VACUUM ANALYZE"))
    return Crowd(tuple(ids), account)


def _municipality(
    database: Database, db: sa.orm.Session, region: uuid.UUID, number: int, today: dt.date
) -> uuid.UUID:
    own = uuid.uuid4()
    db.add(
        Unit(
            id=own,
            municipality_id=own,
            parent_id=region,
            kind=UnitKind.MUNICIPALITY,
            name=f"Gemeente {number:03}",
            opened_on=today,
        )
    )
    db.flush()
    for place in range(TEAMS):
        db.add(
            Unit(
                municipality_id=own,
                parent_id=own,
                kind=UnitKind.TEAM,
                name=f"Team {place:02}",
                opened_on=today,
            )
        )
    db.flush()
    return own


def _people(
    database: Database, kind: str, municipality_id: uuid.UUID, people: int, today: dt.date
) -> None:
    words = {"new_id": NEW_ID[kind], "series": SERIES[kind].format(n=people)}
    values = {
        "municipality": municipality_id if kind == "postgresql" else municipality_id.hex,
        "joined": _day(kind, today - dt.timedelta(days=280)),
        "due": _day(kind, today - dt.timedelta(days=190)),
        "done": _day(kind, today - dt.timedelta(days=200)),
        "valid": _day(kind, today + dt.timedelta(days=165)),
        "teams": TEAMS,
    }
    with database.transaction() as db:
        db.execute(sa.text(TEAM_OF))
        for statement in (PEOPLE, POSITIONS, ASSIGNMENTS, CYCLES):
            text = statement.format(**words)
            used = {k: v for k, v in values.items() if f":{k}" in text}
            db.execute(sa.text(text), used)
        db.execute(sa.text("DROP TABLE team_of"))


def _day(kind: str, day: dt.date) -> object:
    return day if kind == "postgresql" else day.isoformat()


def _hr(database: Database, municipality_id: uuid.UUID, today: dt.date) -> uuid.UUID:
    """Somebody of HR, in the first municipality."""
    long_ago = today - dt.timedelta(days=280)
    with database.transaction() as db:
        person = Person(
            municipality_id=municipality_id,
            id=uuid.uuid4(),
            given_name="Hanna",
            family_name="Prins",
            joined_on=long_ago,
        )
        db.add(person)
        db.flush()
        unit = db.scalars(sa.select(Unit).where(Unit.municipality_id == municipality_id)).first()
        assert unit
        db.add(
            Position(
                municipality_id=municipality_id,
                person_id=person.id,
                unit_id=municipality_id,
                kind=PositionKind.EMPLOYEE,
                from_on=long_ago,
                recorded_on=long_ago,
            )
        )
        account = Account(
            id=uuid.uuid4(),
            municipality_id=municipality_id,
            person_id=person.id,
            email="hanna@gemeente.example",
            state=AccountState.ACTIVE,
            made_at=dt.datetime.now(dt.UTC),
        )
        db.add(account)
        db.flush()
        db.add(
            RoleGrant(
                account_id=account.id, role=Role.HR, unit_id=municipality_id, from_on=long_ago
            )
        )
        return account.id

"""Decides that the demonstration is the same for a seed, on both databases, and can be entered."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import training.schema  # noqa: F401 - every table is known before create_all
from training import demo
from training.assignments.models import Cycle
from training.content.classes import Library
from training.db import Base, Database
from training.evidence.models import Evidence
from training.identity.models import RoleGrant
from training.identity.rules import Role
from training.meetings.models import Attendance, Meeting
from training.people.council_queries import term_on
from training.people.models import Position, Unit
from training.people.person_rules import COUNCIL_KINDS
from training.people.queries import held_on
from training.people.rules import PositionKind

TODAY = dt.date(2026, 11, 2)


@pytest.fixture
def empty_database(empty_url: str) -> Iterator[Database]:
    database = Database(empty_url)
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def made(empty_database: Database, library: Library) -> demo.Made:
    options: dict[str, Any] = {"seed": 7, "municipalities": 6, "people": 420, "years": 4}
    with empty_database.transaction() as db:
        return demo.build(db, library, today=TODAY, password_hash="", **options)


def test_there_is_a_history_of_rounds(made: demo.Made, empty_database: Database) -> None:
    with empty_database.reading() as db:
        most = db.scalar(sa.select(sa.func.max(Cycle.number)))
        proofs = db.scalar(sa.select(sa.func.count()).select_from(Evidence))
    assert most is not None and most >= 3
    assert proofs == made.evidence > 200


def test_every_role_at_every_node_has_a_sign_in_that_says_so(
    made: demo.Made, empty_database: Database
) -> None:
    with empty_database.reading() as db:
        granted = sa.select(RoleGrant.account_id, RoleGrant.role, Unit.name).join(
            Unit, Unit.id == RoleGrant.unit_id
        )
        held = {(str(r.account_id), r.role.value, r.name) for r in db.execute(granted)}
        municipalities = set(
            db.scalars(sa.select(Unit.name).where(Unit.municipality_id == Unit.id))
        )
    told = {(s["account_id"], s["role"], s["node"]) for s in made.sign_ins}
    assert {one for one in told if one[1] != "deelnemer"} == held
    nodes: dict[str, set[str]] = {}
    for _account, role, node in told:
        nodes.setdefault(role, set()).add(node)
    assert set(nodes) == {role.value for role in Role} | {"deelnemer"}
    assert nodes["coördinator"] == {"Regio Zuiderland", "Basisteam Beekdal", "A2-samenwerking"}
    for role in (Role.ADMINISTRATOR, Role.CLERK, Role.PRIVACY_OFFICER):
        assert municipalities <= nodes[role.value], role
    assert "A2-samenwerking" in nodes[Role.HR.value]


def test_every_town_has_a_council_with_factions_a_term_a_successor_and_meetings(
    made: demo.Made, empty_database: Database
) -> None:
    with empty_database.reading() as db:
        towns = db.scalars(sa.select(Unit.id).where(Unit.municipality_id == Unit.id)).all()
        for town in towns:
            assert term_on(db, town, TODAY) is not None
            seats = council_of_day(db, town)
            assert all(seat.faction for seat in seats)
            assert sum(seat.kind is PositionKind.COUNCILLOR for seat in seats) == demo.COUNCIL_SIZE
            begun = {seat.from_on for seat in seats if seat.kind is PositionKind.COUNCILLOR}
            assert len(begun) > 1, "somebody came later than the others"
            meetings = db.scalars(sa.select(Meeting).where(Meeting.municipality_id == town)).all()
            held = [one for one in meetings if one.settled_at is not None]
            assert len(held) == 2 and len(meetings) == 4
            for meeting in held:
                present = sa.select(Attendance).where(Attendance.meeting_id == meeting.id)
                assert db.scalars(present).first() is not None


def council_of_day(db: Session, town: uuid.UUID) -> list[Position]:
    return list(
        db.scalars(
            sa.select(Position).where(
                Position.municipality_id == town,
                Position.kind.in_(COUNCIL_KINDS),
                held_on(TODAY),
            )
        )
    )

"""What is asked at once is what is asked apart, on both databases, of every type that we keep."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.town import Town
from training.assignments import actions
from training.assignments.facts import DUTIES_OF_ONE, FACTS_OF_ONE
from training.assignments.models import Duty, DutyPolicy
from training.assignments.queries import OVERVIEW
from training.assignments.rules import Policy
from training.at_once import AtOnce
from training.content.classes import ContentKind, Library
from training.db import Database, ask
from training.identity.queries import HOLDER
from training.learning import actions as learning
from training.learning.queries import PROGRESS, TAKING, TAKING_BY_WHOM
from training.learning.rules import Given
from training.people.models import Person
from training.people.queries import MEMBERSHIPS

TODAY = dt.date(2026, 11, 2)
MODULE = "drugshandel-herkennen"


@pytest.fixture
def key(database: Database, town: Town, library: Library) -> dict[str, Any]:
    """Anna under two duties, who finished one module and answered a question of another."""
    person = (town.municipality, town.persons["anna"])
    with database.transaction() as db:
        for number, quiet in enumerate(((), ("schoolvakanties",))):
            actions.make_duty(
                db,
                unit_id=town.units["a2"],
                title=f'Plicht {number} met "aanhaling" en é',
                contents=[
                    (ContentKind.MODULE, MODULE),
                    (ContentKind.MODULE, "mensenhandel-herkennen"),
                ],
                audiences=["alle-medewerkers"],
                policy=Policy(1, dt.date(2026, 10, 1), quiet=quiet),
            )
        actions.open_cycles(db, TODAY)
        attempt = learning.begin(db, *person, library.modules[MODULE], TODAY)
        learning.keep_answer(db, attempt, "vraag", Given(("a1",), correct=False))
    return {"municipality_id": person[0], "person_id": person[1]}


def same(db: Session, at_once: AtOnce, apart: list[Any], **values: Any) -> None:
    """Asserts that each answer has the rows of its own statement, in its order where it has one."""
    for rows, statement in zip(at_once.ask(db, **values), apart, strict=True):
        alone = ask(db, statement, **values)
        assert rows, "nothing to compare"
        assert sorted(map(tuple, rows), key=repr) == sorted(map(tuple, alone), key=repr)
        assert [type(v) for v in rows[0]] == [type(v) for v in tuple(alone[0])]


def test_the_overview_at_once_is_the_overview_apart(
    database: Database, key: dict[str, Any]
) -> None:
    with database.reading() as db:
        apart = [MEMBERSHIPS, DUTIES_OF_ONE, FACTS_OF_ONE, PROGRESS]
        same(db, OVERVIEW, apart, **key)
        duties = OVERVIEW.ask(db, **key)[1]
        assert [row.title for row in duties] == sorted(row.title for row in duties)


def test_an_attempt_at_once_is_the_attempt_apart(database: Database, key: dict[str, Any]) -> None:
    with database.reading() as db:
        same(db, TAKING_BY_WHOM, [TAKING, MEMBERSHIPS], **key, module_id=MODULE)
        rows, _own = TAKING_BY_WHOM.ask(db, **key, module_id="bestaat-niet")
        assert rows == []


def test_what_is_pending_in_the_session_counts(database: Database, town: Town) -> None:
    with database.writing() as db:
        [[before]] = HOLDER.ask(db, account_id=town.accounts["anna"], today=TODAY)
        person = db.get_one(Person, (town.municipality, town.persons["anna"]))
        person.family_name = "Van Elders"
        [[after]] = HOLDER.ask(db, account_id=town.accounts["anna"], today=TODAY)
    assert before.family_name != after.family_name == "Van Elders"


def test_a_type_of_which_json_says_too_little_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot read"):
        AtOnce(sa.select(sa.cast(sa.literal(1), sa.Float()).label("share")))


def test_every_statement_has_columns_that_can_be_read() -> None:
    assert AtOnce(sa.select(*Duty.__table__.c), sa.select(*DutyPolicy.__table__.c))

"""Somebody who is erased is nowhere any more; who left keeps counting without a name; two become one."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.reporting import offices
from tests.retention import everything
from tests.town import Town
from training.assignments import actions as assignments
from training.assignments.models import Assignment, Cycle
from training.assignments.queries import standings
from training.audit.models import Action, AuditEntry
from training.db import Base, Database
from training.evidence.models import Evidence
from training.identity.models import Account
from training.people.models import Person, Position, Tag
from training.retention import person_actions, queries
from training.retention.models import ErasedPerson
from training.retention.person_actions import NotMergeableError
from training.retention.register import REGISTER, Fate, Holds
from training.retention.rules import GONE_NAME, PSEUDONYM, Gone

TODAY = dt.date(2026, 11, 2)
NOW = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
KEY = b"k" * 32


def who(db: Session, town: Town, short: str) -> Person:
    return db.scalars(sa.select(Person).where(Person.id == town.persons[short])).one()


def traces(db: Session, person: Person) -> set[str]:
    """What would give somebody away: ids, name and address."""
    account = db.scalars(
        sa.select(Account).filter_by(municipality_id=person.municipality_id, person_id=person.id)
    ).one()
    assert person.email
    return {person.id.hex, account.id.hex, person.name, person.email}


@pytest.mark.parametrize("short", ["boaz", "fatma", "hanna", "rachid"])
def test_who_is_erased_is_nowhere_but_where_the_register_says(
    database: Database, town: Town, short: str
) -> None:
    """One row in every table; a facilitator and HR, who did things to others, go as well."""
    with database.transaction() as db:
        person = who(db, town, short)
        filled = everything.fill(db, person)
        wanted = traces(db, person)
        before = everything.found_anywhere(db, wanted)
        assert {table for table, _ in before} >= filled, "the test must have put a row in each"
        person_actions.erase(db, (person.municipality_id, person.id), Gone.ERASED, TODAY)
    with database.reading() as db:
        stays = {(e.table, e.column) for e in REGISTER if e.erased is Fate.KEEP}
        shell = {("account", "id"), ("account", "email")} | {
            (e.table, e.column) for e in REGISTER if e.erased is Fate.SHELL
        }
        left = everything.found_anywhere(db, wanted) - stays - shell
        assert not left
        assert (
            db.scalars(sa.select(Account).where(Account.name == GONE_NAME)).one().person_id is None
        )


def test_what_one_sees_of_oneself_has_every_table(database: Database, town: Town) -> None:
    with database.transaction() as db:
        person = who(db, town, "boaz")
        everything.fill(db, person)
        found = queries.own_data(db, person)
        from training.retention.register import LABELS

        assert set(found) == set(LABELS.values())
        text = queries.readable(person.name, found, TODAY)
        assert all(label in text for label in LABELS.values())
        assert "x1" not in str(found["Inloglinks"][0].get("hash")), "what opens something is hidden"


def test_every_column_that_one_may_see_of_oneself_has_a_dutch_name(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        person = who(db, town, "boaz")
        everything.fill(db, person)
        found = queries.own_data(db, person)
        shown = {key for rows in found.values() for row in rows for key in row} - {"id"}
        text = queries.readable(person.name, found, TODAY)
    stored = {
        column.name
        for entry in REGISTER
        if entry.own and entry.holds is not Holds.NAME and entry.table != "audit_subject"
        for column in Base.metadata.tables[entry.table].columns
    }
    told = stored - queries.SAME - {"id", "unit_id", "duty_id"}
    assert told | shown <= queries.WORDS.keys(), (told | shown) - queries.WORDS.keys()
    assert "- gemeente: Merendijk" in text
    english = {word for word in queries.WORDS.values() if "_" in word or word.endswith(" id")}
    assert not english


def test_erasing_one_leaves_all_others_as_they_were(database: Database, town: Town) -> None:
    with database.transaction() as db:
        offices.fill(db, town, TODAY)
        everything.fill(db, who(db, town, "boaz"))
        before = _others(db, town)
        boaz = who(db, town, "boaz")
        person_actions.erase(db, (boaz.municipality_id, boaz.id), Gone.ERASED, TODAY)
        assert _others(db, town) == before


def _others(db: Session, town: Town) -> dict[str, int]:
    """The rows of each table that are about somebody else."""
    boaz = town.persons["boaz"]
    found = {}
    for table in Base.metadata.sorted_tables:
        if "person_id" in table.c and table.name != "erased_person":
            query = sa.select(sa.func.count()).select_from(table).where(table.c.person_id != boaz)
            found[table.name] = db.scalar(query) or 0
    return found


def test_erasing_twice_or_nobody_does_nothing(database: Database, town: Town) -> None:
    with database.transaction() as db:
        boaz = who(db, town, "boaz")
        key = (boaz.municipality_id, boaz.id)
        assert person_actions.erase(db, key, Gone.ERASED, TODAY)
        assert person_actions.erase(db, key, Gone.ERASED, TODAY) == {}


def test_who_left_counts_on_under_a_pseudonym(database: Database, town: Town) -> None:
    with database.transaction() as db:
        offices.fill(db, town, TODAY)
        vera = who(db, town, "vera")
        everything.fill(db, vera)
        wanted = traces(db, vera) - {vera.id.hex}
        key = (vera.municipality_id, vera.id)
        proofs = db.scalar(sa.select(sa.func.count()).select_from(Evidence))
        person_actions.pseudonymise(db, key, KEY, TODAY)
    with database.reading() as db:
        left = everything.found_anywhere(db, wanted)
        stays = {(e.table, e.column) for e in REGISTER if e.leaver is Fate.KEEP}
        shell = {("account", "id"), ("account", "email"), ("meeting", "facilitator_id"),
                 ("meeting_series", "facilitator_id")}  # fmt: skip
        assert not left - stays - shell
        vera = who(db, town, "vera")
        assert vera.given_name == PSEUDONYM
        assert (vera.email, vera.employee_number) == (None, None)
        kept = db.scalars(sa.select(Position).where(Position.person_id == vera.id)).all()
        assert {position.job_title for position in kept} == {""}
        assert town.units["vergunningen"] in {position.unit_id for position in kept}
        assert db.scalar(sa.select(sa.func.count()).select_from(Evidence)) == proofs


# Two persons become one.


def test_two_persons_become_one_with_all_evidence(database: Database, town: Town) -> None:
    with database.transaction() as db:
        offices.fill(db, town, TODAY)
        offices.prove(db, town, "boaz", offices.INTEGRITY, TODAY - dt.timedelta(days=9))
        offices.prove(db, town, "boaz", offices.DRUGS, TODAY - dt.timedelta(days=20))
        db.add(Tag(municipality_id=town.municipality, person_id=town.persons["boaz"],
                   name="sleutelfunctionaris", from_on=TODAY))  # fmt: skip
        vera, boaz = who(db, town, "vera"), who(db, town, "boaz")
        keep, drop = (vera.municipality_id, vera.id), (boaz.municipality_id, boaz.id)
        person_actions.merge(db, KEY, keep=keep, drop=drop, actor=None, now=NOW, today=TODAY)
    with database.transaction() as db:
        assert db.get(Person, drop) is None
        mine = {
            (e.content_id, e.completed_on)
            for e in db.scalars(sa.select(Evidence).where(Evidence.person_id == keep[1]))
        }
        assert mine == {
            (offices.DRUGS[1], TODAY - dt.timedelta(days=20)),
            (offices.INTEGRITY[1], TODAY - dt.timedelta(days=9)),
        }, "the same proof of both is one"
        assignments.open_cycles(db, TODAY)
        by_title = {s.duty.title: s.standing.value for s in standings(db, *keep, TODAY)}
        assert by_title["Integriteit"] == "geldig"
        assert len(db.scalars(sa.select(Position).where(Position.person_id == keep[1])).all()) == 2
        assert db.scalars(sa.select(Tag).where(Tag.person_id == keep[1])).one()
        numbers = db.execute(
            sa.select(Cycle.duty_id, sa.func.count())
            .where(Cycle.person_id == keep[1], Cycle.closing.is_(None))
            .group_by(Cycle.duty_id)
        ).all()
        assert all(n == 1 for _, n in numbers), "one open round for each duty"
        entry = db.scalars(sa.select(AuditEntry).filter_by(action=Action.MERGED_PERSONS)).one()
        assert entry.municipality_id == town.municipality
        went = db.scalars(sa.select(ErasedPerson)).one()
        assert (went.how, went.into_id) == (Gone.MERGED, keep[1])


def test_merging_rows_of_every_kind_leaves_nothing_of_the_second(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        vera, boaz = who(db, town, "vera"), who(db, town, "boaz")
        for person in (vera, boaz):
            everything.fill(db, person)
        wanted = {boaz.id.hex}
        keep, drop = (vera.municipality_id, vera.id), (boaz.municipality_id, boaz.id)
        person_actions.merge(db, KEY, keep=keep, drop=drop, actor=None, now=NOW, today=TODAY)
        stays = {(e.table, e.column) for e in REGISTER if e.erased is Fate.KEEP}
        assert not everything.found_anywhere(db, wanted) - stays


def test_a_duty_of_both_began_on_the_earlier_day(database: Database, town: Town) -> None:
    with database.transaction() as db:
        offices.fill(db, town, TODAY)
        query = sa.select(Assignment).where(Assignment.person_id == town.persons["boaz"])
        for one in db.scalars(query):
            one.from_on = dt.date(2020, 1, 1)
        db.flush()
        vera, boaz = who(db, town, "vera"), who(db, town, "boaz")
        keep, drop = (vera.municipality_id, vera.id), (boaz.municipality_id, boaz.id)
        person_actions.merge(db, KEY, keep=keep, drop=drop, actor=None, now=NOW, today=TODAY)
        mine = db.scalars(sa.select(Assignment).where(Assignment.person_id == keep[1])).all()
        assert {one.from_on for one in mine} == {dt.date(2020, 1, 1)}


def test_people_of_two_municipalities_never_become_one(database: Database, town: Town) -> None:
    with database.transaction() as db:
        anna, other = who(db, town, "anna"), who(db, town, "other_anna")
        for keep, drop in ((anna, other), (anna, anna)):
            with pytest.raises(NotMergeableError):
                person_actions.merge(
                    db, KEY, keep=(keep.municipality_id, keep.id),
                    drop=(drop.municipality_id, drop.id), actor=None, now=NOW, today=TODAY,
                )  # fmt: skip

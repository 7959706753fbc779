"""The log is only added to, and shows when somebody changed it."""

from __future__ import annotations

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.town import Town
from training.access import Visitor
from training.audit import actions, cli, queries, rules
from training.audit.models import Action, AuditEntry, AuditHead, AuditSubject
from training.db import Database

SECRET = "a secret for the log of these tests"
KEY = rules.derive_key(SECRET)
NOON = dt.datetime(2026, 11, 2, 11, 0, 0, 123456, tzinfo=dt.UTC)


def hanna(town: Town) -> Visitor:
    return Visitor(
        town.accounts["hanna"],
        "Hanna Prins",
        town.municipality,
        town.persons["hanna"],
        frozenset(),
    )


def write(database: Database, town: Town, times: int = 3) -> None:
    for number in range(times):
        with database.transaction() as db:
            actions.record(
                db,
                KEY,
                at=NOON + dt.timedelta(days=number),
                actor=hanna(town),
                action=Action.LOOKED,
                municipality_id=town.municipality,
                what=f"deelnameoverzicht, pagina {number}",
                details={"b": [1, 2], "a": "é"},
                person_ids=[town.persons["anna"], town.persons["vera"]],
            )


def verdict(database: Database) -> tuple[int, str]:
    said: list[str] = []
    code = cli.verify(database, SECRET, said.append)
    return code, "\n".join(said)


def test_an_untouched_log_verifies(database: Database, town: Town) -> None:
    write(database, town)
    code, said = verdict(database)
    assert code == 0
    assert "klopt. Laatste regel: 3" in said


FORGERIES = {
    "another actor": sa.update(AuditEntry)
    .where(AuditEntry.sequence == 2)
    .values(actor_name="Bas Mulder"),
    "another time": sa.update(AuditEntry).where(AuditEntry.sequence == 2).values(at=NOON),
    "other details": sa.update(AuditEntry).where(AuditEntry.sequence == 2).values(details={}),
    "a subject less": sa.delete(AuditSubject).where(AuditSubject.sequence == 2),
    "another subject": sa.insert(AuditSubject).from_select(
        ["municipality_id", "sequence", "person_id"],
        sa.select(AuditEntry.municipality_id, AuditEntry.sequence, sa.literal(uuid.uuid4())).where(
            AuditEntry.sequence == 2
        ),
    ),
    "the head set back": sa.update(AuditHead).values(sequence=2),
    "the checkpoint moved": sa.update(AuditHead).values(checkpoint_sequence=1),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_every_forgery_is_noticed(database: Database, town: Town, forgery: sa.Executable) -> None:
    write(database, town)
    with database.transaction() as db:
        db.execute(forgery)
    code, said = verdict(database)
    assert code == 1
    assert "KLOPT NIET" in said


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_line_that_disappears_is_noticed(database: Database, town: Town, gone: int) -> None:
    write(database, town)
    with database.transaction() as db:
        db.execute(sa.delete(AuditSubject).where(AuditSubject.sequence == gone))
        db.execute(sa.delete(AuditEntry).where(AuditEntry.sequence == gone))
    assert verdict(database)[0] == 1


def test_a_chain_written_with_another_key_does_not_hold(database: Database, town: Town) -> None:
    write(database, town)
    assert cli.verify(database, "another secret altogether", lambda _line: None) == 1


def test_old_entries_go_and_the_rest_still_verifies(database: Database, town: Town) -> None:
    write(database, town, times=5)
    before = NOON + dt.timedelta(days=2)
    with database.transaction() as db:
        assert actions.remove_before(db, KEY, town.municipality, before) == 2
        assert actions.remove_before(db, KEY, town.municipality, before) == 0
    with database.reading() as db:
        kept = db.scalars(sa.select(AuditEntry.sequence).order_by(AuditEntry.sequence)).all()
        assert kept == [3, 4, 5]
        assert not db.scalar(sa.select(sa.func.count()).where(AuditSubject.sequence < 3))
    assert verdict(database)[0] == 0
    write(database, town, times=1)
    assert verdict(database)[0] == 0


def test_everything_may_go_and_the_chain_goes_on(database: Database, town: Town) -> None:
    write(database, town)
    with database.transaction() as db:
        assert actions.remove_before(db, KEY, town.municipality, NOON + dt.timedelta(days=99)) == 3
    assert verdict(database)[0] == 0
    write(database, town, times=1)
    code, said = verdict(database)
    assert (code, "Laatste regel: 4" in said) == (0, True)


def test_twenty_at_once_make_one_chain(database: Database, town: Town) -> None:
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _number: write(database, town, 1), range(20)))
    code, said = verdict(database)
    assert (code, "Laatste regel: 20" in said) == (0, True)


def test_a_look_over_two_municipalities_is_in_the_log_of_each(
    database: Database, town: Town
) -> None:
    seen = [
        (town.municipality, town.persons["anna"]),
        (town.units["other"], town.persons["other_anna"]),
        (town.municipality, town.persons["hanna"]),  # herself
    ]
    with database.transaction() as db:
        actions.record_looked(
            db, KEY, at=NOON, actor=hanna(town), persons=seen, what="deelnameoverzicht"
        )
    with database.reading() as db:
        for municipality, person in seen[:2]:
            assert [e.actor_name for e in queries.about(db, municipality, person, 10)] == [
                "Hanna Prins"
            ]
            assert queries.found_count(db, queries.Search([municipality])) == 1
        assert queries.about(db, town.municipality, town.persons["hanna"], 10) == []
        assert queries.about(db, town.municipality, town.persons["other_anna"], 10) == []


def test_what_is_rolled_back_leaves_no_line(database: Database, town: Town) -> None:
    with database.writing() as db:
        actions.record(
            db, KEY, at=NOON, actor=None, action=Action.RAN_COMMAND, municipality_id=None
        )
        db.rollback()
    write(database, town, 1)
    assert verdict(database)[0] == 0


def test_the_log_is_searched_by_words_action_person_and_day(database: Database, town: Town) -> None:
    write(database, town)
    here = [town.municipality]

    def count(**search: object) -> int:
        with database.reading() as db:
            return queries.found_count(db, queries.Search(here, **search))  # type: ignore[arg-type]

    assert count(text="PAGINA 1") == 1
    assert count(text="100%") == 0
    assert count(actions=[Action.LOOKED]) == 3
    assert count(actions=[Action.EXPORTED]) == 0
    assert count(person_ids=[town.persons["anna"]]) == 3
    assert count(person_ids=[town.persons["theo"]]) == 0
    assert count(since=NOON + dt.timedelta(days=1), until=NOON + dt.timedelta(days=2)) == 1
    with database.reading() as db:
        page = queries.found(db, queries.Search(here), offset=1, limit=1)
        assert [entry.sequence for entry in page] == [2]
        ((total, some),) = queries.subjects_of(db, page, at_most=1).values()
        assert (total, len(some)) == (2, 1)

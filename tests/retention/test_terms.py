"""What is past its term goes, by the terms of each municipality; a dry run tells exactly that."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.reporting import offices
from tests.retention import everything
from tests.town import Town
from training import commands
from training.audit import actions as audit
from training.audit import queries as audit_queries
from training.audit import rules as chain
from training.audit.models import Action, AuditEntry
from training.db import Database
from training.evidence.models import Evidence
from training.mail.models import OutboxMessage
from training.mail.rules import MailState
from training.people.models import MunicipalitySetting, Person
from training.people.municipality_settings import Chosen
from training.reporting.figure_actions import write_months
from training.reporting.models import FigureMonth
from training.retention import actions
from training.retention.models import ErasedPerson, RetentionRun
from training.retention.rules import PSEUDONYM, Gone, Removed, limits

KEY = chain.derive_key("a secret for tests only, of more than 32 characters")
TODAY = dt.date(2026, 11, 2)
NOW = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def run(database: Database, today: dt.date = TODAY, keep: bool = True) -> dict[str, Removed]:
    found = actions.run(database, KEY, today, NOW, keep)
    return {one.municipality.name if one.municipality else "": one.removed for one in found}


def leave(db: Session, town: Town, short: str, on: dt.date) -> None:
    db.execute(sa.update(Person).where(Person.id == town.persons[short]).values(left_on=on))


def name_of(database: Database, town: Town, short: str) -> str | None:
    with database.reading() as db:
        person = db.scalars(sa.select(Person).where(Person.id == town.persons[short])).first()
        return person.given_name if person else None


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)), st.integers(-5, 200), st.integers(-5, 60)
)
def test_no_municipality_keeps_longer_than_the_maximum(
    day: dt.date, days: int, months: int
) -> None:
    """Also when somebody writes another number straight into the database."""
    bounds = limits(Chosen({"days_by_name": days, "months_as_pseudonym": months}), day)
    assert day - 90 * DAY <= bounds.by_name <= day
    assert bounds.as_pseudonym <= bounds.by_name
    assert bounds.as_pseudonym >= bounds.by_name - 732 * DAY


@pytest.mark.parametrize(
    ("left_days_ago", "expected"),
    [(30, "Vera"), (31, PSEUDONYM), (31 + 700, PSEUDONYM), (800, None)],
)
def test_a_leaver_is_named_thirty_days_then_a_pseudonym_then_gone(
    database: Database, town: Town, left_days_ago: int, expected: str | None
) -> None:
    with database.transaction() as db:
        offices.fill(db, town, TODAY)
        leave(db, town, "vera", TODAY - left_days_ago * DAY)
    run(database)
    assert name_of(database, town, "vera") == expected
    with database.reading() as db:
        proofs = sa.select(sa.func.count()).where(Evidence.person_id == town.persons["vera"])
        assert bool(db.scalar(proofs)) == (expected is not None)


def test_each_municipality_has_its_own_terms(database: Database, town: Town) -> None:
    with database.transaction() as db:
        for short in ("anna", "other_anna"):
            leave(db, town, short, TODAY - 10 * DAY)
        db.add(MunicipalitySetting(municipality_id=town.units["other"], key="days_by_name",
                                   value={"value": 5}))  # fmt: skip
    run(database)
    assert name_of(database, town, "anna") == "Anna"
    assert name_of(database, town, "other_anna") == PSEUDONYM


def test_a_dry_run_tells_exactly_and_does_nothing(database: Database, town: Town) -> None:
    with database.transaction() as db:
        offices.fill(db, town, TODAY)
        leave(db, town, "vera", TODAY - 40 * DAY)
        leave(db, town, "boaz", TODAY - 900 * DAY)
        before = everything.found_anywhere(db, {town.persons["vera"].hex, town.persons["boaz"].hex})
    told = run(database, keep=False)
    with database.reading() as db:
        wanted = {town.persons["vera"].hex, town.persons["boaz"].hex}
        assert everything.found_anywhere(db, wanted) == before
        assert db.scalars(sa.select(RetentionRun)).all() == []
    done = run(database)
    assert done == told
    assert (told["Merendijk"].pseudonyms, told["Merendijk"].persons) == (1, 1)
    assert not any(removed.anything for removed in run(database).values()), "again: nothing"


def test_what_went_is_written_down_in_numbers(database: Database, town: Town) -> None:
    with database.transaction() as db:
        leave(db, town, "vera", TODAY - 40 * DAY)
    run(database)
    with database.reading() as db:
        written = db.scalars(sa.select(RetentionRun)).one()
        assert written.removed == {"namen vervangen door een schuilnaam": 1}
        entry = db.scalars(sa.select(AuditEntry).filter_by(action=Action.REMOVED_EXPIRED)).one()
        assert entry.details == written.removed
        assert db.scalars(sa.select(ErasedPerson)).one().how is Gone.PSEUDONYM


def test_the_log_goes_up_to_a_signed_place_and_still_verifies(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        for months in (20, 19, 1, 0):
            audit.record(db, KEY, at=NOW - dt.timedelta(days=31 * months), actor=None,
                         action=Action.LOOKED, municipality_id=town.municipality, what="x")  # fmt: skip
    assert run(database)["Merendijk"].log_lines == 2
    with database.reading() as db:
        checkpoint, head = audit_queries.ends(db, town.municipality)
        lines = audit_queries.lines(db, town.municipality, checkpoint.sequence, head.sequence)
        assert chain.verify(KEY, checkpoint, head, lines) is None
        assert checkpoint.sequence == 2


def test_sent_mail_forgets_to_whom_and_is_not_written_again(database: Database, town: Town) -> None:
    from training.mail.actions import Letter, write
    from training.mail.rules import MailKind

    letter = Letter(MailKind.REMINDER, "reminder:x", "anna@merendijk.example", "Kijk", "Tekst",
                    town.municipality, town.persons["anna"])  # fmt: skip
    with database.transaction() as db:
        write(db, [letter], NOW - dt.timedelta(days=40))
        db.execute(sa.update(OutboxMessage).values(state=MailState.SENT))
    assert run(database)["Merendijk"].mails == 1
    with database.transaction() as db:
        kept = db.scalars(sa.select(OutboxMessage)).one()
        assert (kept.to_address, kept.subject, kept.person_id) == ("", "", None)
        assert write(db, [letter], NOW) == 0


def test_statistics_stay_when_people_go(database: Database, town: Town) -> None:
    with database.transaction() as db:
        offices.fill(db, town, TODAY)
        write_months(db, TODAY)
        before = [(r.month, r.people, r.good) for r in db.scalars(sa.select(FigureMonth))]
        assert before
        for short in ("anna", "vera", "boaz"):
            leave(db, town, short, TODAY - 900 * DAY)
    assert run(database)["Merendijk"].persons == 3
    with database.reading() as db:
        assert [(r.month, r.people, r.good) for r in db.scalars(sa.select(FigureMonth))] == before


# A backup that is put back.


@pytest.fixture
def installed(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "a secret for tests only, of more than 32 characters")
    address = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", address)
    from training import migrating

    monkeypatch.setattr(migrating, "migrate", lambda _url: None)  # the town has its tables already
    return tmp_path


def test_a_restore_brings_nobody_back(
    installed: Path,
    database: Database,
    town: Town,
    empty_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from training.db import Base
    from training.retention import memory, person_actions

    key = (town.municipality, town.persons["boaz"])
    with database.transaction() as db:
        offices.fill(db, town, TODAY)
    assert commands.main(["backup", str(installed / "kopie.gz")]) == 0
    with database.transaction() as db:
        person_actions.erase(db, key, Gone.ERASED, TODAY)
        person_actions.pseudonymise(db, (key[0], town.persons["vera"]), KEY, TODAY)
        person_actions.merge(
            db, KEY, keep=(key[0], town.persons["theo"]), drop=(key[0], town.persons["marga"]),
            actor=None, now=NOW, today=TODAY,
        )  # fmt: skip
        memory.write(db, installed)
    text = (installed / memory.FILE).read_text()
    assert "Boaz" not in text
    assert "Vera" not in text
    other = Database(empty_url)
    Base.metadata.create_all(other.engine)
    monkeypatch.setenv("DATABASE_URL", empty_url)
    assert commands.main(["restore", str(installed / "kopie.gz")]) == 0
    assert "3 mensen opnieuw gewist" in capsys.readouterr().out
    with other.reading() as db:
        assert db.get(Person, key) is None
        assert db.get(Person, (key[0], town.persons["marga"])) is None
        assert db.get_one(Person, (key[0], town.persons["vera"])).given_name == PSEUDONYM
    assert len((installed / memory.FILE).read_text().splitlines()) == 3
    other.dispose()


def test_the_command_tells_what_would_go(
    installed: Path, database: Database, town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.transaction() as db:
        leave(db, town, "vera", TODAY)
    later = (TODAY + 31 * DAY).isoformat()
    assert commands.main(["retention", "--dry-run", "--on", later]) == 0
    told = capsys.readouterr().out
    assert "niets verwijderd" in told
    assert "Merendijk: namen vervangen door een schuilnaam: 1" in told
    assert name_of(database, town, "vera") == "Vera"
    assert commands.main(["retention", "--on", later]) == 0
    assert name_of(database, town, "vera") == PSEUDONYM

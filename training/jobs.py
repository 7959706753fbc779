"""Runs what must happen without anybody asking: nightly cycles and digests, mail, ballots.

The jobs are declared here, in code, and kept in memory: a shared job store ran every job in every
process. Only one worker is the leader at a time; that saves work, and is no promise: exactly-once
comes from unique keys in the data.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import signal
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import TextIO

import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session

from training import clock
from training.assignments import actions as assignments
from training.assignments.check_actions import keep_findings
from training.assignments.check_queries import checks
from training.assignments.feed_actions import keep_entries
from training.assignments.message_actions import write_messages
from training.assignments.release_actions import keep_calendars, note_releases
from training.assignments.reminder_actions import write_digests
from training.assignments.team_digest_actions import write_team_digests
from training.audit.rules import derive_key
from training.ballots.actions import count_ballots
from training.ballots.box import Box
from training.ballots.rules import Thresholds
from training.content.classes import Library
from training.db import Database
from training.mail import actions as mail
from training.mail.queries import written_at
from training.mail.rules import MailKind
from training.mail.transport import Transport, transport_of
from training.meetings.live_actions import end_idle
from training.meetings.planned_letters import remind
from training.meetings.round_box import RoundBox
from training.meetings.series_actions import plan_ahead
from training.people.models import Unit
from training.people.municipality_settings import (
    BRAKE_PERCENT,
    LEAST_FOR_OPTIONS,
    sender_names,
    settings_of_all,
)
from training.people.rules import UnitKind
from training.people.upload_actions import remove_expired
from training.people.watch_actions import take_folder
from training.reporting.figure_actions import write_months
from training.reporting.half_year_actions import make_reports
from training.reporting.making_actions import make_waiting, send_views
from training.retention.alarm_actions import tell_alarms
from training.retention.cli import clean
from training.settings import Settings

LEADER_LOCK = 0x77656572  # "weer": the number of the advisory lock on PostgreSQL
log = logging.getLogger(__name__)


def nightly(
    database: Database, library: Library, today: dt.date, now: dt.datetime, keep: bool = True
) -> tuple[assignments.Outcome, dict[MailKind, int]]:
    """Opens and settles cycles and writes digests, in one transaction; safe to run again, also by
    several workers at once. Returns also how many mails that put in the outbox, of each kind.
    Without `keep` nothing is written: it only tells what would be. After
    it the records are checked, and what is wrong is kept for the administrator."""
    with database.writing() as db:
        keep_calendars(db, library)
        note_releases(db, library, today)
        outcome = assignments.run_pass(db, today, now, _shares(db))
        db.flush()
        for brake in outcome.stopped:  # the caller tells them after the transaction
            db.refresh(brake)
            db.expunge(brake)
        write_digests(db, library, today, now)
        write_messages(db, library, today, now)
        write_team_digests(db, today, now)
        keep_entries(db, today)
        write_months(db, today)
        make_reports(db, library, today, now)
        mails = written_at(db, now)
        if keep:
            db.commit()
    if keep:
        with database.transaction() as db:
            wrong = keep_findings(db, today)
        for check in wrong:
            log.error("nightly check: %s is wrong in %d records", check.rule, check.wrong)
    log.info(
        "nightly: %d assignments, %d cycles, %d settled, %d stopped, %d mails",
        outcome.assignments,
        outcome.cycles,
        outcome.settled,
        len(outcome.stopped),
        sum(mails.values()),
    )
    return outcome, mails


def _shares(db: Session) -> Mapping[uuid.UUID, float]:
    """Of each municipality the share of its people above which a transition stops and asks."""
    kind = UnitKind.MUNICIPALITY
    municipalities = db.scalars(sa.select(Unit.id).where(Unit.kind == kind)).all()
    chosen = settings_of_all(db, municipalities)
    return {one: chosen[one][BRAKE_PERCENT] / 100 for one in municipalities}


def self_check(db: Session, today: dt.date) -> list[tuple[bool, str]]:
    """What must always hold in the records, each with whether it does."""
    return [(check.holds, check.text) for check in checks(db, today)]


@contextmanager
def leadership(database: Database, settings: Settings) -> Iterator[bool]:
    """Whether this process leads for as long as it stays inside: an advisory lock on PostgreSQL,
    a lock on a file beside SQLite."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect() as connection:
            got = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LEADER_LOCK)))
            try:
                yield bool(got)
            finally:
                if got:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(LEADER_LOCK)))
        return
    with (settings.data_dir / "worker.lock").open("w") as file:
        yield _locked(file)


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def work(settings: Settings, database: Database, library: Library) -> None:
    """Runs the schedule until SIGTERM or Ctrl-C."""
    with database.transaction() as db:  # a new installation has quiet times before its first night
        keep_calendars(db, library)
    transport = transport_of(settings.smtp_url, settings.mail_dir, settings.mail_from)
    stop = threading.Event()
    scheduler = schedule(settings, database, library, transport)
    scheduler.start()

    def finish(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    stop.wait()
    scheduler.shutdown(wait=True)


def raised_thresholds(database: Database) -> dict[uuid.UUID, Thresholds]:
    """From how many ballots each municipality that chose so lets choices be shown; never fewer than
    the law of this product."""
    with database.reading() as db:
        return {
            municipality_id: Thresholds().raised(options=chosen[LEAST_FOR_OPTIONS])
            for municipality_id, chosen in settings_of_all(db).items()
        }


def names_of_senders(database: Database) -> Mapping[uuid.UUID, str]:
    """As whom municipalities send their mail, read when there is mail to send."""
    with database.reading() as db:
        return sender_names(db)


def schedule(
    settings: Settings, database: Database, library: Library, transport: Transport
) -> BackgroundScheduler:
    """All jobs with their times; a job that came late runs once."""
    scheduler = BackgroundScheduler(
        timezone=clock.AMSTERDAM, job_defaults={"coalesce": True, "misfire_grace_time": None}
    )

    def led(job: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            with leadership(database, settings) as leads:
                if leads:
                    job()

        return run

    def nightly_now() -> None:
        nightly(database, library, clock.today(), clock.now())

    def send_now() -> None:
        mail.send_pending(
            database, transport, clock.now(), sender_names=partial(names_of_senders, database)
        )

    def clean_now() -> None:
        clean(
            database,
            settings.secret_key,
            settings.data_dir,
            clock.today(),
            clock.now(),
            keep=True,
            say=log.info,
        )

    def tell_alarms_now() -> None:
        with database.transaction() as db:
            tell_alarms(db, settings.base_url, clock.today(), clock.now())

    def send_views_now() -> None:
        with database.transaction() as db:
            send_views(db, settings.base_url, clock.today(), clock.now())

    def make_reports_now() -> None:
        make_waiting(database, clock.now())

    def count_now() -> None:
        count_ballots(database, Box(settings.box_dir), raised_thresholds(database))

    def remind_now() -> None:
        with database.transaction() as db:
            plan_ahead(db, library, clock.today(), clock.now())
            remind(db, settings.base_url, clock.now())

    def remove_files_now() -> None:
        with database.transaction() as db:
            remove_expired(db, clock.now())

    def take_folder_now() -> None:
        if settings.import_dir is not None:
            key = derive_key(settings.secret_key)
            take_folder(database, key, settings.import_dir, clock.now(), clock.today())

    def end_idle_now() -> None:
        end_idle(database, RoundBox(settings.box_dir), clock.now())

    # Also at the start: a machine that was off at five o'clock is up to date at once.
    scheduler.add_job(led(nightly_now), "cron", hour=5, next_run_time=clock.now())
    scheduler.add_job(send_now, "interval", seconds=5, max_instances=1)
    scheduler.add_job(count_now, "cron", minute=17)
    scheduler.add_job(led(remove_files_now), "cron", minute="*/10")
    scheduler.add_job(led(take_folder_now), "cron", minute="*/5", max_instances=1)
    scheduler.add_job(led(end_idle_now), "cron", minute=41)
    scheduler.add_job(led(remind_now), "cron", hour="8-18", minute=11)
    scheduler.add_job(led(send_views_now), "cron", hour=7)
    scheduler.add_job(led(clean_now), "cron", hour=4)
    scheduler.add_job(led(tell_alarms_now), "interval", minutes=1)
    scheduler.add_job(make_reports_now, "interval", seconds=2, max_instances=1)
    return scheduler

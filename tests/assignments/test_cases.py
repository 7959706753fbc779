"""The cases of the specification that touch the records, each by its name."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.town import Town
from training import jobs
from training.assignments import actions, brake_actions, person_actions, set_actions
from training.assignments.actions import run_pass
from training.assignments.check_actions import keep_findings
from training.assignments.check_queries import open_findings
from training.assignments.duty_actions import Reason, change_policy
from training.assignments.facts import duties_at
from training.assignments.models import (
    Assignment,
    Brake,
    Cycle,
    CycleEvent,
    Duty,
    ExtraOpening,
    Pause,
    Reminder,
    RosterChange,
)
from training.assignments.opening_actions import Asked, RefusedError, open_extra
from training.assignments.queries import (
    DutyStanding,
    people_with_news,
    standing_rows,
    standings,
    unwritten,
)
from training.assignments.release_actions import keep_calendars, note_releases
from training.assignments.rules import Cause, Closing, Policy, RefresherForm, Standing, Transition
from training.content.classes import Change, ContentKind, Library
from training.db import Database
from training.evidence.actions import record
from training.home.rules import tasks
from training.people.council_actions import begin_term
from training.people.models import MunicipalitySetting, Person, Position
from training.people.rules import PositionKind

D = dt.date.fromisoformat
DAY = dt.timedelta(days=1)
START = D("2026-01-05")
MODULE = "drugshandel-herkennen"
AT = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)


def make_duty(
    db: Session,
    town: Town,
    policy: Policy,
    audiences: tuple[str, ...] = ("baliemedewerkers",),
    title: str = "Signalen",
    contents: tuple[tuple[ContentKind, str], ...] = ((ContentKind.MODULE, MODULE),),
) -> uuid.UUID:
    duty = actions.make_duty(
        db,
        unit_id=town.units["a2"],
        title=title,
        contents=contents,
        audiences=audiences,
        policy=policy,
    )
    return duty.id


def does(db: Session, town: Town, who: str, day: str, version: int = 1) -> None:
    record(
        db,
        municipality_id=town.municipality,
        person_id=town.persons[who],
        unit_id=town.units["burgerzaken"],
        kind=ContentKind.MODULE,
        content_id=MODULE,
        version=version,
        completed_on=D(day),
    )


def stand(db: Session, town: Town, who: str, day: str) -> DutyStanding:
    [found] = standings(db, town.municipality, town.persons[who], D(day))
    return found


def in_sql(db: Session, town: Town, who: str, day: str) -> str:
    rows = standing_rows(D(day), unwritten(db, D(day)))
    query = sa.select(rows.c.standing).where(rows.c.person_id == town.persons[who])
    return str(db.scalar(query))


def moves(db: Session, town: Town, who: str, until: str, to: str | None, title: str = "") -> None:
    """A position ends; another begins the day after, or later when `to` is a day."""
    old = db.scalars(sa.select(Position).where(Position.person_id == town.persons[who])).one()
    old.until_on = D(until)
    if to is not None:
        db.add(
            Position(
                municipality_id=town.municipality,
                person_id=town.persons[who],
                unit_id=old.unit_id,
                kind=old.kind,
                job_title=title or old.job_title,
                from_on=D(to),
                recorded_on=D(to),
            )
        )
    db.flush()


YEARLY = Policy(1, START, first_due_days=30)


def test_joined_on_31_january_with_one_month(database: Database, town: Town) -> None:
    """The last day of each month, and the 31st again where there is one."""
    monthly = Policy(1, D("2027-01-01"), 30, validity_months=1, window_days=5)
    with database.transaction() as db:
        anna = db.scalars(sa.select(Person).where(Person.id == town.persons["anna"])).one()
        anna.joined_on = D("2027-01-31")
        make_duty(db, town, replace(monthly, basis=actions.rules.Basis.ANNIVERSARY))
        does(db, town, "anna", "2027-01-31")
        does(db, town, "anna", "2027-02-26")
        run_pass(db, D("2027-02-27"))
        chain = stand(db, town, "anna", "2027-02-27").chain
    assert [round_.valid_until for round_ in chain] == [D("2027-02-28"), D("2027-03-31")]


def test_joined_before_the_duty_existed(database: Database, town: Town) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, from_on=D("2026-10-01")))
        run_pass(db, D("2026-10-01"))
        found = stand(db, town, "anna", "2026-10-01")
    assert found.current is not None
    assert found.current.due_on == D("2026-10-31"), "anna joined a month before"


def test_rehired_after_two_years_what_is_still_valid_counts(database: Database, town: Town) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, validity_months=36))
        does(db, town, "anna", "2026-09-10")
        moves(db, town, "anna", "2026-10-31", "2028-11-01")
        for day in ("2026-10-01", "2026-12-01", "2028-11-01", "2028-11-20"):
            run_pass(db, D(day))
        assert stand(db, town, "anna", "2027-06-01").standing is Standing.LAPSED
        assert in_sql(db, town, "anna", "2027-06-01") == "LAPSED"
        assert stand(db, town, "anna", "2028-11-01").standing is Standing.VALID
        assert in_sql(db, town, "anna", "2028-11-01") == "VALID"


def test_rehired_with_proof_that_ran_out_begins_anew_and_is_not_late(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        make_duty(db, town, YEARLY)
        does(db, town, "anna", "2026-09-10")
        moves(db, town, "anna", "2026-10-31", "2028-11-01")
        run_pass(db, D("2028-11-01"))
        found = stand(db, town, "anna", "2028-11-01")
        assert found.standing is Standing.OPEN
        assert found.current is not None
        assert found.current.due_on == D("2028-11-15"), "the notice after return"
        assert in_sql(db, town, "anna", "2028-11-01") == "OPEN"


def test_paused_across_the_due_date(database: Database, town: Town) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, from_on=D("2026-10-01")))
        run_pass(db, D("2026-10-01"))
        key = {"municipality_id": town.municipality, "person_id": town.persons["anna"]}
        db.add(Pause(**key, from_on=D("2026-10-20"), until_on=D("2026-12-31")))
        db.flush()
        assert in_sql(db, town, "anna", "2026-11-15") == "PAUSED"
        run_pass(db, D("2026-10-20"))
        assert stand(db, town, "anna", "2027-01-02").standing is Standing.OPEN
        assert db.scalar(sa.select(Cycle.due_on).filter_by(**key)) == D("2027-01-14")
        told = db.scalars(sa.select(CycleEvent).filter_by(**key)).all()
    assert [event.details["due_on"] for event in told] == [["2026-10-31", "2027-01-14"]]


def test_moved_between_two_audiences_with_different_due_dates(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, from_on=D("2026-10-01")), title="Balie")
        late = Policy(1, D("2026-10-01"), first_due_days=120)
        make_duty(db, town, late, audiences=("vergunningverleners",), title="Vergunningen")
        run_pass(db, D("2026-10-01"))
        moves(db, town, "anna", "2026-10-14", "2026-10-15", "Vergunningverlener")
        run_pass(db, D("2026-10-15"))
        found = {
            one.duty.title: one
            for one in standings(db, town.municipality, town.persons["anna"], D("2026-11-15"))
        }
        assert found["Balie"].standing is Standing.LAPSED
        assert found["Vergunningen"].standing is Standing.OPEN
        assert found["Vergunningen"].current is not None
        assert found["Vergunningen"].current.due_on == D("2027-02-12"), "counted from the move"
        run_pass(db, D("2026-11-15"))
        closings = dict(
            db.execute(
                sa.select(Duty.title, Cycle.closing)
                .join_from(Cycle, Duty, Duty.id == Cycle.duty_id)
                .where(Cycle.person_id == town.persons["anna"])
            ).all()
        )
    assert closings["Balie"] is Closing.LAPSED


def test_the_same_module_in_two_duties_is_one_line_with_the_earliest_date(
    database: Database, town: Town, library: Library
) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, from_on=D("2026-10-01")), title="Vroeg")
        later = Policy(1, D("2026-10-01"), first_due_days=90)
        make_duty(db, town, later, audiences=("alle-medewerkers",), title="Later")
        found = standings(db, town.municipality, town.persons["anna"], D("2026-10-01"))
        [line] = tasks(found, library, [], D("2026-10-01"))
        does(db, town, "anna", "2026-10-02")
        after = standings(db, town.municipality, town.persons["anna"], D("2026-10-02"))
    assert (line.due_on, set(line.reasons)) == (D("2026-10-31"), {"Vroeg", "Later"})
    assert {one.standing for one in after} == {Standing.VALID}, "one proof fulfils both"


def test_a_policy_shortened_while_the_window_is_open(database: Database, town: Town) -> None:
    with database.transaction() as db:
        duty_id = make_duty(db, town, YEARLY)
        does(db, town, "anna", "2026-09-10")
        run_pass(db, D("2027-08-01"))  # the window is open: valid until 10 September
        shorter = {"duty_id": duty_id, "version": 2, "from_on": D("2027-08-02"), "quiet": []}
        values = {name: getattr(YEARLY, name) for name in Policy.__slots__}
        db.execute(
            sa.insert(actions.DutyPolicy).values(**{**values, **shorter, "validity_months": 6})
        )
        run_pass(db, D("2027-08-03"))
        found = stand(db, town, "anna", "2027-08-03")
        assert found.standing is Standing.REFRESHER_OPEN
        assert found.current is not None
        assert found.current.due_on == D("2027-09-10"), "what is open keeps its dates"
        does(db, town, "anna", "2027-08-04")
        after = stand(db, town, "anna", "2027-08-04").current
        assert after is not None
        assert after.valid_until == D("2028-08-04"), "under the version with which it opened"


def test_two_historic_completions_imported_for_one_person(database: Database, town: Town) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, from_on=D("2026-10-01")))
        does(db, town, "anna", "2026-02-01")
        does(db, town, "anna", "2026-03-01")
        run_pass(db, D("2026-10-01"))
        found = stand(db, town, "anna", "2026-10-01")
    assert found.standing is Standing.VALID
    assert found.current is not None
    assert found.current.valid_until == D("2027-03-01"), "the newest of the two holds longest"


def test_a_double_click_on_complete_is_one_proof(database: Database, town: Town) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, from_on=D("2026-10-01")))
        does(db, town, "anna", "2026-10-05")
        does(db, town, "anna", "2026-10-05")
        run_pass(db, D("2026-10-05"))
        again = run_pass(db, D("2026-10-05"))
        chain = stand(db, town, "anna", "2026-10-05").chain
    assert len(chain) == 1
    assert (again.cycles, again.settled, again.assignments) == (0, 0, 0)


def test_the_job_not_run_for_a_hundred_days(database: Database, town: Town) -> None:
    def written(skip: bool) -> list[tuple[object, ...]]:
        with database.writing() as db:
            make_duty(db, town, YEARLY)
            does(db, town, "anna", "2026-09-10")
            day = D("2027-06-01")
            run_pass(db, day)
            for _ in range(100):
                day += DAY
                if not skip:
                    run_pass(db, day)
            assert in_sql(db, town, "anna", day.isoformat()) == "REFRESHER_OPEN"
            run_pass(db, day)
            columns = [c for c in Cycle.__table__.columns if c.name != "duty_id"]
            return sorted(tuple(map(str, row)) for row in db.execute(sa.select(*columns)))

    assert written(skip=True) == written(skip=False)


def test_a_successor_in_mid_term_gets_the_same_time_as_anybody(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, from_on=D("2026-03-26")), audiences=("raadsleden",))
        joined = D("2027-10-07")
        key = {"municipality_id": town.municipality}
        successor = Person(
            **key,
            id=uuid.uuid4(),
            given_name="Sanne",
            family_name="Vos",
            joined_on=joined,
        )
        db.add(successor)
        db.flush()
        db.add(
            Position(
                **key,
                person_id=successor.id,
                unit_id=town.units["raad"],
                kind=PositionKind.COUNCILLOR,
                from_on=joined,
                recorded_on=joined,
            )
        )
        run_pass(db, joined)
        due = db.scalar(sa.select(Cycle.due_on).where(Cycle.person_id == successor.id))
    assert due == D("2027-11-06")


def test_a_person_with_two_jobs_has_one_duty_with_both_reasons(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        make_duty(db, town, YEARLY, audiences=("baliemedewerkers", "boas"))
        db.add(
            Position(
                municipality_id=town.municipality,
                person_id=town.persons["boaz"],
                unit_id=town.units["burgerzaken"],
                kind=PositionKind.EMPLOYEE,
                job_title="Medewerker burgerzaken",
                from_on=D("2026-02-01"),
                recorded_on=D("2026-02-01"),
            )
        )
        run_pass(db, D("2026-02-01"))
        boaz = Assignment.person_id == town.persons["boaz"]
        [reasons] = db.scalars(sa.select(Assignment.reasons).where(boaz)).all()
        cycles = sa.select(sa.func.count()).where(Cycle.person_id == town.persons["boaz"])
        assert reasons == ["baliemedewerkers", "boas"]
        assert db.scalar(cycles) == 1


# ------------------------------------------------------------------ content and openings


def published(library: Library, version: int, change: Change) -> Library:
    """The library with another version of the module."""
    module = library.modules[MODULE]
    changed = replace(module, version=version, change=change)
    return replace(library, modules={**library.modules, MODULE: changed})


@pytest.mark.parametrize(
    ("change", "standing", "form", "due"),
    [
        (Change.EDITORIAL, Standing.VALID, RefresherForm.FULL, None),
        (Change.ADDITION, Standing.REFRESHER_OPEN, RefresherForm.NEW, "2026-12-01"),
        (Change.MANDATORY_AGAIN, Standing.REFRESHER_OPEN, RefresherForm.FULL, "2026-12-01"),
    ],
)
def test_what_the_author_decides_about_a_new_version(
    database: Database,
    town: Town,
    library: Library,
    change: Change,
    standing: Standing,
    form: RefresherForm,
    due: str | None,
) -> None:
    first = library.modules[MODULE].version
    with database.transaction() as db:
        make_duty(db, town, YEARLY)
        assert note_releases(db, library, D("2026-10-01")) == 0, "the first version asks nothing"
        does(db, town, "anna", "2026-09-10", first)
        run_pass(db, D("2026-10-01"))
        note_releases(db, published(library, first + 1, change), D("2026-11-01"))
        again = note_releases(db, published(library, first + 1, change), D("2026-11-02"))
        run_pass(db, D("2026-11-01"))
        found = stand(db, town, "anna", "2026-11-01")
        assert again == 0
        assert (found.standing, found.form) == (standing, form)
        assert in_sql(db, town, "anna", "2026-11-01") == standing.name
        assert found.current is not None
        if due:
            assert found.current.due_on == D(due)
        does(db, town, "anna", "2026-11-10", first)
        assert stand(db, town, "anna", "2026-11-10").standing is standing, "an old version is no"
        does(db, town, "anna", "2026-11-12", first + 1)
        after = stand(db, town, "anna", "2026-11-12")
    assert after.standing is Standing.VALID
    assert after.current is not None
    until = "2027-11-12" if change is Change.MANDATORY_AGAIN else "2027-09-10"
    assert after.current.valid_until == D(until), "an addition does not make it hold longer"


def test_an_incident_opens_a_round_for_who_was_done_and_an_earlier_date_for_who_was_not(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        policy = Policy(1, D("2026-10-01"), first_due_days=90)
        duty_id = make_duty(db, town, policy, audiences=("alle-medewerkers",))
        does(db, town, "anna", "2026-10-05")
        run_pass(db, D("2026-11-01"))
        asked = Asked(duty_id, Cause.INCIDENT, D("2026-11-02"), 21, "Poging tot omkoping", "Fatma")
        assert open_extra(db, asked, D("2026-11-02"), AT) > 10
        anna, vera = (stand(db, town, who, "2026-11-02") for who in ("anna", "vera"))
        stored = dict(
            db.execute(
                sa.select(Cycle.person_id, Cycle.due_on).where(Cycle.closed_on.is_(None))
            ).all()
        )
        assert [r.cause for r in anna.chain] == [Cause.TURN, Cause.INCIDENT]
        assert (anna.standing, vera.standing) == (Standing.REFRESHER_OPEN, Standing.OPEN)
        assert len(vera.chain) == 1, "who has work still to do gets no second round"
        assert {stored[town.persons[who]] for who in ("anna", "vera")} == {D("2026-11-23")}


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens_on": D("2026-11-01")},
        {"due_days": 0},
        {"why": " "},
        {"cause": Cause.ADDITION},
        {"people": ["vera"], "own_id": "vera"},
    ],
)
def test_an_opening_that_is_not_right_is_refused_with_what_to_do(
    database: Database, town: Town, wrong: dict[str, object]
) -> None:
    asked = Asked(uuid.uuid4(), Cause.LAW, D("2026-11-02"), 21, "Nieuwe wet", "Fatma")
    with database.reading() as db, pytest.raises(RefusedError):
        open_extra(db, replace(asked, **wrong), D("2026-11-02"), AT)  # type: ignore[arg-type]


def test_nobody_decides_about_him_or_herself(database: Database, town: Town) -> None:
    hanna = town.persons["hanna"]
    own = person_actions.Decision(town.municipality, hanna, "Hanna Prins", AT, own_id=hanna)
    with (
        database.transaction() as db,
        pytest.raises(person_actions.RefusedError, match="voor jezelf"),
    ):
        person_actions.pause(db, own, D("2026-11-10"), D("2026-12-10"))


def test_a_pause_is_recorded_after_what_followed_without_it(database: Database, town: Town) -> None:
    """The pass did not run for months: still, what was over before the pause keeps its dates."""

    def dates(with_passes: bool) -> list[tuple[object, ...]]:
        with database.writing() as db:
            make_duty(db, town, replace(YEARLY, validity_months=2, window_days=7))
            run_pass(db, D("2026-09-05"))
            if with_passes:
                for day in ("2026-12-01", "2027-02-01", "2027-04-01"):
                    run_pass(db, D(day))
            at = dt.datetime(2027, 4, 2, 9, tzinfo=dt.UTC)
            decision = person_actions.Decision(
                town.municipality, town.persons["anna"], "Hanna Prins", at
            )
            person_actions.pause(db, decision, D("2027-04-02"), D("2027-06-01"))
            anna = Cycle.person_id == town.persons["anna"]
            query = sa.select(Cycle.number, Cycle.opens_on, Cycle.due_on).where(anna)
            return [tuple(row) for row in db.execute(query.order_by(Cycle.number))]

    found = dates(with_passes=False)
    assert len(found) > 2
    assert found == dates(with_passes=True)


def test_a_due_date_in_the_holidays_of_the_region_moves_to_the_first_working_day_after(
    database: Database, town: Town, library: Library
) -> None:
    with database.transaction() as db:
        keep_calendars(db, library)
        keep_calendars(db, library)
        for municipality, region in ((town.municipality, "noord"), (town.units["other"], "zuid")):
            db.add(
                MunicipalitySetting(
                    municipality_id=municipality, key="school_region", value={"value": region}
                )
            )
        quiet = ("schoolvakanties", "raadsreces", "verkiezingsdag")
        make_duty(db, town, replace(YEARLY, from_on=D("2026-09-14"), quiet=quiet))
        run_pass(db, D("2026-09-14"))
        due = dict(
            db.execute(
                sa.select(Cycle.municipality_id, Cycle.due_on).where(
                    Cycle.municipality_id.in_([town.municipality, town.units["other"]])
                )
            ).all()
        )
        assert stand(db, town, "anna", "2026-09-14").current is not None
    assert due == {town.municipality: D("2026-10-19"), town.units["other"]: D("2026-10-14")}


# ------------------------------------------------------------------ the nightly pass


def test_a_transition_that_would_touch_many_people_stops_and_asks(
    database: Database, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brake_actions, "LEAST", 3)
    with database.transaction() as db:
        make_duty(db, town, YEARLY, audiences=("alle-medewerkers",))
        run_pass(db, D("2026-11-02"), shares=dict.fromkeys(all_municipalities(town), 0.5))
        before = db.scalar(sa.select(sa.func.count()).select_from(Assignment))
        assert before, "a new duty was shown before it was saved: it does not stop"
        left = D("2026-11-02")
        db.execute(
            sa.update(Position)
            .where(Position.municipality_id == town.municipality)
            .values(until_on=left)
        )
        outcome = run_pass(db, D("2026-11-03"), shares=dict.fromkeys(all_municipalities(town), 0.5))
        [stopped] = outcome.stopped
        assert stopped.transition is Transition.LAPSE
        still = sa.select(sa.func.count()).where(Assignment.until_on.is_(None))
        assert db.scalar(still) == before, "nothing of it was written"
        again = run_pass(db, D("2026-11-04"), shares=dict.fromkeys(all_municipalities(town), 0.5))
        assert [brake.id for brake in again.stopped] == [stopped.id], "one question, not two"
        assert brake_actions.decide(db, stopped.id, True, "Carlijn Vos", D("2026-11-04"))
        assert not brake_actions.decide(db, stopped.id, False, "Carlijn Vos", D("2026-11-04"))
        done = run_pass(db, D("2026-11-05"), shares=dict.fromkeys(all_municipalities(town), 0.5))
        assert done.stopped == []
        assert db.scalar(still) < before


def all_municipalities(town: Town) -> list[uuid.UUID]:
    return [town.units[name] for name in ("merendijk", "other", "outside")]


def test_several_workers_at_once_write_each_row_once(database: Database, town: Town) -> None:
    with database.transaction() as db:
        for number in range(4):
            title = f"Verplichting {number}"
            make_duty(db, town, YEARLY, audiences=("alle-medewerkers",), title=title)
        does(db, town, "anna", "2026-09-10")
    problems: list[BaseException] = []
    ready = threading.Barrier(5)

    def work() -> None:
        own = Database(database.engine.url.render_as_string(hide_password=False))
        try:
            ready.wait()
            for day in ("2026-10-01", "2027-08-15"):
                with own.transaction() as db:
                    run_pass(db, D(day))
        except BaseException as problem:
            problems.append(problem)
        finally:
            own.dispose()

    workers = [threading.Thread(target=work) for _ in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert problems == []
    with database.transaction() as db:
        before = everything(db)
        run_pass(db, D("2027-08-15"))
        assert everything(db) == before
        assert keep_findings(db, D("2027-08-15")) == []
        assert len({row[:4] for row in before["cycle"]}) == len(before["cycle"])


def everything(db: Session) -> dict[str, list[tuple[object, ...]]]:
    tables = (Assignment, Cycle, Reminder, CycleEvent)
    return {
        table.__tablename__: sorted(
            (tuple(row) for row in db.execute(sa.select(*table.__table__.columns))), key=str
        )
        for table in tables
    }


CHANGES: dict[str, Callable[[Session, Town], object]] = {
    "a position": lambda db, town: moves(db, town, "anna", "2026-10-10", None),
    "service": lambda db, town: db.execute(
        sa.update(Person).where(Person.id == town.persons["anna"]).values(left_on=D("2026-10-10"))
    ),
    "a pause": lambda db, town: db.execute(
        sa.insert(Pause).values(
            municipality_id=town.municipality,
            person_id=town.persons["anna"],
            from_on=D("2026-10-10"),
            until_on=D("2026-12-10"),
        )
    ),
}


@pytest.mark.parametrize("what", list(CHANGES))
def test_the_pass_notices_a_change_whoever_makes_it(
    database: Database, town: Town, what: str
) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, from_on=D("2026-10-01")))
        run_pass(db, D("2026-10-01"))
        before = everything(db)
        assert db.scalar(sa.select(sa.func.count()).select_from(RosterChange)) == 0
        CHANGES[what](db, town)
        run_pass(db, D("2026-10-10"))
        assert everything(db) != before
        again = everything(db)
        run_pass(db, D("2026-10-10"))
        assert everything(db) == again


def test_a_pass_for_an_earlier_day_undoes_nothing(database: Database, town: Town) -> None:
    with database.transaction() as db:
        make_duty(db, town, YEARLY)
        does(db, town, "anna", "2026-09-10")
        run_pass(db, D("2027-09-01"))
        before = everything(db)
        set_actions.mark_everybody(db, town.municipality)
        run_pass(db, D("2026-09-05"))
        assert everything(db) == before


def test_what_the_night_finds_wrong_is_kept_until_it_is_mended(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        make_duty(db, town, YEARLY)
        does(db, town, "anna", "2026-09-10")
        run_pass(db, D("2026-10-01"))
        assert keep_findings(db, D("2026-10-01")) == []
        anna = Cycle.person_id == town.persons["anna"]
        db.execute(sa.update(Cycle).where(anna).values(valid_until=D("2020-01-01")))
        assert [check.rule for check in keep_findings(db, D("2026-10-02"))] == ["backwards"]
        keep_findings(db, D("2026-10-03"))
        [finding] = open_findings(db)
        assert (finding.noticed_on, finding.count) == (D("2026-10-02"), 1)
        db.execute(sa.update(Cycle).where(anna).values(valid_until=D("2027-09-10")))
        keep_findings(db, D("2026-10-04"))
        assert open_findings(db) == []


def test_the_night_tells_that_a_calendar_runs_out(
    database: Database, town: Town, library: Library
) -> None:
    with database.transaction() as db:
        keep_calendars(db, library)
        assert keep_findings(db, D("2028-02-01")) == []
        [check] = keep_findings(db, D("2028-04-01"))
    assert (check.rule, check.wrong) == ("calendar-ends", 3)


def test_a_request_that_changes_facts_leaves_the_records_as_the_rules_say(
    database: Database, town: Town
) -> None:
    with database.transaction() as db:
        make_duty(db, town, replace(YEARLY, from_on=D("2026-10-01")))
        run_pass(db, D("2026-10-01"))
        does(db, town, "anna", "2026-10-02")
        assert people_with_news(db, D("2026-10-02"))
        actions.keep_current(db, D("2026-10-02"), AT)
        assert not people_with_news(db, D("2026-10-02"))
        rows = standing_rows(D("2026-10-02"))  # what is stored, and no more
        anna = sa.select(rows.c.standing).where(rows.c.person_id == town.persons["anna"])
        assert db.scalars(anna).all() == ["VALID"]


def test_the_nightly_job_stops_for_nobody_in_a_small_town_and_keeps_the_calendars(
    database: Database, town: Town, library: Library
) -> None:
    with database.transaction() as db:
        make_duty(db, town, YEARLY)
    outcome, _mails = jobs.nightly(database, library, D("2026-11-02"), AT)
    assert outcome.cycles
    with database.reading() as db:
        assert db.scalars(sa.select(Brake)).all() == []
        assert db.scalar(sa.select(sa.func.count()).select_from(ExtraOpening)) == 0
    dry, _mails = jobs.nightly(database, library, D("2027-11-02"), AT, keep=False)
    assert dry.cycles
    with database.reading() as db:
        late = sa.select(sa.func.count()).where(Cycle.opens_on > D("2026-11-02"))
        assert db.scalar(late) == 0


# ------------------------------------------------------------------ rounds that open by themselves


def opening_for(*causes: Cause) -> Policy:
    return replace(YEARLY, validity_months=60, opens_for=tuple(cause.name for cause in causes))


def councillors(
    db: Session, town: Town, policy: Policy, audiences: tuple[str, ...] = ("raadsleden",)
) -> None:
    """A duty for the council, which Rachid did in May."""
    make_duty(db, town, policy, audiences=audiences)
    does(db, town, "rachid", "2026-05-02")
    run_pass(db, D("2026-05-02"))


def seats(db: Session, town: Town, who: str) -> list[Position]:
    query = sa.select(Position).where(Position.person_id == town.persons[who])
    return list(db.scalars(query.order_by(Position.from_on)))


def test_the_start_of_a_council_term_opens_a_round_by_itself(
    database: Database, town: Town
) -> None:
    """For who stays, on its first day, whenever the job ran; and once only."""
    with database.transaction() as db:
        councillors(db, town, opening_for(Cause.TERM))
        [seat] = seats(db, town, "rachid")
        staying = {seat.person_id: (seat.kind, seat.faction)}
        begin_term(db, town.municipality, D("2030-03-28"), staying, [], D("2030-03-20"))
        run_pass(db, D("2030-03-20"))
        assert len(stand(db, town, "rachid", "2030-03-27").chain) == 1
        for day in ("2030-03-30", "2030-03-30", "2030-04-10"):
            run_pass(db, D(day))
        found = stand(db, town, "rachid", "2030-04-10")
        assert [round_.cause for round_ in found.chain] == [Cause.TURN, Cause.TERM]
        assert found.current is not None
        assert found.current.opens_on == D("2030-03-28")
        assert found.current.due_on == D("2030-03-28") + 42 * DAY
        assert in_sql(db, town, "rachid", "2030-04-10") == Standing.REFRESHER_OPEN.name
        [opening] = db.scalars(sa.select(ExtraOpening))
        assert (opening.why, opening.opened_by) == (
            "begin van de raadsperiode op 28 maart 2030",
            "Weerbaar",
        )
        told = set(db.scalars(sa.select(CycleEvent.what)))
    assert "extra ronde: begin van de raadsperiode" in told, "HR sees why"


def test_a_successor_in_mid_term_gets_a_round_by_itself(database: Database, town: Town) -> None:
    """Rachid sat in a committee, did it there, and takes a seat in mid-term."""
    with database.transaction() as db:
        [seat] = seats(db, town, "rachid")
        seat.kind = PositionKind.COMMITTEE_MEMBER
        db.flush()
        both = ("raadsleden", "commissieleden")
        councillors(db, town, opening_for(Cause.SUCCESSOR), both)
        assert stand(db, town, "rachid", "2026-05-03").standing is Standing.VALID
        moves(db, town, "rachid", "2026-05-31", "2026-06-01")
        seats(db, town, "rachid")[1].kind = PositionKind.COUNCILLOR
        db.flush()
        run_pass(db, D("2026-06-01"))
        found = stand(db, town, "rachid", "2026-06-01")
    assert found.current is not None
    assert (found.current.cause, found.current.opens_on) == (Cause.SUCCESSOR, D("2026-06-01"))


def test_another_role_opens_a_round_by_itself(database: Database, town: Town) -> None:
    """In the request that records it, not only at night; a corrected position takes it back."""
    with database.transaction() as db:
        make_duty(db, town, opening_for(Cause.ROLE), audiences=("alle-medewerkers",))
        does(db, town, "anna", "2026-10-01")
        run_pass(db, D("2026-10-01"))
        moves(db, town, "anna", "2026-10-31", "2026-11-01", title="Handhaver")
        actions.keep_current(db, D("2026-11-02"), AT)
        found = stand(db, town, "anna", "2026-11-02")
        assert found.current is not None
        assert (found.current.cause, found.current.opens_on) == (Cause.ROLE, D("2026-11-01"))
        assert in_sql(db, town, "anna", "2026-11-02") == Standing.REFRESHER_OPEN.name
        old, new = seats(db, town, "anna")
        db.delete(new)
        old.until_on = None
        db.flush()
        actions.keep_current(db, D("2026-11-03"), AT)
        assert len(stand(db, town, "anna", "2026-11-03").chain) == 1
        assert not list(db.scalars(sa.select(ExtraOpening)))


def test_no_round_opens_for_what_a_duty_does_not_ask(database: Database, town: Town) -> None:
    with database.transaction() as db:
        make_duty(db, town, opening_for(Cause.TERM), audiences=("alle-medewerkers",))
        does(db, town, "anna", "2026-10-01")
        moves(db, town, "anna", "2026-10-31", "2026-11-01", title="Handhaver")
        run_pass(db, D("2026-11-02"))
        assert len(stand(db, town, "anna", "2026-11-02").chain) == 1


def test_what_began_before_a_duty_asked_for_it_opens_nothing(
    database: Database, town: Town
) -> None:
    """And what begins after that does, also when it was recorded before."""
    with database.transaction() as db:
        duty_id = make_duty(db, town, opening_for(), audiences=("alle-medewerkers",))
        for who in ("anna", "bas"):
            does(db, town, who, "2026-10-01")
        moves(db, town, "anna", "2026-10-31", "2026-11-01", title="Handhaver")
        moves(db, town, "bas", "2026-12-31", "2027-01-01", title="Handhaver")
        run_pass(db, D("2026-11-02"))
        [duty] = duties_at(db, Duty.id == duty_id)
        asks = replace(opening_for(Cause.ROLE), from_on=D("2026-12-01"))
        change_policy(
            db, duty, asks, Reason("Fatma", AT, "Nieuw werk"), D("2026-11-20"), open_too=False
        )
        run_pass(db, D("2027-01-02"))
        assert len(stand(db, town, "anna", "2027-01-02").chain) == 1
        bas = stand(db, town, "bas", "2027-01-02").current
    assert bas is not None
    assert (bas.cause, bas.opens_on) == (Cause.ROLE, D("2027-01-01"))


def test_rounds_that_open_by_themselves_stop_for_a_brake(database: Database, town: Town) -> None:
    """Everybody changes role in one file: nothing opens before a coordinator says yes."""
    with database.transaction() as db:
        make_duty(db, town, opening_for(Cause.ROLE), audiences=("alle-medewerkers",))
        desk = town.units["burgerzaken"]
        for number in range(30):
            person = Person(
                municipality_id=town.municipality,
                given_name="Test",
                family_name=f"Persoon {number}",
                joined_on=D("2025-01-01"),
            )
            db.add(person)
            db.flush()
            for title, first, last in (
                ("Boa", "2025-01-01", "2026-04-30"),
                ("Inkoper", "2026-05-01", None),
            ):
                db.add(
                    Position(
                        municipality_id=town.municipality,
                        person_id=person.id,
                        unit_id=desk,
                        kind=PositionKind.EMPLOYEE,
                        job_title=title,
                        from_on=D(first),
                        until_on=D(last) if last else None,
                        recorded_on=D("2025-01-01"),
                    )
                )
            record(
                db,
                municipality_id=town.municipality,
                person_id=person.id,
                unit_id=desk,
                kind=ContentKind.MODULE,
                content_id=MODULE,
                version=1,
                completed_on=D("2026-02-02"),
            )
        db.flush()
        run_pass(db, D("2026-04-01"))
        outcome = run_pass(db, D("2026-05-02"), shares={town.municipality: 0.1})
        assert [brake.transition for brake in outcome.stopped] == [Transition.OPEN]
        query = sa.select(sa.func.count()).where(Cycle.cause == Cause.ROLE)
        assert db.scalar(query) == 0

"""Measures the nightly pass over very many people against bare SQL that writes the same rows.

People have eight duties each. One in a hundred has a round to open on the second day; on the first
day it is only one in a hundred of those who are there at the smallest size, so that the same rounds
open however many people there are. Everything is rolled back, so that
both sides do the same work on the same rows. The bare SQL of a pass finds the rounds that are due
by their index, inserts their successors, closes them and plans three reminders for each. Bare SQL
has no notes of who changed, so when it is to find nothing it also looks for people who are not yet
under a duty. The history of each round is there; proof only of the first duty, as it is looked up
by key and its number changes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

import training.schema  # noqa: F401 - every table is known before create_all
from bench.measure import Measure, paired
from bench.stand import ROOT, address_of
from training.assignments import actions
from training.assignments.actions import run_pass
from training.assignments.models import Duty, DutyAudience, DutyContent, DutyPolicy
from training.assignments.rules import Policy
from training.content.classes import ContentKind
from training.db import Base, Database

DUTIES, OPENED = 8, 100_000
DAY = dt.timedelta(days=1)
FIRST = dt.date(2026, 11, 2)
SECOND = FIRST + DAY
SIZES = {"postgresql": (50_000, 200_000, 500_000), "sqlite": (50_000,)}
QUICK = {"postgresql": (20_000, 80_000), "sqlite": (20_000,)}
PER_MUNICIPALITY = 10_000  # people, at the largest size
MOST_MEMORY = 300  # megabytes


def refreshers(quick: bool) -> Iterator[Measure]:
    """The pass at each size, the second pass, opening a duty, and the memory that it takes."""
    for kind, sizes in (QUICK if quick else SIZES).items():
        with address_of(kind) as address:
            database = Database(address)
            Base.metadata.create_all(database.engine)
            yield from _at_sizes(kind, database, sizes, rounds=2 if quick else 3)
            if kind == "postgresql":
                used = _memory(address)
                yield Measure(f"memory of a pass, {sizes[-1]:,} people", used, 1, "MB", MOST_MEMORY)
            database.dispose()


def _at_sizes(
    kind: str, database: Database, sizes: tuple[int, ...], rounds: int
) -> Iterator[Measure]:
    few: list[float] = []
    before = 0
    for people in sizes:
        fill(database, before, people, sizes)
        before = people
        name = f"{kind}, {people:,} people"
        few.append(min(_timed(database, lambda db: run_pass(db, FIRST))[0] for _ in range(rounds)))
        own = lambda db: run_pass(db, SECOND)  # noqa: E731
        pairs = [_pair(database, own, lambda db: bare(db, SECOND)) for _ in range(rounds)]
        firsts = [(one[0], other[0]) for one, other in pairs]
        seconds = [(one[1], other[1]) for one, other in pairs]
        yield paired(f"first pass, 1 % due, {name}", firsts, "s", 2)
        yield paired(f"second pass, nothing due, {name}", seconds, "s", 2)
    if len(few) > 1:
        name = f"the same rounds among {sizes[-1]:,} and {sizes[0]:,}"
        yield Measure(name, few[-1], few[0], "s", 2)
    opened = min(OPENED, sizes[-1])
    pairs = [
        (
            _timed(database, open_duty, once=True)[0],
            _timed(database, lambda db: bare_opening(db, opened), once=True)[0],
        )
        for _ in range(rounds)
    ]
    yield paired(f"opening a duty, {kind}, {opened:,} people", pairs, "s", 3)


Work = Callable[[Session], object]


def _pair(
    database: Database, ours: Work, ceiling: Work
) -> tuple[tuple[float, float], tuple[float, float]]:
    return _timed(database, ours), _timed(database, ceiling)


def _timed(database: Database, work: Work, once: bool = False) -> tuple[float, float]:
    """How long the work takes, and how long it takes again at once; then all is rolled back."""
    with database.writing() as db:
        begin = time.perf_counter()
        work(db)
        middle = time.perf_counter()
        if not once:
            work(db)
        end = time.perf_counter()
        db.rollback()
    return middle - begin, end - middle


def _memory(address: str) -> float:
    """The most memory, in MB, of a process that does nothing but a pass."""
    code = (
        "import json, resource, sys; from bench.refreshers import SECOND; "
        "from training.assignments.actions import run_pass; from training.db import Database; "
        "db = Database(sys.argv[1]).writing(); run_pass(db, SECOND); db.rollback(); "
        "print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))"
    )
    command = [sys.executable, "-c", code, address]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(json.loads(told.stdout))


# ------------------------------------------------------------------ the bare SQL

NEXT = """
INSERT INTO cycle (municipality_id, person_id, duty_id, number, policy_version, form, opens_on,
  due_on, grace_until, was_valid_until, planned_on, next_opens_on, next_due_on, cause,
  least_version)
SELECT municipality_id, person_id, duty_id, number + 1, policy_version, 'REFRESHER', next_opens_on,
  next_due_on, {grace}, valid_until, next_due_on, {opens}, {due}, 'TURN', 1
FROM cycle WHERE closed_on IS NULL AND next_opens_on <= :today
ON CONFLICT DO NOTHING
"""
CLOSE = """
UPDATE cycle SET closed_on = next_opens_on, closing = 'FULFILLED'
WHERE closed_on IS NULL AND next_opens_on <= :today
"""
REMIND = """
INSERT INTO reminder (municipality_id, person_id, duty_id, number, kind, planned_on)
SELECT municipality_id, person_id, duty_id, number + 1, '{kind}', {day}
FROM cycle WHERE closed_on IS NULL AND next_opens_on <= :today
ON CONFLICT DO NOTHING
"""
NEW_PEOPLE = """
INSERT INTO assignment (municipality_id, person_id, duty_id, from_on, reasons)
SELECT p.municipality_id, p.person_id, d.id, p.from_on, '["alle-medewerkers"]'
FROM position p CROSS JOIN duty d
WHERE NOT EXISTS (SELECT 1 FROM assignment a WHERE a.municipality_id = p.municipality_id
  AND a.person_id = p.person_id AND a.duty_id = d.id)
ON CONFLICT DO NOTHING
"""


def bare(db: Session, today: dt.date) -> None:
    """Opens what is due on a day, in as few statements as do it; a second time there is nothing."""
    is_first = db.scalar(sa.text("SELECT count(*) FROM reminder")) == 0
    later = _later(db)
    due = later("next_due_on", 365)
    words = {"grace": later("next_due_on", 28), "due": due, "opens": later("next_due_on", 323)}
    day = {"today": today}
    # The successors are inserted first, and are not due themselves.
    db.execute(sa.text(NEXT.format(**words)), day)
    for kind, when in (
        ("OPENED", "next_opens_on"),
        ("TWO_WEEKS_LEFT", later("next_due_on", -14)),
        ("OVERDUE", later("next_due_on", 1)),
    ):
        db.execute(sa.text(REMIND.format(kind=kind, day=when)), day)
    db.execute(sa.text(CLOSE), day)
    if not is_first:
        db.execute(sa.text(NEW_PEOPLE))


def _later(db: Session) -> Callable[[str, int], str]:
    if db.get_bind().dialect.name == "postgresql":
        return lambda day, days: f"({day} + {days})"
    return lambda day, days: f"date({day}, '{days:+d} days')"


ASSIGN = """
INSERT INTO assignment (municipality_id, person_id, duty_id, from_on, reasons)
SELECT p.municipality_id, p.person_id, :duty, :today, '["alle-medewerkers"]'
FROM position p WHERE p.job_title = 'Nieuw'
ON CONFLICT DO NOTHING
"""
OPEN = """
INSERT INTO cycle (municipality_id, person_id, duty_id, number, policy_version, form, opens_on,
  due_on, grace_until, planned_on, next_opens_on, next_due_on, cause, least_version)
SELECT municipality_id, person_id, duty_id, 1, 1, 'FULL', from_on, {due}, {due}, {due}, {opens},
  {next}, 'TURN', 1
FROM assignment WHERE duty_id = :duty
ON CONFLICT DO NOTHING
"""
REMIND_NEW = """
INSERT INTO reminder (municipality_id, person_id, duty_id, number, kind, planned_on)
SELECT municipality_id, person_id, duty_id, 1, '{kind}', {day} FROM cycle WHERE duty_id = :duty
ON CONFLICT DO NOTHING
"""


def open_duty(db: Session) -> None:
    """Opens a duty for the newest people, by the pass."""
    region = db.scalar(sa.text("SELECT id FROM unit WHERE parent_id IS NULL"))
    actions.make_duty(
        db,
        unit_id=uuid.UUID(str(region)),
        title="Voor nieuwe mensen",
        contents=[(ContentKind.MODULE, "nieuw")],
        audiences=["nieuw"],
        policy=Policy(1, SECOND),
    )
    run_pass(db, FIRST)


def bare_opening(db: Session, people: int) -> None:
    """The same rows, written at once."""
    region = db.scalar(sa.text("SELECT id FROM unit WHERE parent_id IS NULL"))
    duty = Duty(unit_id=uuid.UUID(str(region)), title="Kaal", in_force_from=SECOND, is_new=False)
    db.add(duty)
    db.flush()
    later = _later(db)
    key = {"duty": duty.id if db.get_bind().dialect.name == "postgresql" else duty.id.hex}
    written = db.execute(sa.text(ASSIGN), {**key, "today": SECOND}).rowcount
    assert written == people
    words = {"due": later("from_on", 90), "opens": later("from_on", 413)}
    db.execute(sa.text(OPEN.format(**words, next=later("from_on", 455))), key)
    for kind in ("OPENED", "TWO_WEEKS_LEFT", "OVERDUE"):
        db.execute(sa.text(REMIND_NEW.format(kind=kind, day="due_on")), key)


# ------------------------------------------------------------------ the people


def fill(database: Database, have: int, want: int, sizes: tuple[int, ...]) -> None:
    """Adds people up to `want`, with their duties and rounds, in bulk. `sizes`: how many there are
    to be, from the fewest to the most."""
    towns = max(sizes[-1] // PER_MUNICIPALITY, 1)
    postgresql = database.engine.dialect.name == "postgresql"
    with database.transaction() as db:
        if postgresql:  # no notes, and no looking up of what is certainly there
            db.execute(sa.text("SET LOCAL session_replication_role = replica"))
        else:
            for trigger in db.scalars(
                sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all():
                db.execute(sa.text(f"DROP TRIGGER {trigger}"))
        if not have:
            _town(db, towns)
        for statement in _people(postgresql, have, want, towns, sizes[0]):
            db.execute(sa.text(statement))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
        link.execute(sa.text("VACUUM ANALYZE" if postgresql else "ANALYZE"))


def _id(postgresql: bool, kind: int, number: str) -> str:
    if postgresql:
        return f"lpad(to_hex({kind}::bigint * 1000000000 + {number}), 32, '0')::uuid"
    return f"printf('%032x', {kind} * 1000000000 + {number})"


def _town(db: Session, towns: int) -> None:
    postgresql = db.get_bind().dialect.name == "postgresql"

    def run(statement: str, **values: object) -> None:
        db.execute(sa.text(statement), values)

    region = _id(postgresql, 1, "0")
    run(
        "INSERT INTO unit (id, kind, name, opened_on) "
        f"VALUES ({region}, 'REGION', 'Regio', '2010-01-01')"
    )
    for number in range(1, towns + 1):
        unit = _id(postgresql, 1, str(number))
        run(
            "INSERT INTO unit (id, parent_id, municipality_id, kind, name, opened_on) "
            f"VALUES ({unit}, {region}, {unit}, 'MUNICIPALITY', :name, '2010-01-01')",
            name=f"Gemeente {number}",
        )
        for audience, title in (("alle-medewerkers", None), ("nieuw", "Nieuw")):
            at = _id(postgresql, 2, str(2 * number + (title is None)))
            run(
                "INSERT INTO audience_rule (municipality_id, id, audience, kind, job_title) "
                f"VALUES ({unit}, {at}, :audience, 'EMPLOYEE', :title)",
                audience=audience,
                title=title,
            )
    policy = Policy(1, dt.date(2025, 1, 1))
    values = {name: getattr(policy, name) for name in Policy.__slots__}
    for number in range(DUTIES):
        db.add(
            Duty(
                id=uuid.UUID(int=3_000_000_000 + number),
                unit_id=uuid.UUID(int=1_000_000_000),
                title=f"Verplichting {number}",
                in_force_from=policy.from_on,
                is_new=False,
                contents=[DutyContent(kind=ContentKind.MODULE, content_id=f"module-{number}")],
                audiences=[DutyAudience(audience="alle-medewerkers")],
                policies=[DutyPolicy(**{**values, "quiet": []})],
            )
        )
    db.flush()


def _people(postgresql: bool, have: int, want: int, towns: int, few: int) -> Iterator[str]:
    numbers = (
        f"WITH RECURSIVE n(n) AS (SELECT {have} UNION ALL SELECT n + 1 FROM n WHERE n < {want - 1})"
    )
    if postgresql:
        numbers = f"WITH n AS (SELECT n FROM generate_series({have}, {want - 1}) AS n)"
    town, person = _id(postgresql, 1, f"(1 + n % {towns})"), _id(postgresql, 4, "n")
    yield (
        "INSERT INTO person (municipality_id, id, given_name, infix, family_name, joined_on) "
        f"{numbers} SELECT {town}, {person}, 'Test', '', 'Persoon', '2020-01-01' FROM n"
    )
    yield (
        "INSERT INTO position (municipality_id, id, person_id, unit_id, kind, job_title, faction, "
        f"from_on, recorded_on) {numbers} SELECT {town}, {_id(postgresql, 5, 'n')}, {person}, "
        f"{town}, 'EMPLOYEE', 'Oud', '', '2020-01-01', '2020-01-01' FROM n"
    )
    # The newest hundred thousand are the audience of the duty that is opened.
    newest = _id(postgresql, 5, str(max(want - OPENED, 0)))
    yield "UPDATE position SET job_title = 'Oud' WHERE job_title = 'Nieuw'"
    yield f"UPDATE position SET job_title = 'Nieuw' WHERE id >= {newest}"
    # In the hundredth person a round opens; in the others it opens later.
    wait = f"CASE WHEN n % 100 <> 0 THEN 2 + n % 250 WHEN n < {few} THEN 0 ELSE 1 END"

    def day(days: str, base: dt.date = FIRST) -> str:
        if postgresql:
            return f"(DATE '{base}' + ({days})::int)"
        return f"date('{base}', ({days}) || ' days')"

    for number in range(DUTIES):
        duty = _id(postgresql, 3, str(number))
        yield (
            "INSERT INTO assignment (municipality_id, person_id, duty_id, from_on, reasons) "
            f"{numbers} SELECT {town}, {person}, {duty}, '2025-01-01', '[\"alle-medewerkers\"]' "
            "FROM n"
        )
        done = f"({wait}) + 42 - 365"
        yield (
            "INSERT INTO cycle (municipality_id, person_id, duty_id, number, policy_version, form, "
            "opens_on, due_on, grace_until, planned_on, fulfilled_on, valid_until, next_opens_on, "
            "next_due_on, anchor_day, cause, least_version) "
            f"{numbers} SELECT {town}, {person}, {duty}, 1, 1, 'FULL', '2025-01-01', '2025-04-01', "
            f"'2025-04-01', '2025-04-01', {day(done)}, {day(f'({wait}) + 42')}, {day(wait)}, "
            f"{day(f'({wait}) + 42')}, 1, 'TURN', 1 FROM n"
        )
    yield (
        "INSERT INTO evidence (municipality_id, id, person_id, content_kind, content_id, "
        "content_version, completed_on, source, unit_id, title, noted_on) "
        f"{numbers} SELECT {town}, {_id(postgresql, 6, 'n')}, {person}, 'MODULE', 'module-0', 1, "
        f"{day(f'({wait}) + 42 - 365')}, 'ONLINE', {town}, '', '{FIRST}' FROM n"
    )

"""The secretary and HR read twice a year how it stands per theme and audience: counts, no names."""

from __future__ import annotations

import datetime as dt
import re
import uuid
import zlib
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signing import sign_in
from tests.town import Town
from training.assignments import actions as assignments
from training.assignments.models import Exemption
from training.assignments.rules import Policy
from training.content.classes import ContentKind, Library
from training.db import Database
from training.evidence import actions as evidence
from training.mail.models import OutboxMessage
from training.meetings.models import Meeting
from training.people.models import MunicipalitySetting, Person, Position
from training.people.rules import PositionKind
from training.reporting import half_year_actions as actions
from training.reporting import half_year_queries as queries
from training.reporting import half_year_rules as rules
from training.reporting.half_year_models import HalfYearReport
from training.reporting.half_year_rules import Cell, Figures, Held, TookPart

JULY = dt.date(2026, 7, 1)
NOW = dt.datetime(2026, 7, 1, 3, tzinfo=dt.UTC)
END = dt.date(2026, 6, 30)
MODULE = "drugshandel-herkennen"
CLERKS, BOAS = 12, 9  # of the desk, and of enforcement


@pytest.fixture(autouse=True)
def _a_spring(database: Database, town: Town, library: Library) -> None:
    """Twelve at the desk (seven did it, one is exempted), nine in enforcement (all did it)."""
    with database.transaction() as db:
        duty = assignments.make_duty(
            db,
            unit_id=town.municipality,
            title="Drugshandel herkennen",
            contents=[(ContentKind.MODULE, MODULE)],
            audiences=["baliemedewerkers", "boas"],
            policy=Policy(1, dt.date(2026, 2, 1), first_due_days=90),
        )
        groups = [("Baliemedewerker", "vergunningen", CLERKS), ("Handhaver", "handhaving", BOAS)]
        for title, unit, count in groups:
            for number in range(count):
                person_id = hire(db, town, f"{title} {number}", title, town.units[unit])
                if title == "Handhaver" or number < 7:
                    evidence.record(
                        db,
                        municipality_id=town.municipality,
                        person_id=person_id,
                        unit_id=town.units[unit],
                        kind=ContentKind.MODULE,
                        content_id=MODULE,
                        version=library.modules[MODULE].version,
                        completed_on=dt.date(2026, 3, 10 + number),
                    )
                if title == "Baliemedewerker" and number == 11:
                    db.add(
                        Exemption(
                            municipality_id=town.municipality,
                            person_id=person_id,
                            duty_id=duty.id,
                            from_on=dt.date(2026, 2, 1),
                            until_on=dt.date(2026, 12, 31),
                            reason="elders gevolgd",
                            given_by="Hanna",
                        )
                    )
        assignments.open_cycles(db, END)


def hire(db: sa.orm.Session, town: Town, name: str, title: str, unit: uuid.UUID) -> uuid.UUID:
    person = Person(
        municipality_id=town.municipality,
        id=uuid.uuid4(),
        given_name="Proef",
        family_name=name,
        joined_on=dt.date(2020, 1, 1),
    )
    db.add(person)
    db.flush()
    db.add(
        Position(
            municipality_id=town.municipality,
            person_id=person.id,
            unit_id=unit,
            kind=PositionKind.EMPLOYEE,
            job_title=title,
            from_on=person.joined_on,
            recorded_on=person.joined_on,
        )
    )
    return person.id


def make(database: Database, library: Library, today: dt.date = JULY) -> int:
    with database.transaction() as db:
        return actions.make_reports(db, library, today, NOW)


def cells(database: Database, library: Library, town: Town) -> dict[str, Cell]:
    with database.reading() as db:
        found = queries.figures_of(db, library, town.municipality, rules.until(END))
    assert {cell.theme for cell in found.cells} == {"drugshandel"}
    return {cell.audience: cell for cell in found.cells}


def test_the_figures_count_who_is_up_to_date_and_who_is_late(
    database: Database, library: Library, town: Town
) -> None:
    found = cells(database, library, town)
    # Anna of the desk joins in September; the exempted one is left out
    assert found["baliemedewerkers"] == Cell("drugshandel", "baliemedewerkers", 11, 7, 4)
    # Boaz of the town is a boa too, and did nothing
    assert found["boas"] == Cell("drugshandel", "boas", 10, 9, 1)
    assert found["alle-medewerkers"] == Cell("drugshandel", "alle-medewerkers", 21, 16, 5)


def test_they_are_those_of_the_reference_date(
    database: Database, library: Library, town: Town
) -> None:
    with database.reading() as db:
        early = queries.figures_of(
            db, library, town.municipality, rules.until(dt.date(2026, 3, 12))
        )
        before = queries.figures_of(
            db, library, town.municipality, rules.until(dt.date(2026, 1, 5))
        )
    [desk] = [cell for cell in early.cells if cell.audience == "baliemedewerkers"]
    assert (desk.people, desk.good, desk.late, desk.busy) == (11, 3, 0, 8)
    assert before.cells == ()
    assert early.took_part == (TookPart("drugshandel", 6),)


def test_who_took_part_is_counted_once_and_in_the_period_only(
    database: Database, library: Library, town: Town
) -> None:
    with database.reading() as db:
        spring = queries.figures_of(db, library, town.municipality, rules.until(END))
        autumn = queries.figures_of(
            db, library, town.municipality, rules.until(dt.date(2026, 12, 31))
        )
    assert spring.took_part == (TookPart("drugshandel", 16),)
    assert (spring.asked, spring.left_out) == (21, 1)
    assert autumn.took_part == ()


def test_meetings_of_the_half_year_are_counted(
    database: Database, library: Library, town: Town
) -> None:
    kind = sorted(library.meetings)[0]
    with database.transaction() as db:
        for day, cancelled, guests in ((1, False, 14), (2, True, 30), (3, False, 2)):
            at = dt.datetime(2026, 4, day, 9, tzinfo=dt.UTC)
            db.add(
                Meeting(
                    unit_id=town.municipality,
                    municipality_id=town.municipality,
                    facilitator_id=town.accounts["fatma"],
                    kind=kind,
                    title="x",
                    starts_at=at,
                    ends_at=at,
                    guests=guests,
                    made_at=at,
                    cancelled_at=at if cancelled else None,
                )
            )
    with database.reading() as db:
        found = queries.figures_of(db, library, town.municipality, rules.until(END))
    assert found.held == (Held(kind, 2, 16),)


def test_the_job_makes_one_report_in_july_and_one_in_january(
    database: Database, library: Library, town: Town
) -> None:
    assert make(database, library) == 1
    assert make(database, library, JULY + dt.timedelta(days=20)) == 0
    assert make(database, library, dt.date(2027, 1, 1)) == 1
    assert make(database, library, dt.date(2027, 3, 9)) == 0
    with database.reading() as db:
        found = list(db.scalars(sa.select(HalfYearReport.as_of).order_by(HalfYearReport.as_of)))
    assert found == [END, dt.date(2026, 12, 31)]


def test_after_a_year_of_silence_it_makes_the_last_one_only(
    database: Database, library: Library
) -> None:
    assert make(database, library, dt.date(2027, 9, 9)) == 1
    with database.reading() as db:
        assert list(db.scalars(sa.select(HalfYearReport.as_of))) == [dt.date(2027, 6, 30)]


def test_small_groups_are_not_even_kept(database: Database, library: Library) -> None:
    make(database, library)
    with database.reading() as db:
        kept = rules.from_kept(db.scalars(sa.select(HalfYearReport)).one().figures)
    assert {cell.audience for cell in kept.cells} == {
        "alle-medewerkers", "baliemedewerkers", "boas",
    }  # fmt: skip
    assert all(cell.people >= 10 for cell in kept.cells)
    assert kept.left_out is None  # one person
    assert kept.asked == 21


def test_a_municipality_may_ask_for_larger_groups(
    database: Database, library: Library, town: Town, client: FlaskClient
) -> None:
    make(database, library)
    with database.transaction() as db:
        db.add(
            MunicipalitySetting(
                municipality_id=town.municipality, key="least_to_count", value={"value": 11}
            )
        )
    page = sign_in(client, town, "sjoerd").get(f"/halfjaarrapport/{town.municipality}/2026-1").text
    assert "Baliemedewerkers" in page
    assert 'row">Boa' not in page  # ten people
    assert "minder dan 11" in page


def test_the_readers_get_one_mail_with_the_way_and_no_link(
    database: Database, library: Library, town: Town
) -> None:
    make(database, library, dt.date(2027, 1, 4))
    with database.reading() as db:
        mails = {mail.to_address: mail for mail in db.scalars(sa.select(OutboxMessage))}
    assert set(mails) == {"hanna@merendijk.example", "sjoerd@merendijk.example"}
    text = mails["sjoerd@merendijk.example"].text or ""
    assert text.startswith("Dag Sjoerd,")
    assert "tweede half jaar van 2026" in text
    assert "http" not in text


@pytest.fixture
def sjoerd(client: FlaskClient, town: Town, database: Database, library: Library) -> FlaskClient:
    make(database, library)
    return sign_in(client, town, "sjoerd")


def test_sjoerd_reads_the_report_of_his_municipality(sjoerd: FlaskClient, town: Town) -> None:
    listed = sjoerd.get("/halfjaarrapport").text
    assert "Eerste half jaar van 2026" in listed
    page = sjoerd.get(f"/halfjaarrapport/{town.municipality}/2026-1").text
    assert "30 juni 2026" in page
    assert "Drugshandel" in page
    row = page.split('row">Baliemedewerkers', 1)[1].split("</tr>", 1)[0]
    assert re.findall(r"number\">(\d+)", row) == ["11", "7", "0", "4"]
    assert "64%" in row
    assert "Op orde" in page and "Wie alles heeft gedaan wat over het thema moet" in page
    assert "Proef" not in page
    assert "anders." not in page  # nothing was corrected since


def test_what_was_corrected_since_is_said(
    sjoerd: FlaskClient, town: Town, database: Database
) -> None:
    with database.transaction() as db:
        person = db.scalars(sa.select(Person).where(Person.family_name == "Handhaver 0")).one()
        evidence.record(
            db,
            municipality_id=town.municipality,
            person_id=db.scalars(
                sa.select(Person.id).where(Person.family_name == "Baliemedewerker 9")
            ).one(),
            unit_id=town.units["vergunningen"],
            kind=ContentKind.MODULE,
            content_id=MODULE,
            version=1,
            completed_on=dt.date(2026, 3, 1),
        )
        assert person
    page = sjoerd.get(f"/halfjaarrapport/{town.municipality}/2026-1").text
    assert "zijn 3 getallen anders" in page  # two audiences, and who took part


def test_the_report_is_an_accessible_pdf(sjoerd: FlaskClient, town: Town) -> None:
    answer = sjoerd.get(f"/halfjaarrapport/{town.municipality}/2026-1.pdf")
    assert answer.mimetype == "application/pdf"
    text = answer.data
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", answer.data, re.DOTALL):
        try:
            text += zlib.decompress(stream)
        except zlib.error:
            continue
    assert b"<pdfuaid:part>1</pdfuaid:part>" in text
    assert b"Halfjaarrapport weerbaarheid Merendijk, peildatum 30 juni 2026" in text
    assert b"/S/TH" in text
    assert sjoerd.get(f"/halfjaarrapport/{town.municipality}/2026-1.pdf").data == answer.data


def test_for_another_date_it_is_made_again_and_not_kept(
    sjoerd: FlaskClient, town: Town, database: Database
) -> None:
    page = sjoerd.get(f"/halfjaarrapport/{town.municipality}/op?peildatum=2026-03-31").text
    assert "31 maart 2026" in page and "Het wordt niet bewaard" in page
    row = page.split('row">Baliemedewerkers', 1)[1].split("</tr>", 1)[0]
    assert re.findall(r"number\">(\d+)", row) == ["11", "7", "4", "0"]
    pdf = sjoerd.get(f"/halfjaarrapport/{town.municipality}/op.pdf?peildatum=2026-03-31")
    assert pdf.data.startswith(b"%PDF")
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(HalfYearReport)) == 1


def test_the_next_report_tells_what_moved(
    sjoerd: FlaskClient, town: Town, database: Database, library: Library
) -> None:
    make(database, library, dt.date(2027, 1, 1))
    page = sjoerd.get(f"/halfjaarrapport/{town.municipality}/2026-2").text
    assert "Sinds vorige keer" in page
    row = page.split('row">Baliemedewerkers', 1)[1].split("</tr>", 1)[0]
    assert "procentpunt" in row or "gelijk" in row


@pytest.mark.parametrize(
    "path", ["2026-2", "2026-3", "x", "2026-2.pdf", "op?peildatum=morgen", "op?peildatum="]
)
def test_what_is_not_there_is_said(sjoerd: FlaskClient, town: Town, path: str) -> None:
    answer = sjoerd.get(f"/halfjaarrapport/{town.municipality}/{path}")
    assert answer.status_code == (422 if path.startswith("op") else 404)


def test_another_municipality_is_not_there_for_sjoerd_and_is_for_shared_hr(
    sjoerd: FlaskClient, town: Town, client: FlaskClient
) -> None:
    for name in ("other", "outside"):
        address = f"/halfjaarrapport/{town.units[name]}/op?peildatum=2026-03-31"
        assert sjoerd.get(address).status_code == 404
    hanna = sign_in(client, town, "hanna")
    listed = hanna.get("/halfjaarrapport").text
    ids = re.findall(r' id="([^"]+)"', listed)
    assert len(ids) == len(set(ids))
    assert "Merendijk op een andere datum" in listed and "Oosterwaard op een andere" in listed
    address = f"/halfjaarrapport/{town.units['other']}/op?peildatum=2026-03-31"
    assert hanna.get(address).status_code == 200


numbers, names = st.integers(0, 40), st.sampled_from("xyz")


def some(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=4).map(tuple)


figures = st.builds(
    Figures,
    some(st.builds(Cell, st.just("a"), names, numbers, numbers, numbers)),
    some(st.builds(TookPart, names, numbers)),
    some(st.builds(Held, names, numbers, numbers)),
    numbers,
    numbers,
)  # fmt: skip


@settings(deadline=None)
@given(figures, st.integers(10, 30), st.integers(10, 30))
def test_nothing_of_a_small_group_is_shown_whatever_the_order(
    made: Figures, one: int, other: int
) -> None:
    found = rules.shown(rules.from_kept(rules.as_kept(rules.shown(made, one))), other)
    assert found.cells == rules.shown(made, max(one, other)).cells
    assert found.hidden == rules.shown(made, max(one, other)).hidden
    assert all(cell.people >= max(one, other) for cell in found.cells)
    assert all(part.people >= max(one, other) for part in found.took_part)
    present = [held.present for held in found.held if held.present is not None]
    assert all(number >= max(one, other) for number in [*present])


@pytest.mark.parametrize(
    ("today", "as_of", "slug"),
    [
        (dt.date(2026, 6, 30), dt.date(2025, 12, 31), "2025-2"),
        (dt.date(2026, 7, 1), dt.date(2026, 6, 30), "2026-1"),
        (dt.date(2026, 12, 31), dt.date(2026, 6, 30), "2026-1"),
        (dt.date(2027, 1, 1), dt.date(2026, 12, 31), "2026-2"),
    ],
)
def test_the_half_year_that_ended_last(today: dt.date, as_of: dt.date, slug: str) -> None:
    period = rules.last_ended(today)
    assert (period.as_of, period.slug) == (as_of, slug)
    assert rules.period_of(slug) == period
    assert period.from_on == (as_of + dt.timedelta(days=1)).replace(
        year=as_of.year, month=1 if slug.endswith("1") else 7
    )

"""The overview: the same rows on the screen, on paper and in every file, filtered as asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.reporting import offices
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments.models import Assignment, Duty, Pause
from training.audit.models import Action, AuditEntry, AuditSubject
from training.db import Database
from training.people.models import Person, Position
from training.people.rules import PositionKind

DAY = dt.timedelta(days=1)


@pytest.fixture
def duties(database: Database, town: Town) -> dict[str, Duty]:
    with database.transaction() as db:
        return offices.fill(db, town, clock.today())


def rows(client: FlaskClient, query: str = "") -> list[list[str]]:
    page = client.get(f"/deelname?{query}")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    return offices.on_screen(text) if 'id="deelname-titel"' in text else []


def names(client: FlaskClient, query: str) -> set[str]:
    return {row[2] for row in rows(client, query)}


def test_screen_and_files_hold_the_same_cells(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    with database.transaction() as db:
        offices.rename(db, town)
    sign_in(client, town, "hanna")
    query = (
        "kolommen=unit&kolommen=employee_number&kolommen=duty&kolommen=standing&kolommen=done_on"
    )
    screen = rows(client, query)
    data = {
        kind: client.post(f"/deelname/export/{kind}?{query}").get_data()
        for kind in ("csv", "xlsx", "ods")
    }
    cells = offices.in_csv(data["csv"])
    assert cells == offices.in_xlsx(data["xlsx"]) == offices.in_ods(data["ods"])
    assert cells[0] == ["Afdeling of team", "Naam", "Personeelsnummer", "Verplichting", "Status",
                        "Gedaan op"]  # fmt: skip
    assert len(cells) == len(screen) + 1 > 20
    harmless = [[cell.lstrip("'") for cell in row] for row in cells[1:]]
    assert harmless == screen
    assert not [c for row in cells[1:] for c in row if c.startswith(("=", "+", "-", "@"))]
    assert any(row[1].startswith("'=HYPERLINK") for row in cells)
    printed = client.get(f"/deelname/afdruk?{query}").get_data(as_text=True)
    assert offices.on_screen(printed) == screen


def test_files_of_the_same_rows_have_the_same_checksum(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    from training.reporting.making_actions import make_waiting
    from training.reporting.models import Report

    with database.transaction() as db:
        offices.rename(db, town)
    sign_in(client, town, "hanna")
    for kind in ("csv", "xlsx", "ods"):
        assert client.post(f"/deelname/export/{kind}").get_data()
    make_waiting(database, clock.now())
    with database.reading() as db:
        reports = list(db.scalars(sa.select(Report)))
    assert len({report.checksum for report in reports}) == 1
    assert len({str(report.counts) for report in reports}) == 1
    assert {report.done for report in reports} == {len(rows(client))}


FILTERS: tuple[tuple[str, Callable[[list[str]], bool]], ...] = (
    ("status=OVERDUE", lambda row: row[5] == "te laat"),
    ("status=VALID", lambda row: row[5] == "geldig"),
    ("thema=integriteit", lambda row: row[4] == "Integriteit"),
    ("thema=drugshandel", lambda row: row[4] == "Drugshandel herkennen"),
    ("naam=de+vries", lambda row: "de Vries" in row[2]),
    ("gedaan_van={three_weeks_ago}&gedaan_tot={later}", lambda row: row[8] != ""),
)  # fmt: skip


@pytest.mark.parametrize(("query", "holds"), FILTERS)
def test_a_filter_keeps_what_it_says_and_all_of_it(
    client: FlaskClient,
    town: Town,
    duties: dict[str, Duty],
    query: str,
    holds: Callable[[list[str]], bool],
) -> None:
    sign_in(client, town, "hanna")
    everything = rows(client)
    today = clock.today()
    query = query.format(three_weeks_ago=today - 21 * DAY, later=today - 19 * DAY)
    assert rows(client, query) == [row for row in everything if holds(row)] != []


def test_a_unit_shows_those_in_it_and_below(
    client: FlaskClient, town: Town, duties: dict[str, Duty]
) -> None:
    sign_in(client, town, "hanna")
    assert names(client, f"onderdeel={town.units['dienstverlening']}") == {
        "Anna de Vries",
        "Theo Smit",
        "Vera Kok",
    }


def test_an_audience_is_of_persons_not_of_duties(
    client: FlaskClient, town: Town, duties: dict[str, Duty]
) -> None:
    """Boaz is a boa; nobody else under the same duty is."""
    sign_in(client, town, "hanna")
    assert names(client, "doelgroep=boas") == {"Boaz van den Berg"}
    assert "Anna de Vries" in names(client, "doelgroep=nieuwe-medewerkers")
    assert "Theo Smit" not in names(client, "doelgroep=nieuwe-medewerkers")


def test_the_reference_date_looks_back_and_ahead(
    client: FlaskClient, town: Town, duties: dict[str, Duty]
) -> None:
    sign_in(client, town, "hanna")
    vera = "naam=Vera+Kok&thema=drugshandel"
    status = lambda day: [row[5] for row in rows(client, f"{vera}&peildatum={day}")]  # noqa: E731
    assert status(clock.today() - 21 * DAY) == ["te laat"]
    assert status(clock.today()) == ["geldig"]
    assert status(clock.today() + 335 * DAY) == ["herhaling open"]
    assert status(clock.today() + 350 * DAY) == ["respijt"]
    assert status(clock.today() + 500 * DAY) == ["verlopen"]


def test_somebody_who_moved_is_shown_then_or_now(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    with database.transaction() as db:
        old = db.scalars(
            sa.select(Position).where(Position.person_id == town.persons["vera"])
        ).one()
        old.until_on = clock.today() - 10 * DAY
        db.add(
            Position(
                municipality_id=old.municipality_id,
                person_id=old.person_id,
                unit_id=town.units["burgerzaken"],
                kind=PositionKind.EMPLOYEE,
                from_on=clock.today() - 9 * DAY,
                recorded_on=clock.today() - 9 * DAY,
            )
        )
    sign_in(client, town, "hanna")
    ask = f"naam=Vera+Kok&thema=drugshandel&peildatum={clock.today() - 15 * DAY}"
    assert [row[1] for row in rows(client, ask)] == ["Team Vergunningen"]
    assert [row[1] for row in rows(client, ask + "&indeling=NOW")] == ["Team Burgerzaken"]


def test_somebody_with_two_positions_is_one_row(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    with database.transaction() as db:
        first = db.scalars(
            sa.select(Position).where(Position.person_id == town.persons["boaz"])
        ).one()
        db.add(
            Position(
                municipality_id=first.municipality_id,
                person_id=first.person_id,
                unit_id=town.units["burgerzaken"],
                kind=PositionKind.EMPLOYEE,
                from_on=clock.today() - 9 * DAY,
                recorded_on=clock.today() - 9 * DAY,
            )
        )
    sign_in(client, town, "hanna")
    found = rows(client, "naam=Boaz&thema=integriteit")
    assert [row[1] for row in found] == ["Team Handhaving"]
    sign_in(client, town, "theo")
    assert "Team Burgerzaken" in {row[1] for row in rows(client, "naam=Boaz")}


def test_who_left_and_who_is_no_longer_asked_are_not_there(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    with database.transaction() as db:
        vera = db.scalars(sa.select(Person).where(Person.id == town.persons["vera"])).one()
        vera.left_on = clock.today() - DAY
        boaz = sa.update(Assignment).where(Assignment.person_id == town.persons["boaz"])
        db.execute(boaz.values(until_on=clock.today() - DAY, lapses_on=clock.today()))
        db.add(
            Pause(
                municipality_id=town.municipality,
                person_id=town.persons["marga"],
                from_on=clock.today() - DAY,
                until_on=clock.today() + 9 * DAY,
            )
        )
    sign_in(client, town, "hanna")
    seen = names(client, "thema=integriteit")
    assert "Anna de Vries" in seen
    assert not seen & {"Vera Kok", "Boaz van den Berg"}
    columns = "kolommen=standing&kolommen=paused_until&thema=integriteit&naam=Marga"
    assert rows(client, columns) == [
        ["Marga Bos", "gepauzeerd", f"{clock.today() + 9 * DAY:%d-%m-%Y}"]
    ]
    told = client.get("/deelname/uitleg").get_data(as_text=True)
    assert "<dt>Niet geteld: toen al uit dienst</dt><dd>1</dd>" in told
    assert "<dt>Niet geteld: geen verplichting binnen deze filters</dt><dd>1</dd>" in told


def test_the_counts_add_up(client: FlaskClient, town: Town, duties: dict[str, Duty]) -> None:
    import re

    sign_in(client, town, "hanna")
    for query in ("", "thema=integriteit", "doelgroep=boas", "status=OVERDUE"):
        told = client.get(f"/deelname/uitleg?{query}").get_data(as_text=True)
        number = dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", told))
        left_out = sum(int(n) for term, n in number.items() if term.startswith("Niet geteld"))
        placed = int(number["Mensen met een plek in dit onderdeel op de peildatum"])
        assert placed == left_out + int(number["Geteld: mensen"])
        by_status = sum(int(n) for term, n in number.items() if term.startswith("Regels met"))
        assert by_status == int(number["Geteld: regels (een mens en een verplichting)"])
        assert by_status == len(rows(client, query))


def test_a_wrong_date_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, town: Town, duties: dict[str, Duty]
) -> None:
    sign_in(client, town, "hanna")
    for query in (
        "peildatum=31-02-2026&naam=Anna",
        "gedaan_van=2026-02-02&gedaan_tot=2026-01-01&naam=Anna",
    ):
        page = client.get(f"/deelname?{query}")
        assert page.status_code == 422
        assert 'value="Anna"' in page.get_data(as_text=True)


def test_looking_and_exporting_are_in_the_log(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    sign_in(client, town, "hanna")
    rows(client, "naam=Anna+de+Vries")
    client.post("/deelname/export/csv?naam=Anna+de+Vries").get_data()
    with database.reading() as db:
        query = (
            sa.select(AuditEntry.action)
            .join(AuditSubject, sa.and_(AuditSubject.municipality_id == AuditEntry.municipality_id,
                                        AuditSubject.sequence == AuditEntry.sequence))
            .where(AuditSubject.person_id == town.persons["anna"])
            .order_by(AuditEntry.sequence)
        )  # fmt: skip
        assert list(db.scalars(query)) == [Action.LOOKED, Action.EXPORTED]


def test_pages_follow_each_other(town: Town, duties: dict[str, Duty], database: Database) -> None:
    from training.access import Grant, Population
    from training.reporting import queries
    from training.reporting.rules import Filters, columns_of

    reach = frozenset({Grant(town.units["a2"], frozenset({Population.STAFF}))})
    with database.reading() as db:
        ids = queries.municipality_ids(db, reach)
        for filters in (
            Filters(clock.today(), clock.today()),
            Filters(clock.today(), clock.today(), done_until=clock.today()),
        ):
            whole = queries.page_of(db, ids, reach, filters, columns_of([]), 1, 500)
            parts = [
                row
                for number in range(1, 12)
                for row in queries.page_of(db, ids, reach, filters, columns_of([]), number, 5)
            ]
            assert parts == whole
            assert len(whole) == queries.count_up_to(db, ids, reach, filters)

"""A page asks at most eight queries, no more when there is more to show, and builds none again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training.assignments import actions
from training.assignments.rules import Policy
from training.content.classes import ContentKind, Library
from training.db import Database

MOST = 8


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent inside the block, without BEGIN."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(database.engine, "before_cursor_execute", note)


@contextmanager
def asked(database: Database) -> Iterator[list[sa.Executable]]:
    """The statements asked inside the block, as objects."""
    found: list[sa.Executable] = []

    def note(_connection: object, statement: sa.Executable, *_rest: object) -> None:
        found.append(statement)

    sa.event.listen(database.engine, "before_execute", note)
    yield found
    sa.event.remove(database.engine, "before_execute", note)


def make_duties(database: Database, town: Town, library: Library, count: int) -> None:
    with database.transaction() as db:
        for number, module_id in enumerate(sorted(library.modules)[:count]):
            actions.make_duty(
                db,
                unit_id=town.units["a2"],
                title=f"Verplichting {number}",
                contents=[(ContentKind.MODULE, module_id)],
                audiences=["alle-medewerkers"],
                policy=Policy(1, dt.date(2026, 10, 1)),
            )
        actions.open_cycles(db, dt.date.today())


def test_a_learners_pages_ask_at_most_eight_queries(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    make_duties(database, town, library, 2)
    sign_in(client, town, "anna")
    module = library.modules["drugshandel-herkennen"]
    section = client.post(f"/modules/{module.id}/begin").location
    scene = client.post("/dilemmas/even-kijken-voor-een-vriendin/begin").location
    for address in ("/overzicht", "/leren", section, scene):
        with counted(database) as few:
            assert client.get(address).status_code == 200
        assert len(few) <= MOST, f"{address} asks {len(few)} queries"


def test_the_pages_of_a_learner_build_no_statement_again(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    """Building a statement takes ten times as long as asking it: each is made once, at import."""
    make_duties(database, town, library, 2)
    sign_in(client, town, "anna")
    module = library.modules["drugshandel-herkennen"]
    section = client.post(f"/modules/{module.id}/begin").location
    scene = client.post("/dilemmas/even-kijken-voor-een-vriendin/begin").location
    for address in ("/overzicht", f"/modules/{module.id}", section, scene):
        with asked(database) as first:
            assert client.get(address).status_code == 200
        with asked(database) as second, counted(database) as sent:
            assert client.get(address).status_code == 200
        known = {id(statement) for statement in first}  # `first` keeps them alive
        again = [str(one) for one in second if id(one) not in known]
        assert sent and not again, f"{address} builds anew: {again}"


def test_the_overview_asks_no_more_for_more_duties(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    sign_in(client, town, "anna")
    make_duties(database, town, library, 2)
    with counted(database) as few:
        client.get("/overzicht")
    make_duties(database, town, library, 18)
    with counted(database) as many:
        assert client.get("/overzicht").get_data(as_text=True).count("<article") > 10
    assert len(many) == len(few) <= MOST


def test_participation_asks_no_more_for_more_rows(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    make_duties(database, town, library, 1)
    sign_in(client, town, "hanna")
    with counted(database) as few:
        client.get("/deelname")
    make_duties(database, town, library, 18)
    with counted(database) as many:
        assert client.get("/deelname").get_data(as_text=True).count("<tr") > 30
    assert len(many) <= len(few)

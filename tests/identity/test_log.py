"""Piet reads and checks the log of his municipality; Bas only what is technical."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.access import Visitor
from training.audit import actions
from training.audit.models import Action, AuditEntry, AuditSubject
from training.audit.rules import derive_key
from training.db import Database
from training.settings import Settings


@pytest.fixture
def piet(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "piet")


@pytest.fixture(autouse=True)
def _hanna_looked_and_bas_worked(database: Database, town: Town, settings: Settings) -> None:
    hanna = Visitor(town.accounts["hanna"], "Hanna Prins", town.municipality, None, frozenset())
    key, now = derive_key(settings.secret_key), clock.now()
    seen = [(town.municipality, town.persons[s]) for s in ("anna", "vera", "theo", "boaz", "marga")]
    seen.append((town.units["other"], town.persons["other_anna"]))
    with database.transaction() as db:
        actions.record_looked(db, key, at=now, actor=hanna, persons=seen, what="deelnameoverzicht")
        for action in (Action.MADE_ACCOUNT, Action.EXPORTED):
            actions.record(
                db,
                key,
                at=now,
                actor=hanna,
                action=action,
                municipality_id=town.municipality,
                what=f"test {action.name}",
            )


def test_piet_sees_who_looked_at_whom_in_his_municipality(piet: FlaskClient) -> None:
    page = piet.get("/logboek").text
    assert "3 regels" in page
    assert "Hanna Prins" in page and "deelnameoverzicht" in page
    assert " en 2 anderen" in page


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("zoek=hanna", "3 regels"),
        ("zoek=export", "1 regel"),
        ("over=anna+vries", "1 regel"),
        ("over=griet", "Niets gevonden"),
        ("handeling=EXPORTED", "1 regel"),
        ("handeling=nonsense&van=31-31-31&pagina=-5", "3 regels"),
        ("tot=2020-01-01", "Niets gevonden"),
        ("van=2020-01-01&tot=2099-01-01", "3 regels"),
        ("zoek=%25", "Niets gevonden"),
    ],
)
def test_piet_searches(piet: FlaskClient, query: str, lines: str) -> None:
    answer = piet.get(f"/logboek?{query}")
    assert (answer.status_code, lines in answer.text) == (200, True)


def test_that_piet_looked_is_in_the_log_too(
    piet: FlaskClient, database: Database, town: Town
) -> None:
    piet.get("/logboek?over=anna+vries")
    with database.reading() as db:
        last = db.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.municipality_id == town.municipality)
            .order_by(AuditEntry.sequence.desc())
            .limit(1)
        ).one()
        assert (last.actor_name, last.what) == ("Piet Jansen", "logboek")


def test_bas_reads_what_is_technical_without_persons(client: FlaskClient, town: Town) -> None:
    page = sign_in(client, town, "bas").get("/logboek/techniek?over=anna").text
    assert "test MADE_ACCOUNT" in page
    assert "test EXPORTED" not in page and "deelnameoverzicht" not in page
    answer = client.get("/logboek/techniek?handeling=LOOKED")
    assert "deelnameoverzicht" not in answer.text


def test_the_check_tells_whether_the_log_stands(
    piet: FlaskClient, database: Database, town: Town
) -> None:
    assert "Merendijk: het logboek klopt, tot en met regel 3" in piet.get("/logboek/controle").text
    with database.transaction() as db:
        db.execute(sa.delete(AuditSubject).where(AuditSubject.person_id == town.persons["vera"]))
    page = piet.get("/logboek/controle").text
    assert "Merendijk: Regel 1 is veranderd" in page


def test_a_page_of_the_log_takes_the_same_queries_for_one_line_and_for_fifty(
    piet: FlaskClient, database: Database, town: Town, app: Flask
) -> None:
    def count(path: str) -> int:
        seen: list[str] = []

        def listen(*given: object) -> None:
            seen.append(str(given[2]))

        sa.event.listen(database.engine, "before_cursor_execute", listen)
        assert piet.get(path).status_code == 200
        sa.event.remove(database.engine, "before_cursor_execute", listen)
        return len(seen)

    few = count("/logboek?zoek=deelname")
    for _ in range(20):
        piet.get("/logboek")
    assert count("/logboek") == few

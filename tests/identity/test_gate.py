"""Who is signed in, for how long, and what ends it."""

from __future__ import annotations

import datetime as dt
import time

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.db import Database
from training.identity import gate, queries
from training.identity.models import Account, RoleGrant
from training.identity.rules import AccountState
from training.people.models import Person

OWN = "/mijn-account"


def is_in(client: FlaskClient) -> bool:
    answer = client.get(OWN)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


@pytest.mark.parametrize("short", ["anna", "rachid", "hanna", "carlijn"])
def test_everybody_with_an_account_gets_in(client: FlaskClient, town: Town, short: str) -> None:
    assert is_in(sign_in(client, town, short))


def test_without_a_session_a_page_leads_to_signing_in_and_back(client: FlaskClient) -> None:
    answer = client.get(OWN + "?x=1")
    assert answer.headers["Location"] == "/inloggen?next=/mijn-account?x%3D1"


def change(database: Database, statement: sa.Executable) -> None:
    with database.transaction() as db:
        db.execute(statement)


@pytest.mark.parametrize("state", [AccountState.CLOSED, AccountState.INVITED])
def test_a_closed_account_ends_sessions_at_once(
    client: FlaskClient, town: Town, database: Database, state: AccountState
) -> None:
    sign_in(client, town, "anna")
    assert is_in(client)
    this = Account.id == town.accounts["anna"]
    change(database, sa.update(Account).where(this).values(state=state))
    assert not is_in(client)


def test_a_raised_epoch_ends_all_sessions(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "anna")
    change(database, sa.update(Account).values(epoch=1))
    assert not is_in(client)
    assert is_in(sign_in(client, town, "anna", epoch=1))


def test_who_has_left_does_not_get_in(client: FlaskClient, town: Town, database: Database) -> None:
    sign_in(client, town, "anna")
    anna = Person.id == town.persons["anna"]
    change(database, sa.update(Person).where(anna).values(left_on=clock.today()))
    assert is_in(client)  # the last day counts
    yesterday = clock.today() - dt.timedelta(days=1)
    change(database, sa.update(Person).where(anna).values(left_on=yesterday))
    assert not is_in(client)


def test_a_session_ends_after_twelve_hours(client: FlaskClient, town: Town) -> None:
    for hours, expected in ((11.9, True), (12.1, False)):
        sign_in(client, town, "anna")
        with client.session_transaction() as session:
            session[gate.SIGNED_IN_AT] = int(time.time() - hours * 3600)
        assert is_in(client) is expected


@pytest.mark.parametrize("key", ["", "x", "x.0", "1.2.3", None])
def test_a_strange_session_is_nobody(client: FlaskClient, town: Town, key: object) -> None:
    sign_in(client, town, "anna")
    with client.session_transaction() as session:
        session["_user_id"] = key
    assert not is_in(client)


def test_a_session_is_a_session_cookie_that_no_script_reads(
    client: FlaskClient, town: Town
) -> None:
    answer = client.get("/inloggen")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Expires" not in cookie and "Max-Age" not in cookie


def test_a_role_works_on_its_days_only(town: Town, database: Database) -> None:
    this = RoleGrant.account_id == town.accounts["theo"]
    today = town.today
    day = dt.timedelta(days=1)
    change(database, sa.update(RoleGrant).where(this).values(from_on=today, until_on=today))
    with database.reading() as db:
        for moment, held in ((today - day, 0), (today, 1), (today + day, 0)):
            holder = queries.holder(db, town.accounts["theo"], moment)
            assert holder is not None and len(holder.roles) == held


def test_knowing_the_visitor_costs_one_query(town: Town, database: Database) -> None:
    seen: list[str] = []
    sa.event.listen(
        database.engine, "before_cursor_execute", lambda *given: seen.append(str(given[2]))
    )
    with database.reading() as db:
        queries.holder(db, town.accounts["hanna"], town.today)
    assert sum(one.startswith("SELECT") for one in seen) == 1

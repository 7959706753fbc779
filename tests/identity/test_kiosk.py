"""Boaz has no mailbox: he signs in with a card and a code at a computer that forgets him."""

from __future__ import annotations

import datetime as dt
import re
import time

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.learning.player import follow, take_whole
from tests.signing import sign_in
from tests.town import Town
from training.content.classes import Library
from training.db import Database
from training.identity import gate
from training.identity.kiosk_rules import code_problem, new_code, plain_code
from training.identity.models import Account, KioskKey, RoleGrant
from training.identity.rules import Role
from training.mail.models import OutboxMessage
from training.people.models import Person

OWN = "regenjas7"


@pytest.fixture(autouse=True)
def nobody_has_a_mailbox(database: Database, town: Town) -> None:
    """Boaz and Theo (who leads a team) have no address any more; Boaz has no account either."""
    with database.transaction() as db:
        for short in ("boaz", "theo"):
            db.get_one(Person, (town.municipality, town.persons[short])).email = None
        db.execute(sa.delete(Account).where(Account.id == town.accounts["boaz"]))


def print_card(app: Flask, town: Town, who: str = "boaz") -> tuple[str, str]:
    """Hanna prints a card: the path in its QR code, and the code."""
    hanna = sign_in(app.test_client(), town, "hanna")
    assert "Boaz van den Berg" in hanna.get("/kiosk-kaarten").text
    page = hanna.post("/kiosk-kaarten", data={"person": str(town.persons[who])}).text
    code = re.search(r"<strong>([A-Z2-9]{4}-[A-Z2-9]{4})</strong>", page)
    assert code and "<svg" in page, page
    return page, code[1]


def enter(client: FlaskClient, code: str, number: str = "1004", **more: str) -> str:
    place = re.search(r'name="municipality".*?value="([^"]+)"', client.get("/kiosk").text, re.S)
    data = {"number": number, "code": code, "municipality": place[1] if place else ""} | more
    return client.post("/kiosk", data=data, follow_redirects=True).text


def enter_the_first_time(app: Flask, town: Town) -> FlaskClient:
    _page, code = print_card(app, town)
    client = app.test_client()
    assert "Kies je eigen code" in enter(client, code)
    page = client.post(
        "/kiosk/eigen-code", data={"new_code": OWN, "again": OWN}, follow_redirects=True
    ).text
    assert "Je code is bewaard" in page and "Dag Boaz" in page
    return client


def test_boaz_chooses_his_own_code_and_the_printed_one_is_worth_nothing_then(
    app: Flask, town: Town, database: Database
) -> None:
    _page, code = print_card(app, town)
    client = app.test_client()
    assert "Kies je eigen code" in enter(client, code.lower().replace("-", " "))
    assert client.get("/overzicht").status_code == 302, "not in yet"
    for wrong, why in (
        (code, "andere code dan die op de kaart"),
        ("abc", "van 6 tot en met 20"),
        ("123456", "te makkelijk"),
        ("aaaaaa", "te makkelijk"),
        ("x1004y", "niet je personeelsnummer"),
    ):
        answer = client.post("/kiosk/eigen-code", data={"new_code": wrong, "again": wrong})
        assert (answer.status_code, why in answer.text) == (422, True), wrong
    answer = client.post("/kiosk/eigen-code", data={"new_code": OWN, "again": "regenjas8"})
    assert "niet gelijk" in answer.text
    client.post("/kiosk/eigen-code", data={"new_code": OWN, "again": OWN})
    assert "Dag Boaz" in client.get("/overzicht").text
    assert "We konden je niet inloggen" in enter(app.test_client(), code)
    assert "Dag Boaz" in enter(app.test_client(), OWN)
    with database.reading() as db:
        kept = db.scalars(sa.select(KioskKey)).one()
        assert code.replace("-", "") not in kept.code_hash and OWN.upper() not in kept.code_hash


def test_the_card_stands_for_the_number_and_is_nothing_without_the_code(
    app: Flask, town: Town, database: Database
) -> None:
    from training.identity.kiosk_actions import issue_cards

    with database.transaction() as db:
        boaz = db.get_one(Person, (town.municipality, town.persons["boaz"]))
        (card,) = issue_cards(db, [boaz], dt.datetime.now(dt.UTC))
    client = app.test_client()
    answer = client.get(f"/kiosk/kaart/{card.card}")
    assert answer.location == "/kiosk" and card.card not in answer.location
    page = client.get("/kiosk").text
    assert "Je kaart is gelezen" in page and 'name="number"' not in page
    assert client.post("/kiosk", data={"code": "ABCDEFGH"}).status_code == 422
    page = client.post("/kiosk", data={"code": card.code}, follow_redirects=True).text
    assert "Kies je eigen code" in page
    stranger = app.test_client()
    stranger.get("/kiosk/kaart/zomaar-iets")
    assert stranger.post("/kiosk", data={"code": card.code}).status_code == 422


def test_the_computer_forgets_boaz_after_his_training(
    app: Flask, town: Town, library: Library, database: Database
) -> None:
    client = enter_the_first_time(app, town)
    module = library.modules["bij-wie-meld-ik-wat"]
    take_whole(client, module)
    assert "Goed gedaan" in follow(client, f"/modules/{module.id}/klaar")
    answer = client.get("/overzicht")
    assert answer.status_code == 302 and answer.location == "/kiosk"
    assert "Je bent klaar en uitgelogd" in client.get("/kiosk").text
    with client.session_transaction() as session:
        assert "_user_id" not in session


def test_the_session_is_short_and_ends_when_nobody_touches_it(app: Flask, town: Town) -> None:
    client = enter_the_first_time(app, town)
    answer = client.get("/overzicht")
    assert answer.headers["Refresh"] == "900; url=/kiosk"
    assert answer.headers["Cache-Control"] == "no-store"
    with client.session_transaction() as session:
        session[gate.SEEN_AT] = int(time.time()) - 901
    assert client.get("/overzicht").location == "/kiosk"
    assert "Dag Boaz" in enter(client, OWN)
    with client.session_transaction() as session:
        session[gate.SIGNED_IN_AT] = int(time.time()) - 3601
        session[gate.SEEN_AT] = int(time.time())
    assert client.get("/overzicht").location == "/kiosk"
    assert "Refresh" not in sign_in(app.test_client(), town, "anna").get("/overzicht").headers


def test_guessing_is_stopped_for_a_number_also_from_other_places(app: Flask, town: Town) -> None:
    enter_the_first_time(app, town)
    client = app.test_client()
    for _ in range(5):
        assert "We konden je niet inloggen" in enter(client, "ABCDEFGH")
    assert "Even wachten" in enter(client, OWN) or "te veel pogingen" in enter(client, OWN)
    for place in range(1, 6):
        own = app.test_client()
        own.environ_base["REMOTE_ADDR"] = f"203.0.113.{place}"
        enter(own, "ABCDEFGH")
    last = app.test_client()
    last.environ_base["REMOTE_ADDR"] = "203.0.113.99"
    assert "Dag Boaz" not in enter(last, OWN)


def test_an_unknown_number_is_told_the_same(app: Flask, town: Town) -> None:
    print_card(app, town)
    told = "We konden je niet inloggen"
    assert told in enter(app.test_client(), "ABCDEFGH", number="1004")
    assert told in enter(app.test_client(), "ABCDEFGH", number="9999")
    assert told in enter(app.test_client(), "ABCDEFGH", number="1001")


def test_who_holds_a_role_gets_no_card(app: Flask, town: Town, database: Database) -> None:
    hanna = sign_in(app.test_client(), town, "hanna")
    answer = hanna.post("/kiosk-kaarten", data={"person": str(town.persons["theo"])})
    assert (answer.status_code, "Wie een rol heeft" in answer.text) == (422, True)
    for short in ("anna", "rachid", "outside_anna"):
        answer = hanna.post("/kiosk-kaarten", data={"person": str(town.persons[short])})
        assert answer.status_code == 422, "has a mailbox, or is not Hanna's"
    with database.reading() as db:
        assert db.scalars(sa.select(KioskKey)).all() == []


def test_a_role_given_later_does_not_work_at_the_kiosk(
    app: Flask, town: Town, database: Database
) -> None:
    enter_the_first_time(app, town)
    with database.transaction() as db:
        account = db.scalars(
            sa.select(Account).where(Account.person_id == town.persons["boaz"])
        ).one()
        grant = RoleGrant(account_id=account.id, role=Role.HR, unit_id=town.municipality)
        grant.from_on = dt.date(2026, 1, 1)
        db.add(grant)
    client = app.test_client()
    assert "Dag Boaz" in enter(client, OWN)
    assert client.get("/personen").status_code == 404


def test_a_new_card_ends_the_old_one_and_a_leaver_gets_in_no_more(
    app: Flask, town: Town, database: Database
) -> None:
    client = enter_the_first_time(app, town)
    print_card(app, town)
    assert client.get("/overzicht").status_code == 302
    assert "Dag Boaz" not in enter(app.test_client(), OWN)
    _page, code = print_card(app, town)
    with database.transaction() as db:
        boaz = db.get_one(Person, (town.municipality, town.persons["boaz"]))
        boaz.left_on = dt.date(2026, 1, 1)
    assert "We konden je niet inloggen" in enter(app.test_client(), code)


def test_a_reopened_account_without_mailbox_asks_for_a_new_card_and_writes_no_mail(
    app: Flask, town: Town, database: Database
) -> None:
    enter_the_first_time(app, town)
    with database.reading() as db:
        account_id = db.scalars(
            sa.select(Account.id).where(Account.person_id == town.persons["boaz"])
        ).one()
    bas = sign_in(app.test_client(), town, "bas")
    bas.post(f"/accounts/{account_id}/sluiten")
    page = bas.post(f"/accounts/{account_id}/heropenen", follow_redirects=True).text
    assert "nieuwe kaart te printen" in page
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 0
    assert "Dag Boaz" not in enter(app.test_client(), OWN), "the old card stays dead"
    _page, code = print_card(app, town)
    assert "Kies je eigen code" in enter(app.test_client(), code)


@given(st.text(max_size=30))
def test_no_code_that_is_too_short_or_the_same_is_good(text: str) -> None:
    code = plain_code(text)
    if len(code) < 6 or len(set(code)) < 4:
        assert code_problem(code, "", "") is not None
    printed = new_code()
    assert len(printed) == 8 and plain_code(printed) == printed
    assert code_problem(printed, printed, "") is not None

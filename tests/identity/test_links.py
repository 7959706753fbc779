"""Rachid gets in by a link in his mail: once, within half an hour, and only by a press of a
button."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.identity.helpers import PASSWORD, account_of, give_password, link_in, mails
from tests.town import Town
from training import clock
from training.db import Database
from training.identity import actions
from training.identity.models import Account, AccountToken
from training.identity.rules import AccountState, TokenPurpose
from training.mail.rules import MailKind
from training.people.models import Person

RACHID = "rachid@merendijk.example"
ASK, CONFIRM = "/inloggen/link-aanvragen", "/inloggen/bevestigen"


def ask(client: FlaskClient, database: Database, email: str = RACHID, path: str = ASK) -> str:
    """Asks for a link; returns the one in the newest mail."""
    assert client.post(path, data={"email": email}).status_code == 303
    return link_in(mails(database)[-1])


def is_in(client: FlaskClient) -> bool:
    return client.get("/mijn-account").status_code == 200


def test_rachid_signs_in_by_his_mail(client: FlaskClient, database: Database) -> None:
    link = ask(client, database, "Rachid@Merendijk.example")
    (mail,) = mails(database)
    assert (mail.to_address, mail.kind) == (RACHID, MailKind.SIGN_IN_LINK)
    page = client.get(link, follow_redirects=True)
    assert "Je logt in als Rachid el Amrani" in page.text
    assert not is_in(client)
    assert client.post(CONFIRM).status_code == 303
    assert is_in(client)


def test_a_mail_scanner_that_opens_the_link_does_no_harm(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    link = ask(client, database)
    for _ in range(3):
        scanner = app.test_client()
        scanner.head(link)
        scanner.get(link, follow_redirects=True)
        assert not is_in(scanner)
    client.get(link)
    assert client.post(CONFIRM).status_code == 303


def test_the_token_leaves_the_address_at_once(client: FlaskClient, database: Database) -> None:
    link = ask(client, database)
    answer = client.get(link)
    assert (answer.status_code, answer.headers["Location"]) == (302, CONFIRM)
    page = client.get(CONFIRM)
    assert link.rpartition("/")[2] not in page.text
    assert page.headers["Referrer-Policy"] in ("same-origin", "no-referrer")


def test_a_link_works_once(app: Flask, client: FlaskClient, database: Database) -> None:
    link = ask(client, database)
    again = app.test_client()
    again.get(link)
    client.get(link)
    assert client.post(CONFIRM).status_code == 303
    assert again.post(CONFIRM).status_code == 410
    assert again.get(link).status_code == 410
    assert not is_in(again)


def test_of_ten_simultaneous_uses_one_works(app: Flask, database: Database) -> None:
    link = ask(app.test_client(), database)
    browsers = [app.test_client() for _ in range(10)]
    for browser in browsers:
        browser.get(link)
    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(lambda browser: browser.post(CONFIRM).status_code, browsers))
    assert sorted(codes) == [303] + [410] * 9
    assert sum(is_in(browser) for browser in browsers) == 1


def later(database: Database, minutes: float) -> None:
    """Lets all tokens be made so many minutes earlier."""
    with database.transaction() as db:
        for token in db.scalars(sa.select(AccountToken)):
            token.expires_at -= dt.timedelta(minutes=minutes)


def test_a_link_works_for_half_an_hour(client: FlaskClient, database: Database) -> None:
    link = ask(client, database)
    later(database, 29.5)
    assert client.get(link).status_code == 302
    later(database, 0.6)
    assert client.post(CONFIRM).status_code == 410
    assert client.get(link).status_code == 410


def test_the_database_holds_no_link(client: FlaskClient, database: Database) -> None:
    raw = ask(client, database).rpartition("/")[2]
    with database.reading() as db:
        kept = " ".join(str(row) for row in db.execute(sa.select(AccountToken.__table__)).all())
    assert raw not in kept
    assert actions.hash_of_token(raw) in kept


@pytest.mark.parametrize("path", ["/toegang/abc", CONFIRM, "/wachtwoord-kiezen"])
def test_a_link_that_never_was_is_explained(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 410
    assert "Vraag een nieuwe link aan" in answer.text


@pytest.mark.parametrize("path", [ASK, "/wachtwoord-vergeten"])
def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    client: FlaskClient, database: Database, town: Town, path: str
) -> None:
    with database.transaction() as db:
        db.get_one(Account, town.accounts["vera"]).state = AccountState.CLOSED
        theo = db.scalars(sa.select(Person).where(Person.id == town.persons["theo"])).one()
        theo.left_on = clock.today() - dt.timedelta(days=1)
    answers = []
    for email in ("nobody@x.example", "vera@merendijk.example", "theo@merendijk.example"):
        answer = client.post(path, data={"email": email}, follow_redirects=True)
        answers.append(answer.text)
    assert mails(database) == []
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(AccountToken)) == 0
    answers.append(client.post(path, data={"email": RACHID}, follow_redirects=True).text)
    assert len(mails(database)) == 1
    assert len(set(answers)) == 1


def test_known_and_unknown_addresses_cost_the_same_work(
    client: FlaskClient, database: Database
) -> None:
    def writes(email: str) -> list[str]:
        seen: list[str] = []

        def listen(*given: object) -> None:
            seen.append(str(given[2]).split("(")[0].strip())

        sa.event.listen(database.engine, "before_cursor_execute", listen)
        client.post(ASK, data={"email": email})
        sa.event.remove(database.engine, "before_cursor_execute", listen)
        return [one for one in seen if one.startswith(("INSERT", "DELETE", "UPDATE"))]

    writes("first@x.example")  # what the town left to be written down goes with the first request
    assert writes("nobody@x.example") == writes(RACHID) != []


def test_no_address_can_be_flooded_with_mail(app: Flask, database: Database) -> None:
    codes = []
    for number in range(12):
        environ = {"REMOTE_ADDR": f"198.51.100.{number}"}
        answer = app.test_client().post(ASK, data={"email": RACHID}, environ_base=environ)
        codes.append(answer.status_code)
    assert codes == [303] * 10 + [429] * 2
    assert len(mails(database)) == 10
    assert app.test_client().get(link_in(mails(database)[0])).status_code == 302


def test_an_address_that_is_none_is_refused_with_what_was_typed(client: FlaskClient) -> None:
    answer = client.post(ASK, data={"email": "rachid"})
    assert answer.status_code == 422
    assert "heel e-mailadres" in answer.text and 'value="rachid"' in answer.text


def test_he_comes_back_to_the_page_that_he_asked_for(
    client: FlaskClient, database: Database
) -> None:
    client.get(client.get("/mijn-account?x=1").headers["Location"])
    client.get(ask(client, database))
    assert client.post(CONFIRM).headers["Location"] == "/mijn-account?x=1"


def test_anna_chooses_a_new_password_by_mail(
    app: Flask, client: FlaskClient, database: Database, town: Town
) -> None:
    give_password(database, town, "anna")
    elsewhere = app.test_client()
    anna = {"email": "anna@merendijk.example", "password": PASSWORD}
    elsewhere.post("/inloggen", data=anna)
    other_link = ask(client, database, anna["email"])
    client.get(ask(client, database, anna["email"], "/wachtwoord-vergeten"))
    refused = client.post("/wachtwoord-kiezen", data={"new_password": "kort"})
    assert (refused.status_code, "minstens 12" in refused.text) == (422, True)
    new = "zes kippen op een muur"
    assert client.post("/wachtwoord-kiezen", data={"new_password": new}).status_code == 303
    assert is_in(client)
    assert not is_in(elsewhere)  # whoever had the old password is out
    assert client.get(other_link).status_code == 410  # and so are the links that were out
    assert elsewhere.post("/inloggen", data=anna).status_code == 422
    assert elsewhere.post("/inloggen", data=anna | {"password": new}).status_code == 303


def test_a_link_for_one_thing_does_not_do_another(client: FlaskClient, database: Database) -> None:
    client.get(ask(client, database))
    form = {"new_password": "zes kippen op een muur"}
    assert client.post("/wachtwoord-kiezen", data=form).status_code == 410
    assert client.post("/zonder-wachtwoord").status_code == 410
    client.get(ask(client, database, path="/wachtwoord-vergeten"))
    assert client.post(CONFIRM).status_code == 410


@pytest.fixture
def invited(database: Database, town: Town) -> str:
    """Vera is invited; the link in her mail."""
    with database.transaction() as db:
        account = db.get_one(Account, town.accounts["vera"])
        account.state = AccountState.INVITED
        actions.send_token(db, account, TokenPurpose.INVITE, "http://127.0.0.1:8000", clock.now())
    return link_in(mails(database)[-1])


def test_vera_accepts_her_invitation_with_a_password(client: FlaskClient, invited: str) -> None:
    page = client.get(invited, follow_redirects=True)
    assert "Dit is het account van Vera Kok" in page.text
    form = {"new_password": "zes kippen op een muur", "state": "CLOSED"}
    assert client.post("/wachtwoord-kiezen", data=form).status_code == 303
    assert is_in(client)
    assert client.get(invited).status_code == 410


def test_vera_accepts_her_invitation_without_a_password(
    client: FlaskClient, invited: str, database: Database, town: Town
) -> None:
    client.get(invited)
    assert client.post("/zonder-wachtwoord").status_code == 303
    assert is_in(client)
    vera = account_of(database, town, "vera")
    assert (vera.state, vera.password_hash) == (AccountState.ACTIVE, None)


def test_an_expired_invitation_comes_again_by_asking_for_a_link(
    client: FlaskClient, invited: str, database: Database
) -> None:
    later(database, 15 * 24 * 60)
    assert client.get(invited).status_code == 410
    link = ask(client, database, "vera@merendijk.example")
    assert mails(database)[-1].kind is MailKind.INVITATION
    assert "Vera Kok" in client.get(link, follow_redirects=True).text


def test_a_closed_account_takes_its_links_with_it(
    client: FlaskClient, invited: str, database: Database, town: Town
) -> None:
    with database.transaction() as db:
        actions.close_account(db, db.get_one(Account, town.accounts["vera"]), None, clock.now())
    assert client.get(invited).status_code == 410

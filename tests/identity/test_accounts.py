"""Bas makes and closes accounts and gives roles, in his own municipality and never to himself."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.identity.helpers import account_of, link_in, mails
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.access import Permission
from training.audit.models import Action, AuditEntry, AuditSubject
from training.db import Database
from training.identity import access_table, actions, queries
from training.identity.models import Account, RoleGrant
from training.identity.rules import AccountState, Role
from training.people.models import Person, Unit


@pytest.fixture
def bas(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "bas")


@pytest.fixture
def newcomer(database: Database, town: Town) -> uuid.UUID:
    """Noor joined Merendijk and has no account yet."""
    person_id = uuid.uuid4()
    with database.transaction() as db:
        db.add(
            Person(
                municipality_id=town.municipality,
                id=person_id,
                given_name="Noor",
                family_name="Bakker",
                email="noor@merendijk.example",
                joined_on=town.today,
            )
        )
    return person_id


def log(database: Database) -> list[Action]:
    with database.reading() as db:
        found = db.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.sequence))
        return [action for action in found if action is not Action.LOOKED]


def test_bas_makes_an_account_and_noor_gets_in(
    bas: FlaskClient, app: Flask, database: Database, newcomer: uuid.UUID
) -> None:
    assert "Noor Bakker" in bas.get("/accounts/nieuw?zoek=bakker").text
    address = f"/accounts/nieuw/{newcomer}"
    assert 'value="noor@merendijk.example"' in bas.get(address).text
    form = {"email": "Noor@merendijk.example", "state": "ACTIVE"}
    answer = bas.post(address, data=form, follow_redirects=True)
    assert "Account van Noor Bakker" in answer.text and "Uitgenodigd" in answer.text
    noor = app.test_client()
    noor.get(link_in(mails(database)[-1]))
    noor.post("/wachtwoord-kiezen", data={"new_password": "zes kippen op een muur"})
    assert "Noor Bakker" in noor.get("/mijn-account").text
    assert log(database) == [Action.MADE_ACCOUNT, Action.INVITED]
    assert bas.get(address).status_code == 404  # she has one now


def test_an_address_in_use_is_refused_in_words(bas: FlaskClient, newcomer: uuid.UUID) -> None:
    form = {"email": "other_anna@x.example"}
    assert bas.post(f"/accounts/nieuw/{newcomer}", data={"email": "x"}).status_code == 422
    form["email"] = "anna@merendijk.example"
    answer = bas.post(f"/accounts/nieuw/{newcomer}", data=form)
    assert (answer.status_code, "al een account" in answer.text) == (422, True)


def test_bas_finds_the_accounts_of_his_municipality_only(bas: FlaskClient) -> None:
    page = bas.get("/accounts").text
    assert "anna@merendijk.example" in page
    assert "anna@other.example" not in page and "carlijn@" not in page
    page = bas.get("/accounts?zoek=vries+anna").text
    assert "1 account" in page and "Anna de Vries" in page
    assert "Geen accounts gevonden" in bas.get("/accounts?status=CLOSED").text
    assert bas.get("/accounts?status=nonsense&pagina=999").status_code == 200


def test_a_closed_account_signs_out_at_once_and_can_be_reopened(
    bas: FlaskClient, app: Flask, database: Database, town: Town
) -> None:
    vera = sign_in(app.test_client(), town, "vera")
    assert vera.get("/mijn-account").status_code == 200
    address = f"/accounts/{town.accounts['vera']}"
    assert "Gesloten" in bas.post(f"{address}/sluiten", follow_redirects=True).text
    assert vera.get("/mijn-account").status_code == 302
    assert bas.post(f"{address}/uitnodigen").status_code == 303
    assert mails(database) == []
    assert "Uitgenodigd" in bas.post(f"{address}/heropenen", follow_redirects=True).text
    assert vera.get("/mijn-account").status_code == 302  # her old session stays dead
    vera.get(link_in(mails(database)[-1]))
    vera.post("/zonder-wachtwoord")
    assert vera.get("/mijn-account").status_code == 200
    assert log(database) == [Action.CLOSED_ACCOUNT, Action.REOPENED_ACCOUNT, Action.INVITED]


def test_bas_cannot_close_his_own_account(bas: FlaskClient, database: Database, town: Town) -> None:
    answer = bas.post(f"/accounts/{town.accounts['bas']}/sluiten", follow_redirects=True)
    assert "je eigen account niet sluiten" in answer.text
    assert account_of(database, town, "bas").state is AccountState.ACTIVE
    assert log(database) == []


def role_form(town: Town, role: Role, unit: str, days: int = 90) -> dict[str, str]:
    until = clock.today() + dt.timedelta(days=days)
    return {"role": role.name, "unit": str(town.units[unit]), "until_on": until.isoformat()}


def roles(database: Database, town: Town, short: str) -> set[tuple[Role, uuid.UUID]]:
    with database.reading() as db:
        holder = queries.holder(db, town.accounts[short], clock.today())
        assert holder
        return set(holder.roles)


def test_bas_gives_a_role_that_works_at_once_and_takes_it_back(
    bas: FlaskClient, app: Flask, database: Database, town: Town
) -> None:
    address = f"/accounts/{town.accounts['marga']}"
    form = role_form(town, Role.TEAM_LEAD, "veiligheid")
    page = bas.post(f"{address}/rollen", data=form, follow_redirects=True).text
    assert "De rol is gegeven" in page and "Leidinggevende" in page
    assert roles(database, town, "marga") == {(Role.TEAM_LEAD, town.units["veiligheid"])}
    with database.reading() as db:
        grant = db.scalars(
            sa.select(RoleGrant).where(RoleGrant.account_id == town.accounts["marga"])
        ).one()
        assert grant.given_by == town.accounts["bas"]
        assert (
            db.scalars(
                sa.select(AuditEntry.what).where(AuditEntry.action == Action.GAVE_ROLE)
            ).one()
            == "leidinggevende: Veiligheid"
        )
    bas.post(f"{address}/rollen/{grant.id}/beeindigen")
    assert roles(database, town, "marga") == set()
    assert "Voorbij" in bas.get(address).text  # that it was there stays visible
    assert log(database) == [Action.GAVE_ROLE, Action.ENDED_ROLE]


@pytest.mark.parametrize(
    ("short", "role", "unit", "days", "why"),
    [
        ("bas", Role.HR, "merendijk", 90, "jezelf geen rol"),
        ("vera", Role.HR, "burgerzaken", 90, "hoort bij een onderdeel"),
        ("vera", Role.HR, "merendijk", -1, "einddatum"),
        ("vera", Role.HR, "merendijk", 800, "einddatum"),
        ("vera", Role.HR, "other", 90, "Bij"),
        ("vera", Role.HR, "a2", 90, "Bij"),
        ("vera", Role.COORDINATOR, "basisteam", 90, "Rol"),
    ],
)
def test_a_role_that_may_not_be_is_refused(
    bas: FlaskClient,
    database: Database,
    town: Town,
    short: str,
    role: Role,
    unit: str,
    days: int,
    why: str,
) -> None:
    before = roles(database, town, short)
    form = role_form(town, role, unit, days)
    answer = bas.post(f"/accounts/{town.accounts[short]}/rollen", data=form)
    assert (answer.status_code, why in answer.text) == (422, True)
    assert roles(database, town, short) == before
    assert log(database) == []


def test_a_role_above_the_municipality_is_not_bas_to_end(
    bas: FlaskClient, database: Database, town: Town
) -> None:
    with database.reading() as db:
        grant_id = db.scalars(
            sa.select(RoleGrant.id).where(RoleGrant.account_id == town.accounts["hanna"])
        ).one()
    address = f"/accounts/{town.accounts['hanna']}"
    assert bas.post(f"{address}/rollen/{grant_id}/beeindigen").status_code == 404
    assert "Dat kan alleen daar" in bas.get(address).text
    vera = f"/accounts/{town.accounts['vera']}"  # a role of somebody else, by a wrong address
    assert bas.post(f"{vera}/rollen/{grant_id}/beeindigen").status_code == 404


OTHERS = ["other_anna", "outside_anna", "carlijn"]
POSTS = ["/sluiten", "/heropenen", "/uitnodigen", "/rollen"]


def without_token(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


@pytest.mark.parametrize("short", OTHERS)
def test_accounts_elsewhere_do_not_exist_for_bas(
    bas: FlaskClient, database: Database, town: Town, short: str
) -> None:
    address = f"/accounts/{town.accounts[short]}"
    missing = bas.get(f"/accounts/{uuid.uuid4()}")
    assert (missing.status_code, bas.get(address).status_code) == (404, 404)
    assert without_token(bas.get(address).text) == without_token(missing.text)
    form = role_form(town, Role.HR, "merendijk")
    assert {bas.post(address + path, data=form).status_code for path in POSTS} == {404}
    assert account_of(database, town, short).state is AccountState.ACTIVE


def test_a_person_elsewhere_gets_no_account_from_bas(
    bas: FlaskClient, database: Database, town: Town
) -> None:
    with database.transaction() as db:
        db.execute(sa.delete(Account).where(Account.id == town.accounts["other_anna"]))
    address = f"/accounts/nieuw/{town.persons['other_anna']}"
    assert bas.get(address).status_code == 404
    assert bas.post(address, data={"email": "x@x.example"}).status_code == 404
    assert "Anna" not in bas.get("/accounts/nieuw?zoek=anna").text


def test_who_sees_a_list_of_accounts_is_in_the_log_of_everybody_on_it(
    bas: FlaskClient, app: Flask, database: Database, town: Town
) -> None:
    bas.get("/accounts?zoek=vera")
    with database.reading() as db:
        seen = db.scalars(sa.select(AuditSubject.person_id)).all()
    assert seen == [town.persons["vera"]]
    page = sign_in(app.test_client(), town, "vera").get("/mijn-account").text
    assert "Bas Mulder" in page and "lijst van accounts" in page
    page = sign_in(app.test_client(), town, "anna").get("/mijn-account").text
    assert "Niemand anders heeft je gegevens bekeken" in page


def test_the_privacy_officer_reads_who_has_which_role_also_from_above(
    client: FlaskClient, town: Town
) -> None:
    page = sign_in(client, town, "piet").get("/rollen").text
    for name, place in (("Hanna Prins", "A2-samenwerking"), ("Bas Mulder", "Merendijk")):
        assert name in page and place in page
    assert "Theo Smit" in page and "Carlijn Vos" in page


DOORS = {  # path, and who may open it
    "/mijn-account": {
        *[
            "anna",
            "theo",
            "hanna",
            "griet",
            "bas",
            "fatma",
            "piet",
            "sjoerd",
            "rachid",
            "vera",
            "carlijn",
        ]
    },
    "/accounts": {"bas"},
    "/accounts/nieuw": {"bas"},
    "/accounts/{anna}": {"bas"},
    "/rollen": {"bas", "piet"},
    "/logboek": {"piet"},
    "/logboek/controle": {"piet"},
    "/logboek/techniek": {"bas"},
}
EVERYBODY = DOORS["/mijn-account"] | {"other_anna", "outside_anna"}


@pytest.mark.parametrize("path", DOORS)
def test_every_door_opens_for_whom_the_table_says(app: Flask, town: Town, path: str) -> None:
    address = path.format(**{short: str(id_) for short, id_ in town.accounts.items()})
    opened = set()
    for short in EVERYBODY:
        code = sign_in(app.test_client(), town, short).get(address).status_code
        assert code in (200, 404)
        if code == 200:
            opened.add(short)
    assert opened - {"other_anna", "outside_anna"} == DOORS[path]


def test_a_posted_form_needs_the_same_key(app: Flask, town: Town, database: Database) -> None:
    address = f"/accounts/{town.accounts['anna']}"
    for short in EVERYBODY - {"bas"}:
        client = sign_in(app.test_client(), town, short)
        for path in POSTS:
            assert client.post(address + path).status_code == 404
    assert app.test_client().post(address + "/sluiten").status_code == 401
    assert account_of(database, town, "anna").state is AccountState.ACTIVE


def test_an_administrator_of_three_municipalities_manages_each(
    client: FlaskClient, database: Database, town: Town
) -> None:
    with database.transaction() as db:
        actions.give_role(
            db,
            account=db.get_one(Account, town.accounts["bas"]),
            role=Role.ADMINISTRATOR,
            unit=db.get_one(Unit, town.units["a2"]),
            from_on=town.today,
            until_on=None,
            by=None,
        )
        holder = queries.holder(db, town.accounts["bas"], clock.today())
        assert holder
        reach = access_table.reach_of(holder.roles, Permission.MANAGE_ACCOUNTS)
        assert {grant.unit_id for grant in reach} == {town.municipality, town.units["a2"]}
    sign_in(client, town, "bas")
    assert client.get(f"/accounts/{town.accounts['other_anna']}").status_code == 200
    assert client.get(f"/accounts/{town.accounts['outside_anna']}").status_code == 404

"""Every module says where to go in this municipality, and until when that was checked."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.learning import player
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.app import create_app
from training.content.classes import Library
from training.db import Database
from training.learning import rules
from training.people.models import LocalInsertText
from training.settings import Settings
from training.web.filters import phone_links

SLUG = "drugshandel-herkennen"


def fill_in(database: Database, town: Town, until: dt.date | None) -> None:
    text = "Joke Bakker, 0118-123456, werkdagen van 9 tot 17 uur"
    with database.transaction() as db:
        row = LocalInsertText(municipality_id=town.municipality, name="meldpunt", text=text)
        row.checked_until = until
        db.add(row)


def test_a_module_shows_who_with_which_number_and_until_when_it_was_checked(
    client: FlaskClient, town: Town, database: Database
) -> None:
    fill_in(database, town, clock.today() + dt.timedelta(days=30))
    sign_in(client, town, "anna")
    page = player.follow(client, f"/modules/{SLUG}")
    assert '<a class="utrecht-link" href="tel:0118123456">0118-123456</a>' in page
    assert "werkdagen van 9 tot 17 uur" in page
    assert "Nagekeken tot en met" in page


def test_what_is_out_of_date_says_so(client: FlaskClient, town: Town, database: Database) -> None:
    fill_in(database, town, clock.today() - dt.timedelta(days=1))
    sign_in(client, town, "anna")
    assert "Klopt het nog?" in player.follow(client, f"/modules/{SLUG}")


def test_a_changed_number_is_seen_at_once_in_every_web_process(
    app: Flask, settings: Settings, library: Library, town: Town, database: Database
) -> None:
    """The route is drawn once and kept; what it is kept by is the text itself."""
    apps = [app, create_app(settings, Database(settings.database_url), library)]
    browsers = [sign_in(one.test_client(), town, "anna") for one in apps]
    fill_in(database, town, None)
    for browser in browsers:
        assert "0118-123456" in player.follow(browser, f"/modules/{SLUG}")
    with database.transaction() as db:
        row = db.get_one(LocalInsertText, (town.municipality, "meldpunt"))
        row.text = "Joke Bakker, 0118-654321"
    for browser in browsers:
        page = player.follow(browser, f"/modules/{SLUG}")
        assert "0118-654321" in page and "0118-123456" not in page
    with database.transaction() as db:
        db.delete(db.get_one(LocalInsertText, (town.municipality, "meldpunt")))
    for browser in browsers:
        assert "0118-654321" not in player.follow(browser, f"/modules/{SLUG}")
    apps[1].extensions["database"].dispose()


def test_another_municipality_sees_nothing_of_ours(
    app: Flask, town: Town, database: Database
) -> None:
    fill_in(database, town, None)
    ours = sign_in(app.test_client(), town, "anna")
    theirs = sign_in(app.test_client(), town, "other_anna")
    assert "0118-123456" in player.follow(ours, f"/modules/{SLUG}")
    assert "0118-123456" not in player.follow(theirs, f"/modules/{SLUG}")


def test_every_module_has_a_place_to_report_first(library: Library) -> None:
    for module in library.modules.values():
        route = rules.local_route(module)
        assert route[0] == ("meldpunt-inwoners" if module.public else "meldpunt")
        assert set(route) <= set(library.inserts)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Bel 112 bij gevaar", "112"),
        ("politie 0900-8844", "09008844"),
        ("0800-7000.", "08007000"),
        ("06 12345678", "0612345678"),
        ("op 1120 euro", None),
        ("artikel 10-1234567890", None),
        ("<b>nee</b>", None),
    ],
)
def test_only_a_telephone_number_can_be_called(text: str, number: str | None) -> None:
    made = phone_links(text)
    assert ("tel:" in made) == (number is not None)
    assert "<b>" not in made
    if number:
        assert f'href="tel:{number}"' in made

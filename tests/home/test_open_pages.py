"""A resident finds what is open to everybody, and a page for each theme that can be shared."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.content.classes import Library, Theme
from training.db import Database
from training.learning.actions import count_open_completion


def page_of(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    return response.get_data(as_text=True)


def test_all_that_is_open_and_nothing_else_is_offered(
    client: FlaskClient, library: Library
) -> None:
    page = page_of(client, "/openbaar")
    for module in library.modules.values():
        assert (f"/openbaar/{module.id}" in page) == module.public
    for dilemma in library.dilemmas.values():
        offered = f"/openbaar/dilemmas/{dilemma.id}" in page
        assert offered == (dilemma in library.public_dilemmas)
        assert offered == bool({"ondernemers", "bewoners"} & set(dilemma.audiences))


def test_search_stays_within_what_is_open(client: FlaskClient, library: Library) -> None:
    page = page_of(client, "/openbaar?zoek=huurders")
    assert "/openbaar/signalen-op-het-bedrijventerrein" in page
    inside = [m for m in library.modules.values() if not m.public]
    assert not any(module.title in page for module in inside)


def test_nothing_found_says_what_to_do(client: FlaskClient) -> None:
    page = page_of(client, "/openbaar?zoek=xyzzyq")
    assert "Niets gevonden" in page
    assert "Laat alles zien" in page


@pytest.mark.parametrize("theme", list(Theme))
def test_each_theme_has_a_page_to_share(
    client: FlaskClient, library: Library, theme: Theme
) -> None:
    page = page_of(client, f"/thema/{theme.value}")
    text = library.themes[theme]
    assert text.about.split(".")[0] in page
    assert "Hier kun je terecht" in page
    assert 'href="tel:112"' in page


def test_an_unknown_theme_is_not_there(client: FlaskClient) -> None:
    assert client.get("/thema/voetbal").status_code == 404


def test_whoever_sees_counts_sees_how_often_open_modules_were_done(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    module, today = library.public_modules[0], clock.today()
    with database.transaction() as db:
        for day in (today, today, today - dt.timedelta(days=400)):
            count_open_completion(db, module.id, day)
    sign_in(client, town, "hanna")
    page = client.get("/cijfers/voor-iedereen").get_data(as_text=True)
    row = page.split(module.title, 1)[1].split("</tr>", 1)[0]
    assert re.findall(r">(\d+)<", row) == ["2", "2"]

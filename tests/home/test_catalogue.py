"""Anna finds what there is to learn: by words, theme, audience and time, and what she has done."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from flask.testing import FlaskClient

from tests.house.test_query_counts import MOST, counted, make_duties
from tests.learning import player
from tests.signing import sign_in
from tests.town import Town
from training.content.classes import ContentKind, Library, Theme
from training.db import Database
from training.home import rules
from training.home.rules import Item, Status, Wish

SLUG = "drugshandel-herkennen"


def titles(page: str) -> list[str]:
    found = re.findall(r'weerbaar-card__title"><a href="[^"]*">(.*?)</a>', page)
    return list(dict.fromkeys(found))


def look(client: FlaskClient, query: str) -> str:
    response = client.get(f"/leren?{query}")
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("wish", "allowed"),
    [
        (Wish(), True),
        (Wish(theme=Theme.DRUG_TRADE), True),
        (Wish(theme=Theme.INTEGRITY), False),
        (Wish(audience="baliemedewerkers"), True),
        (Wish(audience="raadsleden"), False),
        (Wish(longest=8), False),
        (Wish(longest=60), True),
        (Wish(status=Status.FREE), True),
        (Wish(status=Status.DONE), False),
    ],
)
def test_a_wish_limits_what_is_shown(library: Library, wish: Wish, allowed: bool) -> None:
    assert wish.allows(Item(library.modules[SLUG])) == allowed


def test_everything_is_on_the_shelf_once(library: Library) -> None:
    items = rules.shelf(rules.contents(library))
    assert len(items) == len(library.modules) + len(library.dilemmas)
    assert {item.status for item in items} == {Status.FREE}


def test_anna_sees_what_is_to_do_what_she_began_and_what_she_did(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    make_duties(database, town, library, 2)
    asked = sorted(library.modules)[:2]
    sign_in(client, town, "anna")
    client.post("/modules/bibob-en-vastgoed/begin")
    player.take_whole(client, library.modules[SLUG])
    todo = titles(look(client, "stand=OPEN"))
    assert set(todo) == {library.modules[one].title for one in asked}
    assert titles(look(client, "stand=BEGUN")) == [library.modules["bibob-en-vastgoed"].title]
    done = look(client, "stand=DONE")
    assert titles(done) == [library.modules[SLUG].title]
    assert "Al gedaan op" in done
    free = titles(look(client, "stand=FREE"))
    assert len(free) == len(library.modules) + len(library.dilemmas) - 4


def test_filters_and_words_go_together(client: FlaskClient, town: Town, library: Library) -> None:
    sign_in(client, town, "anna")
    page = look(client, "zoek=vergunningen&thema=integriteit")
    found = titles(page)
    assert found
    by_title = {c.title: c for c in (*library.modules.values(), *library.dilemmas.values())}
    assert all(Theme.INTEGRITY in by_title[title].themes for title in found)
    assert "<mark>" in page
    assert 'value="vergunningen"' in page, "what was typed is still there"


def test_the_best_come_first_and_the_rest_is_one_click_away(
    client: FlaskClient, town: Town
) -> None:
    sign_in(client, town, "anna")
    page = look(client, "zoek=vergunning&thema=")
    assert len(titles(page)) == 9
    link = re.search(r'href="(/leren\?[^"]*alles=ja[^"]*)"', page)
    assert link
    everything = titles(client.get(html.unescape(link[1])).get_data(as_text=True))
    assert everything[:9] == titles(page)
    assert len(everything) > 9


def test_nothing_found_says_what_to_do(client: FlaskClient, town: Town) -> None:
    sign_in(client, town, "anna")
    page = look(client, "zoek=xyzzyq")
    assert "Niets gevonden" in page
    assert "Probeer één ander woord" in page
    assert not titles(page)


@pytest.mark.parametrize(
    "query",
    ["thema=niets", "tijd=-4", "tijd=veel", "stand=ALLES", "doelgroep=%27%22", "zoek=" + "a" * 500],
)
def test_what_is_no_choice_counts_as_none(client: FlaskClient, town: Town, query: str) -> None:
    sign_in(client, town, "anna")
    look(client, query)


def test_a_coordinator_is_not_asked_what_she_did(client: FlaskClient, town: Town) -> None:
    sign_in(client, town, "carlijn")
    page = look(client, "")
    assert "Wat heb je gedaan?" not in page
    assert titles(page)


def test_a_search_asks_no_more_queries(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    make_duties(database, town, library, 6)
    sign_in(client, town, "anna")
    with counted(database) as asked:
        look(client, "zoek=melden")
    assert len(asked) <= MOST


def test_what_was_done_shows_its_last_day(library: Library) -> None:
    module = library.modules[SLUG]
    done = {(ContentKind.MODULE, module.id): dt.date(2025, 1, 1)}
    item = next(i for i in rules.shelf(rules.contents(library), (), done) if i.content is module)
    assert (item.status, item.done_on) == (Status.DONE, dt.date(2025, 1, 1))

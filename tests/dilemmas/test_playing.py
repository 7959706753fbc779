"""Rachid plays a dilemma: conditions, a step back, the ending; every ending of every dilemma."""

from __future__ import annotations

import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training.content import play
from training.content.classes import Dilemma, Library
from training.content.explore import routes
from training.db import Database
from training.evidence.models import Evidence

SLUG = "het-bouwplan-van-je-broer"


def shortest_route(dilemma: Dilemma) -> tuple[int, ...]:
    found = routes(dilemma)
    return min((found[e.id] for e in dilemma.endings), key=len)


def take(client: FlaskClient, slug: str, choices: tuple[int, ...], begun: int = 0) -> str:
    """Takes these choices one by one; the page after the last."""
    for number, choice in enumerate(choices, begun):
        data = {"choice": str(choice), "taken": str(number)}
        response = client.post(f"/dilemmas/{slug}/spelen", data=data)
        assert response.status_code == 303
        assert response.location == f"/dilemmas/{slug}/spelen", "no scene in any address"
    return client.get(f"/dilemmas/{slug}/spelen").get_data(as_text=True)


def test_rachid_plays_to_an_ending_and_back(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    dilemma = library.dilemmas[SLUG]
    sign_in(client, town, "rachid")
    assert "geen stemming van de raad" in client.get(f"/dilemmas/{SLUG}").get_data(as_text=True)
    client.post(f"/dilemmas/{SLUG}/begin")
    route = shortest_route(dilemma)
    take(client, SLUG, route[:1])
    back = client.post(f"/dilemmas/{SLUG}/terug")
    assert dilemma.scenes[dilemma.start].title in client.get(back.location).get_data(as_text=True)
    page = take(client, SLUG, route)
    for heading in ("Jouw pad", "Wat woog voor jou", "De wettelijke grens", "Nabespreking"):
        assert heading in page
    with database.reading() as db:
        assert db.scalars(sa.select(Evidence)).one().person_id == town.persons["rachid"]


def test_every_ending_of_every_dilemma_can_be_reached(
    client: FlaskClient, town: Town, library: Library
) -> None:
    sign_in(client, town, "rachid")
    for dilemma in library.dilemmas.values():
        for ending, route in routes(dilemma).items():
            if not dilemma.scenes[ending].is_ending:
                continue
            client.post(f"/dilemmas/{dilemma.id}/begin")
            page = take(client, dilemma.id, route)
            assert "Wat woog voor jou" in page, (dilemma.id, ending)


def test_a_choice_whose_condition_is_not_met_is_refused(
    client: FlaskClient, town: Town, library: Library
) -> None:
    sign_in(client, town, "rachid")
    dilemma = library.dilemmas[SLUG]
    client.post(f"/dilemmas/{SLUG}/begin")
    start = play.start_state(dilemma)
    shut = len(dilemma.scenes[start.scene].choices)
    response = client.post(f"/dilemmas/{SLUG}/spelen", data={"choice": shut, "taken": "0"})
    assert response.status_code == 422
    assert dilemma.scenes[dilemma.start].title in response.get_data(as_text=True)


def test_a_form_from_an_older_page_changes_nothing(
    client: FlaskClient, town: Town, library: Library
) -> None:
    sign_in(client, town, "rachid")
    client.post(f"/dilemmas/{SLUG}/begin")
    route = shortest_route(library.dilemmas[SLUG])
    take(client, SLUG, route[:1])
    client.post(f"/dilemmas/{SLUG}/spelen", data={"choice": "0", "taken": "0"})
    page = client.get(f"/dilemmas/{SLUG}/spelen").get_data(as_text=True)
    assert '<input type="hidden" name="taken" value="1">' in page


def test_a_run_is_gone_at_sign_out_and_worthless_to_another(
    client: FlaskClient, town: Town, library: Library
) -> None:
    sign_in(client, town, "rachid")
    client.post(f"/dilemmas/{SLUG}/begin")
    take(client, SLUG, shortest_route(library.dilemmas[SLUG])[:2])
    sign_in(client, town, "ineke")
    response = client.get(f"/dilemmas/{SLUG}/spelen")
    assert response.status_code == 303
    assert response.location == f"/dilemmas/{SLUG}"


def test_playing_again_is_recorded_once_a_day(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    sign_in(client, town, "rachid")
    for _ in range(2):
        client.post(f"/dilemmas/{SLUG}/begin")
        take(client, SLUG, shortest_route(library.dilemmas[SLUG]))
    with database.reading() as db:
        assert len(db.scalars(sa.select(Evidence)).all()) == 1

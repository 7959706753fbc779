"""A resident plays a dilemma without an account: nothing is kept, and nothing is in an address."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from training.content.classes import Dilemma, Library
from training.content.explore import routes
from training.db import Base, Database
from training.settings import Settings

HERE = {"Sec-Fetch-Site": "same-origin"}


def run_in(page: str) -> str:
    """The run as the forms of a page carry it."""
    found = re.search(r'name="run" value="([^"]+)"', page)
    assert found
    return found[1]


def send(client: FlaskClient, dilemma: Dilemma, **fields: str) -> str:
    address = f"/openbaar/dilemmas/{dilemma.id}/spelen"
    response = client.post(address, data=fields, headers=HERE)
    assert response.status_code == 200, response.get_data(as_text=True)[:400]
    assert "Set-Cookie" not in response.headers
    return response.get_data(as_text=True)


def rows(database: Database) -> int:
    with database.engine.connect() as connection:
        return sum(
            connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        )


def test_every_ending_is_reached_and_nothing_is_kept(
    client: FlaskClient, library: Library, database: Database, settings: Settings
) -> None:
    before = rows(database)
    assert library.public_dilemmas
    for dilemma in library.public_dilemmas:
        for ending, route in routes(dilemma).items():
            if not dilemma.scenes[ending].is_ending:
                continue
            page = send(client, dilemma)
            for number, choice in enumerate(route):
                page = send(
                    client, dilemma, run=run_in(page), choice=str(choice), taken=str(number)
                )
            assert "Wat woog voor jou" in page
            assert "Hoe kozen anderen" not in page
    assert rows(database) == before
    assert not settings.box_dir.exists()


def test_a_step_back_and_again_from_a_scene(client: FlaskClient, library: Library) -> None:
    dilemma = library.public_dilemmas[0]
    route = next(r for e, r in routes(dilemma).items() if dilemma.scenes[e].is_ending)
    page = send(client, dilemma)
    start = re.search(r"<h1[^>]*>(.*?)</h1>", page)
    for choice in route:
        page = send(client, dilemma, run=run_in(page), choice=str(choice), taken="0")
    page = send(client, dilemma, run=run_in(page), naar="0")
    again = re.search(r"<h1[^>]*>(.*?)</h1>", page)
    assert start
    assert again
    assert again[1] == start[1]


def test_without_a_choice_it_is_asked_again(client: FlaskClient, library: Library) -> None:
    dilemma = library.public_dilemmas[0]
    run = run_in(send(client, dilemma))
    address = f"/openbaar/dilemmas/{dilemma.id}/spelen"
    response = client.post(address, data={"run": run}, headers=HERE)
    assert response.status_code == 422
    assert "Kies wat je doet" in response.get_data(as_text=True)


@pytest.mark.parametrize("run", ["", "x", "A" * 300])
def test_a_run_that_is_not_ours_begins_again(
    client: FlaskClient, library: Library, run: str
) -> None:
    dilemma = library.public_dilemmas[0]
    address = f"/openbaar/dilemmas/{dilemma.id}/spelen"
    response = client.post(address, data={"run": run, "choice": "0"}, headers=HERE)
    assert response.status_code == 409
    assert "Begin opnieuw" in response.get_data(as_text=True)
    assert "Set-Cookie" not in response.headers


def test_a_dilemma_for_staff_is_not_open(client: FlaskClient, library: Library) -> None:
    inside = next(d for d in library.dilemmas.values() if d not in library.public_dilemmas)
    assert client.get(f"/openbaar/dilemmas/{inside.id}").status_code == 404
    address = f"/openbaar/dilemmas/{inside.id}/spelen"
    assert client.post(address, headers=HERE).status_code == 404


def test_another_site_cannot_send_a_choice(client: FlaskClient, library: Library) -> None:
    address = f"/openbaar/dilemmas/{library.public_dilemmas[0].id}/spelen"
    assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400

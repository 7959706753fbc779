"""A bot that guesses codes gets in nowhere; who types the right one always gets in."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.meetings.hall import HERE, Hall
from tests.town import Town
from training import clock
from training.db import Database, new_id
from training.identity.attempts import Try
from training.identity.models import Attempt
from training.meetings import rules
from training.settings import Settings


@pytest.mark.parametrize("tries", [300, pytest.param(10_000, marks=pytest.mark.heavy)])
def test_a_bot_that_tries_and_tries_gets_in_nowhere(
    app: Flask, town: Town, database: Database, tries: int
) -> None:
    halls = [
        Hall.opened(app, town, unit=str(town.units[u])) for u in ("raad", "college", "handhaving")
    ]
    luck, bot, answers = random.Random(6), app.test_client(), dict.fromkeys((200, 404, 429), 0)
    for _ in range(tries):
        code = "".join(luck.choice(rules.SIGNS) for _ in range(rules.CODE_LENGTH))
        status = bot.get(f"/m/{code}/stand?na=1").status_code
        answers[status] += 1
    assert answers[200] == 0
    assert answers[404] == rules.WRONG_CODE_HERE.most
    assert answers[429] == tries - rules.WRONG_CODE_HERE.most
    with database.reading() as db:
        kept = db.scalar(sa.select(sa.func.count()).select_from(Attempt)) or 0
    assert kept == 2 * rules.WRONG_CODE_HERE.most, "and the table does not grow for ever"
    colleague = halls[0].app.test_client()  # from the same network, with the right code
    assert colleague.get(f"/m/{halls[0].code}").status_code == 200
    assert colleague.post(f"/m/{halls[0].code}/meedoen", headers=HERE).status_code == 303
    assert colleague.get(f"/m/{halls[0].code}/stand?na=1").status_code == 304


def test_many_networks_together_are_limited_too(
    app: Flask, town: Town, database: Database, settings: Settings
) -> None:
    hall, limit = Hall.opened(app, town), rules.WRONG_CODE_ANYWHERE
    key = Try(limit, ()).key(settings.secret_key)
    with database.transaction() as db:  # thirty-three networks did their sixty
        tries = [{"id": new_id(), "key": key, "at": clock.now()} for _ in range(limit.most - 3)]
        db.execute(sa.insert(Attempt), tries)
    client, answers = app.test_client(), []
    for number in range(6):
        base = {"REMOTE_ADDR": f"10.0.0.{number}"}
        answers.append(client.get("/m/ZZZZZZ/stand?na=1", environ_base=base).status_code)
    assert answers == [404] * 3 + [429] * 3
    assert client.get(f"/m/{hall.code}").status_code == 200

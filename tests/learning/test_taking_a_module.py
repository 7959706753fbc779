"""Anna takes a module: leaves and comes back, answers wrong and right, and gets her proof."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.learning import player
from tests.signing import sign_in
from tests.town import Town
from training.content.classes import Library
from training.db import Database
from training.evidence.models import Evidence
from training.learning import rules
from training.learning.models import Attempt, AttemptAnswer

SLUG = "drugshandel-herkennen"


def test_anna_takes_the_whole_module_and_gets_one_proof(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    sign_in(client, town, "anna")
    player.take_whole(client, library.modules[SLUG])
    page = player.follow(client, f"/modules/{SLUG}/klaar")
    assert "Je bewijs is opgeslagen" in page
    with database.reading() as db:
        proof = db.scalars(sa.select(Evidence)).one()
        assert proof.person_id == town.persons["anna"]
        assert proof.unit_id == town.units["burgerzaken"]
        assert not db.scalars(sa.select(AttemptAnswer)).all(), "answers are kept until it is done"


def test_anna_comes_back_where_she_was(client: FlaskClient, town: Town, library: Library) -> None:
    module = library.modules[SLUG]
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    client.post(f"/modules/{SLUG}/{module.sections[0].id}/verder")
    again = client.post(f"/modules/{SLUG}/begin")
    assert client.get(again.location).status_code == 200
    assert module.sections[1].title in client.get(again.location).get_data(as_text=True)


def test_nothing_right_is_in_the_page_before_the_answer(
    client: FlaskClient, town: Town, library: Library
) -> None:
    """No feedback, and no word or attribute that differs between right and wrong answers."""
    module = library.modules[SLUG]
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    for section in module.sections:
        page = player.follow(client, f"/modules/{SLUG}/{section.id}")
        for question in section.questions:
            for answer in question.answers:
                if answer.feedback:
                    assert answer.feedback.text not in page
                assert f'"{answer.id}"' not in page
        assert "correct" not in page
        data = set(re.findall(r"\bdata-[\w-]+", page))
        assert data <= {"data-focus", "data-print", "data-place"}, data
        for exercise in rules.signals_of(section):
            part = page.split(f'id="{exercise.id}"', 1)[1].split("</section>", 1)[0]
            placed = part.count("data-place=")
            assert placed in (0, len(exercise.items)), "a place would tell what is a signal"
            classes = set(re.findall(r'class="(weerbaar-mark[^"]*)"', part))
            assert classes <= {"weerbaar-mark"}, "all parts of the picture look alike"


def test_a_wrong_answer_teaches_and_does_not_tell_the_right_one(
    client: FlaskClient, town: Town, library: Library
) -> None:
    module = library.modules[SLUG]
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    section = next(s for s in module.sections if s.questions)
    question = next(q for q in section.questions if q.kind.name == "ONE")
    page = player.answer(client, module, question, section.id, right=False)
    assert "Nog niet goed" in page
    right = question.answer(question.right[0])
    assert right is not None
    assert right.feedback is not None
    assert right.feedback.text not in page


def test_an_empty_answer_is_asked_again_and_nothing_is_lost(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    module = library.modules[SLUG]
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    section = next(s for s in module.sections if s.questions)
    question = section.questions[0]
    response = client.post(f"/modules/{SLUG}/{section.id}/vraag/{question.id}", data={})
    assert response.status_code == 422
    assert "Kies" in response.get_data(as_text=True)
    with database.reading() as db:
        assert db.scalars(sa.select(Attempt)).one() is not None
        assert not db.scalars(sa.select(AttemptAnswer)).all()


def test_finishing_too_early_says_what_is_missing(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    response = client.post(f"/modules/{SLUG}/afronden")
    assert response.status_code == 422
    assert "Dit mist nog" in response.get_data(as_text=True)
    with database.reading() as db:
        assert not db.scalars(sa.select(Evidence)).all()


def test_unknown_sections_and_questions_are_404(client: FlaskClient, town: Town) -> None:
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    for address in (f"/modules/{SLUG}/bestaat-niet", "/modules/bestaat-niet"):
        assert client.get(address).status_code == 404


def test_ten_clicks_on_finish_at_once_are_one_proof(
    app: Flask, town: Town, library: Library, database: Database
) -> None:
    module = library.modules[SLUG]
    client = sign_in(app.test_client(), town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    for section in module.sections:
        for block in section.blocks:
            if block.__class__.__name__ == "Signals":
                here = f"/modules/{SLUG}/{section.id}/vraag/{block.id}"  # type: ignore[union-attr]
                client.post(here, data={"signaal": ["1"]})
                client.post(here, data={"melden": "melden"})
        for question in section.questions:
            player.answer(client, module, question, section.id)
        client.post(f"/modules/{SLUG}/{section.id}/verder")

    def click(_number: int) -> int:
        own = sign_in(app.test_client(), town, "anna")
        return own.post(f"/modules/{SLUG}/afronden").status_code

    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(click, range(10)))
    assert set(codes) == {303}, codes
    with database.reading() as db:
        assert len(db.scalars(sa.select(Evidence)).all()) == 1


def test_ten_answers_at_once_are_one_answer(
    app: Flask, town: Town, library: Library, database: Database
) -> None:
    module = library.modules[SLUG]
    client = sign_in(app.test_client(), town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    section = next(s for s in module.sections if s.questions)
    question = next(q for q in section.questions if q.kind.name == "ONE")
    token = player.tokens_on(player.follow(client, f"/modules/{SLUG}/{section.id}"), question)

    def click(_number: int) -> int:
        own = sign_in(app.test_client(), town, "anna")
        address = f"/modules/{SLUG}/{section.id}/vraag/{question.id}"
        data = {"antwoord": token[question.right[0]], "correct": "1", "score": "100"}
        return own.post(address, data=data).status_code

    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(click, range(10)))
    assert set(codes) == {303}, codes
    with database.reading() as db:
        assert len(db.scalars(sa.select(AttemptAnswer)).all()) == 1

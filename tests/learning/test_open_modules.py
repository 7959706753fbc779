"""A resident takes an open module: no account, no cookie, and a certificate that names nobody."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from training import clock
from training.content.classes import Library, Module, Question, QuestionKind
from training.db import Base, Database
from training.learning import rules
from training.learning.forms import options_of
from training.learning.models import OpenCompletions
from training.learning.public_views import SEED

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def module(library: Library) -> Module:
    return library.modules["signalen-op-het-bedrijventerrein"]


def filled(question: Question, right: bool = True) -> dict[str, list[str]]:
    """The fields of one question, filled in."""
    tokens = {answer.id: token for token, answer in options_of(question, SEED)}
    ids = list(question.right)
    if question.kind is QuestionKind.ORDER:
        ids = ids if right else list(reversed(ids))
        return {f"{question.id}.plaats-{tokens[a]}": [str(n)] for n, a in enumerate(ids, 1)}
    wrong = [a for a in tokens if a not in ids][:1]
    return {f"{question.id}.antwoord": [tokens[a] for a in (ids if right else wrong)]}


def everything(module: Module, right: bool = True) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for section in module.sections:
        for exercise in rules.signals_of(section):
            fields |= {f"{exercise.id}.signaal": ["1"], f"{exercise.id}.melden": ["melden"]}
        for question in section.questions:
            fields |= filled(question, right)
    return fields


def send(client: FlaskClient, module: Module, fields: dict[str, list[str]], press: str) -> str:
    response = client.post(f"/openbaar/{module.id}", data=fields | {"kijk": press}, headers=HERE)
    assert "Set-Cookie" not in response.headers
    return response.get_data(as_text=True)


def part_of(page: str, question: Question) -> str:
    return page.split(f'id="{question.id}"', 1)[1].split("</section>", 1)[0]


def carried(page: str) -> dict[str, list[str]]:
    """The hidden and ticked fields of a page, as a browser would send them again."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        value = re.search(r'value="([^"]*)"', tag)
        name = re.search(r'name="([^"]*)"', tag)
        if name and value and ('type="hidden"' in tag or " checked" in tag):
            found.setdefault(name[1], []).append(value[1])
    return found


def test_answers_stay_while_the_rest_is_answered(client: FlaskClient, module: Module) -> None:
    one, two = module.questions[0], module.questions[1]
    page = send(client, module, filled(one), one.id)
    assert "Goed." in part_of(page, one)
    page = send(client, module, carried(page) | filled(two, right=False), two.id)
    assert "Goed." in part_of(page, one), "the first answer is still there"
    assert "Nog niet goed." in part_of(page, two)


def test_what_was_typed_elsewhere_is_kept_and_not_yet_judged(
    client: FlaskClient, module: Module
) -> None:
    one, two = module.questions[0], module.questions[1]
    page = send(client, module, filled(one) | filled(two), one.id)
    assert " checked" in part_of(page, two)
    assert "Goed." not in part_of(page, two)


def test_enter_checks_all_that_was_filled_in(client: FlaskClient, module: Module) -> None:
    one, two = module.questions[0], module.questions[1]
    page = send(client, module, filled(one) | filled(two), "")
    assert "Goed." in part_of(page, one)
    assert "Goed." in part_of(page, two)


def test_an_empty_answer_is_asked_again(client: FlaskClient, module: Module) -> None:
    question = module.questions[0]
    response = client.post(f"/openbaar/{module.id}", data={"kijk": question.id}, headers=HERE)
    assert response.status_code == 422
    assert f'href="#{question.id}"' in response.get_data(as_text=True)


def test_nothing_right_is_in_an_open_page_before_the_answer(
    client: FlaskClient, library: Library
) -> None:
    for module in library.public_modules:
        page = client.get(f"/openbaar/{module.id}").get_data(as_text=True)
        for question in module.questions:
            for answer in question.answers:
                assert not answer.feedback or answer.feedback.text not in page
        for section in module.sections:
            for exercise in rules.signals_of(section):
                for item in exercise.items:
                    assert not item.feedback or item.feedback.text not in page


def test_the_certificate_names_nobody_and_is_counted_once(
    client: FlaskClient, module: Module, database: Database
) -> None:
    page = send(client, module, everything(module), "bewijs")
    assert "Bewijs van deelname" in page
    assert module.title in page
    field = re.search(r'<input[^>]*id="naam"[^>]*>', page)
    assert field
    assert "name=" not in field[0], "a name that is typed cannot be sent"
    with database.reading() as db:
        row = db.scalars(sa.select(OpenCompletions)).one()
        assert (row.day_on, row.module_id, row.number) == (clock.today(), module.id, 1)
    assert set(Base.metadata.tables["open_completions"].columns.keys()) == {
        "day_on",
        "module_id",
        "number",
    }


def test_a_certificate_that_is_not_earned_says_what_is_missing(
    client: FlaskClient, module: Module, database: Database
) -> None:
    fields = everything(module)
    first = module.questions[0]
    for name in filled(first):
        del fields[name]
    page = send(client, module, fields, "bewijs")
    assert "Je bewijs kan bijna" in page
    assert first.title in page
    assert "Goed." in part_of(page, module.questions[1]), "what was right is kept"
    page = send(client, module, everything(module, right=False), "bewijs")
    assert "Probeer opnieuw" in page
    with database.reading() as db:
        assert not db.scalars(sa.select(OpenCompletions)).all()


def test_ten_certificates_at_once_are_ten(app: Flask, module: Module, database: Database) -> None:
    fields = everything(module)
    with ThreadPoolExecutor(10) as pool:
        pages = list(
            pool.map(lambda _n: send(app.test_client(), module, fields, "bewijs"), range(10))
        )
    assert all("Bewijs van deelname" in page for page in pages)
    with database.reading() as db:
        assert db.scalars(sa.select(OpenCompletions.number)).one() == 10


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elders.example"}],
)
def test_a_form_of_another_site_is_refused(
    client: FlaskClient, module: Module, headers: dict[str, str]
) -> None:
    fields = everything(module) | {"kijk": ["bewijs"]}
    response = client.post(f"/openbaar/{module.id}", data=fields, headers=headers)
    assert response.status_code == 400


def test_a_module_for_staff_is_not_open(client: FlaskClient, library: Library) -> None:
    inside = next(m for m in library.modules.values() if not m.public)
    assert client.get(f"/openbaar/{inside.id}").status_code == 404
    assert client.post(f"/openbaar/{inside.id}", headers=HERE).status_code == 404

"""Each learner sees an own ladder, and nobody else: it is counted without who, under one audience."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.learning import player
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.ballots.actions import count_ballots
from training.ballots.box import Ballot, Box, ladder_ballot
from training.ballots.models import Voters
from training.content.classes import Library, Module
from training.db import Base, Database
from training.learning import rules
from training.learning.models import AttemptAnswer
from training.learning.rules import First, Rung
from training.people.models import MunicipalitySetting
from training.settings import Settings

SLUG = "drugshandel-herkennen"


@pytest.mark.parametrize(
    ("correct", "sure", "rung"),
    [
        (False, True, "onbewust onbekwaam"),
        (False, False, "bewust onbekwaam"),
        (True, False, "onbewust bekwaam"),
        (True, True, "bewust bekwaam"),
    ],
)
def test_right_and_sure_make_the_rung(correct: bool, sure: bool, rung: str) -> None:
    found = rules.rung_of(First(correct, sure))
    assert found is not None
    assert found.value == rung


def test_who_does_not_tell_how_sure_stands_nowhere() -> None:
    assert rules.rung_of(First(True, None)) is None
    assert rules.own_rung({}) is None


def test_of_two_rungs_with_as_many_answers_the_lower_is_ones_own() -> None:
    counts = dict.fromkeys(Rung, 0) | {Rung.AWARE_ABLE: 2, Rung.AWARE_UNABLE: 2}
    assert rules.own_rung(counts) is Rung.AWARE_UNABLE


@pytest.mark.parametrize(
    ("audiences", "under"),
    [
        ({"alle-medewerkers", "baliemedewerkers"}, "baliemedewerkers"),
        ({"alle-medewerkers"}, "alle-medewerkers"),
        (set(), "alle-medewerkers"),
    ],
)
def test_a_learner_counts_under_one_audience(
    library: Library, audiences: set[str], under: str
) -> None:
    assert rules.counted_under(library.modules[SLUG], audiences) == under


def answer_surely(client: FlaskClient, module: Module, *, right: bool, sure: str) -> None:
    """Takes the whole module: each question first so, and then right."""
    client.post(f"/modules/{module.id}/begin")
    for section in module.sections:
        here = f"/modules/{module.id}/{section.id}"
        for exercise in rules.signals_of(section):
            client.post(f"{here}/vraag/{exercise.id}", data={"signaal": ["1"]})
            client.post(f"{here}/vraag/{exercise.id}", data={"melden": "melden"})
        for question in section.questions:
            player.answer(client, module, question, section.id, right=right, sure=sure)
            if not right:
                player.answer(client, module, question, section.id)
        client.post(f"{here}/verder")


def ballots(settings: Settings) -> list[Ballot]:
    return Box(settings.box_dir)._read()


def test_anna_was_sure_and_wrong_and_only_she_sees_it(
    client: FlaskClient, town: Town, library: Library, settings: Settings, database: Database
) -> None:
    module = library.modules[SLUG]
    sign_in(client, town, "anna")
    answer_surely(client, module, right=False, sure="ja")
    page = player.follow(client, f"/modules/{SLUG}/afronden")
    assert "Jouw trap" in page
    assert f"{len(module.questions)} antwoorden</span>: je was zeker, maar het klopte niet" in page
    client.post(f"/modules/{SLUG}/afronden")
    assert "trap" not in player.follow(client, f"/modules/{SLUG}/klaar").lower()
    (ballot,) = ballots(settings)
    assert ballot.dilemma == "trap:drugshandel"
    assert ballot.scene == "baliemedewerkers"
    assert ballot.choice == list(Rung).index(Rung.UNAWARE_UNABLE)
    assert str(town.persons["anna"]) not in str(ballot)
    with database.engine.connect() as connection:
        for name in ("attempt_module", "attempt_answer", "tally", "snapshot"):
            count = sa.select(sa.func.count()).select_from(Base.metadata.tables[name])
            assert not connection.scalar(count), f"{name} tells how it went"


def test_one_person_counts_once_a_year_for_a_theme(
    client: FlaskClient, town: Town, library: Library, settings: Settings
) -> None:
    sign_in(client, town, "anna")
    for slug in (SLUG, "drugspanden-en-hennep", SLUG):
        answer_surely(client, library.modules[slug], right=True, sure="nee")
        assert client.post(f"/modules/{slug}/afronden").status_code == 303
    assert len(ballots(settings)) == 1


def test_who_does_not_tell_is_not_counted(
    client: FlaskClient, town: Town, library: Library, settings: Settings
) -> None:
    sign_in(client, town, "anna")
    player.take_whole(client, library.modules[SLUG])
    assert not ballots(settings)


def test_a_municipality_may_leave_the_question_out(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    section = next(s for s in library.modules[SLUG].sections if s.questions)
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    assert "Hoe zeker ben je?" in player.follow(client, f"/modules/{SLUG}/{section.id}")
    with database.transaction() as db:
        off = MunicipalitySetting(municipality_id=town.municipality, key="asks_confidence")
        off.value = {"value": False}
        db.add(off)
    assert "Hoe zeker ben je?" not in player.follow(client, f"/modules/{SLUG}/{section.id}")


@pytest.mark.parametrize(("voters", "shown"), [(24, False), (25, True)])
def test_others_are_shown_from_twenty_five_people_and_in_words(
    client: FlaskClient,
    town: Town,
    library: Library,
    settings: Settings,
    database: Database,
    voters: int,
    shown: bool,
) -> None:
    drop_rungs(settings, town.municipality, voters)
    count_ballots(database, Box(settings.box_dir))
    sign_in(client, town, "anna")
    answer_surely(client, library.modules[SLUG], right=True, sure="ja")
    page = player.follow(client, f"/modules/{SLUG}/afronden")
    assert ("Van anderen in jouw gemeente stond ongeveer" in page) == shown
    assert str(voters) not in page.split("Jouw trap", 1)[1].split("</section>", 1)[0]


def drop_rungs(settings: Settings, municipality: uuid.UUID, number: int) -> None:
    year = clock.today().year
    made = [
        ladder_ballot(
            municipality_id=municipality,
            voters=Voters.STAFF,
            theme="drugshandel",
            year=year,
            audience="baliemedewerkers",
            rung=place % 2,
        )
        for place in range(number)
    ]
    Box(settings.box_dir).drop(made)


def test_of_ten_answers_at_once_one_is_the_first(
    app: Flask, town: Town, library: Library, database: Database
) -> None:
    """Right and sure, or wrong and in doubt, all at the same moment: one stays the first, and the
    newest answer is kept beside it."""
    module = library.modules[SLUG]
    section = next(s for s in module.sections if s.questions)
    question = next(q for q in section.questions if q.kind.name == "ONE")
    client = sign_in(app.test_client(), town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    tokens = player.tokens_on(player.follow(client, f"/modules/{SLUG}/{section.id}"), question)
    right = tokens[question.right[0]]
    wrong = next(token for answer, token in tokens.items() if answer not in question.right)

    def send(number: int) -> int:
        own = sign_in(app.test_client(), town, "anna")
        token, sure = (right, "ja") if number % 2 else (wrong, "nee")
        address = f"/modules/{SLUG}/{section.id}/vraag/{question.id}"
        return own.post(address, data={"antwoord": token, "zeker": sure}).status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(send, range(10))) == {303}
    with database.reading() as db:
        row = db.scalars(sa.select(AttemptAnswer)).one()
    assert row.given["first"] in (
        {"correct": True, "sure": True},
        {"correct": False, "sure": False},
    )
    assert row.correct == (set(row.given["ids"]) == set(question.right))

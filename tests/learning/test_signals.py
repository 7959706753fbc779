"""The exercise in noticing: first what you see, then what it was, and apart from that what you do."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.learning import player
from tests.signing import sign_in
from tests.town import Town
from training.content.classes import Library, Signals
from training.learning import rules

SLUG = "drugshandel-herkennen"


def the_exercise(library: Library) -> tuple[str, Signals]:
    section = next(s for s in library.modules[SLUG].sections if rules.signals_of(s))
    return f"/modules/{SLUG}/{section.id}", rules.signals_of(section)[0]


def test_seen_missed_and_wrongly_marked_come_back_in_the_order_of_the_scene(
    client: FlaskClient, town: Town, library: Library
) -> None:
    here, exercise = the_exercise(library)
    seen = next(n for n, item in enumerate(exercise.items, 1) if item.is_signal)
    wrong = next(n for n, item in enumerate(exercise.items, 1) if not item.is_signal)
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    client.post(f"{here}/vraag/{exercise.id}", data={"signaal": [str(seen), str(wrong)]})
    page = player.follow(client, here)
    kinds = re.findall(r"weerbaar-timeline__item--(\w+)", page)
    signals = sum(item.is_signal for item in exercise.items)
    assert kinds.count("seen") == 1
    assert kinds.count("wrong") == 1
    assert kinds.count("missed") == signals - 1
    assert "Wat doe je hiermee?" in page
    assert "weerbaar-mark--missed" in page, "the picture shows it too"


def test_the_decision_is_asked_apart_and_must_be_made(
    client: FlaskClient, town: Town, library: Library
) -> None:
    here, exercise = the_exercise(library)
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    assert "Wat doe je hiermee?" not in player.follow(client, here)
    client.post(f"{here}/vraag/{exercise.id}", data={"signaal": ["1"]})
    refused = client.post(f"{here}/vraag/{exercise.id}", data={})
    assert refused.status_code == 422
    assert "Kies wat je met deze signalen zou doen" in refused.get_data(as_text=True)
    missing = client.get(f"/modules/{SLUG}/afronden").get_data(as_text=True)
    assert exercise.title in missing
    client.post(f"{here}/vraag/{exercise.id}", data={"melden": "niets"})
    assert "Melden mag altijd" in player.follow(client, here)


def test_who_marks_nothing_is_asked_again(
    client: FlaskClient, town: Town, library: Library
) -> None:
    here, exercise = the_exercise(library)
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    refused = client.post(f"{here}/vraag/{exercise.id}", data={"melden": "melden"})
    assert refused.status_code == 422
    assert "Wat er te zien was" not in refused.get_data(as_text=True)


def test_every_thing_in_a_picture_has_its_place(library: Library) -> None:
    """Else the place would tell, before the answer, which things are signals."""
    for module in library.modules.values():
        for section in module.sections:
            for exercise in rules.signals_of(section):
                if exercise.picture:
                    assert all(item.target for item in exercise.items), (module.id, exercise.id)

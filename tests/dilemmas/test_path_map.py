"""The map of a run shows the way taken, and counts what was not seen."""

from __future__ import annotations

import itertools

from flask.testing import FlaskClient

from tests.dilemmas.test_playing import shortest_route, take
from tests.signing import sign_in
from tests.town import Town
from training.content.classes import Library
from training.content.explore import routes
from training.dilemmas.path_map import path_map
from training.dilemmas.rules import path_of


def test_every_run_has_its_map(library: Library) -> None:
    for dilemma in library.dilemmas.values():
        for ending, route in routes(dilemma).items():
            if not dilemma.scenes[ending].is_ending:
                continue
            drawn = path_map(dilemma, route)
            seen = [step.scene.id for step in path_of(dilemma, route)] + [ending]
            numbers = sorted(place.number for place in drawn.places if place.number)
            assert numbers[0] == 1
            assert numbers[-1] == len(seen)
            assert len(numbers) == len(set(seen))
            taken = {way.line for way in drawn.ways if way.taken}
            assert len(taken) == len(set(itertools.pairwise(seen)))
            assert len(numbers) + drawn.unseen + drawn.unseen_endings == len(drawn.places)
            spots = {(place.x, place.y) for place in drawn.places}
            assert len(spots) == len(drawn.places), "no two scenes in one spot"
            assert all(0 < x < drawn.width and 0 < y < drawn.height for x, y in spots)
            assert drawn.width <= 320, "it fits on a phone at its own size"


def test_the_map_and_the_path_in_words_tell_the_same(
    client: FlaskClient, town: Town, library: Library
) -> None:
    dilemma = library.dilemmas["het-bouwplan-van-je-broer"]
    route = shortest_route(dilemma)
    sign_in(client, town, "rachid")
    client.post(f"/dilemmas/{dilemma.id}/begin")
    page = take(client, dilemma.id, route)
    assert page.count("weerbaar-map__number") == len(route) + 1
    path = page.split('class="weerbaar-path"', 1)[1].split("</ol>", 1)[0]
    assert path.count("<li") == len(route) + 1
    assert "style=" not in page


def test_a_dilemma_can_be_played_again_from_a_scene_on_the_path(
    client: FlaskClient, town: Town, library: Library
) -> None:
    dilemma = library.dilemmas["het-bouwplan-van-je-broer"]
    route = shortest_route(dilemma)
    sign_in(client, town, "rachid")
    client.post(f"/dilemmas/{dilemma.id}/begin")
    take(client, dilemma.id, route)
    back = client.post(f"/dilemmas/{dilemma.id}/terug", data={"naar": "1"})
    scene = path_of(dilemma, route)[1].scene
    assert scene.id not in back.location
    page = client.get(back.location).get_data(as_text=True)
    assert f">{scene.title}</h1>" in page
    said = path_of(dilemma, route)[0].choice.rich.text
    assert said.split(".")[0][:30] in page, "what was chosen stands in the conversation"

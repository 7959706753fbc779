"""Every module is taken from start to end, everything right, and gives its proof."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.learning import player
from tests.signing import sign_in
from tests.town import Town
from training.content.classes import Library

FILES = sorted((Path(__file__).parents[2] / "content" / "modules").glob("*/*.md"))


@pytest.mark.parametrize("slug", [path.stem for path in FILES])
def test_a_module_is_played_from_start_to_end(
    client: FlaskClient, town: Town, library: Library, slug: str
) -> None:
    sign_in(client, town, "vera")
    player.take_whole(client, library.modules[slug])
    assert "Je bewijs is opgeslagen" in player.follow(client, f"/modules/{slug}/klaar")

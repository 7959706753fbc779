"""The menu is short for everybody; what one looks after for others stands on a page of its own."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town

LEARNER = ["Mijn overzicht", "Leren"]
MEETINGS = "Bijeenkomsten"
LINK = re.compile(r'weerbaar-nav__link"[^>]*>([^<]+)<')
WAY = re.compile(r'utrecht-heading-3"><a class="utrecht-link" href="([^"]+)">([^<]+)<')


@pytest.mark.parametrize(
    ("who", "menu", "managed"),
    [
        ("anna", [*LEARNER, MEETINGS], []),
        ("theo", [*LEARNER, "Deelname", "Cijfers", MEETINGS], []),
        (
            "hanna",
            [*LEARNER, "Deelname", "Cijfers", "Programma", MEETINGS, "Beheer"],
            ["Halfjaarrapport", "Mensen", "Per persoon"],
        ),
        ("carlijn", ["Leren", "Cijfers", "Programma", "Beheer"], ["Organisatie"]),
        ("fatma", [*LEARNER, MEETINGS, "Bijeenkomsten leiden"], []),
    ],
)  # fmt: skip
def test_each_role_has_a_short_menu(
    client: FlaskClient, town: Town, who: str, menu: list[str], managed: list[str]
) -> None:
    page = sign_in(client, town, who).get("/beheer").get_data(as_text=True)
    assert LINK.findall(page) == menu
    ways = WAY.findall(page)
    assert [label for _, label in ways] == managed
    for address, _ in ways:
        assert client.get(address, follow_redirects=True).status_code == 200

"""The page of all components can be shown: each macro on it works with its invented data."""

from __future__ import annotations

from flask.testing import FlaskClient


def test_the_page_of_components_is_shown(client: FlaskClient) -> None:
    response = client.get("/onderdelen")
    assert response.status_code == 200
    page = response.get_data(as_text=True)
    for part in ("weerbaar-ladder", "weerbaar-map", "weerbaar-route", "weerbaar-reflection"):
        assert part in page

"""An empty installation gets its first administrator by a one-time link."""

from __future__ import annotations

from pathlib import Path

from training import clock
from training.app import create_app
from training.content.library import Library
from training.db import Base, Database
from training.identity import actions
from training.settings import Settings


def test_whoever_has_the_link_becomes_administrator_once(
    empty_url: str, tmp_path: Path, library: Library
) -> None:
    database = Database(empty_url)
    Base.metadata.create_all(database.engine)
    with database.transaction() as db:
        link = actions.first_administrator(db, clock.now())
    settings = Settings(
        data_dir=tmp_path, database_url=empty_url, secret_key="only for this test, long enough"
    )
    app = create_app(settings, database, library)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    assert "eerste beheerder" in client.get(link, follow_redirects=True).text
    form = {
        "municipality": "Duinrade",
        "given_name": "Bo",
        "family_name": "Visser",
        "email": "bo@duinrade.example",
        "new_password": "kort",
    }
    refused = client.post("/eerste-beheerder", data=form)
    assert refused.status_code == 422 and 'value="Duinrade"' in refused.text
    form["new_password"] = "zes kippen op een muur"
    assert client.post("/eerste-beheerder", data=form).status_code == 303
    assert "bo@duinrade.example" in client.get("/accounts").text
    assert client.post("/eerste-beheerder", data=form).status_code == 410
    assert app.test_client().get(link).status_code == 410
    again = app.test_client()
    signing = {"email": form["email"], "password": form["new_password"]}
    assert again.post("/inloggen", data=signing).status_code == 303
    database.dispose()

"""A stopped transition asks who runs the municipality's duties; the administrator sees what the
nightly self check found."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments import actions
from training.assignments.models import Brake, CheckFinding, DutyEvent
from training.assignments.rules import Policy, Transition
from training.content.classes import ContentKind
from training.db import Database


@pytest.fixture
def brake(database: Database, town: Town) -> uuid.UUID:
    """Forty of a hundred and twenty people of Merendijk would lose a duty of the A2."""
    with database.transaction() as db:
        duty = actions.make_duty(
            db,
            unit_id=town.units["a2"],
            title="Signalen aan de balie",
            contents=[(ContentKind.MODULE, "drugshandel-herkennen")],
            audiences=["baliemedewerkers"],
            policy=Policy(1, clock.today()),
        )
        made = Brake(
            id=uuid.uuid4(),
            municipality_id=town.municipality,
            duty_id=duty.id,
            transition=Transition.LAPSE,
            noticed_on=clock.today(),
            people=40,
            headcount=120,
        )
        db.add(made)
        return made.id


@pytest.mark.parametrize(
    ("who", "sees"), [("hanna", True), ("carlijn", True), ("bas", True), ("griet", False)]
)
def test_who_runs_the_municipality_sees_the_question(
    client: FlaskClient, town: Town, brake: uuid.UUID, who: str, sees: bool
) -> None:
    sign_in(client, town, who)
    page = client.get("/programma/vragen").get_data(as_text=True)
    assert ("40 mensen zouden deze verplichting kwijtraken" in page) is sees
    answer = client.post(
        f"/programma/vragen/{brake}", data={"answer": "no", "why": "Fout bestand."}
    )
    assert answer.status_code == (303 if sees else 404)


@pytest.mark.parametrize(("said", "approved"), [("yes", True), ("no", False)])
def test_an_answer_is_kept_with_its_reason(
    client: FlaskClient, town: Town, database: Database, brake: uuid.UUID, said: str, approved: bool
) -> None:
    sign_in(client, town, "carlijn")
    refused = client.post(f"/programma/vragen/{brake}", data={"answer": said, "why": " "})
    assert refused.status_code == 422
    assert "Schrijf in één zin waarom." in refused.get_data(as_text=True)
    data = {"answer": said, "why": "De afdeling is opgeheven."}
    assert client.post(f"/programma/vragen/{brake}", data=data).status_code == 303
    assert client.post(f"/programma/vragen/{brake}", data=data).status_code == 404
    with database.reading() as db:
        found = db.get_one(Brake, brake)
        event = db.scalars(sa.select(DutyEvent)).one()
    assert (found.approved, found.decided_by) == (approved, "Carlijn Vos")
    assert event.why == "De afdeling is opgeheven."
    assert "Er wacht geen vraag" in client.get("/programma/vragen").get_data(as_text=True)


def test_another_municipality_has_its_own_questions(
    app: Flask, town: Town, database: Database, brake: uuid.UUID
) -> None:
    with database.transaction() as db:
        db.get_one(Brake, brake).municipality_id = town.units["other"]
    bas = sign_in(app.test_client(), town, "bas")
    assert "Er wacht geen vraag" in bas.get("/programma/vragen").get_data(as_text=True)
    data = {"answer": "yes", "why": "Zomaar."}
    assert bas.post(f"/programma/vragen/{brake}", data=data).status_code == 404


def test_the_administrator_sees_what_the_self_check_found(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "bas")
    assert "klopte alles" in client.get("/zelfcontrole").get_data(as_text=True)
    with database.transaction() as db:
        db.add(CheckFinding(rule="backwards", noticed_on=clock.today(), count=3))
        db.add(CheckFinding(rule="sum", noticed_on=clock.today(), count=9, gone_on=clock.today()))
    page = client.get("/zelfcontrole").get_data(as_text=True)
    assert "verloopt voordat het begon" in page
    assert page.count('<tr><th scope="row">') == 1  # what was mended is gone

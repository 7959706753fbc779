"""Hanna finds who is in the list twice, looks at both, and makes one person of two."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.signing import sign_in
from tests.town import Town
from training.audit.models import Action, AuditEntry, AuditSubject
from training.content.classes import ContentKind
from training.db import Database
from training.evidence.models import Evidence, Source
from training.people.double_rules import Candidate, likely_doubles
from training.people.models import Person, Position
from training.people.rules import PositionKind

DAY = dt.date(2026, 10, 1)


@pytest.fixture
def second(database: Database, town: Town) -> uuid.UUID:
    """Anna once more, by hand and without a number, with a proof of her own."""
    person_id = uuid.uuid4()
    with database.transaction() as db:
        db.add(
            Person(
                municipality_id=town.municipality,
                id=person_id,
                given_name="Anna",
                infix="De",
                family_name="vries",
                joined_on=dt.date(2026, 9, 20),
            )
        )
        db.flush()
        db.add(
            Position(
                municipality_id=town.municipality,
                person_id=person_id,
                unit_id=town.units["burgerzaken"],
                kind=PositionKind.EMPLOYEE,
                from_on=dt.date(2026, 9, 20),
                recorded_on=dt.date(2026, 9, 20),
            )
        )
        for owner, content in (
            (person_id, "bij-wie-meld-ik-wat"),
            (town.persons["anna"], "drugshandel-herkennen"),
        ):
            db.add(
                Evidence(
                    municipality_id=town.municipality,
                    person_id=owner,
                    content_kind=ContentKind.MODULE,
                    content_id=content,
                    content_version=1,
                    completed_on=DAY,
                    source=Source.ONLINE,
                    unit_id=town.units["burgerzaken"],
                )
            )
    return person_id


@pytest.fixture
def hanna(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "hanna")


def test_two_annas_become_one_with_the_proof_of_both(
    hanna: FlaskClient, database: Database, town: Town, second: uuid.UUID
) -> None:
    anna = town.persons["anna"]
    page = hanna.get(f"/dubbele-personen?gemeente={town.municipality}").text
    assert "Zelfde naam" in page and str(second) in page
    address = f"/dubbele-personen/{anna}/{second}"
    assert "Naast elkaar" in hanna.get(address).text
    refused = hanna.post(address, data={"keep": str(anna)})
    assert (refused.status_code, "als je dit zeker weet" in refused.text) == (422, True)
    answer = hanna.post(address, data={"keep": str(anna), "sure": "y"}, follow_redirects=True)
    assert "is nu één persoon" in answer.text
    with database.reading() as db:
        proofs = sa.select(Evidence.content_id).where(Evidence.person_id == anna)
        assert set(db.scalars(proofs)) == {"bij-wie-meld-ik-wat", "drugshandel-herkennen"}
        assert db.get(Person, (town.municipality, second)) is None
        entry = db.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == Action.MERGED_PERSONS)
        ).one()
        assert entry.actor_name == "Hanna Prins"
        about = sa.select(AuditSubject.person_id).where(AuditSubject.sequence == entry.sequence)
        assert {anna, second} <= set(db.scalars(about))
    assert "Geen dubbele personen" in hanna.get("/dubbele-personen").text


def test_nobody_merges_whom_they_do_not_look_after(
    app: Flask, hanna: FlaskClient, town: Town, second: uuid.UUID
) -> None:
    for other in ("rachid", "outside_anna"):
        assert hanna.get(f"/dubbele-personen/{second}/{town.persons[other]}").status_code == 404
    answer = hanna.post(
        f"/dubbele-personen/{town.persons['anna']}/{town.persons['other_anna']}",
        data={"keep": str(town.persons["anna"]), "sure": "y"},
    )
    assert (answer.status_code, "dezelfde gemeente" in answer.text) == (422, True)
    griet = sign_in(app.test_client(), town, "griet")
    assert griet.get(f"/dubbele-personen/{town.persons['anna']}/{second}").status_code == 404


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["Anna de Vries", "anna  De Vries", "Theo Smit"]),
        st.sampled_from([None, "a@x.nl", "A@x.nl", "b@x.nl"]),
        st.sampled_from([None, "1", "2"]),
    ),
    max_size=8,
).map(
    lambda rows: [
        Candidate(uuid.UUID(int=at), "x", name, email, number, DAY)
        for at, (name, email, number) in enumerate(rows)
    ]
)


@given(PEOPLE)
def test_a_pair_is_shown_once_and_never_for_a_name_with_two_numbers(
    people: list[Candidate],
) -> None:
    found = likely_doubles(people)
    keys = [frozenset((pair.one.person_id, pair.other.person_id)) for pair in found]
    assert len(keys) == len(set(keys)) and all(len(key) == 2 for key in keys)
    for pair in found:
        same_mail = (pair.one.email or "?").lower() == (pair.other.email or "!").lower()
        assert same_mail or not (pair.one.employee_number and pair.other.employee_number)

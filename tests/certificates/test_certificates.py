"""Anna gets her certificate, and anybody can check it without learning whose it is."""

from __future__ import annotations

import base64
import datetime as dt
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training.content.classes import ContentKind
from training.db import Database
from training.evidence import actions as evidence
from training.evidence.models import Source
from training.web.theme import THEMES

DONE = dt.date(2026, 10, 5)
LOGOS = {
    "logo.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4"><rect width="8" height="4"/></svg>',
    "letters.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 40"><text font-family="Odd">\xe5\xad\x97</text></svg>',
    "logo.png": base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    ),
}
SAME_SITE = {"Origin": "http://localhost"}


def proof_of(database: Database, town: Town, who: str, source: Source = Source.ONLINE) -> str:
    """The code of a proof that somebody has."""
    with database.transaction() as db:
        made = evidence.record(
            db,
            municipality_id=town.municipality,
            person_id=town.persons[who],
            unit_id=town.units["burgerzaken"],
            kind=ContentKind.MODULE,
            content_id="drugshandel-herkennen",
            version=1,
            completed_on=DONE,
            source=source,
            title="Drugshandel herkennen",
        )
        assert made.code
        return made.code


def text_of(client: FlaskClient, path: str, code: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == code, path
    return response.get_data(as_text=True)


def test_anna_sees_her_certificates_and_saves_one(
    client: FlaskClient, database: Database, town: Town
) -> None:
    code = proof_of(database, town, "anna")
    sign_in(client, town, "anna")
    page = text_of(client, "/mijn-bewijzen")
    assert "Drugshandel herkennen" in page and "5 oktober 2026" in page
    response = client.get(f"/mijn-bewijzen/{code}.pdf")
    assert response.mimetype == "application/pdf"
    made = response.get_data()
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made


def test_nobody_gets_the_certificate_of_somebody_else(
    client: FlaskClient, database: Database, town: Town
) -> None:
    code = proof_of(database, town, "anna")
    sign_in(client, town, "vera")
    assert client.get(f"/mijn-bewijzen/{code}.pdf").status_code == 404
    assert "Drugshandel" not in text_of(client, "/mijn-bewijzen")


def test_what_was_recorded_from_elsewhere_has_no_certificate(
    client: FlaskClient, database: Database, town: Town
) -> None:
    code = proof_of(database, town, "anna", Source.IMPORTED)
    sign_in(client, town, "anna")
    assert client.get(f"/mijn-bewijzen/{code}.pdf").status_code == 404
    assert client.get(f"/bewijs/{code}").status_code == 404


def test_anybody_checks_a_code_without_learning_the_name(
    app: Flask, database: Database, town: Town
) -> None:
    code = proof_of(database, town, "anna")
    client = app.test_client()
    typed = f"{code[:4].lower()}-{code[4:8]} {code[8:]}"
    response = client.get("/bewijs", query_string={"code": typed}, follow_redirects=True)
    page = response.get_data(as_text=True)
    assert "Drugshandel herkennen" in page and "Merendijk" in page
    assert "Vries" not in page and "Anna" not in page
    assert "Set-Cookie" not in response.headers


def test_the_name_is_told_only_to_who_knows_it(app: Flask, database: Database, town: Town) -> None:
    code = proof_of(database, town, "anna")
    client = app.test_client()

    def ask(name: str) -> str:
        response = client.post(f"/bewijs/{code}", data={"holder": name}, headers=SAME_SITE)
        assert response.status_code == 200
        return response.get_data(as_text=True)

    assert "De naam klopt niet" in ask("Noor Bakker")
    assert "De naam klopt</" in ask("anna de vries")
    assert client.post(f"/bewijs/{code}", data={}, headers=SAME_SITE).status_code == 422


def test_guessing_names_and_codes_is_limited_but_a_right_code_always_works(
    app: Flask, database: Database, town: Town
) -> None:
    code = proof_of(database, town, "anna")
    client = app.test_client()
    names = [
        client.post(f"/bewijs/{code}", data={"holder": f"Naam {n}"}, headers=SAME_SITE).status_code
        for n in range(12)
    ]
    assert names == [200] * 10 + [429] * 2
    codes = [client.get("/bewijs/" + "23456789ABC" + sign).status_code for sign in "ABCDEFGH" * 3]
    assert codes == [404] * 20 + [429] * 4
    assert client.get(f"/bewijs/{code}").status_code == 200


def test_what_can_be_no_code_says_what_to_do(app: Flask) -> None:
    client = app.test_client()
    page = text_of(client, "/bewijs?code=%3Cscript%3E", 422)
    assert "twaalf letters en cijfers" in page and "<script>" not in page
    assert "Bij deze code hoort geen bewijs" in text_of(client, "/bewijs/nietbestaand", 404)


def test_another_site_cannot_ask_for_names(app: Flask, database: Database, town: Town) -> None:
    code = proof_of(database, town, "anna")
    response = app.test_client().post(
        f"/bewijs/{code}", data={"holder": "x"}, headers={"Origin": "https://elders.example"}
    )
    assert response.status_code == 400


@pytest.mark.parametrize("name", LOGOS)
def test_the_certificate_has_the_look_of_the_municipality(
    client: FlaskClient, database: Database, town: Town, name: str
) -> None:
    code = proof_of(database, town, "anna")
    sign_in(client, town, "anna")
    plain = client.get(f"/mijn-bewijzen/{code}.pdf").get_data()
    look = f"/instellingen/{town.municipality}"
    sign_in(client, town, "bas")
    bos = {key.replace("-", "_"): value for key, value in THEMES["bos"].items()}
    assert client.post(f"{look}/huisstijl", data=bos | {"bewaar": "ja"}).status_code == 303
    sent = {"logo": (io.BytesIO(LOGOS[name]), name)}
    answer = client.post(f"{look}/logo", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    sign_in(client, town, "anna")
    dressed = client.get(f"/mijn-bewijzen/{code}.pdf")
    assert dressed.status_code == 200 and len(dressed.get_data()) != len(plain)

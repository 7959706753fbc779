"""Decides that no request ends in a traceback, whatever stands in its address or its form."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.signing import sign_in
from tests.town import Town
from training.content.classes import Library

SEARCHES = (
    ("hanna", "/deelname", "naam"),
    ("hanna", "/per-persoon", "zoek"),
    ("bas", "/accounts", "zoek"),
    ("bas", "/accounts/nieuw", "zoek"),
    ("piet", "/logboek", "zoek"),
    ("griet", "/deelname", "naam"),
)


@pytest.mark.parametrize(("who", "address", "name"), SEARCHES)
def test_a_search_that_no_keyboard_sends_is_refused(
    app: Flask, town: Town, who: str, address: str, name: str
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = sign_in(app.test_client(), town, who)
    assert client.get(address, query_string={name: "Anna"}).status_code == 200
    answer = client.get(address, query_string={name: "An\x00na"})
    assert answer.status_code == 400  # on PostgreSQL it was 500
    assert "Dit verzoek klopt niet" in answer.get_data(as_text=True)


@pytest.mark.parametrize("who", [None, "anna"])
@pytest.mark.parametrize("address", ["/inloggen", "/wachtwoord-vergeten"])
def test_a_form_that_no_keyboard_sends_is_refused(
    app: Flask, town: Town, who: str | None, address: str
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = sign_in(app.test_client(), town, who) if who else app.test_client()
    form = {"email": "an\x00na@merendijk.example", "password": "x\x00"}
    assert client.post(address, data=form).status_code == 400


@pytest.mark.parametrize("page", ["9" * 30, "-1", "²", "een"])
def test_a_page_that_does_not_exist_is_answered(app: Flask, town: Town, page: str) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = app.test_client()
    for who, address in (("hanna", "/deelname"), ("bas", "/accounts"), ("piet", "/logboek")):
        sign_in(client, town, who)
        assert client.get(address, query_string={"pagina": page}).status_code in {200, 404}, address


@pytest.mark.parametrize("step", ["9" * 5000, "-1", "²", "een", ""])
def test_a_step_of_a_dilemma_that_is_not_there_is_answered(
    app: Flask, town: Town, library: Library, step: str
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client, dilemma = app.test_client(), library.public_dilemmas[0]
    answer = client.post(
        f"/openbaar/dilemmas/{dilemma.id}/spelen",
        data={"naar": step},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 200
    sign_in(client, town, "rachid")
    answer = client.post(f"/dilemmas/{dilemma.id}/terug", data={"naar": step})
    assert answer.status_code in {302, 303}

"""What is worked out once and kept is right for everybody, and tells nobody about somebody else."""

from __future__ import annotations

import re

from flask import Flask, session

from tests.signing import sign_in
from tests.town import Town
from training.content.classes import Library
from training.learning.rules import signals_of
from training.web import form_kit

SLUG = "drugshandel-herkennen"


def test_each_sees_the_own_name_and_the_own_menu(app: Flask, town: Town) -> None:
    anna = sign_in(app.test_client(), town, "anna")
    hanna = sign_in(app.test_client(), town, "hanna")
    for _again in range(2):
        of_hanna = hanna.get("/overzicht").get_data(as_text=True)
        of_anna = anna.get("/overzicht").get_data(as_text=True)
        assert 'href="/deelname"' in of_hanna and 'href="/deelname"' not in of_anna
        assert "Dag Hanna" in of_hanna and "Hanna" not in of_anna
        assert "Dag Anna" in of_anna


def test_the_menu_marks_the_page_on_which_one_is(app: Flask, town: Town) -> None:
    anna = sign_in(app.test_client(), town, "anna")
    for path in ("/overzicht", "/leren", "/overzicht"):
        page = anna.get(path).get_data(as_text=True)
        assert re.findall(r'weerbaar-nav__link" href="([^"]+)" aria-current="page"', page) == [path]


def test_the_parts_that_one_learner_did_are_not_done_for_another(
    app: Flask, town: Town, library: Library
) -> None:
    slug, read = next(
        (module.id, section.id)
        for module in library.modules.values()
        for section in module.sections
        if not (section.questions or signals_of(section))
    )
    anna = sign_in(app.test_client(), town, "anna")
    rachid = sign_in(app.test_client(), town, "rachid")
    for learner in (anna, rachid):
        learner.post(f"/modules/{slug}/begin")
    assert anna.post(f"/modules/{slug}/{read}/verder").status_code == 303
    assert "gedaan</span>" in anna.get(f"/modules/{slug}/{read}").get_data(as_text=True)
    assert "gedaan</span>" not in rachid.get(f"/modules/{slug}/{read}").get_data(as_text=True)


def test_templates_get_the_addresses_that_flask_gives(app: Flask) -> None:
    address = app.jinja_env.globals["url_for"]
    asked = (
        ("learning.show_section", {"slug": SLUG, "section_id": "één & twee"}),
        ("home.show_catalogue", {"zoek": "bibob", "thema": None}),
        ("home.show_catalogue", {"zoek": "bibob", "_anchor": "kop"}),
        ("home.show_catalogue", {"zoek": ["a", "b"]}),
        ("home.show_catalogue", {"_external": True}),
    )
    with app.test_request_context("/"):
        for endpoint, values in asked:
            assert address(endpoint, **values) == app.url_for(endpoint, **values)  # type: ignore[operator]


def test_a_session_keeps_its_token_and_no_two_share_one(app: Flask, town: Town) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    anna = sign_in(app.test_client(), town, "anna")
    other = sign_in(app.test_client(), town, "anna")

    def tokens() -> set[str]:
        page = anna.get(f"/modules/{SLUG}").get_data(as_text=True)
        return set(re.findall(r'name="csrf_token" value="([^"]+)"', page))

    first = tokens()
    assert len(first) == 1 and tokens() == first
    address = f"/modules/{SLUG}/begin"
    assert other.post(address, data={"csrf_token": first.pop()}).status_code == 400
    assert anna.post(address, data={"csrf_token": tokens().pop()}).status_code == 303


def test_a_token_of_before_the_secret_key_changed_is_not_kept(app: Flask) -> None:
    def token() -> str:
        with app.test_request_context("/"):
            session["csrf_token"] = "0" * 40
            return form_kit.token()

    before = token()
    app.secret_key = "another secret for tests only, also of more than 32 characters"
    assert token() != before

"""Every main page holds at 320 pixels, without script and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from training.content.classes import Library, Theme

Visit = Callable[..., Visitor]
LEARNER = ("/overzicht", "/leren", "/modules/drugshandel-herkennen", "/mijn-account",
           "/mijn-account/agenda",
           "/dilemmas/het-bouwplan-van-je-broer", "/dilemmas/het-bouwplan-van-je-broer/kaart")  # fmt: skip
OPEN = ("/inloggen", "/wachtwoord-vergeten", "/openbaar", "/privacy", "/toegankelijkheid", "/onderdelen",
        "/bestaat-niet")  # fmt: skip
DESKS = (
    ("hanna", "/deelname"),
    ("hanna", "/cijfers"),
    ("bas", "/accounts"),
    ("bas", "/mail-die-niet-aankwam"),
    ("piet", "/logboek"),
    ("carlijn", "/cijfers"),
    ("sjoerd", "/halfjaarrapport"),
)


@pytest.mark.parametrize("width", [320, 1280])
def test_open_pages_are_whole(visit: Visit, width: int) -> None:
    somebody = visit(width=width)
    for path in OPEN:
        somebody.errors.clear()
        somebody.open(path)
        if path == "/bestaat-niet":
            somebody.errors.clear()  # Chromium itself notes that the answer was 404
        somebody.examine()


@pytest.mark.parametrize("width", [320, 1280])
def test_a_learners_pages_are_whole(visit: Visit, width: int) -> None:
    vera = visit(width=width)
    vera.sign_in("vera@lindenveld.example")
    for path in LEARNER:
        vera.open(path)
        vera.examine()


@pytest.mark.parametrize(("who", "path"), DESKS)
def test_desks_are_whole_at_320_pixels(visit: Visit, who: str, path: str) -> None:
    domain = "beekdal" if who == "carlijn" else "merendijk"
    somebody = visit(width=320)
    somebody.sign_in(f"{who}@{domain}.example")
    somebody.open(path)
    somebody.examine()


@pytest.mark.heavy
def test_one_module_of_each_theme_is_whole(visit: Visit, library: Library) -> None:
    vera = visit(width=320)
    page = vera.sign_in("vera@zandrijk.example")
    for theme in Theme:
        module = next(m for m in library.modules.values() if m.theme is theme and not m.public)
        vera.open(f"/modules/{module.id}")
        page.get_by_role("button", name="Begin").or_(
            page.get_by_role("button", name="Nog een keer doen")
        ).click()
        for section in module.sections:
            expect(page.get_by_role("heading", level=1)).to_have_text(section.title)
            vera.examine()
            page.get_by_role("button", name="Verder", exact=True).or_(
                page.get_by_role("button", name="Naar afronden", exact=True)
            ).click()
        vera.examine()


@pytest.mark.heavy
def test_one_dilemma_of_each_theme_is_whole(visit: Visit, library: Library) -> None:
    vera = visit(width=320)
    page = vera.sign_in("vera@broekdal.example")
    for theme in Theme:
        dilemma = next(d for d in library.dilemmas.values() if theme in d.themes)
        vera.open(f"/dilemmas/{dilemma.id}")
        page.get_by_role("button", name="Begin").click()
        while page.get_by_role("button", name="Dit doe ik").count():
            vera.examine()
            page.locator('input[name="choice"]').first.check()
            page.get_by_role("button", name="Dit doe ik").click()
        vera.examine()


def test_a_dilemma_can_be_played_without_script(visit: Visit) -> None:
    theo = visit(script=False)
    page = theo.sign_in("theo@westerhove.example")
    theo.open("/dilemmas/even-kijken-voor-een-vriendin")
    page.get_by_role("button", name="Begin").click()
    while page.get_by_role("button", name="Dit doe ik").count():
        page.locator('input[name="choice"]').first.check()
        page.get_by_role("button", name="Dit doe ik").click()
    expect(page.get_by_role("heading", name="Jouw pad")).to_be_visible()


def test_signing_in_and_choosing_goes_by_keyboard(visit: Visit) -> None:
    theo = visit()
    page = theo.open("/inloggen")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Direct naar de inhoud")).to_be_focused()
    page.get_by_label("E-mailadres").focus()
    page.keyboard.type("theo@broekdal.example")
    page.keyboard.press("Tab")
    page.keyboard.type("weerbaar-in-de-praktijk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn overzicht")
    theo.open("/dilemmas/even-kijken-voor-een-vriendin")
    page.get_by_role("button", name="Begin").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.locator('input[name="choice"]').first.focus()
    outline = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert outline >= 2
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Eén stap terug")).to_be_visible()


def test_an_open_module_needs_no_account_and_sets_no_cookie(visit: Visit, library: Library) -> None:
    somebody = visit(width=320)
    for module in library.public_modules:
        page = somebody.open(f"/openbaar/{module.id}")
        somebody.examine()
        question = next(q for q in module.questions if q.kind.name == "ONE")
        block = page.locator(f'[id="{question.id}"]')
        block.get_by_role("radio").first.check()
        block.get_by_role("button").click()
        expect(block.get_by_text(re.compile("^(Goed|Nog niet goed)\\.$"))).to_be_visible()
        somebody.examine()
    assert somebody.context.cookies() == []

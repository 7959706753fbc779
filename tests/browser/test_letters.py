"""What goes out by mail and calendar, and the report: planned, read and examined in a browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, TAGS, Site, Visitor
from training import clock
from training.content.classes import Library
from training.mail import rules
from training.reporting.half_year_actions import make_reports

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("width", [320, 1280])
def test_carlijn_plans_a_message_and_stops_it(visit: Visit, width: int) -> None:
    carlijn = visit(width=width)
    page = carlijn.sign_in("carlijn@beekdal.example")
    carlijn.open("/programma/berichten")
    carlijn.examine()
    page.get_by_role("link", name="Plan een bericht").click()
    carlijn.examine()
    page.get_by_role("button", name="Bekijk het bericht").click()
    expect(page.get_by_text("Kies welk bericht.").first).to_be_visible()
    carlijn.errors.clear()  # Chromium itself notes that the answer was 422
    carlijn.examine()
    page.get_by_label("Bericht dat klaarstaat", exact=True).first.select_option("bij-wie-meld-je")
    page.get_by_label("Alle medewerkers").check()
    page.get_by_role("button", name="Bekijk het bericht").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Klopt dit bericht?")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    carlijn.examine()
    page.get_by_role("button", name="Plan dit bericht").click()
    expect(page.get_by_text("is gepland")).to_be_visible()
    carlijn.examine()
    page.get_by_role("button", name="Stop dit bericht").click()
    expect(page.get_by_text("Gestopt door")).to_be_visible()
    carlijn.examine()


@pytest.mark.parametrize("width", [320, 1280])
def test_sjoerd_reads_the_half_yearly_report(
    visit: Visit, site: Site, library: Library, width: int
) -> None:
    with site.database.transaction() as db:
        make_reports(db, library, dt.date(2026, 7, 1), clock.now())
    sjoerd = visit(width=width)
    page = sjoerd.sign_in("sjoerd@merendijk.example")
    sjoerd.open("/halfjaarrapport")
    sjoerd.examine()
    page.get_by_role("link", name="Eerste half jaar van 2026").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Halfjaarrapport weerbaarheid Merendijk"
    )
    sjoerd.examine()
    address = page.get_by_role("link", name="Open als PDF").get_attribute("href")
    answer = page.request.get(f"{site.address}{address}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")


@pytest.mark.parametrize("width", [320, 1280])
def test_anna_makes_and_ends_her_calendar_address_by_keyboard(visit: Visit, width: int) -> None:
    anna = visit(width=width)
    page = anna.sign_in(f"anna@{'zandrijk' if width == 320 else 'lindenveld'}.example")
    anna.open("/mijn-account/agenda")
    anna.examine()
    page.get_by_role("button", name="Maak mijn adres").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Je geheime adres")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    anna.examine()
    address = page.locator("code").inner_text()
    assert page.request.get(address).text().startswith("BEGIN:VCALENDAR")
    page.get_by_role("link", name="Klaar", exact=True).click()
    anna.examine()
    page.get_by_role("button", name="Zet uit").click()
    expect(page.get_by_text("krijgt geen datums meer")).to_be_visible()
    assert page.request.get(address).status == 404


TEXT = """Dag Anna,

Dit staat voor je klaar in Weerbaar:

- Signalen herkennen: uiterlijk 3 december 2026
- Integriteit: uiterlijk 1 november 2026 (te laat)

Kies een nieuw wachtwoord:
https://weerbaar.example/toegang/abc

Groet,
Weerbaar"""


@pytest.mark.parametrize("width", [320, 1280])
def test_a_mail_in_html_can_be_read_by_everybody(visit: Visit, width: int) -> None:
    page: Page = visit(width=width).page
    page.set_content(rules.html_page("Er staat iets klaar", rules.html_of(TEXT)))
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    assert [item["id"] for item in found["violations"]] == []
    assert [item["id"] for item in found["incomplete"]] == []
    assert page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth") <= 0
    assert page.locator("h1").count() == 1

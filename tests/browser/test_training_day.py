"""A training day from plan to evidence, each page examined at 320 and at 1280 pixels."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visitor
from training import clock
from training.clock import AMSTERDAM

Visit = Callable[..., Visitor]
PICTURES = os.environ.get("WEERBAAR_PICTURES")


def picture(page: Page, name: str) -> None:
    """Keeps a picture to look at, when asked."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_a_training_day(visit: Visit, site: Site) -> None:
    wide, narrow = visit(), visit(width=320)
    for somebody in (wide, narrow):
        somebody.sign_in("fatma@merendijk.example")

    def examine(name: str) -> None:
        """The page of now, as a projector and a phone show it."""
        wide.examine()
        narrow.open(wide.page.url.removeprefix(site.address))
        narrow.examine()
        picture(wide.page, f"{name}-1280")
        picture(narrow.page, f"{name}-320")

    now = clock.now().astimezone(AMSTERDAM)
    page = wide.open("/bijeenkomsten/nieuw")
    examine("plan")
    page.get_by_label("Naam van de bijeenkomst").fill("Signalen herkennen aan de balie")
    page.get_by_label("Soort bijeenkomst").select_option(label="Training signalen herkennen")
    page.get_by_label("Voor welk onderdeel?").select_option(label="Merendijk (gemeente)")
    page.get_by_label("Dag", exact=True).fill(f"{now:%Y-%m-%d}")
    page.get_by_label("Begint om").fill("00:01")
    page.get_by_label("Eindigt om").fill("00:00")
    page.get_by_role("button", name="Plan de bijeenkomst").click()
    expect(page.get_by_role("alert").first).to_contain_text("De eindtijd ligt voor de begintijd")
    wide.errors.clear()
    page.get_by_label("Eindigt om").fill("23:59")
    page.get_by_role("button", name="Plan de bijeenkomst").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signalen herkennen aan de balie")
    examine("planned")
    meeting = page.url

    page.get_by_role("link", name="Nodig mensen uit").click()
    page.get_by_label("Zoek iemand op naam").fill("Vera Kok")
    page.get_by_role("button", name="Zoek").click()
    examine("invite")
    page.get_by_role("checkbox", name="Vera Kok").first.check()
    page.get_by_role("button", name="Nodig deze mensen uit").click()
    expect(page.get_by_role("cell", name="nog niet geantwoord").first).to_be_visible()
    page.get_by_label("Bestand").set_input_files(
        files=[{"name": "kaart.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}]
    )
    page.get_by_role("button", name="Voeg toe").click()
    expect(page.get_by_role("link", name="kaart.pdf")).to_be_visible()
    examine("meeting")

    vera = visit(width=320)
    hers = vera.sign_in("vera@merendijk.example")
    vera.open("/mijn-bijeenkomsten")
    vera.examine()
    hers.get_by_role("link", name="Signalen herkennen aan de balie").click()
    vera.examine()
    hers.get_by_role("button", name="Meld me aan").click()
    expect(hers.get_by_text("Je bent aangemeld.")).to_be_visible()
    vera.examine()
    picture(hers, "own-meeting-320")

    wide.open(meeting.removeprefix(site.address) + "/inchecken")
    examine("check-in-screen")
    code = page.locator(".weerbaar-screen__code").inner_text()
    hers.get_by_role("link", name="Ik ben er").click()
    vera.examine()
    hers.get_by_label("Code op het scherm").fill(code.lower())
    hers.get_by_role("button", name="Ik ben er").click()
    expect(hers.get_by_text("Je aanwezigheid is genoteerd.")).to_be_visible()

    wide.open(meeting.removeprefix(site.address) + "/plakken")
    page.get_by_label("Namen of personeelsnummers").fill("Smit, Theo\nIemand Anders")
    page.get_by_role("button", name="Kijk wie we vinden").click()
    expect(page.get_by_text("1 gevonden, 1 niet.")).to_be_visible()
    wide.examine()
    page.get_by_role("button", name="Zet ze op aanwezig").click()
    for name in ("Vera Kok", "Theo Smit"):
        expect(page.get_by_role("radio", name=f"{name}: aanwezig").first).to_be_checked()
    examine("attendance")
    page.get_by_label("Gasten van buiten").fill("4")
    page.get_by_role("button", name="Bewaar de lijst").click()
    page.get_by_role("link", name="Lijst op papier").click()
    examine("paper-list")
    page.go_back()
    page.get_by_role("button", name="Leg het bewijs vast").click()
    expect(page.get_by_text("Van 2 mensen is het bewijs vastgelegd.")).to_be_visible()
    vera.open("/overzicht")
    expect(hers.get_by_text(re.compile("Training signalen herkennen")).first).to_be_visible()
    page.get_by_role("button", name="Draai het bewijs terug").click()
    expect(page.get_by_text("Het bewijs van deze bijeenkomst is teruggedraaid.")).to_be_visible()


def test_a_fixed_item(visit: Visit) -> None:
    fatma, narrow = visit(), visit(width=320)
    page = fatma.sign_in("fatma@merendijk.example")
    narrow.sign_in("fatma@merendijk.example")
    fatma.open("/bijeenkomsten/vast")
    fatma.examine()
    page.get_by_label("Naam", exact=True).fill("Dilemma van de maand")
    page.get_by_label("Hoe laat?").fill("09:30")
    page.get_by_label("Vanaf").fill(f"{clock.today() + dt.timedelta(days=1):%Y-%m-%d}")
    page.get_by_role("button", name="Maak het agendapunt").click()
    expect(page.get_by_role("heading", name="Dilemma van de maand")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"kaart \(PDF\)")).first).to_be_visible()
    fatma.examine()
    narrow.open("/bijeenkomsten/vast")
    narrow.examine()
    picture(page, "series-1280")

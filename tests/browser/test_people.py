"""HR, the griffie and the administrator look after their people, each step in a real browser."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

Visit = Callable[..., Visitor]
HEAD = "Personeelsnummer;Roepnaam;Tussenvoegsel;Achternaam;E-mail;Afdeling;Team;Functie;In dienst"
WIDTHS = pytest.mark.parametrize("width", [1280, 320])


def look(who: Visitor, name: str, width: int) -> None:
    """Examines the page; with PICTURES=folder it is also kept for people to look at."""
    who.examine()
    if folder := os.environ.get("PICTURES"):
        who.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def refused(who: Visitor) -> None:
    """The page before this was refused: the browser tells so in its console, rightly."""
    assert len(who.errors) == 1 and "422" in who.errors[0], who.errors
    who.errors.clear()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


@WIDTHS
def test_hanna_adds_marks_and_finds_people(visit: Visit, width: int) -> None:
    hanna = visit(width=width)
    hanna.sign_in("hanna@merendijk.example")
    page = hanna.open("/personen")
    heading(page, "Personen")
    look(hanna, "personen", width)
    page.get_by_role("link", name="Persoon toevoegen").click()
    page.get_by_role("button", name="Voeg toe", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    refused(hanna)
    look(hanna, "persoon-fout", width)
    page.get_by_label("Voornaam").fill("Noor")
    page.get_by_label("Achternaam").fill(f"Proef{width}")
    page.get_by_label("Functie").fill("Boa")
    page.get_by_role("button", name="Voeg toe", exact=True).click()
    heading(page, f"Noor Proef{width}")
    look(hanna, "persoon", width)
    page.get_by_role("link", name="Functie toevoegen").click()
    look(hanna, "functie", width)
    page = hanna.open(f"/personen?zoek=Proef{width}")
    page.get_by_label(f"Kies Noor Proef{width}").check()
    page.get_by_label("Wat wil je doen?").select_option(label="Geef een kenmerk")
    page.get_by_label("Kenmerk", exact=True).last.fill("bhv")
    page.get_by_role("button", name="Bekijk wat er gebeurt").click()
    look(hanna, "samen", width)
    page.get_by_role("button", name="Doe dit voor 1 persoon").click()
    expect(page.get_by_role("status")).to_contain_text("1 kregen het kenmerk bhv")
    page = hanna.open("/doelgroepen")
    look(hanna, "doelgroepen", width)
    page.get_by_role("link", name="Boa's").click()
    page.get_by_label("Kenmerk").fill("bhv")
    page.get_by_role("button", name="Bekijk wat er gebeurt").click()
    expect(page.get_by_text("Er komt een regel bij: met kenmerk bhv")).to_be_visible()
    look(hanna, "doelgroep", width)


@WIDTHS
def test_hanna_takes_in_a_personnel_file_and_takes_it_back(
    visit: Visit, tmp_path: Path, width: int
) -> None:
    hanna = visit(width=width)
    hanna.sign_in("hanna@merendijk.example")
    page = hanna.open("/personeelsbestand")
    look(hanna, "personeelsbestand", width)
    lines = [
        f"9{width};Sanne;van der;Proef{width};sanne{width}@merendijk.example;;;Boa;1-3-2026",
        f"8{width};Anna;de;Vries;;;;Medewerker burgerzaken;1-9-2020",
        "7;Zonder;;Naam;geen adres;;;;ooit",
    ]
    path = tmp_path / "afas.csv"
    path.write_text("\r\n".join((HEAD, *lines)), "utf-8")
    page.get_by_label("Personeelsbestand", exact=True).set_input_files(path)
    page.get_by_role("button", name="Lees het bestand").click()
    heading(page, "Wat staat in welke kolom?")
    look(hanna, "kolommen", width)
    page.get_by_role("button", name="Verder: bekijk wat er verandert").click()
    heading(page, "Wat verandert er?")
    look(hanna, "plan-twijfel", width)
    for choice in page.get_by_role("combobox").all():
        choice.select_option(index=1)
    page.get_by_role("button", name="Bewaar deze keuzes").click()
    expect(page.get_by_role("status")).to_contain_text("Je keuzes zijn bewaard")
    page.get_by_role("link", name="Nieuw (").click()
    look(hanna, "plan-nieuw", width)
    page.get_by_role("link", name="Niet in het bestand (").click()
    look(hanna, "plan-ontbreekt", width)
    page.get_by_role("link", name="Opmerkingen (").click()
    look(hanna, "plan-opmerkingen", width)
    page.get_by_role("button", name="Verwerk dit bestand").click()
    expect(page.get_by_role("status")).to_contain_text("Het bestand is verwerkt")
    look(hanna, "verwerkt", width)
    page.get_by_role("button", name="Draai alles terug").click()
    expect(page.get_by_role("status")).to_contain_text("Alles is weer zoals voor het bestand")


@WIDTHS
def test_griet_looks_at_her_council_and_prepares_the_next(visit: Visit, width: int) -> None:
    griet = visit(width=width)
    griet.sign_in("griet@merendijk.example")
    page = griet.open("/raad")
    heading(page, "Raad van Merendijk")
    look(griet, "raad", width)
    page.get_by_role("link", name="Zetel vervangen").click()
    look(griet, "zetel", width)
    page = griet.open("/raad/nieuwe-periode")
    day = (dt.date.today() + dt.timedelta(days=30)).isoformat()
    page.get_by_label("Eerste dag van de nieuwe raad").fill(day)
    page.get_by_role("checkbox").first.check()
    page.get_by_label("Nieuwe raadsleden").fill("Noor van Dam; Lokaal Belang; noor@raad.example")
    page.get_by_role("button", name="Bekijk wat er gebeurt").click()
    expect(page.get_by_text("Er komen: Noor van Dam")).to_be_visible()
    look(griet, "raadsperiode", width)


@WIDTHS
def test_bas_changes_the_organisation_and_the_settings(visit: Visit, width: int) -> None:
    bas = visit(width=width)
    bas.sign_in("bas@merendijk.example")
    page = bas.open("/organisatie")
    look(bas, "organisatie", width)
    page.get_by_role("link", name="Dienstverlening").first.click()
    page.get_by_text("Een onderdeel hieronder openen").click()
    page.get_by_label("Naam", exact=True).fill(f"Team Proef {width}")
    page.get_by_role("button", name="Open dit onderdeel").click()
    heading(page, f"Team Proef {width}")
    page.get_by_text("Een andere naam geven").click()
    page.get_by_label("Nieuwe naam").fill(f"Team Test {width}")
    page.get_by_role("button", name="Geef deze naam").click()
    heading(page, f"Team Test {width}")
    look(bas, "onderdeel", width)
    page.get_by_text("Sluiten", exact=True).click()
    page.get_by_role("button", name="Sluit dit onderdeel").click()
    expect(page.get_by_text("Dit onderdeel is gesloten")).to_be_visible()
    page = bas.open("/instellingen")
    look(bas, "instellingen", width)
    page.get_by_label("Deelname tonen vanaf").fill("5")
    page.get_by_role("button", name="Bewaar de instellingen").click()
    expect(page.get_by_role("alert")).to_contain_text("van 10 tot en met 200")
    refused(bas)
    look(bas, "instellingen-fout", width)
    page.get_by_role("link", name="Vertrouwenspersoon", exact=False).last.click()
    look(bas, "contact", width)


@WIDTHS
def test_kim_signs_in_with_a_card_at_a_computer_that_forgets(visit: Visit, width: int) -> None:
    hanna = visit(width=width)
    hanna.sign_in("hanna@merendijk.example")
    page = hanna.open("/personen/nieuw")
    number = f"55{width}"
    page.get_by_label("Voornaam").fill("Kim")
    page.get_by_label("Achternaam").fill(f"Kaart{width}")
    page.get_by_label("Personeelsnummer").fill(number)
    page.get_by_role("button", name="Voeg toe", exact=True).click()
    page = hanna.open("/kiosk-kaarten")
    look(hanna, "kaarten-kiezen", width)
    page.get_by_label(f"Kies Kim Kaart{width}").check()
    page.get_by_role("button", name="Maak kaarten om te printen").click()
    code = page.locator("strong", has_text="-").last.inner_text()
    look(hanna, "kaarten", width)
    kim = visit(width=width)
    page = kim.open("/kiosk")
    look(kim, "kiosk", width)
    page.get_by_label("Personeelsnummer").fill(number)
    page.get_by_label("Persoonlijke code").fill(code)
    page.get_by_role("button", name="Inloggen").click()
    heading(page, "Kies je eigen code")
    look(kim, "eigen-code", width)
    page.get_by_label("Je nieuwe code").fill("regenjas7")
    page.get_by_label("Nog een keer").fill("regenjas7")
    page.get_by_role("button", name="Bewaar en ga verder").click()
    heading(page, "Mijn overzicht")
    look(kim, "kiosk-overzicht", width)
    kim.open("/kiosk")
    kim.open("/overzicht")
    page.get_by_role("button", name="Uitloggen").click()
    kim.open("/overzicht")
    heading(page, "Inloggen met je kaart of nummer")

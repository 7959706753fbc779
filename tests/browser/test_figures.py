"""HR, griffie, team lead, coordinator and privacy officer look, export, keep and erase, with axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Site, Visitor

Visit = Callable[..., Visitor]


def test_hanna_filters_chooses_columns_keeps_a_view_and_reads_how_it_is_counted(
    visit: Visit, tmp_path: Path
) -> None:
    hanna = visit()
    page = hanna.sign_in("hanna@merendijk.example")
    hanna.open("/deelname")
    page.get_by_text("Meer: periode, indeling en kolommen").click()
    page.get_by_label("Te laat sinds").uncheck()
    page.get_by_label("Functie").check()
    page.get_by_label("Thema").select_option(label="Drugshandel")
    page.get_by_role("button", name="Filter", exact=True).click()
    hanna.examine()
    heads = (
        page.locator("#deelname-titel").locator("xpath=ancestor::table").locator("th[scope=col]")
    )
    assert "Functie" in heads.all_inner_texts()
    assert "Te laat sinds" not in heads.all_inner_texts()
    page.get_by_role("link", name="Hoe is dit geteld?").click()
    expect(page.get_by_text("Niet geteld: toen al uit dienst")).to_be_visible()
    hanna.examine()
    page.go_back()
    page.get_by_label("Naam van de weergave").fill("Drugs met functie")
    page.get_by_label("Mail mij een link").select_option(label="elke week")
    page.get_by_role("button", name="Bewaar de weergave").click()
    hanna.open("/deelname")
    page.get_by_role("link", name="Drugs met functie").click()
    assert "thema=drugshandel" in page.url
    hanna.examine()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Exporteer naar OpenDocument").click()
    assert waiting.value.suggested_filename.endswith(".ods")
    hanna.open("/deelname/exports")
    hanna.examine()
    page.locator("table a").first.click()
    hanna.examine()
    page.get_by_role("button", name="Maak dit overzicht opnieuw").click()
    expect(page.get_by_text("Elke regel is precies gelijk")).to_be_visible()
    hanna.examine()


def test_figures_have_charts_with_tables_at_every_width(visit: Visit) -> None:
    for email in ("hanna@merendijk.example", "griet@merendijk.example", "theo@merendijk.example"):
        for width in (1280, 320):
            who = visit(width=width)
            page = who.sign_in(email)
            who.open("/cijfers")
            expect(page.get_by_role("heading", name="Wat betekenen deze cijfers?")).to_be_visible()
            who.examine()
            who.open("/deelname")
            who.examine()


def test_carlijn_sees_municipalities_and_no_names(visit: Visit, site: Site) -> None:
    carlijn = visit()
    email = next(s["email"] for s in site.sign_ins if s["role"].startswith("coördinator"))
    page = carlijn.sign_in(email)
    carlijn.open("/cijfers")
    carlijn.examine()
    assert page.get_by_text("per team en thema").count() == 0
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Exporteer naar Excel").click()
    assert waiting.value.suggested_filename.startswith("cijfers-")


def test_somebody_reads_and_downloads_everything_and_piet_decides(visit: Visit) -> None:
    anna = visit(width=320)
    page = anna.sign_in("anna@merendijk.example")
    anna.open("/privacy")
    anna.examine()
    page.get_by_role("link", name="Wat weten jullie van mij?").click()
    anna.examine()
    for name, ending in (
        ("Download om te lezen", ".txt"),
        ("Download voor een programma", ".json"),
    ):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=re.compile(name)).click()
        assert waiting.value.suggested_filename.endswith(ending)
    page.get_by_label(re.compile("Wat wil je ons erbij vertellen")).fill("Graag")
    page.get_by_role("button", name="Vraag om te wissen").click()
    expect(page.get_by_text("De privacy officer beslist binnen een maand").first).to_be_visible()

    piet = visit()
    page = piet.sign_in("piet@merendijk.example")
    for path in ("/wissen", "/bewaren", "/logboek", "/logboek/controle"):
        piet.open(path)
        piet.examine()
    piet.open("/wissen")
    page.get_by_role("link", name="Anna de Vries").click()
    piet.examine()
    page.get_by_label("Niet wissen", exact=True).check()
    page.get_by_role("button", name="Bewaar je besluit").click()
    expect(page.get_by_text("Schrijf waarom je niet wist.").first).to_be_visible()
    piet.errors.clear()  # the browser tells that the form was refused
    piet.examine()
    page.get_by_label(re.compile("Wat zeg je tegen deze persoon")).fill("Nog nodig voor je werk.")
    page.get_by_role("button", name="Bewaar je besluit").click()
    expect(page.get_by_text("Je besluit is bewaard")).to_be_visible()
    anna.open("/mijn-gegevens")
    expect(anna.page.get_by_text("besloten om niet te wissen: Nog nodig")).to_be_visible()

"""The main job, each step in a real browser: Anna, Rachid, Hanna, Griet, Theo, and a year later."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from tests.browser import walking
from tests.browser.conftest import Site, Visitor
from training.content.classes import Library
from training.content.explore import routes

Visit = Callable[..., Visitor]
DRUGS, BUILDING = "drugshandel-herkennen", "het-bouwplan-van-je-broer"
LINK = re.compile(r"http://[^\s]+/toegang/[^\s]+")


def test_anna_takes_her_first_module(visit: Visit, library: Library) -> None:
    anna, module = visit(), library.modules[DRUGS]
    page = anna.sign_in("anna@merendijk.example")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn overzicht")
    anna.examine()
    page.get_by_role("link", name=module.title).click()
    expect(page.get_by_text("Waarom heb ik dit?")).to_be_visible()
    anna.examine()
    page.get_by_role("button", name="Begin").click()
    anna.examine()
    walking.take_section(page, module, module.sections[0].id)
    walking.take_section(page, module, module.sections[1].id)
    page.get_by_role("button", name="Uitloggen").click()

    page = anna.sign_in("anna@merendijk.example")
    page.get_by_role("link", name=module.title).click()
    page.get_by_role("button", name="Begin").click()
    for section in module.sections[2:]:
        walking.take_section(page, module, section.id)
        anna.examine()
    page.get_by_role("button", name="Rond de module af").click()
    expect(page.get_by_text("Je bewijs is opgeslagen")).to_be_visible()
    anna.examine()
    page.get_by_role("link", name="Naar je overzicht").click()
    expect(page.get_by_role("heading", name="Dit heb je gedaan")).to_be_visible()


def test_rachid_gets_in_by_mail_and_plays_a_dilemma(
    visit: Visit, site: Site, library: Library
) -> None:
    rachid, dilemma = visit(), library.dilemmas[BUILDING]
    page = rachid.open("/inloggen")
    page.get_by_role("link", name="Mail mij een inloglink").click()
    page.get_by_label("E-mailadres").fill("rachid@merendijk.example")
    page.get_by_role("button").last.click()
    rachid.examine()
    site.run("mail", "send")
    link = next(filter(None, (LINK.search(mail) for mail in reversed(site.mails()))))
    page.goto(link[0])
    rachid.examine()
    page.goto(link[0])  # a mail scanner looked first: the link still works, only the button acts
    page.get_by_role("button", name="Log in").or_(
        page.get_by_role("button", name="Inloggen")
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn overzicht")

    rachid.open(f"/dilemmas/{BUILDING}")
    expect(page.get_by_text("geen stemming van de raad")).to_be_visible()
    rachid.examine()
    page.get_by_role("button", name="Begin").click()
    route = min((r for e, r in routes(dilemma).items() if dilemma.scenes[e].is_ending), key=len)
    walking.take_route(page, dilemma, route[:2])
    rachid.examine()
    page.get_by_role("button", name="Eén stap terug").click()
    walking.take_route(page, dilemma, route[1:])
    for heading in ("Jouw pad", "Wat woog voor jou", "De wettelijke grens", "Nabespreking",
                    "Om samen over te praten"):  # fmt: skip
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    rachid.examine()
    for address in [page.url, link[0]]:
        assert not any(scene in address for scene in dilemma.scenes)


def test_hanna_sees_three_municipalities_and_exports_what_she_sees(
    visit: Visit, tmp_path: Path
) -> None:
    hanna = visit()
    page = hanna.sign_in("hanna@merendijk.example")
    page.get_by_role("link", name="Deelname", exact=True).click()
    hanna.examine()
    units = page.get_by_label("Onderdeel").locator("option").all_text_contents()
    assert {"Merendijk (gemeente)", "Oosterwaard (gemeente)", "Lindenveld (gemeente)"} <= set(units)
    assert not any(name.startswith("Westerhove") for name in units)
    page.get_by_label("Onderdeel").select_option(label="Merendijk (gemeente)")
    page.locator("#verplichting").select_option(label="Drugshandel herkennen")
    page.get_by_role("button", name="Filter").click()
    hanna.examine()
    screen = [
        [cell.strip() for cell in row.locator("th,td").all_inner_texts()]
        for row in page.locator("#deelname tbody tr, table tbody tr").all()
    ]
    assert screen
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Exporteer naar CSV").click()
    waiting.value.save_as(tmp_path / "d.csv")
    exported = list(
        csv.reader(io.StringIO((tmp_path / "d.csv").read_text("utf-8-sig")), delimiter=";")
    )
    assert exported[1 : len(screen) + 1] == screen
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Exporteer naar Excel").click()
    waiting.value.save_as(tmp_path / "d.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "d.xlsx").worksheets[0]
    rows = [
        [c.strftime("%d-%m-%Y") if isinstance(c, dt.datetime) else str(c or "") for c in row]
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert rows == exported[1:]

    page.get_by_label("Peildatum").fill((dt.date.today() - dt.timedelta(days=300)).isoformat())
    page.get_by_role("button", name="Filter").click()
    then = [row.inner_text() for row in page.locator("table tbody tr").all()]
    assert then != [row.inner_text() for row in []]
    assert not any("Anna de Vries" in row for row in then), "she was not in service yet"


def test_griet_theo_and_vera_see_what_is_theirs(visit: Visit) -> None:
    griet = visit()
    page = griet.sign_in("griet@merendijk.example")
    griet.open("/deelname")
    names = page.locator("table tbody tr").all_inner_texts()
    assert any("Rachid el Amrani" in name for name in names)
    assert not any("Anna de Vries" in name or "Burgerzaken" in name for name in names)
    griet.examine()

    theo = visit()
    page = theo.sign_in("theo@merendijk.example")
    theo.open("/deelname")
    rows = page.locator("table tbody tr").all_inner_texts()
    assert rows
    assert all("Team Burgerzaken" in row for row in rows)
    assert page.get_by_role("button", name=re.compile("Exporteer")).count() == 0
    theo.examine()

    vera = visit()
    page = vera.sign_in("vera@merendijk.example")
    for path in ("/deelname", "/cijfers", "/accounts", "/logboek"):
        answer = page.goto(vera.site.address + path)
        assert answer is not None
        assert answer.status == 404
    assert "Deze pagina is er niet" in page.inner_text("h1")

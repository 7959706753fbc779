"""The desk in a real browser: Carlijn plans, Hanna decides about one person, Griet, Bas and Anna
look; every page is examined on a small and on a large screen."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.conftest import Site, Visitor
from training import clock
from training.assignments import actions
from training.assignments.models import Brake, Duty
from training.assignments.rules import Policy, Transition
from training.content.classes import ContentKind
from training.people.models import Unit

Visit = Callable[..., Visitor]
WIDTHS = (320, 1280)
CARLIJN, HANNA = "carlijn@beekdal.example", "hanna@merendijk.example"


def examine_at_each_width(who: Visitor) -> None:
    """The page as it is, on a small and on a large screen. That a form was refused (422) is no
    fault of the page, though the browser logs it."""
    who.errors[:] = [error for error in who.errors if "422" not in error]
    for width in WIDTHS:
        who.page.set_viewport_size({"width": width, "height": 900})
        who.examine()


def test_carlijn_switches_on_a_duty_and_sees_first_what_it_does(visit: Visit) -> None:
    carlijn = visit()
    page = carlijn.sign_in(CARLIJN)
    carlijn.open("/programma")
    expect(page.get_by_role("heading", level=1)).to_have_text("Programma van Basisteam Beekdal")
    examine_at_each_width(carlijn)
    page.get_by_role("link", name=re.compile(r"^Zet aan.*: Mensenhandel herkennen$")).click()
    expect(page.get_by_text("De twee data")).to_be_visible()
    examine_at_each_width(carlijn)
    page.get_by_label("Dag", exact=True).fill("1")  # the script tells it again
    page.get_by_label("Maand", exact=True).select_option("maart")
    expect(page.locator("#voorbeelden")).to_contain_text("1 maart")
    later = clock.today() + dt.timedelta(days=300)  # not today: other tests use this town too
    page.get_by_label("Geldt vanaf").fill(later.isoformat())
    page.get_by_label("Opnieuw doen kan zoveel dagen vooraf").fill("-5")
    page.get_by_role("button", name="Bekijk wat het doet").click()
    expect(page.get_by_role("alert")).to_contain_text("Vul een getal in van 0")
    examine_at_each_width(carlijn)
    page.get_by_label("Opnieuw doen kan zoveel dagen vooraf").fill("60")
    page.get_by_role("button", name="Bekijk wat het doet").click()
    expect(page.get_by_text(re.compile(r"Dit gaat over \d+ mensen\."))).to_be_visible()
    expect(page.get_by_text("Eerste mail")).to_be_visible()
    examine_at_each_width(carlijn)
    page.get_by_role("button", name="Zet aan").click()
    expect(page.get_by_role("alert")).to_contain_text("Schrijf in één zin waarom.")
    page.get_by_label("Waarom doe je dit?").fill("Dit staat in het actieplan.")
    page.get_by_role("button", name="Zet aan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mensenhandel herkennen")
    expect(page.get_by_text("Dit staat in het actieplan.")).to_be_visible()
    examine_at_each_width(carlijn)


def test_the_samples_have_a_button_without_script(visit: Visit) -> None:
    carlijn = visit(width=320, script=False)
    page = carlijn.sign_in(CARLIJN)
    carlijn.open("/programma")
    page.get_by_role("link", name="Maak zelf een verplichting").click()
    page.get_by_label("Naam", exact=True).fill("Samen kijken")
    page.get_by_label("Baliemedewerkers").check()
    page.get_by_text("Modules", exact=True).click()
    page.get_by_label("Drugshandel herkennen", exact=True).check()
    page.get_by_label("Hoeveel maanden geldt het?").fill("24")
    page.get_by_role("button", name="Laat de voorbeelden zien").click()
    until = clock.add_months(clock.today(), 24)
    expect(page.locator("#voorbeelden")).to_contain_text(f"tot en met {clock.in_words(until)}")
    expect(page.get_by_label("Naam", exact=True)).to_have_value("Samen kijken")


@pytest.fixture
def duty(site: Site) -> str:
    """A duty of Zandrijk, where no other test looks; its title."""
    with site.database.transaction() as db:
        town = db.scalars(sa.select(Unit.id).where(Unit.name == "Zandrijk")).one()
        made = actions.make_duty(
            db,
            unit_id=town,
            title="Samen weerbaar in Zandrijk",
            contents=[(ContentKind.MODULE, "bij-wie-meld-ik-wat")],
            audiences=["alle-medewerkers", "raadsleden"],
            policy=Policy(1, clock.today(), first_due_days=30),
        )
        actions.open_cycles(db, clock.today())
        return made.title


def test_carlijn_changes_spreads_and_ends_a_duty(visit: Visit, duty: str) -> None:
    carlijn = visit()
    page = carlijn.sign_in(CARLIJN)
    carlijn.open("/programma")
    page.get_by_role("link", name=duty).click()
    page.get_by_role("link", name="Verander de regels").click()
    examine_at_each_width(carlijn)
    page.get_by_label("Aantal dagen", exact=True).fill("90")
    page.get_by_role("button", name="Bekijk wat het doet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dit doen de nieuwe regels")
    expect(page.get_by_text(re.compile(r"De datum verandert voor \d+ mensen"))).to_be_visible()
    examine_at_each_width(carlijn)
    page.get_by_label(re.compile("Ook lopende rondes")).check()
    page.get_by_label("Waarom doe je dit?").fill("De griffiers vroegen erom.")
    page.get_by_role("button", name="Verander de regels").click()
    expect(page.get_by_text("De griffiers vroegen erom.")).to_be_visible()
    examine_at_each_width(carlijn)

    page.get_by_role("link", name="Spreid", exact=True).click()
    page.get_by_label("Spreiden over hoeveel dagen?").fill("28")
    page.get_by_role("button", name="Laat zien wat het doet").click()
    expect(page.get_by_role("heading", name="Zo wordt het")).to_be_visible()
    examine_at_each_width(carlijn)
    page.get_by_role("link", name=duty).click()
    page.get_by_role("link", name="Open een extra ronde").click()
    page.get_by_label("Waarom doe je dit?").fill("Er was een voorval.")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Open de extra ronde").click()
    examine_at_each_width(carlijn)
    page.get_by_role("link", name=re.compile("Maak de ronde vanaf .* ongedaan")).click()
    examine_at_each_width(carlijn)
    page.get_by_label("Waarom doe je dit?").fill("Dit was de verkeerde verplichting.")
    page.get_by_role("button", name="Maak de extra ronde ongedaan").click()
    expect(page.get_by_text("De extra ronde is ongedaan gemaakt.")).to_be_visible()
    examine_at_each_width(carlijn)
    page.get_by_role("link", name="Beëindig", exact=True).click()
    page.get_by_label("Waarom doe je dit?").fill("Er komt een nieuwe.")
    page.get_by_label("Laatste dag").fill((clock.today() + dt.timedelta(days=9)).isoformat())
    examine_at_each_width(carlijn)
    page.get_by_role("button", name="Beëindig").click()
    expect(page.get_by_text("De verplichting eindigt op die dag.")).to_be_visible()


def test_the_year_and_the_weeks_to_come(visit: Visit) -> None:
    hanna = visit()
    page = hanna.sign_in(HANNA)
    hanna.open("/jaarplan")
    expect(page.locator(".weerbaar-month")).to_have_count(12)
    examine_at_each_width(hanna)
    with page.expect_download() as download:
        page.get_by_role("link", name="Zet in je agenda").click()
    assert download.value.suggested_filename == "jaarplan.ics"
    page.get_by_role("link", name="Vooruitblik").click()
    expect(page.get_by_text("De drukste week is week")).to_be_visible()
    page.get_by_text("De weken als tabel").click()
    examine_at_each_width(hanna)


def test_hanna_decides_about_one_person(visit: Visit) -> None:
    hanna = visit()
    page = hanna.sign_in(HANNA)
    hanna.open("/per-persoon")
    page.get_by_label("Naam of personeelsnummer").fill("Vera Kok")
    page.get_by_role("button", name="Zoek").click()
    examine_at_each_width(hanna)
    page.get_by_role("table").get_by_role("link", name="Vera Kok").first.click()
    expect(page.get_by_text("Waarom?").first).to_be_visible()
    examine_at_each_width(hanna)
    pause = page.get_by_role("form", name="Pauze geven")
    pause.get_by_role("button", name="Geef een pauze").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies de eerste dag van de pauze.")
    examine_at_each_width(hanna)
    today = clock.today()
    pause.get_by_label("Eerste dag").fill((today + dt.timedelta(days=1)).isoformat())
    pause.get_by_label("Laatste dag").fill((today + dt.timedelta(days=40)).isoformat())
    pause.get_by_role("button", name="Geef een pauze").click()
    expect(page.get_by_text("De pauze staat erin.")).to_be_visible()
    examine_at_each_width(hanna)
    page.get_by_role("button", name=re.compile("Trek in de pauze vanaf")).click()
    expect(page.get_by_text("De pauze is beëindigd.")).to_be_visible()

    exempt = page.get_by_role("form", name="Vrijstelling geven")
    exempt.get_by_label("Eerste dag").fill(today.isoformat())
    exempt.get_by_label("Laatste dag").fill((today + dt.timedelta(days=90)).isoformat())
    exempt.get_by_label("Reden").fill("Geeft deze training zelf.")
    exempt.get_by_role("button", name="Geef een vrijstelling").click()
    expect(page.get_by_text("De vrijstelling staat erin.")).to_be_visible()
    expect(page.get_by_text("“Geeft deze training zelf.”")).to_be_visible()

    earlier = page.get_by_role("form", name="Eerder bewijs vastleggen")
    earlier.get_by_label("Wat is er gedaan?").select_option(label="Mensenhandel herkennen (module)")
    earlier.get_by_label("Op welke dag?").fill((today - dt.timedelta(days=200)).isoformat())
    earlier.get_by_role("button", name="Leg vast").click()
    expect(page.get_by_text("Het bewijs staat erin.")).to_be_visible()
    examine_at_each_width(hanna)


def test_griet_has_the_council_and_bas_the_self_check(visit: Visit) -> None:
    griet = visit()
    page = griet.sign_in("griet@merendijk.example")
    griet.open("/programma")
    expect(page.get_by_text("Raadslid: je eerste drie maanden").first).to_be_visible()
    expect(page.get_by_text("Drugshandel herkennen")).to_have_count(0)
    griet.examine()
    bas = visit()
    bas.sign_in("bas@merendijk.example")
    bas.open("/zelfcontrole")
    examine_at_each_width(bas)


@pytest.fixture
def stopped(site: Site) -> str:
    """A transition of Merendijk that waits for a yes; the title of its duty."""
    with site.database.transaction() as db:
        town = db.scalars(sa.select(Unit.id).where(Unit.name == "Merendijk")).one()
        duty = db.scalars(sa.select(Duty).where(Duty.title == "Drugshandel herkennen")).one()
        db.add(
            Brake(
                municipality_id=town,
                duty_id=duty.id,
                transition=Transition.LAPSE,
                noticed_on=clock.today(),
                people=31,
                headcount=66,
            )
        )
        return duty.title


def test_carlijn_answers_a_question(visit: Visit, stopped: str) -> None:
    carlijn = visit()
    page = carlijn.sign_in(CARLIJN)
    carlijn.open("/programma")
    page.get_by_role("link", name="Bekijk de vraag").click()
    expect(page.get_by_text("31 mensen zouden deze verplichting kwijtraken")).to_be_visible()
    examine_at_each_width(carlijn)
    page.get_by_role("button", name="Nee, doe dit niet").click()
    page.get_by_label("Waarom beslis je dit?").fill("Het bestand was niet compleet.")
    page.get_by_role("button", name="Nee, doe dit niet").click()
    expect(page.get_by_text("Geweigerd. Er verandert niets.")).to_be_visible()
    expect(page.get_by_text("Er wacht geen vraag")).to_be_visible()


def test_anna_reads_why_and_what_comes_next(visit: Visit) -> None:
    anna = visit(width=320)
    page = anna.sign_in("anna@merendijk.example")
    page.get_by_role("link", name="Waarom heb ik dit?").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waarom heb ik dit?")
    expect(page.get_by_text("want je hoort bij").first).to_be_visible()
    examine_at_each_width(anna)

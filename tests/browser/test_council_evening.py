"""A whole council evening: thirty browsers, of which desk, screen and one phone are real ones.

With WEERBAAR_PICTURES=folder the pictures of docs/pictures are made on the way.
"""

from __future__ import annotations

import http.client
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visitor

Visit = Callable[..., Visitor]
DILEMMA = "de-brief-op-de-mat"
EXERCISE = "Dit is een oefening, geen besluit en geen stemming van de raad."
PICTURES = os.environ.get("WEERBAAR_PICTURES")


class PlainPhone:
    """A phone whose browser runs no script: it refreshes by hand."""

    def __init__(self, site: Site, code: str) -> None:
        self.host = urlsplit(site.address).netloc
        self.code = code
        self.cookie = ""
        self.page = ""

    def _send(self, method: str, path: str, **values: str) -> None:
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(self.host, timeout=30)
        connection.request(method, path, urlencode(values) if values else None, headers)
        answer = connection.getresponse()
        self.page = answer.read().decode()
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie).split(";")[0]
        connection.close()
        assert answer.status in {200, 303}, (path, answer.status)
        if answer.status == 303:
            self._send("GET", answer.getheader("Location") or "")

    def join(self) -> None:
        self._send("POST", f"/m/{self.code}/meedoen", ja="1")

    def look(self) -> str:
        self._send("GET", f"/m/{self.code}")
        return self.page

    def vote(self, choice: int) -> None:
        found = re.search(r'name="ronde" value="([^"]+)"', self.look())
        assert found, "the vote is open"
        turn = re.findall(r'name="beurt" value="(\d+)"', self.page)[0]
        self._send(
            "POST", f"/m/{self.code}/stem", ronde=found.group(1), keuze=str(choice), beurt=turn
        )
        assert "data-in>" in self.page, "it says that the vote is in"


def picture(page: Page, name: str) -> None:
    """Keeps a picture for the docs, when asked."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.mark.heavy
def test_a_council_evening(visit: Visit, site: Site) -> None:
    desk, screen, phone = visit(), visit(), visit(width=320)
    page = desk.sign_in("fatma@merendijk.example")
    page.get_by_role("link", name="Bijeenkomsten leiden").click()
    desk.examine()
    page.get_by_role("link", name="Speel een dilemma met een groep").click()
    desk.examine()
    page.get_by_role("link", name="De brief op de mat").click()
    desk.examine()
    page.get_by_label("Voor welk onderdeel?").select_option(label="Gemeenteraad (raad)")
    expect(page.get_by_label("Er doen raadsleden mee")).to_be_checked()
    second = page.get_by_role("group", name=re.compile("twee keer"))
    second.get_by_label("De stemming").uncheck()
    second.get_by_label("De mat").check()
    page.get_by_role("button", name="Open de wachtkamer").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("Nu: wachtkamer")
    desk.examine()

    link = page.get_by_role("link", name="Open het scherm voor de zaal")
    address = link.get_attribute("href")
    assert address
    code = address.split("/")[2]
    beamer = screen.open(address)
    expect(beamer.get_by_role("img", name="QR-code")).to_be_visible()
    screen.examine()

    mine = phone.open("/m")
    phone.examine()
    mine.get_by_label("Code").fill(f"{code[:3]} {code[3:].lower()}")
    mine.get_by_role("button", name="Verder").click()
    expect(mine.get_by_text(EXERCISE)).to_be_visible()
    phone.examine()
    mine.get_by_role("button", name="Doe mee").click()
    expect(mine.get_by_text("De gespreksleider begint zo")).to_be_visible()
    phone.examine()
    plain = [PlainPhone(site, code) for _ in range(27)]
    for other in plain:
        other.join()
    expect(beamer.get_by_text("28 toestellen doen mee")).to_be_visible()
    picture(beamer, "room-lobby-1280")

    page.get_by_role("button", name="Begin").click()
    for shown in (beamer, mine):
        expect(shown.get_by_role("heading", level=1)).to_have_text("De mat")
        expect(shown.get_by_text(EXERCISE)).to_be_visible()
    expect(mine.get_by_role("heading", level=1)).to_be_focused()
    expect(mine.locator("[data-live]")).to_have_text("Er is een nieuwe scène.")
    for visitor in (desk, screen, phone):
        visitor.examine()
    picture(beamer, "room-scene-1280")

    page.get_by_role("button", name="Open de stemming").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Stem: wat doe je?")
    phone.examine()
    mine.get_by_role("button", name="Stem", exact=True).click()
    expect(mine.get_by_role("alert").first).to_contain_text("Kies eerst wat je doet")
    phone.errors.clear()  # the browser told of the status 422
    phone.examine()
    mine.get_by_label("Je belt Karim").check()
    picture(mine, "room-vote-320")
    mine.context.set_offline(True)
    mine.get_by_role("button", name="Stem", exact=True).click()
    expect(mine.get_by_text("Je stem is niet verstuurd")).to_be_visible()
    expect(mine.get_by_label("Je belt Karim")).to_be_checked()
    mine.context.set_offline(False)
    phone.errors.clear()  # the browser told that it was offline
    mine.get_by_role("button", name="Stem", exact=True).click()
    expect(mine.get_by_text("Je stem is binnen").first).to_be_visible()
    for number, other in enumerate(plain):
        other.vote(number % 3)
    expect(beamer.get_by_text("28 van 28 stemden")).to_be_visible()
    expect(page.get_by_text("28 van 28 stemden")).to_be_visible()
    screen.examine()
    desk.examine()
    mine.reload()
    expect(mine.get_by_label("Je belt Karim")).to_be_checked()

    page.get_by_role("button", name="Sluit de stemming").click()
    for shown in (beamer, mine):
        expect(shown.get_by_role("heading", level=1)).to_have_text("De stemming is gesloten")
        expect(shown.get_by_text("Wie bel jij als eerste op zondagochtend?")).to_be_visible()
    expect(mine.locator("[data-live]")).to_have_text("De stemming is dicht.")
    expect(mine.get_by_role("heading", level=1)).to_be_focused()
    phone.examine()
    page.get_by_role("button", name="Toon de uitkomst").click()
    expect(beamer.get_by_text("een deel").first).to_be_visible()
    expect(mine.locator("[data-live]")).to_have_text("De uitkomst staat op het scherm.")
    for visitor in (desk, screen, phone):
        visitor.examine()
    picture(page, "room-desk-1280")

    page.get_by_role("button", name="Praat er samen over").click()
    page.get_by_role("button", name="Open de tweede ronde").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Stem nog een keer: wat doe je nu?")
    late = PlainPhone(site, code)
    late.join()
    for other in [*plain, late]:
        other.vote(2)
    mine.get_by_label("Je belt Karim").check()
    mine.get_by_role("button", name="Stem", exact=True).click()
    expect(beamer.get_by_text("29 van 29 stemden")).to_be_visible()
    page.get_by_role("button", name="Sluit de stemming").click()
    page.get_by_role("button", name="Toon de uitkomst").click()
    expect(beamer.get_by_text("bijna iedereen").first).to_be_visible()
    expect(beamer.get_by_role("heading", name="Eerste ronde")).to_be_visible()
    screen.examine()
    picture(beamer, "room-figures-1280")

    page.get_by_label("Of typ zelf een wat als").fill("Wat als de brief bij je collega lag?")
    page.get_by_role("button", name="Stem over mijn wat als").click()
    expect(mine.get_by_text("Wat als de brief bij je collega lag?").first).to_be_visible()
    for other in plain:
        other.vote(0)
    page.get_by_role("button", name="Sluit de stemming").click()
    page.get_by_role("button", name="Toon de uitkomst").click()
    expect(beamer.get_by_role("heading", name="Wat als")).to_be_visible()

    page.get_by_role("button", name="Kies pad C").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Bij Karim")
    page.get_by_role("button", name="Eén stap terug").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("De uitkomst")
    page.get_by_role("button", name="Kies pad C").click()
    page.get_by_role("button", name="Pauze").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Pauze")
    phone.examine()
    page.get_by_role("button", name="Ga verder na de pauze").click()
    for _ in range(12):  # the rest of the path, whatever it asks
        if page.get_by_role("button", name="Naar de nabespreking").count():
            break
        for name in ("Open de stemming", "Sluit de stemming", "Toon de uitkomst", "Kies pad A"):
            button = page.get_by_role("button", name=name)
            if button.count():
                button.first.click()
                break
    expect(page.get_by_role("heading", level=2).first).to_have_text("Nu: afloop")
    ending = page.locator("#zaal").inner_text().removeprefix("Dit ziet de zaal: ")
    for shown in (beamer, mine):  # axe looks at a page that stands still
        expect(shown.get_by_role("heading", level=1)).to_have_text(ending)
    for visitor in (desk, screen, phone):
        visitor.examine()
    page.get_by_role("button", name="Naar de nabespreking").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Nabespreking")
    phone.examine()
    page.get_by_role("button", name="Naar het einde").click()
    for shown in (beamer, mine):
        expect(shown.get_by_role("heading", level=1)).to_have_text("Dank je wel")
    expect(mine.get_by_text("Jullie pad")).to_be_visible()
    for visitor in (desk, screen, phone):
        visitor.examine()
    assert EXERCISE in plain[0].look()
    page.get_by_role("button", name="Sluit af").click()
    expect(page.get_by_text("De stemmen en de uitkomsten zijn gewist.")).to_be_visible()
    expect(
        mine.get_by_text("De bijeenkomst is voorbij. Je kunt deze pagina sluiten.")
    ).to_be_visible()
    for visitor in (screen, phone):
        assert all("404" in error for error in visitor.errors)


def test_without_script_a_phone_refreshes_by_its_button(visit: Visit, site: Site) -> None:
    desk, phone = visit(), visit(width=320, script=False)
    page = desk.sign_in("fatma@merendijk.example")
    page = desk.open(f"/bijeenkomsten/dilemma/{DILEMMA}")
    page.get_by_label("Kort: één scène").check()
    page.get_by_role("button", name="Open de wachtkamer").click()
    address = page.get_by_role("link", name="Open het scherm voor de zaal").get_attribute("href")
    assert address
    mine = phone.open(address.removesuffix("/scherm"))
    mine.get_by_role("button", name="Doe mee").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Open de stemming").click()
    mine.get_by_role("link", name="Ververs").click()
    mine.get_by_label("Je laat de brief eerst").check()
    mine.get_by_role("button", name="Stem", exact=True).click()
    expect(mine.get_by_text("Je stem is binnen")).to_be_visible()
    expect(mine.get_by_label("Je laat de brief eerst")).to_be_checked()

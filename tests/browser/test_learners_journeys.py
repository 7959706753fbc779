"""Anna, Rachid and a resident do what they came for, by keyboard alone and without script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import walking
from tests.browser.conftest import Visitor
from training.content.classes import Library, Question, QuestionKind
from training.content.explore import routes
from training.learning.rules import signals_of

Visit = Callable[..., Visitor]
MOST_TABS = 120


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until `wanted` has the focus, which must be seen; it must be reached."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            outline = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle === 'none' ? 0 : parseFloat(s.outlineWidth) })()"
            )
            assert outline >= 2, f"the focus on {wanted} cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by keyboard")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    """Goes to `wanted` and presses a key; with Enter, waits for the page that follows."""
    tab_to(page, wanted)
    if key != "Enter":
        page.keyboard.press(key)
        return
    with page.expect_navigation():
        page.keyboard.press(key)


def answer_by_keyboard(page: Page, question: Question) -> None:
    """Answers one question right, with Tab, Space, arrows and Enter only."""
    block = page.locator(f'[id="{question.id}"]')
    if question.kind is QuestionKind.ONE:
        radios = block.locator('input[name$="antwoord"]')
        right = question.answer(question.right[0])
        assert right
        wanted = block.get_by_label(right.rich.text.strip(), exact=True)
        tab_to(page, radios.first)
        page.keyboard.press("Space")
        for _ in range(radios.count()):
            if wanted.is_checked():
                break
            page.keyboard.press("ArrowDown")
        expect(wanted).to_be_checked()
    else:
        for place, answer_id in enumerate(question.right, 1):
            found = question.answer(answer_id)
            assert found
            field = block.get_by_label(found.rich.text.strip(), exact=True)
            focus_within(page, block, field)
            page.keyboard.press("Space") if question.kind is QuestionKind.SEVERAL else (
                page.keyboard.type(str(place))
            )
    press(page, block.get_by_role("button"))
    expect(block.get_by_text("Goed.", exact=True)).to_be_visible()


def focus_within(page: Page, block: Locator, wanted: Locator) -> None:
    """Tab, or back with Shift, to a field of the same question."""
    if wanted.evaluate("one => one === document.activeElement"):
        return
    for key in ("Tab", "Shift+Tab"):
        for _ in range(MOST_TABS):
            page.keyboard.press(key)
            if wanted.evaluate("one => one === document.activeElement"):
                return
            inside = block.evaluate("one => one.contains(document.activeElement)")
            if not inside and key == "Tab" and _ > block.locator("input,button,a").count():
                break
    raise AssertionError("not reached")


def test_anna_takes_a_section_by_keyboard_alone(visit: Visit, library: Library) -> None:
    module = library.modules["drugshandel-herkennen"]
    anna = visit()
    page = anna.sign_in("anna@lindenveld.example")
    anna.open(f"/modules/{module.id}")
    press(page, page.get_by_role("button", name="Begin"))
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    for section in module.sections[:2]:
        expect(page.get_by_role("heading", level=1)).to_have_text(section.title)
        for exercise in signals_of(section):
            block = page.locator(f'[id="{exercise.id}"]')
            press(page, block.get_by_role("checkbox").first, "Space")
            press(page, block.get_by_role("button"))
            expect(block).to_contain_text("Wat er te zien was")
            press(page, block.get_by_role("radio").first, "Space")
            press(page, block.get_by_role("button"))
            expect(block).to_contain_text("Jij koos: ik meld dit")
        for question in section.questions:
            answer_by_keyboard(page, question)
        press(page, page.get_by_role("button", name="Verder", exact=True))
    expect(page.get_by_text("Onderdeel 3 van")).to_be_visible()
    anna.examine()


def test_rachid_plays_a_dilemma_by_keyboard_alone(visit: Visit, library: Library) -> None:
    dilemma = library.dilemmas["het-bouwplan-van-je-broer"]
    rachid = visit()
    page = rachid.sign_in("rachid@lindenveld.example")
    rachid.open(f"/dilemmas/{dilemma.id}")
    press(page, page.get_by_role("button", name="Begin"))
    while page.get_by_role("button", name="Dit doe ik").count():
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        press(page, page.locator('input[name="choice"]').first, "Space")
        press(page, page.get_by_role("button", name="Dit doe ik"))
    expect(page.get_by_role("heading", name="Jouw pad")).to_be_visible()
    rachid.examine()
    thoughts = page.get_by_label("Jouw gedachten")
    tab_to(page, thoughts)
    page.keyboard.type("Ik twijfelde bij het appje.")
    before = page.url
    press(page, page.get_by_role("button", name="Speel opnieuw vanaf hier").first)
    expect(page.get_by_role("button", name="Dit doe ik")).to_be_visible()
    assert page.url == before, "no scene in any address"


def test_what_rachid_writes_never_leaves_his_browser(visit: Visit, library: Library) -> None:
    dilemma = library.dilemmas["het-bouwplan-van-je-broer"]
    rachid = visit()
    page = rachid.sign_in("rachid@zandrijk.example")
    rachid.open(f"/dilemmas/{dilemma.id}")
    page.get_by_role("button", name="Begin").click()
    route = min((r for e, r in routes(dilemma).items() if dilemma.scenes[e].is_ending), key=len)
    walking.take_route(page, dilemma, route)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.get_by_label("Jouw gedachten").fill("geheime gedachte")
    assert (
        page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    )
    page.emulate_media(media="print")
    expect(page.locator(".weerbaar-reflection__text")).to_have_text("geheime gedachte")
    expect(page.locator(".weerbaar-reflection__text")).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Speel opnieuw", exact=True).click()
    assert not any("gedachte" in one for one in sent)


def test_a_resident_gets_a_certificate_by_keyboard_alone(visit: Visit, library: Library) -> None:
    module = library.modules["signalen-in-de-buurt"]
    somebody = visit(width=320)
    page = somebody.open("/openbaar")
    press(page, page.get_by_role("link", name=module.title))
    somebody.examine()
    for section in module.sections:
        for exercise in signals_of(section):
            block = page.locator(f'[id="{exercise.id}"]')
            press(page, block.get_by_role("checkbox").first, "Space")
            press(page, block.get_by_role("button"))
            press(page, block.get_by_role("radio").first, "Space")
            press(page, block.get_by_role("button"))
            expect(block).to_contain_text("Jij koos: ik meld dit")
        for question in section.questions:
            answer_by_keyboard(page, question)
    press(page, page.get_by_role("button", name="Maak mijn bewijs"))
    expect(page.get_by_role("heading", name="Bewijs van deelname")).to_be_visible()
    somebody.examine()
    tab_to(page, page.get_by_label("Je naam"))
    page.keyboard.type("Mies de Boer")
    expect(page.locator("[data-shown-name]")).to_have_text("Mies de Boer")
    assert somebody.context.cookies() == []
    assert "Mies" not in page.url


def test_a_resident_does_the_same_without_script(visit: Visit, library: Library) -> None:
    module = library.modules["signalen-in-de-buurt"]
    somebody = visit(script=False)
    page = somebody.open(f"/openbaar/{module.id}")
    for section in module.sections:
        for exercise in signals_of(section):
            block = page.locator(f'[id="{exercise.id}"]')
            block.get_by_role("checkbox").first.check()
            block.get_by_role("button").click()
            block.get_by_label("Ik meld dit").check()
            block.get_by_role("button").click()
        for question in section.questions:
            walking.answer(page, question)
    page.get_by_role("button", name="Maak mijn bewijs").click()
    expect(page.get_by_role("heading", name="Bewijs van deelname")).to_be_visible()
    expect(page.get_by_label("Je naam")).to_be_hidden()
    assert somebody.context.cookies() == []


def test_anna_begins_with_the_questions_without_script(visit: Visit, library: Library) -> None:
    module = library.modules["bij-wie-meld-ik-wat"]
    anna = visit(script=False, width=320)
    page = anna.sign_in("anna@zandrijk.example")
    anna.open(f"/modules/{module.id}")
    page.get_by_role("button", name="Start met de vragen").click()
    expect(page.get_by_text("Wat je goed hebt, hoef je niet te lezen.")).to_be_visible()
    for _ in range(len(module.sections)):
        title = page.get_by_role("heading", level=1).inner_text()
        section = next(s for s in module.sections if s.title == title)
        for exercise in signals_of(section):
            block = page.locator(f'[id="{exercise.id}"]')
            block.get_by_role("checkbox").first.check()
            block.get_by_role("button").click()
            block.get_by_label("Ik meld dit").check()
            block.get_by_role("button").click()
        for question in section.questions:
            page.locator(f'[id="{question.id}-zeker-ja"]').check()
            walking.answer(page, question)
        page.get_by_role("button", name="Verder", exact=True).or_(
            page.get_by_role("button", name="Naar afronden", exact=True)
        ).click()
    expect(page.get_by_role("heading", name="Jouw trap")).to_be_visible()
    expect(page.get_by_text("hier sta jij het vaakst")).to_be_visible()
    page.get_by_role("button", name="Rond de module af").click()
    expect(page.get_by_text("Je bewijs is opgeslagen")).to_be_visible()


def test_a_part_of_the_picture_can_be_touched_and_pointed_at(
    visit: Visit, library: Library
) -> None:
    module = library.modules["drugshandel-herkennen"]
    vera = visit()
    page = vera.sign_in("vera@merendijk.example")
    vera.open(f"/modules/{module.id}")
    page.get_by_role("button", name=re.compile("^(Begin|Ga verder|Nog een keer)")).click()
    section = next(s for s in module.sections if signals_of(s))
    vera.open(f"/modules/{module.id}/{section.id}")
    exercise = signals_of(section)[0]
    box = page.locator(f'[id="{exercise.id}"] input[data-place]').first
    part = page.locator(f'[id="{box.get_attribute("data-place")}"]')
    part.locator("> *").first.click(force=True)
    expect(box).to_be_checked()
    box.uncheck()
    page.get_by_role("link", name="wijs aan").first.click()
    assert part.evaluate("one => one.matches(':target')")
    vera.examine()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_looking_around_are_whole(visit: Visit, library: Library, width: int) -> None:
    somebody = visit(width=width)
    public = library.public_dilemmas[0]
    for path in ("/openbaar?zoek=loods", "/openbaar?zoek=xyzzyq", "/thema/mensenhandel",
                 f"/openbaar/dilemmas/{public.id}"):  # fmt: skip
        somebody.open(path)
        somebody.examine()
    page = somebody.page
    with page.expect_navigation():
        page.get_by_role("button", name="Begin").click()
    while page.get_by_role("button", name="Dit doe ik").count():
        somebody.examine()
        page.locator('input[name="choice"]').last.check()
        with page.expect_navigation():
            page.get_by_role("button", name="Dit doe ik").click()
    somebody.examine()
    assert somebody.context.cookies() == []
    vera = visit(width=width)
    vera.sign_in("vera@broekdal.example")
    for path in ("/leren?zoek=vergunningen", "/leren?zoek=xyzzyq", "/leren?stand=OPEN",
                 "/modules/drugshandel-herkennen/lezen", "/niveautoets"):  # fmt: skip
        vera.open(path)
        vera.examine()

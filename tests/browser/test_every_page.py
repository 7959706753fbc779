"""Every page that has an address of its own is whole: wide and narrow, dark, large and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser.conftest import ROOT, Site, Visitor
from tests.house.test_doors import PEOPLE, TABLE, key_of
from training.app import create_app
from training.settings import Settings

Visit = Callable[..., Visitor]
LEARNS = "vera"  # also where everybody may come: she has no role
WIDTHS = (320, 1280)
MOST_STOPS = 400  # of the tab key on one page
HIGHEST = 2400  # pixels of a picture

MISSING = "/bestaat-niet"  # the page that says that there is no such page

# What is no page to look at: it sends one elsewhere, signs out, or is a file.
OTHER = frozenset({"home.show_start", "identity.show_link_sent"})
BESIDES = (  # pages about something, which the map of addresses cannot name
    ("anna", "/modules/drugshandel-herkennen"),
    ("anna", "/taken/module/drugshandel-herkennen"),
    ("rachid", "/dilemmas/het-bouwplan-van-je-broer"),
    ("rachid", "/dilemmas/het-bouwplan-van-je-broer/kaart"),
    ("", "/openbaar/signalen-op-het-bedrijventerrein"),
    ("", MISSING),
)

FOCUS = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const labelled = one.labels && one.labels[0] ? getComputedStyle(one.labels[0]) : style;
  return {
    what: one.outerHTML.slice(0, 120),
    mark: one.id + '|' + one.tagName + '|' + Math.round(box.x + scrollX) + '|' + Math.round(box.y + scrollY),
    outline: Math.max(
      style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
      labelled.outlineStyle === 'none' ? 0 : parseFloat(labelled.outlineWidth)),
    seen: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
  };
}"""


# What cannot be seen on the black canvas of forced colours: controls without a line, words and
# shapes in a picture that are as dark as the canvas (a number in a filled circle is meant to be),
# and a current place that looks like the others.
UNSEEN = """() => {
  const light = (colour) => {
    const [r, g, b, a = 1] = (colour.match(/[\\d.]+/g) ?? []).map(Number);
    if (colour === 'none' || r === undefined || a < 0.3) return 0;
    const part = (c) => (c / 255) <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const seen = (one) => one.checkVisibility() && one.getBoundingClientRect().width > 1;
  const tell = (why, one) => why + ': ' + one.outerHTML.slice(0, 120);
  const found = [];
  for (const one of document.querySelectorAll('input:not([type=hidden]), select, textarea, button, .utrecht-button')) {
    const style = getComputedStyle(one);
    const line = style.borderTopStyle !== 'none' && light(style.borderTopColor) > 0.1;
    if (seen(one) && !line && style.appearance === 'none') found.push(tell('no line', one));
  }
  for (const one of document.querySelectorAll('main svg text:not(.weerbaar-map__number)'))
    if (seen(one) && light(getComputedStyle(one).fill) < 0.175) found.push(tell('dark word', one));
  for (const one of document.querySelectorAll('main svg :is(rect, circle, path, line, polyline, polygon)')) {
    const style = getComputedStyle(one);
    const dark = light(style.fill) < 0.1 && light(style.stroke) < 0.1;
    const meant = style.fill !== 'none' || style.stroke !== 'none';
    if (seen(one) && dark && meant && !one.closest('clipPath, mask, defs')) found.push(tell('dark shape', one));
  }
  const look = (one) => {
    const style = getComputedStyle(one);
    return [style.borderTopColor, style.borderBottomColor, style.borderTopWidth, style.fontWeight, style.textDecorationLine].join();
  };
  for (const one of document.querySelectorAll('nav a[aria-current]')) {
    const others = [...one.closest('nav').querySelectorAll('a:not([aria-current])')];
    if (others.length && others.every(other => look(other) === look(one))) found.push(tell('like the others', one));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def app(site: Site) -> Iterator[Flask]:
    """The map of addresses, made as the server makes it."""
    made = create_app(
        Settings(data_dir=site.folder, database_url=site.environment["DATABASE_URL"],
                 content_dir=ROOT / "content", secret_key=site.environment["SECRET_KEY"])
    )  # fmt: skip
    yield made
    made.extensions["database"].dispose()


def pages(app: Flask) -> dict[str, list[str]]:
    """For each person the addresses to visit; the empty name is somebody without an account."""
    found: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.arguments or rule.endpoint in OTHER:
            continue
        allowed = TABLE[key_of(rule.endpoint, app)]
        who = "" if allowed is None else next(p for p in (LEARNS, *PEOPLE) if p in allowed)
        found.setdefault(who, []).append(rule.rule)
    for who, path in BESIDES:
        found.setdefault(who, []).append(path)
    return found


def everywhere(visit: Visit, app: Flask, width: int, **media: Any) -> Iterator[tuple[Visitor, str]]:
    """A visitor at each page in turn; what is no HTML is passed by."""
    for who, paths in pages(app).items():
        somebody = visit(width=width)
        somebody.page.emulate_media(**media)
        if who:
            domain = "beekdal" if who == "carlijn" else "merendijk"
            somebody.sign_in(f"{who}@{domain}.example")
        for path in paths:
            somebody.errors.clear()
            answer = somebody.page.request.get(somebody.site.address + path)
            is_page = "text/html" in answer.headers.get("content-type", "")
            if not is_page or (answer.status >= 400 and path != MISSING):
                continue
            somebody.open(path)
            if path == MISSING:
                somebody.errors.clear()  # Chromium itself notes an answer of 404
            yield somebody, path


def picture_of(path: str, width: int) -> str:
    """The name of a picture of a page."""
    return f"{re.sub(r'[^a-z0-9]+', '-', path.strip('/')) or 'begin'}-{width}.jpg"


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_whole_and_has_a_picture(
    visit: Visit, app: Flask, width: int, request: pytest.FixtureRequest
) -> None:
    renew = request.config.getoption("--renew-pictures")
    folder = ROOT / "docs" / "pictures" if renew else ROOT / "build" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    lacking = []
    for somebody, path in everywhere(visit, app, width):
        somebody.examine()
        name = picture_of(path, width)
        keep_picture(somebody.page, folder / name, width)
        if not (ROOT / "docs" / "pictures" / name).exists():
            lacking.append(name)
    assert not lacking, f"renew with pytest --browser --renew-pictures: {lacking}"


def keep_picture(page: Page, path: Path, width: int) -> None:
    high = min(page.evaluate("document.documentElement.scrollHeight"), HIGHEST)
    page.screenshot(
        path=path,
        type="jpeg",
        quality=55,
        full_page=True,
        clip={"x": 0, "y": 0, "width": width, "height": high},
    )


@pytest.mark.heavy
def test_every_page_can_be_read_in_the_dark(visit: Visit, app: Flask) -> None:
    for somebody, _path in everywhere(visit, app, 1280, color_scheme="dark"):
        somebody.examine()


@pytest.mark.heavy
def test_every_page_can_be_used_in_forced_colours(visit: Visit, app: Flask) -> None:
    """A contrast theme of the system: its colours only, on black."""
    wrong = []
    media = {"color_scheme": "dark", "forced_colors": "active"}
    for somebody, path in everywhere(visit, app, 1280, **media):
        wrong += [f"{path}: {what}" for what in somebody.page.evaluate(UNSEEN)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.heavy
def test_text_of_twice_the_size_fits(visit: Visit, app: Flask) -> None:
    """WCAG 1.4.4: with text at 200 % nothing is cut off and no page scrolls sideways."""
    wide = []
    for somebody, path in everywhere(visit, app, 1280):
        somebody.page.evaluate("document.documentElement.style.fontSize = '200%'")
        over = somebody.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        if over > 0:
            wide.append(f"{path}: {over} pixels")
    assert not wide


@pytest.mark.heavy
def test_the_keyboard_reaches_everything_and_the_focus_is_seen(visit: Visit, app: Flask) -> None:
    """WCAG 2.1.1, 2.1.2, 2.4.7, 2.4.11: no trap, an outline of two pixels, nothing hidden."""
    wrong = []
    for somebody, path in everywhere(visit, app, 1280):
        page, visited, last = somebody.page, set(), None
        for _stop in range(MOST_STOPS):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            if focus is not None and focus["mark"] == last:
                continue  # a date has a stop for each part and for its calendar
            if focus is None or focus["mark"] in visited:
                break
            last = focus["mark"]
            visited.add(last)
            if focus["outline"] < 2:
                wrong.append(f"{path}: no outline on {focus['what']}")
            if not focus["seen"]:
                wrong.append(f"{path}: out of sight {focus['what']}")
        else:
            wrong.append(f"{path}: the tab key never gets round")
        if not any(mark.split("|")[1] == "A" for mark in visited):
            wrong.append(f"{path}: no link was reached")
    assert not wrong, "\n".join(wrong)

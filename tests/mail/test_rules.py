"""When mail is tried again, and how it is written."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from html.parser import HTMLParser

import pytest

from training.mail import rules
from training.mail.rules import MailKind

NOON = dt.datetime(2026, 11, 2, 11, tzinfo=dt.UTC)
TEXT = """Dag Anna <de> Vries,

Log in met deze link:
https://weerbaar.example/inloggen/link/abc

- De link werkt 30 minuten.
- Kijk op https://weerbaar.example/hulp. Of bel.

Groet,
Weerbaar"""


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (40, 60)])
def test_the_wait_grows_to_an_hour(attempts: int, minutes: int) -> None:
    assert rules.next_attempt_at(NOON, attempts) == NOON + dt.timedelta(minutes=minutes)


def test_sign_in_mail_goes_before_all_else() -> None:
    order = sorted(MailKind, key=rules.priority)
    assert set(order[:4]) == rules.FOR_SIGNING_IN


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("anna@merendijk.example", True),
        ("o'brien+x@merendijk.example", True),
        ("anna", False),
        ("", False),
        ("anna@x.example\nBcc: all@x.example", False),
        ("anna@x.example, vera@x.example", False),
        ("Anna <anna@x.example>", False),
        ("a" * 250 + "@x.example", False),
    ],
)
def test_mail_only_goes_to_one_plain_address(text: str, good: bool) -> None:
    assert rules.is_address(text) is good


class Outline(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value]


def test_the_html_says_what_the_text_says() -> None:
    outline = Outline(rules.html_page("Inloggen", rules.html_of(TEXT)))
    assert outline.links == [
        "https://weerbaar.example/inloggen/link/abc",
        "https://weerbaar.example/hulp",
    ]
    assert outline.tags.count("li") == 2
    assert "de" not in outline.tags
    assert "Anna &lt;de&gt; Vries" in rules.html_of(TEXT)


def test_the_html_can_be_read_by_all_and_loads_nothing() -> None:
    page = rules.html_page("Er staat <iets> klaar", rules.html_of(TEXT))
    assert '<html lang="nl">' in page
    assert "<title>Er staat &lt;iets&gt; klaar</title>" in page
    outline = Outline(page)
    assert outline.tags.count("h1") == 1
    assert not {"img", "script", "link", "style", "iframe"} & set(outline.tags)
    assert "url(" not in page


def contrast(one: str, other: str) -> float:
    """The contrast of two colours. Source: WCAG 2.2, relative luminance."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_letters_stand_out() -> None:
    colours = {
        colour
        for style in rules.STYLES.values()
        for colour in re.findall(r"(?<![-\w])color:(#[0-9a-f]{6})", style)
    }
    assert len(colours) == 3
    assert all(contrast(colour, "#ffffff") >= 7 for colour in colours)


def test_what_was_markdown_reads_well_as_text() -> None:
    body = (
        "<p>Dag.</p>\n<p>Kies <strong>één</strong> vraag:</p>\n<ol>\n<li>Wie?</li>\n<li>Wat?</li>\n"
        '</ol>\n<ul>\n<li>a &amp; b</li>\n</ul>\n<p>Zie <a href="https://x.example/a">hier</a>.</p>'
    )
    assert rules.text_of(body) == (
        "Dag.\n\nKies één vraag:\n\n1. Wie?\n2. Wat?\n\n- a & b\n\nZie hier (https://x.example/a)."
    )


def test_a_mail_is_the_same_each_time_and_tells_what_it_is() -> None:
    key = uuid.uuid4()

    def composed() -> bytes:
        mail = rules.compose(
            key, "Weerbaar <w@weerbaar.example>", "anna@x.example", "Eén", TEXT, NOON
        )
        mail.set_boundary("same")
        return mail.as_bytes()

    assert composed() == composed()
    assert f"Message-ID: <{key}@weerbaar.example>".encode() in composed()
    assert b"Auto-Submitted: auto-generated" in composed()

"""When mail is tried again, and how it is written."""

from __future__ import annotations

import datetime as dt
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
    outline = Outline(rules.html_of("Inloggen", TEXT))
    assert outline.links == [
        "https://weerbaar.example/inloggen/link/abc",
        "https://weerbaar.example/hulp",
    ]
    assert outline.tags.count("li") == 2
    assert "de" not in outline.tags
    assert '<html lang="nl">' in rules.html_of("Inloggen", TEXT)
    assert "Anna &lt;de&gt; Vries" in rules.html_of("Inloggen", TEXT)


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

"""What the pages say themselves reads at B1: the check of the content, over the templates."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from training.content.reading import LONGEST_SENTENCE, Sentence, measure, sentences_in

ROOT = Path(__file__).parents[2] / "training"
PAGES = sorted(path for path in ROOT.rglob("templates/**/*.html"))
LEARNER = ("learning", "dilemmas", "home", "assignments")
FEWEST = 60  # words; in fewer, one long name is already four per cent


def sentences_of(path: Path) -> list[Sentence]:
    """The sentences that stand in a template: text between tags, without what is filled in."""
    text = path.read_text("utf-8")
    text = re.sub(r"\{#.*?#\}", " ", text, flags=re.S)
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", text, flags=re.S)
    text = re.sub(r"<[a-z][^<]*?>", lambda tag: re.sub(r"\{%.*?%\}", " ", tag[0]), text)
    text = re.sub(r"\{%.*?%\}", "\n", text, flags=re.S)
    text = re.sub(r"\{\{.*?\}\}", "Dit", text, flags=re.S)
    blocks = re.split(
        r"</?(?:p|li|h\d|dt|dd|td|th|div|section|label|legend|summary|figcaption|button|ul|ol|tr)\b[^>]*>|\n",
        text,
    )
    plain = (html.unescape(re.sub(r"<[^>]*>", "", block)).strip() for block in blocks)
    return [one for block in plain if block.count(" ") >= 2 for one in sentences_in(block)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_of_a_page_is_too_long(path: Path) -> None:
    long = [one.text for one in sentences_of(path) if len(one.words) > LONGEST_SENTENCE]
    assert not long, f"write these shorter, or as two: {long}"


@pytest.mark.parametrize("room", LEARNER)
def test_the_pages_of_a_learner_read_at_b1(room: str) -> None:
    every = [one for path in PAGES if f"/{room}/" in str(path) for one in sentences_of(path)]
    reading = measure(every)
    assert reading.words > FEWEST
    assert reading.level == "B1", "; ".join(reading.too_hard)


def test_all_pages_together_read_at_b1() -> None:
    reading = measure(one for path in PAGES for one in sentences_of(path))
    assert reading.level == "B1", "; ".join(reading.too_hard)


def test_officialese_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<p>Ingevolge de vigerende regelgeving wordt de dienaangaande verstrekte informatie door "
        "de desbetreffende functionaris terstond in behandeling genomen.</p>"
    )
    assert measure(sentences_of(page)).too_hard

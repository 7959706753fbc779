"""Words find content: stems, accents, parts of words, ranking; and never which answer is right."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.content.classes import ContentKind, Library, Module
from training.content.search import Index, index_of, stem_of


@pytest.fixture(scope="module")
def index(library: Library) -> Index:
    return index_of(library)


def test_the_index_is_made_once_for_a_library(library: Library) -> None:
    assert index_of(library) is index_of(library)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vergunningen", "vergunning"),
        ("Vergunning", "VERGUNNINGEN"),
        ("café", "cafe"),
        ("meldingen", "melding"),
        ("geïntimideerd", "geintimideerd"),
    ],
)
def test_forms_of_one_word_find_the_same(index: Index, one: str, other: str) -> None:
    found = index.search(one)
    assert found
    assert found == index.search(other)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("bibob", "bibob-en-vastgoed"),
        ("contant geld", "contant-geld-aan-de-balie"),
        ("drugshandel", "drugshandel-herkennen"),
        ("mensenhandel zorg", "mensenhandel-in-toezicht-en-zorg"),
        ("donateur", "de-donateur-met-een-loods"),
    ],
)
def test_what_it_is_about_comes_first(index: Index, query: str, first: str) -> None:
    assert index.search(query)[0][1] == first


def test_a_part_of_a_word_is_found_after_the_word_itself(index: Index) -> None:
    """`vergunningverlener` holds `vergunning`; a word of three letters finds only itself."""
    assert "omgevingsvergunning" not in {"vergunning"}
    parts = index.alike(stem_of("vergunning"))
    assert any(stem != "vergunning" and share < 1 for stem, share in parts.items())
    assert set(index.alike("wet")) <= {"wet"}


@pytest.mark.parametrize("query", ["", "   ", "de het een", "xyzzyq", "?!<>"])
def test_what_says_nothing_finds_nothing(index: Index, query: str) -> None:
    assert index.search(query) == []


def test_more_words_find_what_holds_them_all(index: Index) -> None:
    both = set(index.search("loods huurder"))
    assert both <= set(index.search("loods")) & set(index.search("huurder"))


def test_a_search_can_be_limited(index: Index, library: Library) -> None:
    public = {(ContentKind.MODULE, m.id) for m in library.public_modules}
    found = index.search("melden", public)
    assert found
    assert set(found) <= public


def test_no_search_tells_which_answer_is_right(index: Index, library: Library) -> None:
    """Feedback is not in the index, and no snippet comes from a scene."""
    for module in library.modules.values():
        texts = index.texts[ContentKind.MODULE, module.id]
        whole = " ".join(text.words for text in texts)
        for question in module.questions:
            for answer in question.answers:
                assert not answer.feedback or answer.feedback.text not in whole
    for dilemma in library.dilemmas.values():
        shown = " ".join(t.words for t in index.texts[ContentKind.DILEMMA, dilemma.id] if t.shown)
        for scene in dilemma.scenes.values():
            for choice in scene.choices:
                assert choice.rich.text not in shown


def test_the_snippet_marks_what_was_found(index: Index) -> None:
    key = index.search("hennep")[0]
    assert "<mark>" in index.hits([key], "hennep")[0].snippet


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_an_answer(query: str) -> None:
    found = TINY.search(query)
    for snippet in (hit.snippet for hit in TINY.hits(found, query)):
        assert str(snippet).count("<mark>") == str(snippet).count("</mark>")
        assert "<b>" not in snippet


def test_text_is_escaped_in_a_snippet() -> None:
    key = TINY.search("loods")[0]
    assert "&lt;b&gt;" in TINY.hits([key], "loods")[0].snippet


def test_a_search_is_quick(index: Index) -> None:
    """Less than making the index by far; the bench measures it against a section page."""
    begun = time.process_time()
    for _ in range(20):
        found = index.search("vergunning huurder loods melden contant geld raadslid")
        index.hits(found, "vergunning huurder loods melden contant geld raadslid")
    assert time.process_time() - begun < 20 * 0.05


def _tiny() -> Index:
    import datetime as dt

    from training.content.classes import Change, Prose, Rich, Section, Theme

    words = "Een <b>loods</b> aan het water. De huurder betaalt contant."
    section = Section("een", "De loods", (Prose(Rich((words,), (words,))),))
    module = Module(
        id="loods",
        title="De loods",
        theme=Theme.UNDERMINING,
        version=1,
        change=Change.EDITORIAL,
        audiences=(),
        public=False,
        minutes=1,
        goals=("Je kent de loods",),
        summary="Over een <b>loods</b>.",
        reviewed=None,
        review_due=dt.date(2027, 1, 1),
        sources={},
        previous_ids={},
        pass_mark=70,
        draw=1,
        sections=(section,),
    )
    return Index(Library(modules={module.id: module}))


TINY = _tiny()

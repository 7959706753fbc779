"""What a learner is asked, whether it is right, and what is still missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.content.classes import Library, Module, QuestionKind
from training.learning import rules
from training.learning.forms import options_of, read_answer
from training.learning.rules import Form, Given, Taking


@pytest.fixture(scope="module")
def module(library: Library) -> Module:
    return library.modules["drugshandel-herkennen"]


def taking(module: Module, form: Form = Form.FULL, **changes: object) -> Taking:
    base = Taking(module, form, 7, 0, 1, frozenset(), {})
    return replace(base, **changes)


def all_right(module: Module) -> dict[str, Given]:
    answers = {q.id: Given(q.right, True) for q in module.questions}
    for section in module.sections:
        for exercise in rules.signals_of(section):
            answers[exercise.id] = Given((), True, "melden")
    return answers


def test_a_module_is_complete_when_all_is_read_and_answered(module: Module) -> None:
    read = frozenset(s.id for s in module.sections)
    done = taking(module, seen=read, answers=all_right(module))
    assert rules.missing_steps(done).nothing


def test_what_is_missing_is_named(module: Module) -> None:
    missing = rules.missing_steps(taking(module))
    assert [s.id for s in missing.unread] == [s.id for s in module.sections]
    assert len(missing.unanswered) >= len(module.questions)


def test_too_many_wrong_answers_keep_a_module_open(module: Module) -> None:
    answers = all_right(module)
    wrong = {q.id: Given((), False) for q in module.questions[:6]}
    read = frozenset(s.id for s in module.sections)
    missing = rules.missing_steps(taking(module, seen=read, answers=answers | wrong))
    assert missing.below_mark
    assert len(missing.wrong) == 6


def test_a_refresher_asks_a_few_questions_without_the_text(module: Module) -> None:
    pages = rules.pages(taking(module, Form.REFRESHER))
    assert sum(len(page.questions) for page in pages) == module.draw
    assert not any(page.with_text for page in pages)


def test_a_wrong_answer_in_a_refresher_brings_back_that_section_and_only_that_one(
    module: Module,
) -> None:
    drawn = rules.draw(module, 7, 0)
    answers = {q.id: Given(q.right, True) for q in drawn}
    answers[drawn[0].id] = Given((), False)
    pages = rules.pages(taking(module, Form.REFRESHER, answers=answers))
    again = [page.section.id for page in pages if page.with_text]
    assert again == [drawn[0].section_id]
    assert not rules.missing_steps(taking(module, Form.REFRESHER, answers=answers)).nothing


def test_what_is_new_since_the_learners_version_comes_first(module: Module) -> None:
    from training.content.classes import Box, BoxKind

    last = module.sections[-1]
    news = Box(BoxKind.NEW, module.sections[0].blocks[0].rich, since=2)  # type: ignore[union-attr]
    newer = replace(
        module,
        version=2,
        sections=(*module.sections[:-1], replace(last, blocks=(*last.blocks, news))),
    )
    pages = rules.pages(taking(newer, Form.REFRESHER, since=1))
    assert pages[0].section.id == last.id
    assert pages[0].with_text
    assert pages[0].why == "nieuw"


@given(st.integers(0, 2**31), st.integers(0, 5))
def test_the_next_draw_is_another_one(seed: int, number: int) -> None:
    module = _module_with(12, 6)
    one = {q.id for q in rules.draw(module, seed, number)}
    two = {q.id for q in rules.draw(module, seed, number + 1)}
    assert len(one) == len(two) == 6
    assert not one & two


def _module_with(questions: int, size: int) -> Module:
    from types import SimpleNamespace

    pool = tuple(SimpleNamespace(id=f"vraag-{n}") for n in range(questions))
    return SimpleNamespace(questions=pool, draw=size)  # type: ignore[return-value]


def test_tokens_say_nothing_about_the_right_answer(library: Library) -> None:
    """The same tokens for every seed, and each answer gets each token sometimes."""
    for module in library.modules.values():
        for question in module.questions:
            seen: dict[str, set[str]] = {}
            for seed in range(60):
                for token, answer in options_of(question, seed):
                    seen.setdefault(answer.id, set()).add(token)
            tokens = {str(n) for n in range(1, len(question.answers) + 1)}
            if question.kind is QuestionKind.ORDER and len(tokens) < 3:
                continue
            assert all(used == tokens for used in seen.values()), question.id


def test_an_order_is_never_shown_in_the_right_order(library: Library) -> None:
    for module in library.modules.values():
        for question in module.questions:
            if question.kind is QuestionKind.ORDER:
                for seed in range(40):
                    assert rules.shuffled(question, seed) != question.answers


@pytest.mark.parametrize(
    "values",
    [{}, {"antwoord": []}, {"antwoord": ["99"]}, {"antwoord": ["a1"]}, {"iets": ["1"]}],
)
def test_nothing_useful_given_is_asked_again(module: Module, values: dict[str, list[str]]) -> None:
    question = next(q for q in module.questions if q.kind is QuestionKind.ONE)
    assert read_answer(question, 1, values).error
    assert not read_answer(question, 1, values).ids


def test_places_must_be_a_complete_order(library: Library) -> None:
    question = next(
        q for m in library.modules.values() for q in m.questions if q.kind is QuestionKind.ORDER
    )
    tokens = [token for token, _ in options_of(question, 1)]
    same = {f"plaats-{token}": ["1"] for token in tokens}
    assert "eigen nummer" in read_answer(question, 1, same).error
    by_id = {answer.id: token for token, answer in options_of(question, 1)}
    right = {f"plaats-{by_id[a]}": [str(n)] for n, a in enumerate(question.right, 1)}
    assert rules.is_right(question, read_answer(question, 1, right).ids)

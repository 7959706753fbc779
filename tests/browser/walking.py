"""Walks through modules and dilemmas in a browser, knowing the answers from the content."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from training.content.classes import Dilemma, Module, Question, QuestionKind
from training.learning.rules import signals_of


def answer(page: Page, question: Question, right: bool = True) -> None:
    """Answers one question on the page, by the words of its answers."""
    block = page.locator(f'[id="{question.id}"]')
    ids = list(question.right)
    if not right:
        ids = (
            list(reversed(ids))
            if question.kind is QuestionKind.ORDER
            else [a.id for a in question.answers if a.id not in ids][:1]
        )
    for ticked in block.get_by_role("checkbox", checked=True).all():
        ticked.uncheck()
    for number, answer_id in enumerate(ids, 1):
        found = question.answer(answer_id)
        assert found is not None
        label = block.get_by_label(found.rich.text.strip(), exact=True)
        if question.kind is QuestionKind.ORDER:
            label.fill(str(number))
        else:
            label.check()
    block.get_by_role("button").click()


def take_section(page: Page, module: Module, section_id: str, examine: object = None) -> None:
    """Does everything that a section asks, and goes on."""
    section = module.section(section_id)
    assert section is not None
    expect(page.get_by_role("heading", level=1)).to_have_text(section.title)
    for exercise in signals_of(section):
        block = page.locator(f'[id="{exercise.id}"]')
        block.get_by_role("checkbox").first.check()
        block.get_by_role("button").click()
        expect(block).to_contain_text("Wat er te zien was")
        block.get_by_label("Ik meld dit").check()
        block.get_by_role("button").click()
        expect(block).to_contain_text("Jij koos: ik meld dit")
    for question in section.questions:
        answer(page, question)
        expect(page.locator(f'[id="{question.id}"]')).to_contain_text("Goed.")
    page.get_by_role("button", name="Verder", exact=True).or_(
        page.get_by_role("button", name="Naar afronden", exact=True)
    ).click()


def take_route(page: Page, dilemma: Dilemma, route: tuple[int, ...]) -> None:
    """Takes these choices, one scene after the other."""
    for choice in route:
        page.locator(f'input[name="choice"][value="{choice}"]').check()
        page.get_by_role("button", name="Dit doe ik").click()

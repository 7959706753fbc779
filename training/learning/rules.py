"""Decides which pages a learner gets, whether an answer is right, and what is still missing."""

from __future__ import annotations

import enum
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from training.content.classes import Answer, Module, Question, QuestionKind, Section, Signals


class Form(enum.Enum):
    """How a module is taken."""

    FULL = "de hele module"
    REFRESHER = "de opfrisser"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is kept: ids of the content file, and whether it was right. `reporting` is
    what a learner would do with the signals (only for that exercise)."""

    ids: tuple[str, ...]
    correct: bool
    reporting: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the player. `why` says in a refresher why it is there: new, or wrong."""

    section: Section
    questions: tuple[Question, ...]
    signals: tuple[Signals, ...]
    with_text: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Taking:
    """A learner in a module: everything that the pages follow from."""

    module: Module
    form: Form
    seed: int
    draw_number: int
    since: int | None
    seen: frozenset[str]
    answers: Mapping[str, Given]


NEW, AGAIN = "nieuw", "nog een keer"


def pages(taking: Taking) -> list[Page]:
    """The pages of this learner, in order. Full: every section. Refresher: what is new since the
    learner's version, then questions drawn from the pool (each under its section, without the
    text), with the text only where an answer was wrong."""
    if taking.form is Form.FULL:
        return [
            Page(section, section.questions, signals_of(section), with_text=True)
            for section in taking.module.sections
        ]
    drawn = {q.id for q in draw(taking.module, taking.seed, taking.draw_number)}
    found = []
    for section in sorted(
        taking.module.sections, key=lambda s: not s.is_new_since(taking.since or 0)
    ):
        new = taking.since is not None and section.is_new_since(taking.since)
        questions = tuple(q for q in section.questions if q.id in drawn)
        wrong = any(q.id in taking.answers and not taking.answers[q.id].correct for q in questions)
        read_again = wrong or section.id in taking.seen
        if new or questions:
            why = NEW if new else AGAIN if wrong else ""
            found.append(Page(section, questions, (), new or read_again, why))
    return found


def draw(module: Module, seed: int, draw_number: int) -> list[Question]:
    """The questions of one refresher: another draw than the last, from one shuffled pool, so that
    nothing comes back before the pool is used up. At least one question of the module."""
    pool = list(module.questions)
    random.Random(seed).shuffle(pool)  # noqa: S311 - no secret: it spreads questions over years
    size = min(max(module.draw, 1), len(pool))
    start = draw_number * size
    return [pool[(start + offset) % len(pool)] for offset in range(size)]


def signals_of(section: Section) -> tuple[Signals, ...]:
    """The signals exercises of a section."""
    return tuple(block for block in section.blocks if isinstance(block, Signals))


def shuffled(question: Question, seed: int) -> tuple[Answer, ...]:
    """The answers in the order of this learner; for "put in order" never in the right order."""
    answers = list(question.answers)
    luck = random.Random(f"{seed}:{question.id}")  # noqa: S311 - no secret, see the token below
    luck.shuffle(answers)
    if question.kind is QuestionKind.ORDER and tuple(answers) == question.answers:
        answers = answers[1:] + answers[:1]
    return tuple(answers)


def is_right(question: Question, given: Sequence[str]) -> bool:
    """Whether these answer ids are right; for "put in order" the order counts."""
    if question.kind is QuestionKind.ORDER:
        return tuple(given) == question.right
    return set(given) == set(question.right)


@dataclass(frozen=True, slots=True)
class Missing:
    """What a learner still has to do: sections to read and questions to answer, by page."""

    unread: tuple[Section, ...]
    unanswered: tuple[tuple[Section, str], ...]
    wrong: tuple[tuple[Section, Question], ...]
    below_mark: bool

    @property
    def nothing(self) -> bool:
        """Whether the module is complete."""
        return not (self.unread or self.unanswered or self.below_mark)


def missing_steps(taking: Taking) -> Missing:
    """What is still missing before the module counts as completed: every page read, every
    question answered, and enough of them right (all of them in a refresher)."""
    unread, unanswered, wrong, asked = [], [], [], 0
    for page in pages(taking):
        if page.with_text and page.section.id not in taking.seen:
            unread.append(page.section)
        for exercise in page.signals:
            if exercise.id not in taking.answers:
                unanswered.append((page.section, exercise.title))
        for question in page.questions:
            asked += 1
            given = taking.answers.get(question.id)
            if given is None:
                unanswered.append((page.section, question.title))
            elif not given.correct:
                wrong.append((page.section, question))
    mark = 100 if taking.form is Form.REFRESHER else taking.module.pass_mark
    right = asked - len(wrong)
    below = bool(wrong) and right * 100 < mark * asked
    return Missing(tuple(unread), tuple(unanswered), tuple(wrong), below)


def signal_result(exercise: Signals, marked: Collection[str]) -> list[tuple[str, str]]:
    """What became of each thing in the scene: (item id, seen | missed | wrong), in file order;
    an ordinary thing that was left alone is not in it."""
    found = []
    for item in exercise.items:
        if item.is_signal:
            found.append((item.id, "seen" if item.id in marked else "missed"))
        elif item.id in marked:
            found.append((item.id, "wrong"))
    return found

"""Decides which pages a learner gets, whether an answer is right, and what is still missing."""

from __future__ import annotations

import enum
import itertools
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from training.content.classes import (
    Answer,
    Block,
    Library,
    Module,
    Question,
    QuestionKind,
    Section,
    Signals,
)


class Form(enum.Enum):
    """How a module is taken. KNOWN begins with the questions: what is right is done, and only
    what is not is read."""

    FULL = "de hele module"
    KNOWN = "eerst de vragen"
    REFRESHER = "de opfrisser"


@dataclass(frozen=True, slots=True)
class First:
    """How the first answer to a question went; `sure` is None when that was not told."""

    correct: bool
    sure: bool | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is kept: ids of the content file, and whether it was right. `reporting` is
    what a learner would do with the signals (only for that exercise). `first` is what the ladder
    counts, for after the feedback everybody is right in the end."""

    ids: tuple[str, ...]
    correct: bool
    reporting: str = ""
    first: First | None = None

    @property
    def once_wrong(self) -> bool:
        """Whether this question was answered wrong, now or the first time."""
        return not self.correct or (self.first is not None and not self.first.correct)


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


class Step(NamedTuple):
    """A part of a module in the list of them; `url` is empty when it cannot be opened yet."""

    title: str
    url: str = ""
    done: bool = False
    current: bool = False


NEW, AGAIN = "nieuw", "nog een keer"


def pages(taking: Taking) -> list[Page]:
    """The pages of this learner, in order. Full: every section. Known: the questions of every
    section, and its text only where an answer was wrong; what has no questions is read last.
    Refresher: what is new since the learner's version, then questions drawn from the pool, with
    the text only where an answer was wrong."""
    sections = taking.module.sections
    if taking.form is Form.FULL:
        return [Page(section, section.questions, signals_of(section), True) for section in sections]
    if taking.form is Form.KNOWN:
        found = [_known(taking, section) for section in sections]
        return sorted(found, key=lambda page: not (page.questions or page.signals))
    drawn = {q.id for q in draw(taking.module, taking.seed, taking.draw_number)}
    newest_first = sorted(sections, key=lambda s: not s.is_new_since(taking.since or 0))
    return [page for section in newest_first if (page := _refreshed(taking, section, drawn))]


def _known(taking: Taking, section: Section) -> Page:
    questions, signals = section.questions, signals_of(section)
    wrong = _once_wrong(taking, questions)
    asks = bool(questions or signals)
    return Page(section, questions, signals, wrong or not asks, AGAIN if wrong else "")


def _refreshed(taking: Taking, section: Section, drawn: Collection[str]) -> Page | None:
    new = taking.since is not None and section.is_new_since(taking.since)
    questions = tuple(q for q in section.questions if q.id in drawn)
    if not (new or questions):
        return None
    wrong = _once_wrong(taking, questions)
    return Page(section, questions, (), new or wrong, NEW if new else AGAIN if wrong else "")


def _once_wrong(taking: Taking, questions: Sequence[Question]) -> bool:
    given = [taking.answers[q.id] for q in questions if q.id in taking.answers]
    return any(one.once_wrong for one in given)


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


@dataclass(frozen=True, slots=True)
class ForOthers:
    """Parts that stand together and are for other audiences than the reader's: one click away."""

    blocks: tuple[Block, ...]


def for_reader(blocks: Sequence[Block], audiences: Collection[str]) -> list[Block | ForOthers]:
    """The blocks of a section for somebody of these audiences: of parts that stand together, those
    for the reader's own audiences come first and the others follow as one; the rest keeps its
    place."""
    found: list[Block | ForOthers] = []
    for for_some, group in itertools.groupby(blocks, lambda block: bool(audience_of(block))):
        together = list(group)
        if not for_some:
            found += together
            continue
        found += [block for block in together if audience_of(block) in audiences]
        others = tuple(block for block in together if audience_of(block) not in audiences)
        if others:
            found.append(ForOthers(others))
    return found


def audience_of(block: Block) -> str | None:
    """The one audience that a block is for; None when it is for all."""
    return None if isinstance(block, Question | Signals) else block.audience


@lru_cache(maxsize=1024)
def local_route(module: Module) -> tuple[str, ...]:
    """The local contacts that belong to a module, by the name of their insert: the place to report
    first, then those that its text names, in the order of the text."""
    first = "meldpunt-inwoners" if module.public else "meldpunt"
    named = [
        name
        for section in module.sections
        for block in section.blocks
        if (rich := getattr(block, "rich", None)) is not None
        for name in rich.inserts
    ]
    return tuple(dict.fromkeys((first, *named)))


ALWAYS = {
    "alarmnummer": "Nu gevaar",
    "politie-geen-spoed": "Politie, geen haast",
    "meld-misdaad-anoniem": "Zonder je naam: Meld Misdaad Anoniem",
}


@lru_cache(maxsize=16)
def always_there(library: Library) -> tuple[tuple[str, str], ...]:
    """Whom everybody can call, everywhere: (what for, the number as the content has it) pairs."""
    facts = library.facts
    return tuple((label, facts[key].value) for key, label in ALWAYS.items() if key in facts)


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
    unanswered: tuple[tuple[Section, Question | Signals], ...]
    wrong: tuple[tuple[Section, Question], ...]
    below_mark: bool

    @property
    def nothing(self) -> bool:
        """Whether the module is complete."""
        return not (self.unread or self.unanswered or self.below_mark)


def missing_steps(taking: Taking) -> Missing:
    """What is still missing before the module counts as completed: every page read, every
    question answered, and enough of them right (all of them in a refresher)."""
    unread, wrong, asked = [], [], 0
    unanswered: list[tuple[Section, Question | Signals]] = []
    for page in pages(taking):
        if page.with_text and page.section.id not in taking.seen:
            unread.append(page.section)
        for exercise in page.signals:
            if not _decided(taking, exercise):
                unanswered.append((page.section, exercise))
        for question in page.questions:
            asked += 1
            given = taking.answers.get(question.id)
            if given is None:
                unanswered.append((page.section, question))
            elif not given.correct:
                wrong.append((page.section, question))
    mark = 100 if taking.form is Form.REFRESHER else taking.module.pass_mark
    right = asked - len(wrong)
    below = bool(wrong) and right * 100 < mark * asked
    return Missing(tuple(unread), tuple(unanswered), tuple(wrong), below)


def is_done(taking: Taking, page: Page) -> bool:
    """Whether there is nothing left to do on a page."""
    read = page.section.id in taking.seen or not page.with_text
    answered = all(q.id in taking.answers for q in page.questions)
    return read and answered and all(_decided(taking, exercise) for exercise in page.signals)


def first_open(taking: Taking) -> Section:
    """Where to go on: the first page on which there is something to do, or else the first."""
    found = pages(taking)
    return next((page for page in found if not is_done(taking, page)), found[0]).section


def _decided(taking: Taking, exercise: Signals) -> bool:
    """Whether an exercise was marked, and the decision to report was made after it."""
    given = taking.answers.get(exercise.id)
    return given is not None and bool(given.reporting)


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


class Rung(enum.Enum):
    """A rung of the learner's own ladder, from the lowest: whether an answer was right, and
    whether the learner was sure of it."""

    UNAWARE_UNABLE = "onbewust onbekwaam"
    AWARE_UNABLE = "bewust onbekwaam"
    UNAWARE_ABLE = "onbewust bekwaam"
    AWARE_ABLE = "bewust bekwaam"


EVERYBODY = "alle-medewerkers"


def counted_under(module: Module, audiences: Collection[str]) -> str:
    """The one audience under which a learner counts: the first that the module is written for and
    the learner belongs to, and all staff only when there is no other."""
    own = [audience for audience in module.audiences if audience in audiences]
    return next((audience for audience in own if audience != EVERYBODY), EVERYBODY)


def rung_of(first: First) -> Rung | None:
    """The rung of one first answer; None when it was not told how sure it was."""
    if first.sure is None:
        return None
    if first.correct:
        return Rung.AWARE_ABLE if first.sure else Rung.UNAWARE_ABLE
    return Rung.UNAWARE_UNABLE if first.sure else Rung.AWARE_UNABLE


def ladder(taking: Taking) -> dict[Rung, int]:
    """How many first answers stand on each rung, the lowest first; empty when none was told."""
    rungs = [
        rung
        for page in pages(taking)
        for question in page.questions
        if (given := taking.answers.get(question.id)) and given.first
        if (rung := rung_of(given.first))
    ]
    return {rung: rungs.count(rung) for rung in Rung} if rungs else {}


def own_rung(counts: Mapping[Rung, int]) -> Rung | None:
    """The rung on which most answers stand; of two the lower, for there is something to gain."""
    return max(counts, key=lambda rung: counts[rung]) if counts else None

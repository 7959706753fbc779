"""What makes a module weak: too few questions, answers that give themselves away, no feedback."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

from training.content.classes import Module, Question, QuestionKind, Signals
from training.content.front_matter import Located
from training.content.modules import question_words
from training.content.reading import Reading
from training.content.rules import Report

FEWEST_QUESTIONS = 12
WORDS_A_MINUTE = 200
MINUTES_A_QUESTION = 0.5
ALIKE = 0.86
TOO_SHORT = 1.25


def check_module(module: Module, front: Located, reading: Reading, report: Report) -> None:
    """Report what is weak; none of it keeps the module from being used."""
    questions = module.questions
    line = front.line(("toets",))
    if len(questions) < FEWEST_QUESTIONS:
        report.add(line, "M101", count=len(questions))
    _check_feedback(module, report)
    _check_signals(module, report)
    _check_giveaways(questions, line, report)
    _check_alike(questions, report)
    needed = round(minutes_needed(module, reading))
    if needed > module.minutes * TOO_SHORT:
        report.add(front.line(("minuten",)), "M104", needed=needed, minutes=module.minutes)


def minutes_needed(module: Module, reading: Reading) -> float:
    """Minutes to read all of it and think about each question; of the feedback one answer's."""
    unread = 0.0
    for question in module.questions:
        feedback = [len(a.feedback.text.split()) for a in question.answers if a.feedback]
        unread += sum(feedback) - sum(feedback) / max(len(feedback), 1)
    read = (reading.words - unread) / WORDS_A_MINUTE
    return read + MINUTES_A_QUESTION * len(module.questions)


def _check_feedback(module: Module, report: Report) -> None:
    for question in module.questions:
        for answer in question.answers:
            if not (answer.feedback or question.feedback):
                report.add(question.line, "M102")


def _check_signals(module: Module, report: Report) -> None:
    exercises = [b for s in module.sections for b in s.blocks if isinstance(b, Signals)]
    if not exercises:
        report.add(1, "M103")
    for exercise in exercises:
        if len({item.is_signal for item in exercise.items}) < 2:
            report.add(exercise.line, "M108")


def _check_giveaways(questions: Sequence[Question], line: int, report: Report) -> None:
    choosing = [q for q in questions if q.kind is QuestionKind.ONE]
    total = len(choosing)
    if total < 4:
        return
    longest = sum(_longest_is_right(q) for q in choosing)
    if longest > 0.6 * total:
        report.add(line, "M105", count=longest, total=total)
    places = Counter(q.right[0].removeprefix("a") for q in choosing)
    place, count = places.most_common(1)[0]
    if count > 0.6 * total:
        report.add(line, "M106", count=count, total=total, place=place)


def _longest_is_right(question: Question) -> bool:
    """Whether the right answer stands out: clearly longer than each of the others."""
    right = max(len(a.rich.text) for a in question.answers if a.correct)
    wrong = max(len(a.rich.text) for a in question.answers if not a.correct)
    return right > 1.1 * wrong


def _check_alike(questions: Sequence[Question], report: Report) -> None:
    texts = [(q, question_words(q).lower().split()) for q in questions]
    for at, (question, text) in enumerate(texts):
        for earlier, other in texts[:at]:
            matcher = difflib.SequenceMatcher(None, text, other, autojunk=False)
            if matcher.quick_ratio() > ALIKE and matcher.ratio() > ALIKE:
                report.add(question.line, "M107", other=earlier.line)

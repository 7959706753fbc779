"""Decides what a page shows of a question or a signals exercise: never more than was answered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from markupsafe import Markup

from training.content.classes import Answer, Question, QuestionKind, SignalItem, Signals
from training.learning.forms import SURE, options_of
from training.learning.rules import Given, signal_result

Options = tuple[tuple[str, Answer], ...]
Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question as a page shows it. `prefix` stands before the names of its fields, where several
    questions share one form; `places` are the numbers given in "put in order". `is_shared`: it has
    no answer yet and no words of a municipality, so others see the same and it is drawn once."""

    question: Question
    options: Options
    chosen: frozenset[str]
    places: Mapping[str, str]
    given: Given | None = None
    error: str = ""
    prefix: str = ""
    asks_sure: bool = False
    sure: str = ""
    is_shared: bool = False

    @property
    def kind(self) -> str:
        """Which kind of field the answers are."""
        if self.question.kind is QuestionKind.ORDER:
            return "order"
        return "checkbox" if self.question.kind is QuestionKind.SEVERAL else "radio"

    @property
    def is_done(self) -> bool:
        """Whether it is answered right, so that nothing is asked any more."""
        return self.given is not None and self.given.correct and not self.error


def asked(
    question: Question,
    seed: int,
    given: Given | None,
    sent: Values | None = None,
    error: str = "",
    prefix: str = "",
    asks_sure: bool = False,
) -> Asked:
    """A question with what was answered, or with what was sent and refused (`sent`, without the
    prefix). How sure somebody is, is asked with the first answer only."""
    options = options_of(question, seed)
    if sent is None and given is None and not error:
        return _fresh(question, tuple(options), prefix, asks_sure)
    if sent is not None:
        chosen = frozenset(sent.get("antwoord", ()))
        places = {token: (sent.get(f"plaats-{token}") or [""])[0] for token, _ in options}
    elif given is None:
        chosen, places = frozenset(), {}
    else:
        order = {answer_id: str(place) for place, answer_id in enumerate(given.ids, 1)}
        chosen = frozenset(token for token, answer in options if answer.id in given.ids)
        places = {token: order.get(answer.id, "") for token, answer in options}
    return Asked(
        question=question,
        options=options,
        chosen=chosen,
        places=places,
        given=given,
        error=error,
        prefix=prefix,
        asks_sure=asks_sure and given is None,
        sure=((sent or {}).get(SURE) or [""])[0],
    )


@lru_cache(maxsize=4096)
def _fresh(question: Question, options: Options, prefix: str, asks_sure: bool) -> Asked:
    """A question as yet without an answer: the same object for all who get it in this order."""
    return Asked(
        question=question,
        options=options,
        chosen=frozenset(),
        places={},
        prefix=prefix,
        asks_sure=asks_sure,
        is_shared=not any(answer.rich.inserts for _token, answer in options),
    )


@dataclass(frozen=True, slots=True)
class Exercise:
    """A signals exercise as a page shows it: which things are signals only after the marking.
    `timeline` holds (thing, seen | missed | wrong) in the order of the file."""

    exercise: Signals
    tokens: list[tuple[str, SignalItem]]
    marked: frozenset[str]
    given: Given | None = None
    timeline: list[tuple[SignalItem, str]] = field(default_factory=list)
    picture: Markup | None = None
    error: str = ""
    prefix: str = ""
    reporting: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it was marked and decided, so that nothing is asked any more."""
        return self.given is not None and bool(self.given.reporting)

    def place_of(self, item: SignalItem) -> str:
        """The id of the element of the picture that a thing is about; empty when not every thing
        has one, for then that would tell which are signals."""
        picture = self.exercise.picture
        if picture is None or not all(one.target for one in self.exercise.items):
            return ""
        return f"{picture.prefix}{item.target}"


def exercise(
    found: Signals,
    given: Given | None,
    sent: Values | None = None,
    error: str = "",
    prefix: str = "",
) -> Exercise:
    """A signals exercise with what was marked, or with what was sent and refused."""
    tokens = [(str(place), item) for place, item in enumerate(found.items, 1)]
    items = {item.id: item for item in found.items}
    kinds = signal_result(found, given.ids) if given else []
    result = [(items[item_id], kind) for item_id, kind in kinds]
    if sent is not None and not given:
        marked = frozenset(sent.get("signaal", ()))
    else:
        marked = frozenset(token for token, item in tokens if given and item.id in given.ids)
    return Exercise(
        exercise=found,
        tokens=tokens,
        marked=marked,
        given=given,
        timeline=result,
        picture=_picture(found, result),
        error=error,
        prefix=prefix,
        reporting=given.reporting if given else "",
    )


def _picture(found: Signals, result: Sequence[tuple[SignalItem, str]]) -> Markup | None:
    """The picture, each element that a thing is about marked as such: before the answer all alike,
    afterwards with what became of it."""
    if found.picture is None:
        return None
    svg = found.picture.svg
    kinds = {item.target: kind for item, kind in reversed(result)}
    for target in dict.fromkeys(item.target for item in found.items if item.target):
        name = re.escape(f"{found.picture.prefix}{target}")
        classes = "weerbaar-mark"
        if target in kinds:
            classes += f" weerbaar-mark--{kinds[target]}"
        svg = re.sub(rf'id="{name}"', rf'\g<0> class="{classes}"', svg, count=1)
    return Markup(svg)  # noqa: S704 the picture was checked at load; the class is ours

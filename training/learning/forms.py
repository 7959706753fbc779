"""Reads what a learner answered, by tokens that say nothing about which answer is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from training.content.classes import Answer, Question, QuestionKind, Signals
from training.learning.rules import shuffled

REPORTING = (
    ("melden", "Ik meld dit"),
    ("overleggen", "Ik overleg eerst met een collega of mijn leidinggevende"),
    ("niets", "Ik doe hier niets mee"),
)


DECIDE = "Kies wat je met deze signalen zou doen."
SURE = "zeker"
SURENESS = (("ja", "Zeker"), ("nee", "Ik twijfel"))


@dataclass(frozen=True, slots=True)
class Reading:
    """Answer ids as given, or the Dutch message that says what to do. `sure` is None when it was
    not asked or not told."""

    ids: tuple[str, ...] = ()
    error: str = ""
    sure: bool | None = None


@lru_cache(maxsize=4096)
def options_of(question: Question, seed: int) -> tuple[tuple[str, Answer], ...]:
    """(token, answer) in the order in which this learner sees them; a token is only a place."""
    return tuple((str(place), answer) for place, answer in enumerate(shuffled(question, seed), 1))


def read_answer(question: Question, seed: int, values: Mapping[str, Sequence[str]]) -> Reading:
    """The answer in the fields of a form; other fields are ignored."""
    by_token = {token: answer.id for token, answer in options_of(question, seed)}
    sure = {"ja": True, "nee": False}.get(_first(values, SURE))
    if question.kind is QuestionKind.ORDER:
        places = {token: _first(values, f"plaats-{token}") for token in by_token}
        if sorted(places.values()) != sorted(str(n) for n in range(1, len(by_token) + 1)):
            return Reading(error="Geef elke stap een eigen nummer. Elk nummer komt één keer voor.")
        ordered = sorted(by_token, key=lambda token: int(places[token]))
        return Reading(tuple(by_token[token] for token in ordered), sure=sure)
    chosen = [token for token in values.get("antwoord", ()) if token in by_token]
    if not chosen:
        several = question.kind is QuestionKind.SEVERAL
        return Reading(
            error="Kies één of meer antwoorden. Daarna zie je de uitleg."
            if several
            else "Kies een antwoord. Daarna zie je de uitleg."
        )
    if question.kind is QuestionKind.ONE and len(chosen) > 1:
        return Reading(error="Kies één antwoord.")
    return Reading(tuple(by_token[token] for token in dict.fromkeys(chosen)), sure=sure)


def read_signals(exercise: Signals, values: Mapping[str, Sequence[str]]) -> Reading:
    """What was marked in a signals exercise."""
    known = {str(place): item.id for place, item in enumerate(exercise.items, 1)}
    marked = tuple(known[token] for token in values.get("signaal", ()) if token in known)
    if not marked:
        return Reading(error="Kruis aan wat jou opvalt. Eén ding is genoeg.")
    return Reading(marked)


def read_reporting(values: Mapping[str, Sequence[str]]) -> str:
    """What somebody would do with the signals; empty when that was not chosen."""
    chosen = _first(values, "melden")
    return chosen if chosen in dict(REPORTING) else ""


def _first(values: Mapping[str, Sequence[str]], name: str) -> str:
    found = values.get(name, ())
    return found[0] if found else ""

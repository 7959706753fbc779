"""Decides what a screen shows: a function of the dilemma, the stand and the closed votes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.content import play
from training.content.classes import (
    Choice,
    Dilemma,
    DiscussionQuestion,
    Limit,
    LimitColour,
    Rich,
    Scene,
    ScenePart,
)
from training.dilemmas.rules import Review, path_of, review
from training.meetings import rules
from training.meetings.rules import FIVE_STEPS, Phase, Plan, Round, RoundKind, Stand

LETTERS = "ABCDEFGHIJKL"


@dataclass(frozen=True, slots=True)
class Option:
    """A choice as it stands on the screen. `letter` is its place, so that a room can talk."""

    letter: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Figure:
    """How many chose an option: a place in the five steps, from 0, and its words."""

    option: Option
    step: int
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A closed vote. `figures` is None when there were fewer than five votes."""

    title: str
    question: str
    voted: int
    figures: tuple[Figure, ...] | None
    lost: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What a screen shows. `heading` is the h1, `announced` what a screen reader says once."""

    phase: Phase
    paused: bool
    heading: str
    announced: str
    scene: Scene
    parts: tuple[ScenePart, ...]
    consequence: Rich | None
    options: tuple[Option, ...]
    what_if: str
    outcomes: tuple[Outcome, ...]
    voted: int
    questions: tuple[DiscussionQuestion, ...]
    limits: tuple[tuple[str, LimitColour, Limit | None], ...]
    review: Review


ANNOUNCED = {
    Phase.LOBBY: "Je bent in de wachtkamer.",
    Phase.SCENE: "Er is een nieuwe scène.",
    Phase.VOTE: "De stemming is open.",
    Phase.CLOSED: "De stemming is dicht.",
    Phase.FIGURES: "De uitkomst staat op het scherm.",
    Phase.TALK: "Jullie praten er samen over.",
    Phase.ENDING: "Het verhaal is afgelopen.",
    Phase.DEBRIEF: "De nabespreking begint.",
    Phase.END: "Het dilemma is klaar.",
}


def shown(dilemma: Dilemma, plan: Plan, stand: Stand, rounds: Sequence[Round]) -> Shown:
    """What every screen shows now. The limit of the law comes after a vote is closed, so that it
    does not steer it; the last vote counts, when it is open nothing of it is shown."""
    state = rules.state_of(dilemma, stand)
    scene = dilemma.scenes[state.scene]
    path = path_of(dilemma, stand.path)
    options = tuple(
        Option(letter, choice)
        for letter, choice in zip(LETTERS, play.available(dilemma, state), strict=False)
    )
    closed = [r for r in rounds if r.closed]
    after_vote = stand.phase in (Phase.FIGURES, Phase.TALK)
    in_quick_talk = plan.quick and stand.phase is Phase.DEBRIEF
    limits = _limits(dilemma, options) if after_vote or in_quick_talk else ()
    return Shown(
        phase=stand.phase,
        paused=stand.paused,
        heading="Pauze" if stand.paused else _heading(dilemma, stand, scene, rounds),
        announced="We pauzeren even." if stand.paused else ANNOUNCED[stand.phase],
        scene=scene,
        parts=play.visible(dilemma, state),
        consequence=path[-1].choice.consequence if path else None,
        options=options,
        what_if=_question(stand, rounds),
        outcomes=_outcomes(closed, options) if after_vote else (),
        voted=closed[-1].voted if closed else 0,
        questions=rules.questions_for(dilemma, stand) if stand.phase in _TALKED else (),
        limits=limits,
        review=review(dilemma, stand.path),
    )


def where_to_go(debrief: str, most: int = 5) -> list[str]:
    """The lines of a debrief (without markup) that say where to go in real life: its list, or its
    last sentences when it has none."""
    lines = [line.strip() for line in debrief.splitlines() if line.strip()]
    after = [n for n, line in enumerate(lines) if line.rstrip().endswith("?") and "echt" in line]
    rest = lines[after[-1] + 1 :] if after else lines[-2:]
    return (rest or lines[-2:])[:most]


_TALKED = (Phase.CLOSED, Phase.FIGURES, Phase.TALK)


def _heading(dilemma: Dilemma, stand: Stand, scene: Scene, rounds: Sequence[Round]) -> str:
    if stand.phase is Phase.VOTE:
        kind = rounds[-1].kind if rounds else RoundKind.FIRST
        return {
            RoundKind.FIRST: "Stem: wat doe je?",
            RoundKind.SECOND: "Stem nog een keer: wat doe je nu?",
            RoundKind.WHAT_IF: "Stem: en wat doe je dan?",
        }[kind]
    return {
        Phase.LOBBY: dilemma.title,
        Phase.CLOSED: "De stemming is gesloten",
        Phase.FIGURES: "De uitkomst",
        Phase.TALK: "Praat er samen over",
        Phase.DEBRIEF: "Nabespreking",
        Phase.END: "Dank je wel",
    }.get(stand.phase, scene.title)


def _question(stand: Stand, rounds: Sequence[Round]) -> str:
    """The "wat als" of the vote that is open, or was just closed."""
    if stand.phase in (Phase.VOTE, Phase.CLOSED) and rounds:
        return rounds[-1].question
    return ""


def _outcomes(closed: Sequence[Round], options: Sequence[Option]) -> tuple[Outcome, ...]:
    by_index = {option.choice.index: option for option in options}
    return tuple(
        Outcome(
            title=r.kind.value.capitalize(),
            question=r.question,
            voted=r.voted,
            figures=None
            if r.steps is None
            else tuple(
                Figure(by_index[index], step, FIVE_STEPS[step])
                for index, step in zip(r.options, r.steps, strict=True)
            ),
            lost=r.lost,
        )
        for r in closed
    )


def _limits(
    dilemma: Dilemma, options: Sequence[Option]
) -> tuple[tuple[str, LimitColour, Limit | None], ...]:
    return tuple(
        (option.letter, hint.colour, dilemma.limits.get(hint.limit) if hint.limit else None)
        for option in options
        for hint in [option.choice.limit]
        if hint is not None
    )

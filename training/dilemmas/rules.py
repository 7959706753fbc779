"""Decides what a run shows: a page is a function of the dilemma and the choices taken, only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.content import play
from training.content.classes import Choice, Dilemma, Limit, LimitColour, Rich, Scene, ScenePart
from training.content.play import State

MOST_CHOICES = 200


@dataclass(frozen=True, slots=True)
class View:
    """What a page of the player shows. `said` is the choice just taken, and `consequence` what it
    did."""

    scene: Scene
    parts: tuple[ScenePart, ...]
    choices: tuple[Choice, ...]
    said: Rich | None
    consequence: Rich | None
    state: State
    taken: int


@dataclass(frozen=True, slots=True)
class Step:
    """One scene that was left, and the choice by which."""

    scene: Scene
    choice: Choice


@dataclass(frozen=True, slots=True)
class Review:
    """What an ending shows: the path, what happened, the values, and the limits that were met.
    `limits` holds (colour, limit, the choice that met it); values are a profile, never a score."""

    path: tuple[Step, ...]
    happened: tuple[str, ...]
    values: tuple[tuple[str, int], ...]
    limits: tuple[tuple[LimitColour, Limit | None, Choice], ...]


def scene_after(dilemma: Dilemma, choices: Sequence[int]) -> View:
    """The page after these choices. Raises `play.NotAvailableError` for a run that cannot be."""
    state = play.replay(dilemma, choices)
    path = path_of(dilemma, choices)
    return View(
        scene=dilemma.scenes[state.scene],
        parts=play.visible(dilemma, state),
        choices=play.available(dilemma, state),
        said=path[-1].choice.rich if path else None,
        consequence=path[-1].choice.consequence if path else None,
        state=state,
        taken=len(choices),
    )


def path_of(dilemma: Dilemma, choices: Sequence[int]) -> tuple[Step, ...]:
    """The scenes that were left, in order, each with the choice taken."""
    steps = []
    state = play.start_state(dilemma)
    for index in choices:
        scene = dilemma.scenes[state.scene]
        choice = next((c for c in play.available(dilemma, state) if c.index == index), None)
        if choice is None:
            raise play.NotAvailableError(f"choice {index} is not available in {scene.id}")
        steps.append(Step(scene, choice))
        state = play.step(dilemma, state, choice)
    return tuple(steps)


def review(dilemma: Dilemma, choices: Sequence[int]) -> Review:
    """What the ending of this run shows."""
    state = play.replay(dilemma, choices)
    path = path_of(dilemma, choices)
    limits = tuple(
        (hint.colour, dilemma.limits.get(hint.limit) if hint.limit else None, step.choice)
        for step in path
        for hint in [step.choice.limit]
        if hint is not None and hint.colour is not LimitColour.GREEN
    )
    return Review(
        path=path,
        happened=tuple(text for key, text in dilemma.flags.items() if key in state.flags),
        values=tuple((dilemma.values[key], total) for key, total in state.values),
        limits=limits,
    )

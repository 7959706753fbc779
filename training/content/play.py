"""What a choice does: the state of a dilemma, always recomputed from the choices taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.content.classes import Choice, ConditionalText, Dilemma, ScenePart
from training.content.conditions import Condition, holds

LOWEST, HIGHEST = -10, 10


class NotAvailableError(ValueError):
    """A choice that the scene does not have, or whose condition is not met."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a run stands. `values` are (key, total) in the file's order; `visited`: scenes left."""

    scene: str
    flags: frozenset[str]
    values: tuple[tuple[str, int], ...]
    visited: frozenset[str]

    def value(self, key: str) -> int:
        """The total of one value, from -10 to 10."""
        return dict(self.values).get(key, 0)

    def meets(self, condition: Condition | None) -> bool:
        """Whether the condition is true here."""
        return holds(condition, self.flags, dict(self.values), self.visited)


def start_state(dilemma: Dilemma) -> State:
    """The state before the first choice."""
    return State(dilemma.start, frozenset(), tuple((k, 0) for k in dilemma.values), frozenset())


def available(dilemma: Dilemma, state: State) -> tuple[Choice, ...]:
    """The choices that can be taken here, in the file's order; none at an ending."""
    return tuple(c for c in dilemma.scenes[state.scene].choices if state.meets(c.condition))


def visible(dilemma: Dilemma, state: State) -> tuple[ScenePart, ...]:
    """The parts of the scene that are shown here; conditional text only when it applies."""
    return tuple(
        part
        for part in dilemma.scenes[state.scene].parts
        if not isinstance(part, ConditionalText) or state.meets(part.condition)
    )


def step(dilemma: Dilemma, state: State, choice: Choice) -> State:
    """The state after an available choice: flags, then values (clamped), then the next scene."""
    flags = (state.flags | set(choice.sets)) - set(choice.clears)
    values = tuple((k, clamp(v + choice.scores.get(k, 0))) for k, v in state.values)
    return State(choice.target, flags, values, state.visited | {state.scene})


def replay(dilemma: Dilemma, choices: Sequence[int]) -> State:
    """The state after these choices (their index in each scene); raises NotAvailableError."""
    state = start_state(dilemma)
    for index in choices:
        choice = next((c for c in available(dilemma, state) if c.index == index), None)
        if choice is None:
            raise NotAvailableError(f"choice {index} is not available in scene {state.scene}")
        state = step(dilemma, state, choice)
    return state


def clamp(total: int) -> int:
    """A value never leaves -10..10."""
    return max(LOWEST, min(HIGHEST, total))

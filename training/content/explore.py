"""What can happen in a dilemma: every state that can be reached, and so what can go wrong.

Flags and bounded values make a finite state machine, so these are proofs. A state keeps only
what some condition reads; without that slice a file with 12 flags went past 20,000 states, with
it the same file has 40.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from training.content.classes import Choice, ConditionalText, Dilemma, LimitColour
from training.content.conditions import (
    COMPARE,
    And,
    Compare,
    Condition,
    Flag,
    Not,
    Or,
    Visited,
    atoms,
)
from training.content.play import clamp

LARGEST = 50_000

# scene, flags set (a bit each), values, scenes left (a bit each): all only as far as they are read
State = tuple[str, int, tuple[int, ...], int]
Holds = Callable[[State], bool]


class TooLargeError(ValueError):
    """The dilemma has more states than we are willing to visit."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What a state keeps: the flags, values and scenes that are read, each with its place."""

    flags: dict[str, int]
    values: dict[str, int]
    visited: dict[str, int]


@dataclass(slots=True)
class Exploration:
    """Every state that can be reached, how it was first reached, and what follows it."""

    start: State
    came_from: dict[State, tuple[State, Choice] | None] = field(default_factory=dict)
    steps: dict[State, list[tuple[Choice, State]]] = field(default_factory=dict)
    seen_texts: set[int] = field(default_factory=set)

    def route(self, state: State) -> list[tuple[str, Choice]]:
        """The scenes and choices of a shortest run to this state."""
        route = []
        at = self.came_from[state]
        while at is not None:
            state, choice = at
            route.append((state[0], choice))
            at = self.came_from[state]
        return route[::-1]

    @property
    def scenes(self) -> set[str]:
        """The scenes that can be reached."""
        return {state[0] for state in self.steps}


def explore(dilemma: Dilemma, sliced: bool = True, largest: int = LARGEST) -> Exploration:
    """Visit every state, nearest first; raises TooLargeError past `largest` states."""
    kept = slice_of(dilemma) if sliced else whole_of(dilemma)
    moves = {s.id: [_move(c, s.id, kept) for c in s.choices] for s in dilemma.scenes.values()}
    texts = _texts(dilemma, kept)
    start: State = (dilemma.start, 0, (0,) * len(kept.values), 0)
    found = Exploration(start, {start: None})
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        found.seen_texts.update(i for i, holds in texts[state[0]] if holds(state))
        after = [(choice, go(state)) for choice, holds, go in moves[state[0]] if holds(state)]
        found.steps[state] = after
        for choice, follower in after:
            if follower not in found.came_from:
                found.came_from[follower] = (state, choice)
                waiting.append(follower)
        if len(found.came_from) > largest:
            raise TooLargeError(dilemma.id)
    return found


def slice_of(dilemma: Dilemma) -> Slice:
    """Only what some condition reads."""
    read = [atom for condition in conditions_of(dilemma) for atom in atoms(condition)]
    return Slice(
        _places(a.name for a in read if isinstance(a, Flag)),
        _places(a.value for a in read if isinstance(a, Compare)),
        _places(a.scene for a in read if isinstance(a, Visited)),
    )


def whole_of(dilemma: Dilemma) -> Slice:
    """Everything, read or not."""
    return Slice(_places(dilemma.flags), _places(dilemma.values), _places(dilemma.scenes))


def conditions_of(dilemma: Dilemma) -> list[Condition]:
    """Every condition in the file, of choices and of texts."""
    scenes = dilemma.scenes.values()
    of_choices = [c.condition for s in scenes for c in s.choices if c.condition]
    of_texts = [p.condition for s in scenes for p in s.parts if isinstance(p, ConditionalText)]
    return of_choices + of_texts


def routes(dilemma: Dilemma) -> dict[str, tuple[int, ...]]:
    """For each ending a shortest run to it, as the list of choices that replays it."""
    found = explore(dilemma)
    shortest: dict[str, tuple[int, ...]] = {}
    for state in found.steps:
        if dilemma.scenes[state[0]].is_ending and state[0] not in shortest:
            shortest[state[0]] = tuple(choice.index for _, choice in found.route(state))
    return shortest


def leads_to(found: Exploration, goals: Iterable[State]) -> set[State]:
    """The states from which one of the goals can be reached."""
    before: dict[State, list[State]] = {}
    for state, after in found.steps.items():
        for _, follower in after:
            before.setdefault(follower, []).append(state)
    reached = set(goals)
    waiting = list(reached)
    while waiting:
        for earlier in before.get(waiting.pop(), ()):
            if earlier not in reached:
                reached.add(earlier)
                waiting.append(earlier)
    return reached


def after_red(found: Exploration) -> set[State]:
    """The states that can follow on a red choice."""
    reached = {
        follower
        for after in found.steps.values()
        for choice, follower in after
        if choice.limit and choice.limit.colour is LimitColour.RED
    }
    waiting = list(reached)
    while waiting:
        for _, follower in found.steps[waiting.pop()]:
            if follower not in reached:
                reached.add(follower)
                waiting.append(follower)
    return reached


# ------------------------------------------------------------ conditions and steps, made ready


def _places(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def _texts(dilemma: Dilemma, kept: Slice) -> dict[str, list[tuple[int, Holds]]]:
    return {
        scene.id: [
            (id(part), _compiled(part.condition, kept))
            for part in scene.parts
            if isinstance(part, ConditionalText)
        ]
        for scene in dilemma.scenes.values()
    }


def _move(
    choice: Choice, scene: str, kept: Slice
) -> tuple[Choice, Holds, Callable[[State], State]]:
    holds = _compiled(choice.condition, kept) if choice.condition else _always
    sets = _bits(choice.sets, kept.flags)
    clears = ~_bits(choice.clears, kept.flags)
    left = _bits([scene], kept.visited)
    scores = [choice.scores.get(key, 0) for key in kept.values]
    counts = any(scores)

    def go(state: State) -> State:
        values = state[2]
        if counts:
            values = tuple(clamp(v + d) for v, d in zip(values, scores, strict=True))
        return choice.target, (state[1] | sets) & clears, values, state[3] | left

    return choice, holds, go


def _bits(names: Iterable[str], places: dict[str, int]) -> int:
    bits = 0
    for name in names:
        if name in places:
            bits |= 1 << places[name]
    return bits


def _always(state: State) -> bool:
    return True


def _compiled(condition: Condition, kept: Slice) -> Holds:
    match condition:
        case Flag(name):
            flag = 1 << kept.flags[name]
            return lambda state: bool(state[1] & flag)
        case Visited(scene):
            left = 1 << kept.visited[scene]
            return lambda state: bool(state[3] & left)
        case Compare(value, op, number):
            place, compare = kept.values[value], COMPARE[op]
            return lambda state: compare(state[2][place], number)
        case Not(part):
            inner = _compiled(part, kept)
            return lambda state: not inner(state)
        case And(parts):
            both = [_compiled(part, kept) for part in parts]
            return lambda state: all(holds(state) for holds in both)
        case Or(parts):
            either = [_compiled(part, kept) for part in parts]
            return lambda state: any(holds(state) for holds in either)

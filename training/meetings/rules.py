"""Decides how a dilemma goes in a room: from waiting to the end, vote by vote, in words only."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from training.content import play
from training.content.classes import Choice, Dilemma, DiscussionQuestion, PathBy, Scene
from training.content.play import State
from training.identity.rules import QUARTER, Limit


class Phase(enum.Enum):
    """What the screens show. FIGURES follows CLOSED, because the question comes before them."""

    LOBBY = "wachtkamer"
    SCENE = "scène"
    VOTE = "stemmen"
    CLOSED = "gesloten"
    FIGURES = "uitkomst"
    TALK = "praten"
    ENDING = "afloop"
    DEBRIEF = "nabespreking"
    END = "einde"


class RoundKind(enum.Enum):
    """Which vote on a scene it is."""

    FIRST = "eerste ronde"
    SECOND = "tweede ronde"
    WHAT_IF = "wat als"


class Step(enum.Enum):
    """What the facilitator can do; the value is the button's text."""

    START = "Begin"
    OPEN_VOTE = "Open de stemming"
    CLOSE_VOTE = "Sluit de stemming"
    REOPEN = "Stem opnieuw, met een lege stembus"
    SHOW_FIGURES = "Toon de uitkomst"
    TALK = "Praat er samen over"
    OPEN_SECOND = "Open de tweede ronde"
    ASK_WHAT_IF = "Stem over deze wat als"
    CHOOSE = "Ga verder op dit pad"
    DEBRIEF = "Naar de nabespreking"
    END = "Naar het einde"
    BACK = "Eén stap terug"
    PAUSE = "Pauze"
    RESUME = "Ga verder na de pauze"


LEAST_VOTES = 5  # fewer, and a figure would tell on single persons
MOST_WHAT_IFS = 6  # in one scene: asking on and on with one voter less would tell on that one


class NotPossibleError(ValueError):
    """A step that cannot be taken where the meeting stands."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How this meeting plays the dilemma: the scenes that are voted on, those with a second round,
    who picks the path. A quick form has one scene and one vote."""

    vote: tuple[str, ...]
    second_round: tuple[str, ...] = ()
    path_by: PathBy = PathBy.FACILITATOR
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a meeting stands. `back` is whether the last step can be undone."""

    phase: Phase = Phase.LOBBY
    path: tuple[int, ...] = ()
    paused: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """A vote on the scene where the meeting stands. `options` are the indexes of the choices that
    could be taken; `steps` their place in `FIVE_STEPS`, None when there were too few votes."""

    kind: RoundKind
    options: tuple[int, ...]
    closed: bool = False
    voted: int = 0
    question: str = ""
    steps: tuple[int, ...] | None = None
    majority: int | None = None

    @property
    def seen(self) -> bool:
        """Whether its figures were shown. Then it is not opened again: two outcomes of one
        question, with one voter less, would tell on that one."""
        return self.steps is not None

    @property
    def lost(self) -> bool:
        """Whether there were votes enough, and yet no figures: the machine started anew."""
        return self.closed and self.voted >= LEAST_VOTES and not self.seen


# ---------------------------------------------------------------- the state machine


def state_of(dilemma: Dilemma, stand: Stand) -> State:
    """The state of the group: by replay of its path, so that every screen shows the same."""
    return play.replay(dilemma, stand.path)


def possible(
    dilemma: Dilemma, plan: Plan, stand: Stand, rounds: Sequence[Round]
) -> tuple[Step, ...]:
    """What the facilitator can do here, the obvious thing first. `rounds` are the votes on this
    scene so far, the oldest first."""
    if stand.paused:
        return (Step.RESUME,)
    steps = list(_forward(dilemma, plan, stand, rounds))
    if stand.back:
        steps.append(Step.BACK)
    if stand.phase not in (Phase.LOBBY, Phase.END):
        steps.append(Step.PAUSE)
    return tuple(steps)


def _forward(dilemma: Dilemma, plan: Plan, stand: Stand, rounds: Sequence[Round]) -> list[Step]:
    scene = dilemma.scenes[state_of(dilemma, stand).scene]
    counted = any(r.closed for r in rounds)
    onward = [Step.DEBRIEF] if plan.quick else [Step.CHOOSE]
    match stand.phase:
        case Phase.LOBBY:
            return [Step.START]
        case Phase.SCENE:
            return [Step.OPEN_VOTE] if scene.id in plan.vote and not counted else onward
        case Phase.VOTE:
            return [Step.CLOSE_VOTE]
        case Phase.CLOSED:
            seen = bool(rounds) and rounds[-1].seen
            return [Step.SHOW_FIGURES] if seen else [Step.SHOW_FIGURES, Step.REOPEN]
        case Phase.FIGURES:
            asked = sum(r.kind is RoundKind.WHAT_IF for r in rounds)
            also = [Step.ASK_WHAT_IF] if asked < MOST_WHAT_IFS else []
            also += [Step.REOPEN] if rounds and rounds[-1].lost else []
            if _second_due(plan, scene, rounds):
                return [Step.TALK, *also, *onward]
            return [*onward, *also]
        case Phase.TALK:
            return [Step.OPEN_SECOND, *onward]
        case Phase.ENDING:
            return [Step.DEBRIEF]
        case Phase.DEBRIEF:
            return [Step.END]
        case Phase.END:
            return []


def _second_due(plan: Plan, scene: Scene, rounds: Sequence[Round]) -> bool:
    return scene.id in plan.second_round and not any(r.kind is RoundKind.SECOND for r in rounds)


def after(
    dilemma: Dilemma,
    plan: Plan,
    stand: Stand,
    rounds: Sequence[Round],
    step: Step,
    choice: int | None = None,
) -> Stand:
    """The stand after a step. `choice` is the path that is picked. Raises `NotPossibleError`."""
    if step not in possible(dilemma, plan, stand, rounds):
        raise NotPossibleError(step.value)
    match step:
        case Step.PAUSE | Step.RESUME:
            return replace(stand, paused=step is Step.PAUSE)
        case Step.BACK:
            return _before(dilemma, plan, stand)
        case Step.CHOOSE:
            return _chosen(dilemma, plan, stand, rounds, choice)
        case _:
            phase = _NEXT_PHASE[step]
            undoable = phase not in (Phase.VOTE, Phase.CLOSED)
            return replace(stand, phase=phase, back=undoable)


_NEXT_PHASE = {
    Step.START: Phase.SCENE,
    Step.OPEN_VOTE: Phase.VOTE,
    Step.OPEN_SECOND: Phase.VOTE,
    Step.ASK_WHAT_IF: Phase.VOTE,
    Step.REOPEN: Phase.VOTE,
    Step.CLOSE_VOTE: Phase.CLOSED,
    Step.SHOW_FIGURES: Phase.FIGURES,
    Step.TALK: Phase.TALK,
    Step.DEBRIEF: Phase.DEBRIEF,
    Step.END: Phase.END,
}


def _chosen(
    dilemma: Dilemma, plan: Plan, stand: Stand, rounds: Sequence[Round], choice: int | None
) -> Stand:
    allowed = {c.index for c in paths(dilemma, plan, stand, rounds)}
    if choice not in allowed:
        raise NotPossibleError(Step.CHOOSE.value)
    path = (*stand.path, choice)
    ended = dilemma.scenes[play.replay(dilemma, path).scene].is_ending
    return Stand(Phase.ENDING if ended else Phase.SCENE, path, back=True)


def _before(dilemma: Dilemma, plan: Plan, stand: Stand) -> Stand:
    """Where one step back leads. Nothing voted is lost by it, so it is never on an open vote."""
    if stand.phase in (Phase.SCENE, Phase.ENDING) and stand.path:
        path = stand.path[:-1]
        scene = play.replay(dilemma, path).scene
        return Stand(Phase.FIGURES if scene in plan.vote else Phase.SCENE, path)
    if stand.phase is Phase.DEBRIEF and plan.quick:
        return replace(stand, phase=Phase.FIGURES, back=False)
    earlier = {
        Phase.SCENE: Phase.LOBBY,
        Phase.FIGURES: Phase.CLOSED,
        Phase.TALK: Phase.FIGURES,
        Phase.DEBRIEF: Phase.ENDING,
        Phase.END: Phase.DEBRIEF,
    }[stand.phase]
    return replace(stand, phase=earlier, back=False)


def paths(
    dilemma: Dilemma, plan: Plan, stand: Stand, rounds: Sequence[Round]
) -> tuple[Choice, ...]:
    """The choices that may be picked as the path: all that are available, or when the majority
    picks only its choice. At a tie, or with too few votes, it is up to the facilitator."""
    choices = play.available(dilemma, state_of(dilemma, stand))
    if plan.path_by is PathBy.MAJORITY:
        decided = next(
            (r.majority for r in reversed(rounds) if r.closed and r.kind is not RoundKind.WHAT_IF),
            None,
        )
        mine = tuple(c for c in choices if c.index == decided)
        return mine or choices
    return choices


def what_ifs(dilemma: Dilemma, stand: Stand) -> tuple[DiscussionQuestion, ...]:
    """The "wat als" questions that the file prepared for this scene."""
    scene = state_of(dilemma, stand).scene
    return tuple(q for q in dilemma.discussion if q.what_if and q.scene == scene)


def questions_for(dilemma: Dilemma, stand: Stand) -> tuple[DiscussionQuestion, ...]:
    """What to talk about after the vote on this scene."""
    scene = state_of(dilemma, stand).scene
    return tuple(q for q in dilemma.discussion if not q.what_if and q.scene == scene)


def plan_of(dilemma: Dilemma, quick: bool = False) -> Plan:
    """How the author proposes to play it; the quick form is one vote on the first scene."""
    if quick:
        return Plan((dilemma.start,), quick=True)
    group = dilemma.group
    return Plan(group.vote or (dilemma.start,), group.second_round, group.path_by)


# ---------------------------------------------------------------- figures in words

FIVE_STEPS = (
    "bijna niemand",
    "een deel",
    "ongeveer de helft",
    "de meeste",
    "bijna iedereen",
)


def in_steps(counts: Mapping[int, int], options: Sequence[int]) -> tuple[int, ...] | None:
    """The place in `FIVE_STEPS` of each option; None with fewer than five votes. The outer steps
    always hold two counts (nobody or one; all or all but one), so that no single vote shows."""
    total = sum(counts.values())
    if total < LEAST_VOTES:
        return None
    return tuple(_step_of(counts.get(option, 0), total) for option in options)


def _step_of(count: int, total: int) -> int:
    share = count / total
    if count <= 1 or share < 0.15:
        return 0
    if count >= total - 1 or share > 0.85:
        return 4
    if share < 0.4:
        return 1
    return 2 if share <= 0.6 else 3


def majority_of(counts: Mapping[int, int]) -> int | None:
    """The choice with the most votes; None at a tie or with fewer than five votes."""
    if sum(counts.values()) < LEAST_VOTES:
        return None
    most = max(counts.values())
    winners = [choice for choice, count in counts.items() if count == most]
    return winners[0] if len(winners) == 1 else None


# ---------------------------------------------------------------- codes

# Only wrong codes count, so a council that shares one address never locks itself out.
WRONG_CODE_HERE = Limit("wrong meeting code from network", 60, QUARTER)
WRONG_CODE_ANYWHERE = Limit("wrong meeting code", 2000, QUARTER)

SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ3479"  # of each pair that looks alike only one
CODE_LENGTH = 6
_LOOK_ALIKES = str.maketrans("O01I2568", "QQLLZSGB")


def new_code() -> str:
    """A code of six signs that cannot be guessed (28 to the sixth: 482 million)."""
    return "".join(secrets.choice(SIGNS) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str:
    """The code that somebody meant: without spaces and dashes, in capitals, and with a sign that
    is not in use read as the one it looks like."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    return signs.translate(_LOOK_ALIKES)


def spaced(code: str) -> str:
    """A code as it is easy to read aloud: two times three signs."""
    return f"{code[:3]} {code[3:]}"

"""What a dilemma may not do, proved over all its states; and what makes it a weak dilemma."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

from training.content.classes import (
    Choice,
    ConditionalText,
    Dilemma,
    Figure,
    LimitColour,
    Scene,
)
from training.content.conditions import Flag, atoms, show
from training.content.explore import (
    LARGEST,
    Exploration,
    State,
    TooLargeError,
    after_red,
    conditions_of,
    explore,
    leads_to,
)
from training.content.front_matter import Located
from training.content.rules import Report

WORDS_A_MINUTE = 200
MINUTES_A_CHOICE = 1 / 3
MANY_CHOICES = 5
_SHADE = {None: 0, LimitColour.GREEN: 0, LimitColour.GREY: 1, LimitColour.RED: 2}


def check_dilemma(dilemma: Dilemma, front: Located, report: Report) -> Exploration | None:
    """Report what is wrong or weak; the exploration, or None when it is too large."""
    try:
        found = explore(dilemma)
    except TooLargeError:
        report.add(1, "D023", limit=LARGEST)
        return None
    _check_reach(dilemma, found, report)
    _check_ways_out(dilemma, found, report)
    if not report.failed:
        _check_choices(dilemma, found, report)
        _check_names(dilemma, front, report)
        _check_red(dilemma, found, report)
        _check_minutes(dilemma, found, front, report)
    return found


# ------------------------------------------------------------ proofs


def _check_reach(dilemma: Dilemma, found: Exploration, report: Report) -> None:
    taken = {id(choice) for after in found.steps.values() for choice, _ in after}
    reached = found.scenes
    blocked: set[str] = set()
    for scene in dilemma.scenes.values():
        for choice in scene.choices if scene.id in reached else ():
            if id(choice) not in taken and choice.condition:
                report.add(choice.line, "D007", condition=show(choice.condition))
                blocked.add(choice.target)
    for scene in _first_missed(dilemma, reached, blocked):
        report.add(scene.line, "D006", title=scene.title)


def _first_missed(dilemma: Dilemma, reached: set[str], blocked: set[str]) -> list[Scene]:
    """Scenes out of reach that are not out of reach only because another one is."""
    missed = [s for s in dilemma.scenes.values() if s.id not in reached]
    after_missed = {c.target for s in missed for c in s.choices if c.target != s.id}
    first = [s for s in missed if s.id not in blocked and s.id not in after_missed]
    return first or (missed[:1] if not blocked else [])


def _check_ways_out(dilemma: Dilemma, found: Exploration, report: Report) -> None:
    endings = {s for s in found.steps if dilemma.scenes[s[0]].is_ending}
    stuck = [s for s, after in found.steps.items() if not after and s not in endings]
    told: set[str] = set()
    for state in stuck:
        if state[0] not in told:
            told.add(state[0])
            line = dilemma.scenes[state[0]].line
            report.add(line, "D008", path=_path(dilemma, found, state))
    safe = leads_to(found, [*endings, *stuck])
    lost = next((s for s in found.steps if s not in safe), None)
    if lost is not None:
        report.add(dilemma.scenes[lost[0]].line, "D009", path=_path(dilemma, found, lost))


def _path(dilemma: Dilemma, found: Exploration, state: State) -> str:
    steps = [
        f"{dilemma.scenes[scene].title} (keuze {choice.index + 1})"
        for scene, choice in found.route(state)
    ]
    return " → ".join([*steps, dilemma.scenes[state[0]].title])


# ------------------------------------------------------------ weaknesses


def _check_choices(dilemma: Dilemma, found: Exploration, report: Report) -> None:
    together: dict[str, set[tuple[int, ...]]] = {}
    for state, after in found.steps.items():
        together.setdefault(state[0], set()).add(tuple(c.index for c, _ in after))
    for scene in dilemma.scenes.values():
        if len(scene.choices) > MANY_CHOICES:
            count = len(scene.choices)
            report.add(scene.line, "D106", title=scene.title, count=count)
        _check_dominance(scene, together.get(scene.id, set()), dilemma.values, report)
        _check_length(scene, report)
        for part in scene.parts:
            if isinstance(part, ConditionalText) and id(part) not in found.seen_texts:
                report.add(scene.line, "D108", condition=show(part.condition))


def _check_dominance(
    scene: Scene, together: set[tuple[int, ...]], values: Mapping[str, str], report: Report
) -> None:
    for one, other in permutations(scene.choices, 2):
        meet = any(one.index in seen and other.index in seen for seen in together)
        if meet and dominates(one, other, values):
            better, worse = one.index + 1, other.index + 1
            report.add(one.line, "D101", better=better, worse=worse)


def dominates(one: Choice, other: Choice, values: Mapping[str, str]) -> bool:
    """No worse on any value, better on one, and no further over the legal limit.

    A choice nearer to the limit of the law pays for its gain with that, so it tempts and does
    not dominate.
    """
    differences = [one.scores.get(v, 0) - other.scores.get(v, 0) for v in values]
    return min(differences) >= 0 and max(differences) > 0 and _shade(one) <= _shade(other)


def _shade(choice: Choice) -> int:
    return _SHADE[choice.limit.colour if choice.limit else None]


def _check_length(scene: Scene, report: Report) -> None:
    lengths = [len(choice.rich.text.split()) for choice in scene.choices]
    for choice, length in zip(scene.choices, lengths, strict=True):
        others = [n for c, n in zip(scene.choices, lengths, strict=True) if c is not choice]
        if others and length > 2 * max(others) and length - max(others) >= 6:
            report.add(choice.line, "D105", words=length)


def _check_names(dilemma: Dilemma, front: Located, report: Report) -> None:
    choices = [c for s in dilemma.scenes.values() for c in s.choices]
    read = {a.name for c in conditions_of(dilemma) for a in atoms(c) if isinstance(a, Flag)}
    is_set = {flag for c in choices for flag in c.sets}
    moved = {key for c in choices for key in c.scores}
    for key in dilemma.values:
        if key not in moved:
            report.add(front.line(("waarden", key)), "D102", key=key)
    for key in dilemma.flags:
        if key not in is_set:
            report.add(front.line(("vlaggen", key)), "D103", key=key, what="gezet")
        elif key not in read:
            report.add(
                front.line(("vlaggen", key)), "D103", key=key, what="gelezen in een voorwaarde"
            )


def _check_red(dilemma: Dilemma, found: Exploration, report: Report) -> None:
    endings = {s[0] for s in after_red(found) if dilemma.scenes[s[0]].is_ending}
    if len(endings) == 1 and len(dilemma.endings) > 1:
        ending = dilemma.scenes[endings.pop()]
        report.add(ending.line, "D104", ending=ending.title)


def _check_minutes(dilemma: Dilemma, found: Exploration, front: Located, report: Report) -> None:
    needed = round(longest_minutes(dilemma, found))
    if needed > dilemma.minutes_solo:
        report.add(
            front.line(("minuten", "solo")), "D107", needed=needed, minutes=dilemma.minutes_solo
        )


def longest_minutes(dilemma: Dilemma, found: Exploration) -> float:
    """Minutes for the longest way through, each scene once, with introduction and debrief."""
    after: dict[str, set[str]] = {}
    for state, steps in found.steps.items():
        after.setdefault(state[0], set()).update(follower[0] for _, follower in steps)
    apart = len(dilemma.intro.text.split()) + len(dilemma.debrief.text.split())
    weights = {s.id: _minutes(s) for s in dilemma.scenes.values()}
    return apart / WORDS_A_MINUTE + _longest(dilemma.start, after, weights, frozenset(), [20_000])


def _longest(
    scene: str,
    after: Mapping[str, set[str]],
    weights: Mapping[str, float],
    seen: frozenset[str],
    budget: list[int],
) -> float:
    """The heaviest path without a scene twice; stops looking when the budget is spent."""
    budget[0] -= 1
    if budget[0] < 0:
        return 0.0
    seen = seen | {scene}
    ways = [_longest(s, after, weights, seen, budget) for s in sorted(after[scene] - seen)]
    return weights[scene] + max(ways, default=0.0)


def _minutes(scene: Scene) -> float:
    consequences = [len(c.consequence.text.split()) for c in scene.choices if c.consequence]
    read = scene_words(scene) + max(consequences, default=0)
    return read / WORDS_A_MINUTE + (MINUTES_A_CHOICE if scene.choices else 0)


def scene_words(scene: Scene) -> int:
    """How many words a reader of this scene reads, choices included."""
    texts = [part.rich.text for part in scene.parts if not isinstance(part, Figure)]
    texts += [choice.rich.text for choice in scene.choices]
    return sum(len(text.split()) for text in texts)

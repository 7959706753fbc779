"""Decides where each scene stands on the map of a run: the way taken, and the ways left alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from training.content.classes import Dilemma
from training.dilemmas.rules import path_of

COLUMN, ROW, EDGE = 56, 64, 28  # units of the drawing


@dataclass(frozen=True, slots=True)
class Place:
    """A scene on the map: `number` is its first turn in the run, 0 when it was not seen."""

    x: int
    y: int
    number: int
    is_ending: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A choice from one scene to another, as the path of an SVG line."""

    line: str
    taken: bool


@dataclass(frozen=True, slots=True)
class PathMap:
    """The whole drawing; `unseen` and `unseen_endings` count what this run did not come by."""

    width: int
    height: int
    places: tuple[Place, ...]
    ways: tuple[Way, ...]
    unseen: int
    unseen_endings: int


def path_map(dilemma: Dilemma, choices: Sequence[int]) -> PathMap:
    """The map of a run, from the start above to the endings below. A scene stands as many rows
    down as the fewest choices that lead to it; all endings stand on the last row."""
    path = path_of(dilemma, choices)
    seen = [step.scene.id for step in path]
    if path:
        seen.append(path[-1].choice.target)
    numbers = {scene: place for place, scene in reversed(list(enumerate(seen, 1)))}
    rows = _rows(dilemma)
    most = max(len(row) for row in rows)
    spots = {
        scene: (EDGE + COLUMN * most // 2 + int(COLUMN * (place - len(row) / 2)), EDGE + ROW * down)
        for down, row in enumerate(rows)
        for place, scene in enumerate(row)
    }
    taken = set(itertools.pairwise(seen))
    pairs = dict.fromkeys(
        (scene.id, choice.target)
        for scene in dilemma.scenes.values()
        for choice in scene.choices
        if scene.id in spots and choice.target in spots
    )
    ways = [Way(_line(spots[one], spots[other]), (one, other) in taken) for one, other in pairs]
    places = [
        Place(*spot, numbers.get(scene, 0), dilemma.scenes[scene].is_ending)
        for scene, spot in spots.items()
    ]
    return PathMap(
        width=COLUMN * most + EDGE,
        height=ROW * (len(rows) - 1) + 2 * EDGE,
        places=tuple(places),
        ways=tuple(sorted(ways, key=lambda way: way.taken)),
        unseen=sum(not place.number and not place.is_ending for place in places),
        unseen_endings=sum(not place.number and place.is_ending for place in places),
    )


def _rows(dilemma: Dilemma) -> list[list[str]]:
    """The scenes by how many choices they are away from the start, and the endings last."""
    rows, found = [[dilemma.start]], {dilemma.start}
    while rows[-1]:
        further = dict.fromkeys(
            choice.target
            for scene in rows[-1]
            for choice in dilemma.scenes[scene].choices
            if choice.target not in found and not dilemma.scenes[choice.target].is_ending
        )
        found.update(further)
        rows.append(list(further))
    rows[-1] = [scene.id for scene in dilemma.endings]
    return rows


def _line(one: tuple[int, int], other: tuple[int, int]) -> str:
    """A curve from scene to scene; one that passes a row, or goes back up, swings wide."""
    (x1, y1), (x2, y2) = one, other
    if y2 - y1 == ROW:
        middle = (y1 + y2) // 2
        return f"M{x1} {y1}C{x1} {middle} {x2} {middle} {x2} {y2}"
    wide = max(x1, x2) + COLUMN // 2 if x1 == x2 else (x1 + x2) // 2
    return f"M{x1} {y1}Q{wide} {(y1 + y2) // 2} {x2} {y2}"

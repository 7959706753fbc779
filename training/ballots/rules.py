"""The one function that decides which figures on choices may be shown, and how coarsely.

Screen, export, API and mail all use `published`. A municipality may raise the numbers, never lower
them. Source: the product's rules for publishing figures, docs/privacy.md.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many ballots a figure is shown. `options`: choices per option. `renewal`: how many
    newcomers renew a frozen snapshot. `step` and `top` are percentages."""

    figures: int = 10
    options: int = 25
    renewal: int = 10
    step: int = 10
    top: int = 90

    def raised(self, figures: int = 0, options: int = 0, renewal: int = 0) -> Thresholds:
        """These thresholds with what a municipality asks for; never lower than they are."""
        return Thresholds(
            max(self.figures, figures),
            max(self.options, options),
            max(self.renewal, renewal),
            self.step,
            self.top,
        )


@dataclass(frozen=True, slots=True)
class Share:
    """One option in steps of ten percent; `words` is how the page says it."""

    option: int
    percent: int
    words: str


MIN_BATCH = 10  # ballots of one cell that leave the box together


def published(counts: Mapping[int, int], rest: int, thresholds: Thresholds) -> list[Share] | None:
    """What may be shown of one cell: `counts` per option, `rest` the number of ballots of the node
    above that are not in this cell (its complement). None: nothing may be shown.

    A cell is shown only when it is large enough and its complement is empty or large enough too:
    else the difference of two published cells would tell on the few that are left over."""
    total = sum(counts.values())
    if total < thresholds.options or 0 < rest < thresholds.options:
        return None
    return [Share(option, *_coarse(n, total, thresholds)) for option, n in sorted(counts.items())]


def _coarse(n: int, total: int, thresholds: Thresholds) -> tuple[int, str]:
    """A share in steps, top-coded and bottom-coded: unanimity tells on everybody."""
    step, top = thresholds.step, thresholds.top
    percent = round(100 * n / total / step) * step
    if percent >= top:
        return top, f"{top} procent of meer"
    if percent <= 100 - top:
        return 100 - top, f"{100 - top} procent of minder"
    return percent, f"ongeveer {percent} procent"


def renewed(frozen_total: int, live_total: int, thresholds: Thresholds) -> bool:
    """Whether a frozen snapshot may be made again: only per so many newcomers, so that refreshing
    after every completion shows nothing of the last one."""
    return live_total - frozen_total >= thresholds.renewal


def home_of(path: Sequence[tuple[uuid.UUID, int]], thresholds: Thresholds) -> uuid.UUID:
    """The unit under which a ballot is counted: the lowest on the path from team to municipality
    with enough people to be published one day, or else the municipality itself."""
    for unit_id, people in path:
        if people >= thresholds.options:
            return unit_id
    return path[-1][0]

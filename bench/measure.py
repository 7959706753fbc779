"""Decides whether a measure holds, and writes measures as a table or as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measure:
    """What we take against what the ceiling takes, both in `unit`. `bound` limits the ratio of the
    two: from above, or with `at_least` from below."""

    name: str
    ours: float
    ceiling: float
    unit: str
    bound: float
    at_least: bool = False
    paired_ratio: float | None = None

    @property
    def ratio(self) -> float:
        """Ours divided by the ceiling; of paired rounds the median of their ratios."""
        return self.ours / self.ceiling if self.paired_ratio is None else self.paired_ratio

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its bound."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound


def paired(
    name: str,
    rounds: Sequence[tuple[float, float]],
    unit: str,
    bound: float,
    at_least: bool = False,
) -> Measure:
    """A measure from paired rounds of (ours, ceiling): medians, and the median of the ratios, so
    that a round in which the machine was busy with something else counts once for both."""
    return Measure(
        name,
        statistics.median(ours for ours, _ in rounds),
        statistics.median(ceiling for _, ceiling in rounds),
        unit,
        bound,
        at_least,
        statistics.median(ours / ceiling for ours, ceiling in rounds),
    )


def alternate(
    rounds: int, ours: Callable[[], float], ceiling: Callable[[], float]
) -> list[tuple[float, float]]:
    """Takes both in turn, so many times, each going first in half of the rounds."""
    found = []
    for number in range(rounds):
        if number % 2:
            bare = ceiling()
            found.append((ours(), bare))
        else:
            own = ours()
            found.append((own, ceiling()))
    return found


HEAD = ("name", "ours", "ceiling", "unit", "ratio", "bound", "holds")


def table(measures: Iterable[Measure]) -> str:
    """The measures as a Markdown table, that reads as well on a terminal."""
    rows = [HEAD, *(_cells(measure) for measure in measures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def write_json(path: Path, measures: Iterable[Measure]) -> None:
    """Keeps the measures as a list of objects with the columns of the table."""
    rows = [
        {
            "name": m.name,
            "ours": m.ours,
            "ceiling": m.ceiling,
            "unit": m.unit,
            "ratio": m.ratio,
            "bound": m.bound,
            "at_least": m.at_least,
            "holds": m.holds,
        }
        for m in measures
    ]
    path.write_text(json.dumps(rows, indent=1) + "\n")


def _cells(m: Measure) -> tuple[str, ...]:
    bound = f"{'≥' if m.at_least else '≤'} {m.bound:g}"
    ours, ceiling = _number(m.ours), _number(m.ceiling)
    return (m.name, ours, ceiling, m.unit, f"{m.ratio:.2f}", bound, "yes" if m.holds else "no")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"

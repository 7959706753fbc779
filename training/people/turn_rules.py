"""Decides when somebody begins anew: in a new council term, in mid-term, or in another role."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass

from training.access import Population
from training.people.rules import POPULATIONS, PositionKind

DAY = dt.timedelta(days=1)


class Turn(enum.Enum):
    """What began for somebody."""

    TERM = "begin van de raadsperiode"
    SUCCESSOR = "tussentijdse opvolging"
    ROLE = "andere rol"


@dataclass(frozen=True, slots=True)
class Held:
    """A position as far as a beginning shows from it; `until_on` is its last day."""

    kind: PositionKind
    job_title: str
    from_on: dt.date
    until_on: dt.date | None
    recorded_on: dt.date


def turns(held: Sequence[Held], terms: Sequence[dt.date]) -> list[tuple[dt.date, Turn]]:
    """The days on which one person began anew, with what: never before it was recorded, as nobody
    is late for what was not known. `terms`: the first days of the council's terms. A first position
    in service is no turn: whoever comes new has a first round."""
    found = set()
    for one in held:
        turn = _turn(one, [other for other in held if other.from_on < one.from_on], terms)
        if turn is not None:
            found.add((max(one.from_on, one.recorded_on), turn))
    return sorted(found, key=lambda pair: (pair[0], pair[1].name))


def _turn(one: Held, earlier: Sequence[Held], terms: Sequence[dt.date]) -> Turn | None:
    if one.kind in POPULATIONS[Population.COUNCIL]:
        term = max((day for day in terms if day <= one.from_on), default=dt.date.min)
        if term == one.from_on:
            return Turn.TERM
        # a member who was replaced for a while, or whose faction changed, comes back: no beginning
        sat = any(other.kind is one.kind and other.from_on >= term for other in earlier)
        return None if sat else Turn.SUCCESSOR
    if not earlier:
        return None
    until_then = [o for o in earlier if o.until_on is None or o.until_on + DAY >= one.from_on]
    before = until_then or [max(earlier, key=lambda other: other.from_on)]
    return None if any(_same_role(other, one) for other in before) else Turn.ROLE


def _same_role(one: Held, other: Held) -> bool:
    """The same work, also in another team; a job title that is not known tells nothing."""
    titles = {title.strip().casefold() for title in (one.job_title, other.job_title)} - {""}
    return one.kind is other.kind and len(titles) < 2

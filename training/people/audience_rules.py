"""Decides who would belong to an audience by rules that are not kept yet: the preview."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.clock import add_months
from training.people.rules import PositionKind


@dataclass(frozen=True, slots=True)
class Ask:
    """What one rule asks of a position; None asks nothing. All that it asks must be met."""

    kind: PositionKind | None = None
    job_title: str | None = None
    unit_id: uuid.UUID | None = None
    tag: str | None = None
    first_months: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it asks nothing at all: then everybody would belong."""
        return not (self.kind or self.job_title or self.unit_id or self.tag)


@dataclass(frozen=True, slots=True)
class Holder:
    """A position that somebody holds today, as rules look at it."""

    person_id: uuid.UUID
    name: str
    kind: PositionKind
    job_title: str
    unit_id: uuid.UUID
    joined_on: dt.date
    tags: frozenset[str] = frozenset()


def meets(ask: Ask, holder: Holder, today: dt.date) -> bool:
    """Whether a position meets all that a rule asks, today."""
    if ask.first_months is not None and today >= add_months(holder.joined_on, ask.first_months):
        return False
    return (
        (ask.kind is None or ask.kind is holder.kind)
        and (ask.job_title is None or ask.job_title.lower() == holder.job_title.lower())
        and (ask.unit_id is None or ask.unit_id == holder.unit_id)
        and (ask.tag is None or ask.tag in holder.tags)
    )


def members(asks: Iterable[Ask], holders: Iterable[Holder], today: dt.date) -> set[uuid.UUID]:
    """Who belongs: everybody with a position that meets any of the rules."""
    rules = list(asks)
    return {h.person_id for h in holders if any(meets(ask, h, today) for ask in rules)}


@dataclass(frozen=True, slots=True)
class Preview:
    """What other rules would do, by person: who is in, comes in, goes out, is not in it, and is
    in no audience at all; each by name."""

    inside: Sequence[uuid.UUID]
    coming: Sequence[uuid.UUID]
    going: Sequence[uuid.UUID]
    outside: Sequence[uuid.UUID]
    nowhere: Sequence[uuid.UUID]


def preview(
    audience: str,
    now: Mapping[str, Collection[Ask]],
    then: Collection[Ask],
    holders: Sequence[Holder],
    today: dt.date,
) -> Preview:
    """What it does when the rules of one audience become `then`; `now` are those of all."""
    names = {holder.person_id: holder.name for holder in holders}
    before = members(now.get(audience, ()), holders, today)
    after = members(then, holders, today)
    others = members(
        (ask for one, asks in now.items() if one != audience for ask in asks), holders, today
    )

    def named(found: Iterable[uuid.UUID]) -> list[uuid.UUID]:
        return sorted(found, key=lambda one: (names[one].casefold(), one))

    return Preview(
        named(after),
        named(after - before),
        named(before - after),
        named(names.keys() - after),
        named(names.keys() - after - others),
    )

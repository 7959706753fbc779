"""Decides what stands on the learner's overview and in the catalogue, and in which order."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.assignments.queries import DutyStanding
from training.assignments.rules import Choose, Proof, Standing
from training.content.classes import Content, ContentKind, Dilemma, Library, Module, Theme


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: a piece of content, with the earliest date and all reasons for it."""

    kind: ContentKind
    content: Content
    due_on: dt.date
    standing: Standing
    reasons: tuple[str, ...]
    refresher: bool
    duty_id: uuid.UUID
    one_of: str = ""


def tasks(
    standings: Sequence[DutyStanding], library: Library, done: Sequence[Proof], today: dt.date
) -> list[Task]:
    """What somebody has to do now, the earliest first. Two duties for the same content are one
    task with the earliest date and both reasons; of "one of these" the first not yet done."""
    found: dict[tuple[ContentKind, str], Task] = {}
    for standing in standings:
        if not standing.standing.asks_for_work or standing.current is None:
            continue
        for kind, content_id in _asked(standing, done, today):
            content = library.content(kind, content_id)
            if content is None:
                continue
            task = Task(
                kind=kind,
                content=content,
                due_on=standing.current.due_on,
                standing=standing.standing,
                reasons=(standing.duty.title,),
                refresher=standing.form.is_short and kind is ContentKind.MODULE,
                duty_id=standing.duty.id,
                one_of=standing.duty.title if standing.duty.asked.choose is Choose.ONE else "",
            )
            found[kind, content_id] = _merged(found.get((kind, content_id)), task)
    return sorted(found.values(), key=lambda task: (task.due_on, task.content.title))


def _asked(
    standing: DutyStanding, done: Sequence[Proof], today: dt.date
) -> list[tuple[ContentKind, str]]:
    """The content that is still open in this round."""
    assert standing.current is not None
    opens = standing.current.opens_on
    content = standing.duty.content()
    if standing.duty.asked.choose is Choose.ONE:
        played = {proof.content for proof in done}
        fresh = [item for item in content if (item[0].name, item[1]) not in played]
        return (fresh or content)[:1]
    in_round = {proof.content for proof in done if opens <= proof.completed_on <= today}
    return [item for item in content if (item[0].name, item[1]) not in in_round]


def _merged(one: Task | None, other: Task) -> Task:
    if one is None:
        return other
    first, second = sorted((one, other), key=lambda task: task.due_on)
    return Task(
        kind=first.kind,
        content=first.content,
        due_on=first.due_on,
        standing=first.standing,
        reasons=tuple(dict.fromkeys((*first.reasons, *second.reasons))),
        refresher=first.refresher and second.refresher,
        duty_id=first.duty_id,
        one_of=first.one_of,
    )


def history(done: Sequence[Proof], library: Library) -> list[tuple[str, dt.date]]:
    """What somebody completed, the newest first: title (or the id of what is no longer offered)
    and day."""
    found = []
    for proof in done:
        kind, content_id = proof.content
        content = library.content(ContentKind[kind], content_id)
        found.append((content.title if content else content_id, proof.completed_on))
    return found


class Status(enum.Enum):
    """How somebody stands to a piece of content."""

    OPEN = "Nog te doen"
    BEGUN = "Begonnen"
    FREE = "Zelf te kiezen"
    DONE = "Al gedaan"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to learn in the catalogue; `done_on` is the last day it was completed."""

    content: Module | Dilemma
    status: Status = Status.FREE
    due_on: dt.date | None = None
    done_on: dt.date | None = None

    @property
    def key(self) -> tuple[ContentKind, str]:
        """What the search knows it by."""
        return self.content.kind, self.content.id


@dataclass(frozen=True, slots=True)
class Wish:
    """What the catalogue is limited to; None, 0 and empty limit nothing. `longest` in minutes."""

    theme: Theme | None = None
    audience: str = ""
    longest: int = 0
    status: Status | None = None

    def suits(self, content: Module | Dilemma) -> bool:
        """Whether content is what was asked for, whoever asks."""
        return (
            (self.theme is None or self.theme in content.themes)
            and (not self.audience or self.audience in content.audiences)
            and (not self.longest or content.minutes <= self.longest)
        )

    def allows(self, item: Item) -> bool:
        """Whether an item is what was asked for."""
        return self.suits(item.content) and (self.status is None or self.status is item.status)


def contents(library: Library) -> list[Module | Dilemma]:
    """All modules and dilemmas, in the order of the catalogue."""
    return [*library.modules.values(), *library.dilemmas.values()]


def shelf(
    shown: Iterable[Module | Dilemma],
    to_do: Sequence[Task] = (),
    done: Mapping[tuple[ContentKind, str], dt.date] | None = None,
    begun: Collection[str] = (),
) -> list[Item]:
    """Modules and dilemmas with how somebody stands to each; what has to be done comes before
    what is done, even when it was done before. `done`: the last day of what was completed."""
    due = {(task.kind, task.content.id): task.due_on for task in to_do}
    last = done or {}
    found = []
    for content in shown:
        key = (content.kind, content.id)
        done_on = last.get(key)
        is_begun = content.kind is ContentKind.MODULE and content.id in begun
        status = (
            Status.BEGUN
            if is_begun
            else Status.OPEN
            if key in due
            else Status.DONE
            if done_on
            else Status.FREE
        )
        found.append(Item(content, status, due.get(key), done_on))
    return found

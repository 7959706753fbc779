"""Decides what stands on the learner's overview, and in which order."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from training.assignments.queries import DutyStanding
from training.assignments.rules import Choose, Proof, RefresherForm, Standing
from training.content.classes import Content, ContentKind, Library


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
                refresher=standing.form is RefresherForm.REFRESHER and kind is ContentKind.MODULE,
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

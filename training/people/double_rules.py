"""Decides which persons of a municipality are likely the same person."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from training.people.import_names import folded


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person as this rule looks at one."""

    person_id: uuid.UUID
    given_name: str
    name: str
    email: str | None
    employee_number: str | None
    joined_on: dt.date


@dataclass(frozen=True, slots=True)
class Double:
    """Two persons who are likely one, and why."""

    one: Candidate
    other: Candidate
    why: str


MOST_OF_ONE_NAME = 4  # more of one name are rather a common name than doubles


def likely_doubles(candidates: Iterable[Candidate]) -> Sequence[Double]:
    """The pairs that share an address, or a name while one of them has no number: two people with
    the same name and each a number of their own are two people. By name, each pair once."""
    people = sorted(candidates, key=lambda c: (folded(c.name), c.joined_on, c.person_id))
    found: dict[tuple[uuid.UUID, uuid.UUID], Double] = {}
    by_email: dict[str, list[Candidate]] = defaultdict(list)
    by_name: dict[str, list[Candidate]] = defaultdict(list)
    for one in people:
        if one.email:
            by_email[one.email.lower()].append(one)
        by_name[folded(one.name)].append(one)
    groups = [(group, "zelfde e-mailadres") for group in by_email.values()]
    groups += [(group, "zelfde naam") for group in by_name.values()]
    for group, why in groups:
        if not 2 <= len(group) <= MOST_OF_ONE_NAME:
            continue
        for at, one in enumerate(group):
            for other in group[at + 1 :]:
                both = one.employee_number and other.employee_number
                if why == "zelfde naam" and both:
                    continue
                found.setdefault((one.person_id, other.person_id), Double(one, other, why))
    return sorted(found.values(), key=lambda d: (folded(d.one.name), d.one.person_id))

"""Gives the invented towns a council that lives: factions, terms, a successor, and meetings."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.clock import AMSTERDAM
from training.identity.models import Account, RoleGrant
from training.identity.rules import Role
from training.meetings.models import Attendance, Invitation, Meeting, MeetingAudience
from training.meetings.planning_rules import Invited, Presence
from training.people.models import CouncilTerm, Person, Position, Unit
from training.people.rules import PositionKind, UnitKind

FACTIONS = ("Gemeentebelangen Beekdal", "Groen en Sociaal", "Hart voor de Kern", "Vrije Lijst")
TERMS = (dt.date(2018, 3, 29), dt.date(2022, 3, 30), dt.date(2026, 3, 26))
SUCCEEDED = dt.timedelta(days=20)  # ago: the one who left is still known by name
DAY = dt.timedelta(days=1)
MOST_INVITED = 30
MEETINGS = (  # whose, kind of meeting, title, audience, days from today, hour, minutes
    ("team", "presentatie-team", "Signalen in ons werk", "vergunningverleners", -24, 10, 60),
    ("council", "dilemmasessie-raad", "Dilemma's voor de raad", "raadsleden", -38, 20, 60),
    ("team", "dilemmasessie-medewerkers", "Samen een dilemma", "vergunningverleners", 16, 10, 45),
    ("council", "themavoorlichting-raad", "Ondermijning hier", "raadsleden", 34, 20, 90),
)  # fmt: skip


def enliven(db: Session, today: dt.date) -> None:
    """Adds all of it to municipalities that have people. The same towns give the same: ids are
    derived from those that are there."""
    for municipality_id in sorted(
        db.scalars(sa.select(Unit.id).where(Unit.kind == UnitKind.MUNICIPALITY))
    ):
        _terms(db, municipality_id, today)
        _factions(db, municipality_id, today)
        _meetings(db, municipality_id, today)


def _terms(db: Session, municipality_id: uuid.UUID, today: dt.date) -> None:
    begun = [day for day in TERMS if day <= today]
    ends = [day - DAY for day in begun[1:]] + [None]
    rows = [
        {"municipality_id": municipality_id, "from_on": day, "until_on": last}
        for day, last in zip(begun, ends, strict=True)
    ]
    db.execute(sa.insert(CouncilTerm), rows)


def _factions(db: Session, municipality_id: uuid.UUID, today: dt.date) -> None:
    """Everybody of the council has a faction; one councillor left, and a committee member of the
    same faction has the seat."""
    kinds = (PositionKind.COUNCILLOR, PositionKind.COMMITTEE_MEMBER)
    seats = list(
        db.scalars(
            sa.select(Position)
            .where(Position.municipality_id == municipality_id, Position.kind.in_(kinds))
            .order_by(Position.id)
        )
    )
    for place, seat in enumerate(seats):
        seat.faction = FACTIONS[place % len(FACTIONS)]
    with_account = set(db.scalars(sa.select(Account.person_id)))
    day = today - SUCCEEDED
    for gone in seats:
        if gone.kind is not PositionKind.COUNCILLOR or gone.person_id in with_account:
            continue
        for next_one in seats:
            if next_one.kind is PositionKind.COMMITTEE_MEMBER and next_one.faction == gone.faction:
                if gone.from_on < day and next_one.from_on < day:
                    _succeed(db, gone, next_one, day, today)
                return
    db.flush()


def _succeed(db: Session, gone: Position, next_one: Position, day: dt.date, today: dt.date) -> None:
    gone.until_on = next_one.until_on = day - DAY
    db.get_one(Person, (gone.municipality_id, gone.person_id)).left_on = day - DAY
    db.add(
        Position(
            municipality_id=gone.municipality_id,
            id=uuid.uuid5(next_one.id, "seat"),
            person_id=next_one.person_id,
            unit_id=gone.unit_id,
            kind=gone.kind,
            job_title="",
            from_on=day,
            recorded_on=min(day, today),
            faction=gone.faction,
        )
    )
    db.flush()


def _meetings(db: Session, municipality_id: uuid.UUID, today: dt.date) -> None:
    leader = db.scalar(
        sa.select(RoleGrant.account_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(Account.municipality_id == municipality_id, RoleGrant.role == Role.FACILITATOR)
    )
    if leader is None:
        return
    own = Unit.municipality_id == municipality_id
    places = {
        "team": db.scalar(sa.select(Unit.id).where(own, Unit.name == "Team Vergunningen")),
        "council": db.scalar(sa.select(Unit.id).where(own, Unit.kind == UnitKind.COUNCIL)),
    }
    for whose, kind, title, audience, days, hour, minutes in MEETINGS:
        unit_id = places[whose]
        if unit_id is None:
            continue
        day = today + dt.timedelta(days=days)
        starts = dt.datetime.combine(day, dt.time(hour), AMSTERDAM)
        meeting_id = uuid.uuid5(unit_id, title)
        past = days < 0
        db.add(
            Meeting(
                id=meeting_id,
                unit_id=unit_id,
                municipality_id=municipality_id,
                facilitator_id=leader,
                kind=kind,
                title=title,
                explanation="",
                place="Raadzaal" if whose == "council" else "Vergaderkamer 2",
                starts_at=starts,
                ends_at=starts + dt.timedelta(minutes=minutes),
                council=whose == "council",
                made_at=starts - dt.timedelta(days=60),
                settled_at=starts + DAY if past else None,
            )
        )
        db.flush()
        db.add(MeetingAudience(meeting_id=meeting_id, audience=audience))
        _invited(db, municipality_id, meeting_id, _people(db, unit_id, day), day if past else None)
    db.flush()


def _people(db: Session, unit_id: uuid.UUID, day: dt.date) -> list[uuid.UUID]:
    """Who is in a unit on a day (or will be), but for who supports it."""
    query = sa.select(Position.person_id).where(
        Position.unit_id == unit_id,
        Position.kind != PositionKind.CLERK,
        Position.from_on <= day,
        sa.or_(Position.until_on.is_(None), Position.until_on >= day),
    )
    return list(db.scalars(query.order_by(Position.person_id).limit(MOST_INVITED)))


def _invited(
    db: Session,
    municipality_id: uuid.UUID,
    meeting_id: uuid.UUID,
    people: Iterable[uuid.UUID],
    held_on: dt.date | None,
) -> None:
    """Invites these people; four of five were at a meeting that was held, and said so before."""
    invitations, attendances = [], []
    for place, person_id in enumerate(people):
        key: Mapping[str, Any] = {
            "municipality_id": municipality_id,
            "meeting_id": meeting_id,
            "person_id": person_id,
        }
        there = place % 5 != 4
        answer = Invited.SIGNED_UP if there else Invited.DECLINED
        if held_on is None and place % 3:
            answer = Invited.OPEN
        invitations.append({**key, "answer": answer, "sent_sequence": 0, "reminded": bool(held_on)})
        if held_on is not None:
            presence = Presence.PRESENT if there else Presence.EXCUSED
            kept = {"recorded_on": held_on, "proofs": [], "final": True}
            attendances.append({**key, "presence": presence, **kept})
    if invitations:
        db.execute(sa.insert(Invitation), invitations)
    if attendances:
        db.execute(sa.insert(Attendance), attendances)

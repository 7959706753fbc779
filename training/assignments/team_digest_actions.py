"""Writes the monthly digest of team leads: counts and the way there, no names."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.models import Pause
from training.assignments.reminder_queries import mail_rest, team_counts
from training.assignments.reminder_rules import TeamCounts, month_of, team_lines
from training.assignments.rules import is_working_day
from training.clock import in_words
from training.identity.models import Account, RoleGrant
from training.identity.rules import AccountState, Role
from training.mail.actions import Letter, write
from training.mail.queries import known_keys
from training.mail.rules import MailKind
from training.people.models import Person, Unit

TEXT = """\
Dag {name},

Zo staat je team ervoor op {day}:

{lines}

Open Weerbaar zoals je dat altijd doet, en kies ‘Deelname’. Daar zie je om wie het gaat, en wat er \
klaarstaat. Maak het makkelijk: spreek samen een moment af.

In deze mail staan met opzet geen namen en geen link.
"""


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads a team: the account, the person, and the units at which the role is held."""

    account_id: uuid.UUID
    email: str
    municipality_id: uuid.UUID
    person_id: uuid.UUID
    given_name: str
    units: frozenset[uuid.UUID]

    def key(self, today: dt.date) -> str:
        """Which mail of this month it is."""
        return f"team digest:{self.account_id}:{month_of(today)}"


def write_team_digests(db: Session, today: dt.date, now: dt.datetime) -> int:
    """Writes one digest for each team lead who had none this month; returns how many. It goes out
    on working days only, not in a quiet time, and not to who is away: then later in the month."""
    if not is_working_day(today):
        return 0
    rest = mail_rest(db, today)
    leads = [lead for lead in _leads(db, today) if lead.municipality_id not in rest.everybody]
    had = known_keys(db, [lead.key(today) for lead in leads])
    of_municipality: dict[uuid.UUID, list[Lead]] = defaultdict(list)
    for lead in leads:
        if lead.key(today) not in had:
            of_municipality[lead.municipality_id].append(lead)
    return sum(
        write(db, _letters(db, municipality_id, own, today), now)
        for municipality_id, own in of_municipality.items()
    )


def _leads(db: Session, today: dt.date) -> list[Lead]:
    away = (
        sa.select(sa.literal(1))
        .where(
            Pause.municipality_id == Person.municipality_id,
            Pause.person_id == Person.id,
            Pause.from_on <= today,
            Pause.until_on >= today,
        )
        .correlate(Person)
        .exists()
    )
    query = (
        sa.select(Account, Person.given_name, RoleGrant.unit_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .join(
            Person,
            sa.and_(
                Person.municipality_id == Account.municipality_id, Person.id == Account.person_id
            ),
        )
        .where(
            RoleGrant.role == Role.TEAM_LEAD,
            RoleGrant.from_on <= today,
            sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= today),
            Account.state == AccountState.ACTIVE,
            sa.or_(Person.left_on.is_(None), Person.left_on >= today),
            ~away,
        )
    )
    units: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    found: dict[uuid.UUID, tuple[Account, str]] = {}
    for account, given_name, unit_id in db.execute(query):
        units[account.id].add(unit_id)
        found[account.id] = account, given_name
    return [
        Lead(
            account.id,
            account.email,
            account.municipality_id,
            account.person_id,
            given_name,
            frozenset(units[account.id]),
        )
        for account, given_name in found.values()
        if account.municipality_id and account.person_id
    ]


def _letters(
    db: Session, municipality_id: uuid.UUID, leads: Iterable[Lead], today: dt.date
) -> list[Letter]:
    below = _below(db, municipality_id)
    teams = {
        lead.account_id: set().union(*(below.get(unit_id, {unit_id}) for unit_id in lead.units))
        for lead in leads
    }
    counts = team_counts(db, municipality_id, teams, today)
    return [
        _letter(lead, counts[lead.account_id], today)
        for lead in leads
        if counts[lead.account_id].people
    ]


def _below(db: Session, municipality_id: uuid.UUID) -> dict[uuid.UUID, set[uuid.UUID]]:
    """For each unit of a municipality: itself and all below it."""
    query = sa.select(Unit.id, Unit.parent_id).where(Unit.municipality_id == municipality_id)
    parents = dict(db.execute(query).all())
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for unit_id in parents:
        above: uuid.UUID | None = unit_id
        while above is not None:
            found[above].add(unit_id)
            above = parents.get(above)
    return found


def _letter(lead: Lead, counts: TeamCounts, today: dt.date) -> Letter:
    return Letter(
        kind=MailKind.MANAGER_DIGEST,
        unique_key=lead.key(today),
        to_address=lead.email,
        subject="Weerbaar: zo staat je team ervoor",
        text=TEXT.format(
            name=lead.given_name, day=in_words(today), lines="\n".join(team_lines(counts))
        ),
        municipality_id=lead.municipality_id,
        person_id=lead.person_id,
    )

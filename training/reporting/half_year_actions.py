"""Makes the half-yearly reports, once each, and tells who may read them."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from training.access import Permission
from training.content.classes import Library
from training.identity.access_table import ACCESS
from training.identity.models import Account, RoleGrant
from training.identity.rules import AccountState
from training.mail.actions import Letter, write
from training.mail.rules import MailKind
from training.people.models import Person, Unit
from training.people.municipality_settings import LEAST_TO_COUNT, settings_of_all
from training.people.queries import municipalities_below
from training.people.rules import UnitKind
from training.reporting.half_year_models import HalfYearReport
from training.reporting.half_year_queries import figures_of
from training.reporting.half_year_rules import Period, as_kept, last_ended, shown

READERS = [role for role, held in ACCESS.items() if Permission.SEE_HALF_YEARLY_REPORT in held]
SUBJECT = "Het halfjaarrapport over weerbaarheid staat klaar"
TEXT = """\
Dag {name},

Het halfjaarrapport over het {period} staat klaar in Weerbaar. Het laat per thema en per doelgroep \
zien hoeveel mensen op orde zijn. Er staan aantallen in, geen namen.

Open Weerbaar zoals je dat altijd doet, en kies ‘Beheer’ en dan ‘Halfjaarrapport’. \
Je kunt het daar ook opslaan als PDF.

Groet,
Weerbaar"""


def make_reports(db: Session, library: Library, today: dt.date, now: dt.datetime) -> int:
    """Makes the report on the half year that ended last, for each municipality that has none yet
    and has something to report; returns how many. A job that was down for a year makes one."""
    period = last_ended(today)
    made = sa.select(HalfYearReport.municipality_id).where(HalfYearReport.as_of == period.as_of)
    waiting = sa.select(Unit.id).where(
        Unit.kind == UnitKind.MUNICIPALITY, Unit.opened_on <= period.as_of, Unit.id.not_in(made)
    )
    ids = list(db.scalars(waiting.order_by(Unit.id)))
    settings = settings_of_all(db, ids)
    written = [
        municipality_id
        for municipality_id in ids
        if _make(
            db, library, municipality_id, period, settings[municipality_id][LEAST_TO_COUNT], now
        )
    ]
    if written:
        write(db, _letters(db, written, period, today), now)
    return len(written)


def _make(
    db: Session,
    library: Library,
    municipality_id: uuid.UUID,
    period: Period,
    least: int,
    now: dt.datetime,
) -> bool:
    figures = figures_of(db, library, municipality_id, period)
    if not (figures.cells or figures.took_part or figures.held):
        return False
    values = {
        "municipality_id": municipality_id,
        "as_of": period.as_of,
        "made_at": now,
        "figures": as_kept(shown(figures, least)),
    }
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(HalfYearReport).values(**values).on_conflict_do_nothing()
    return bool(db.execute(insert.returning(HalfYearReport.as_of)).all())


def _letters(
    db: Session, municipality_ids: list[uuid.UUID], period: Period, today: dt.date
) -> list[Letter]:
    """One mail for each account that may read one of these reports: it says where, and no more."""
    query = (
        sa.select(Account, Person.given_name, RoleGrant.unit_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .outerjoin(
            Person,
            sa.and_(
                Person.municipality_id == Account.municipality_id, Person.id == Account.person_id
            ),
        )
        .where(
            RoleGrant.role.in_(READERS),
            RoleGrant.from_on <= today,
            sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= today),
            Account.state == AccountState.ACTIVE,
        )
        .order_by(Account.id)
    )
    held = db.execute(query).all()
    below = {
        unit_id: {unit.id for unit in municipalities_below(db, [unit_id])}
        for unit_id in {unit_id for _, _, unit_id in held}
    }
    readers = {
        account.id: (account, given_name or account.name or "")
        for account, given_name, unit_id in held
        if below[unit_id] & set(municipality_ids)
    }
    return [
        Letter(
            kind=MailKind.REPORT_READY,
            unique_key=f"half year:{account.id}:{period.slug}",
            to_address=account.email,
            subject=SUBJECT,
            text=TEXT.format(name=name, period=period.name),
            municipality_id=account.municipality_id,
            person_id=account.person_id,
        )
        for account, name in readers.values()
    ]

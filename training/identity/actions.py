"""Makes, opens and closes accounts, and gives them one-time links, passwords and roles."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from training.clock import local_date
from training.identity import letters, passwords, queries
from training.identity.access_table import ROLE_UNITS
from training.identity.kiosk_rules import has_mailbox
from training.identity.models import Account, AccountToken, KioskKey, RoleGrant
from training.identity.rules import (
    LONGEST_ROLE,
    TOKEN_LASTS,
    AccountState,
    Role,
    TokenPurpose,
    clean_email,
)
from training.mail import actions as mail
from training.people.models import AudienceRule, Person, Position, Unit
from training.people.rules import PositionKind, UnitKind, starting_rules


class NotAllowedError(Exception):
    """What was asked cannot be done; the message (Dutch) says why."""


def hash_of_token(raw: str) -> str:
    """What is kept of a one-time token. It is random and long: a plain hash is enough."""
    return hashlib.sha256(raw.encode()).hexdigest()


def issue_token(
    db: Session, account: Account, purpose: TokenPurpose, now: dt.datetime
) -> tuple[AccountToken, str]:
    """Makes a one-time token, and removes those of the account that have expired. Returns it with
    the raw text, which is kept nowhere."""
    db.execute(
        sa.delete(AccountToken).where(
            AccountToken.account_id == account.id, AccountToken.expires_at < now
        )
    )
    raw = secrets.token_urlsafe(32)
    token = AccountToken(
        id=uuid.uuid4(),
        account_id=account.id,
        purpose=purpose,
        hash=hash_of_token(raw),
        made_at=now,
        expires_at=now + TOKEN_LASTS[purpose],
    )
    db.add(token)
    db.flush()
    return token, raw


def use_token(db: Session, raw: str, purpose: TokenPurpose, now: dt.datetime) -> uuid.UUID | None:
    """Uses a one-time token up; returns whose it was, or None when it was used, has expired or
    never was. Of simultaneous uses one succeeds."""
    used = (
        sa.update(AccountToken)
        .where(
            AccountToken.hash == hash_of_token(raw),
            AccountToken.purpose == purpose,
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(AccountToken.account_id)
        .execution_options(synchronize_session=False)
    )
    return db.execute(used).scalar_one_or_none()


def send_token(
    db: Session, account: Account, purpose: TokenPurpose, base_url: str, now: dt.datetime
) -> str:
    """Writes the mail with a one-time link into the outbox; returns the link."""
    token, raw = issue_token(db, account, purpose, now)
    link = f"{base_url}/toegang/{raw}"
    letter = letters.with_link(account, queries.name_of(db, account), token, link, now)
    mail.write(db, [letter], now)
    return link


def send_asked_link(
    db: Session, email: str, purpose: TokenPurpose, base_url: str, now: dt.datetime
) -> None:
    """Sends the link that somebody asked for on the sign-in page. Who was invited gets the
    invitation again. For an address without an account the same work is done and undone, so that
    time does not tell who has one."""
    account = queries.account_that_may_sign_in(db, clean_email(email), now)
    with db.begin_nested() as step:
        if account is None:
            decoy = queries.any_account(db)
            if decoy is not None:
                send_token(db, decoy, purpose, base_url, now)
            step.rollback()
            return
        invited = account.state is AccountState.INVITED
        send_token(db, account, TokenPurpose.INVITE if invited else purpose, base_url, now)


def make_account(
    db: Session,
    *,
    municipality_id: uuid.UUID | None,
    person_id: uuid.UUID | None,
    email: str,
    now: dt.datetime,
    name: str | None = None,
) -> Account:
    """Makes an account, not yet in use, for a person; or (with a name of its own) for somebody
    who is no person of a municipality. Raises `NotAllowedError` when the person or the address
    has one already."""
    account = Account(
        id=uuid.uuid4(),
        municipality_id=municipality_id,
        person_id=person_id,
        name=None if person_id else name,
        email=clean_email(email),
        state=AccountState.INVITED,
        epoch=0,
        made_at=now,
    )
    try:
        with db.begin_nested():
            db.add(account)
            db.flush()
    except IntegrityError as problem:
        raise NotAllowedError(
            "Er is al een account voor deze persoon of met dit e-mailadres."
        ) from problem
    return account


def activate(
    db: Session, account: Account, password: str | None, now: dt.datetime, keep: bool = False
) -> None:
    """Puts a password on an account (None: it keeps signing in by mail link) and makes it active.
    All sessions end, and all links that are still out stop working; `keep` says that a mail about
    the change is not needed."""
    if password is not None:
        had_one = account.password_hash is not None
        account.password_hash = passwords.hash_of(password)
        if had_one and not keep:
            mail.write(db, [letters.password_changed(account, queries.name_of(db, account))], now)
    account.state = AccountState.ACTIVE
    end_sessions(db, account, now)


def end_sessions(db: Session, account: Account, now: dt.datetime) -> None:
    """Signs an account out everywhere, and makes every link that is still out worthless."""
    account.epoch += 1
    db.execute(
        sa.update(AccountToken)
        .where(AccountToken.account_id == account.id, AccountToken.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    db.flush()


def close_account(db: Session, account: Account, by: uuid.UUID | None, now: dt.datetime) -> None:
    """Closes an account: its sessions end at once. What the person learned stays."""
    if account.id == by:
        raise NotAllowedError("Je kunt je eigen account niet sluiten. Vraag een andere beheerder.")
    account.state = AccountState.CLOSED
    account.password_hash = None
    end_sessions(db, account, now)


def reopen_account(db: Session, account: Account) -> None:
    """Opens a closed account again: its holder starts anew with an invitation, or (who has no
    mailbox) with a new card: the old one does not work any more."""
    if account.state is not AccountState.CLOSED:
        raise NotAllowedError("Dit account is niet gesloten.")
    if has_mailbox(account.email):
        account.state = AccountState.INVITED
    else:
        account.state = AccountState.ACTIVE
        db.execute(sa.delete(KioskKey).where(KioskKey.account_id == account.id))
    db.flush()


def give_role(
    db: Session,
    *,
    account: Account,
    role: Role,
    unit: Unit,
    from_on: dt.date,
    until_on: dt.date | None,
    by: uuid.UUID | None,
) -> RoleGrant:
    """Gives a role at a unit; `by` is the account that gives it (None: the system, and only then
    it may be without an end). Raises `NotAllowedError`: nobody gives a role to oneself, and a
    role ends within two years."""
    if by is not None:
        if account.id == by:
            raise NotAllowedError("Je kunt jezelf geen rol geven. Vraag een andere beheerder.")
        if until_on is None or not from_on <= until_on <= from_on + LONGEST_ROLE:
            raise NotAllowedError("Kies een einddatum: vandaag of later, hoogstens over twee jaar.")
    if account.state is AccountState.CLOSED:
        raise NotAllowedError("Dit account is gesloten. Heropen het eerst.")
    if unit.kind not in ROLE_UNITS[role]:
        kinds = ", ".join(sorted(kind.value for kind in ROLE_UNITS[role]))
        raise NotAllowedError(f"De rol {role.value} hoort bij een onderdeel van de soort: {kinds}.")
    grant = RoleGrant(
        id=uuid.uuid4(),
        account_id=account.id,
        role=role,
        unit_id=unit.id,
        from_on=from_on,
        until_on=until_on,
        given_by=by,
    )
    db.add(grant)
    db.flush()
    return grant


def end_role(db: Session, grant: RoleGrant, today: dt.date) -> None:
    """Ends a role at once; that it was there stays visible."""
    grant.until_on = today - dt.timedelta(days=1)
    db.flush()


NOBODYS_ADDRESS = "eerste@localhost"  # of the first account, until somebody says whose it is


def first_administrator(db: Session, now: dt.datetime) -> str:
    """Gives an empty installation a municipality without a name and an administrator without a
    name; returns the path of the one-time link by which somebody becomes that administrator."""
    municipality_id = uuid.uuid4()
    municipality = Unit(
        id=municipality_id,
        municipality_id=municipality_id,
        kind=UnitKind.MUNICIPALITY,
        name="Gemeente",
        opened_on=local_date(now),
    )
    db.add(municipality)
    db.flush()
    for kind, name in ((UnitKind.COUNCIL, "Gemeenteraad"), (UnitKind.COLLEGE, "College")):
        part = Unit(kind=kind, name=name, opened_on=local_date(now))
        part.parent_id = part.municipality_id = municipality_id
        db.add(part)
    for rule in starting_rules():
        db.add(
            AudienceRule(
                municipality_id=municipality_id,
                audience=rule.audience,
                kind=rule.kind,
                job_title=rule.job_title,
                tag=rule.tag,
                first_months=rule.first_months,
            )
        )
    account = make_account(
        db,
        municipality_id=None,
        person_id=None,
        email=NOBODYS_ADDRESS,
        now=now,
        name="Eerste beheerder",
    )
    give_role(
        db,
        account=account,
        role=Role.ADMINISTRATOR,
        unit=municipality,
        from_on=local_date(now),
        until_on=None,
        by=None,
    )
    _, raw = issue_token(db, account, TokenPurpose.INVITE, now)
    return f"/toegang/{raw}"


def name_first_administrator(
    db: Session,
    account: Account,
    *,
    municipality: str,
    given_name: str,
    family_name: str,
    email: str,
    today: dt.date,
) -> None:
    """Says whose the first account is, and of which municipality."""
    unit = db.scalars(
        sa.select(Unit).join(RoleGrant).where(RoleGrant.account_id == account.id)
    ).one()
    unit.name = municipality
    person = Person(
        municipality_id=unit.id,
        id=uuid.uuid4(),
        given_name=given_name,
        family_name=family_name,
        email=clean_email(email),
        joined_on=today,
    )
    db.add(person)
    db.flush()
    position = Position(
        municipality_id=unit.id,
        person_id=person.id,
        unit_id=unit.id,
        kind=PositionKind.EMPLOYEE,
        from_on=today,
        recorded_on=today,
    )
    db.add(position)
    account.municipality_id, account.person_id, account.name = unit.id, person.id, None
    account.email = clean_email(email)
    db.flush()

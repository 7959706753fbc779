"""Takes requests to be erased, and carries out what the privacy officer decides."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.db import new_id
from training.identity.models import Account
from training.identity.queries import roles_that_reach
from training.identity.rules import Role
from training.mail import actions as mail
from training.mail.actions import Letter
from training.mail.rules import MailKind
from training.people.models import Person
from training.retention import person_actions
from training.retention.models import ErasureRequest, RequestState
from training.retention.rules import Gone


class NotYoursError(Exception):
    """Somebody may not decide on this; the message (Dutch) says why."""


def ask(
    db: Session, person: Person, words: str, today: dt.date, now: dt.datetime, base_url: str
) -> ErasureRequest | None:
    """A request of a person, and a mail to the privacy officers; None when one is open already."""
    waiting = sa.select(ErasureRequest.id).filter_by(
        municipality_id=person.municipality_id, person_id=person.id, state=RequestState.ASKED
    )
    if db.scalar(waiting) is not None:
        return None
    request = ErasureRequest(
        municipality_id=person.municipality_id,
        id=new_id(),
        person_id=person.id,
        asked_on=today,
        words=words,
        state=RequestState.ASKED,
        answer="",
    )
    db.add(request)
    db.flush()
    text = (
        "Hallo,\n\nIemand vraagt om alles wat Weerbaar van hem of haar bewaart te wissen. Beslis "
        f"binnen een maand.\n\nBekijk het verzoek:\n{base_url}/wissen\n"
    )
    tell_officers(
        db, person.municipality_id, f"erase:{request.id}", "Verzoek om te wissen", text, today, now
    )
    return request


def tell_officers(
    db: Session,
    municipality_id: uuid.UUID,
    key: str,
    subject: str,
    text: str,
    today: dt.date,
    now: dt.datetime,
) -> int:
    """Writes a mail to each privacy officer of a municipality; `key` says which mail it is. Returns
    how many are new."""
    held = roles_that_reach(db, frozenset({municipality_id}), today)
    officers = {h.account.id: h.account for h in held if h.grant.role is Role.PRIVACY_OFFICER}
    letters = [
        Letter(
            kind=MailKind.MESSAGE,
            unique_key=f"{key}:{account.id}",
            to_address=account.email,
            subject=subject,
            text=text,
            municipality_id=account.municipality_id,
            person_id=account.person_id,
        )
        for account in officers.values()
    ]
    return mail.write(db, letters, now)


def decide(
    db: Session,
    request: ErasureRequest,
    *,
    grant: bool,
    answer: str,
    by: uuid.UUID,
    today: dt.date,
    now: dt.datetime,
    base_url: str,
) -> dict[str, int]:
    """Erases the person, or says why not; tells the person by mail. Returns the rows erased, by
    table. Raises `NotYoursError` for one's own request, or one that was decided."""
    key = (request.municipality_id, request.person_id)
    account = db.scalars(
        sa.select(Account).filter_by(municipality_id=key[0], person_id=key[1])
    ).first()
    if account is not None and account.id == by:
        raise NotYoursError("Dit is je eigen verzoek. Een andere privacy officer moet beslissen.")
    if request.state is not RequestState.ASKED:
        raise NotYoursError("Over dit verzoek is al besloten.")
    letter = _letter(account, request.id, grant, base_url) if account else None
    if not grant:
        request.state, request.decided_on = RequestState.REFUSED, today
        request.decided_by, request.answer = by, answer
        db.flush()
    removed = person_actions.erase(db, key, Gone.ERASED, today) if grant else {}
    if letter:
        mail.write(db, [letter], now)
    return removed


def _letter(account: Account, request_id: uuid.UUID, grant: bool, base_url: str) -> Letter:
    """What the person hears. After erasing the address stands in this mail only, until it is sent
    and its term is over."""
    text = (
        "Hallo,\n\nJe vroeg om je gegevens in Weerbaar te wissen. Dat is gebeurd. Je kunt niet "
        "meer inloggen.\n"
        if grant
        else "Hallo,\n\nJe vroeg om je gegevens in Weerbaar te wissen. De privacy officer heeft "
        f"besloten.\n\nLees het besluit:\n{base_url}/mijn-gegevens\n"
    )
    return Letter(
        kind=MailKind.MESSAGE,
        unique_key=f"erased:{request_id}",
        to_address=account.email,
        subject="Je verzoek om te wissen",
        text=text,
        municipality_id=None if grant else account.municipality_id,
        person_id=None if grant else account.person_id,
    )

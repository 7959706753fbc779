"""Writes the mails about accounts, in plain Dutch."""

from __future__ import annotations

import datetime as dt
import uuid

from training.identity.models import Account, AccountToken
from training.identity.rules import TokenPurpose
from training.mail.actions import Letter
from training.mail.rules import MailKind

KINDS = {
    TokenPurpose.INVITE: MailKind.INVITATION,
    TokenPurpose.RESET: MailKind.RESET,
    TokenPurpose.SIGN_IN_LINK: MailKind.SIGN_IN_LINK,
}
SUBJECTS = {
    TokenPurpose.INVITE: "Je account voor Weerbaar staat klaar",
    TokenPurpose.RESET: "Kies een nieuw wachtwoord voor Weerbaar",
    TokenPurpose.SIGN_IN_LINK: "Inloggen bij Weerbaar",
}
TEXTS = {
    TokenPurpose.INVITE: """\
Dag {name},

Er is een account voor je gemaakt bij Weerbaar. \
Daar volg je de training van je gemeente over weerbaarheid tegen ondermijning.

Zet je account aan:
{link}

De link werkt 14 dagen en maar één keer. Is hij verlopen? Vraag dan op de inlogpagina om een nieuwe.

Ken je Weerbaar niet? Vraag het na bij je gemeente. Je hoeft niets te doen.

Groet,
Weerbaar""",
    TokenPurpose.RESET: """\
Dag {name},

Iemand vroeg om een nieuw wachtwoord voor je account bij Weerbaar.

Kies een nieuw wachtwoord:
{link}

De link werkt een uur en maar één keer.

Was jij dit niet? Dan hoef je niets te doen. Je wachtwoord blijft hetzelfde.

Groet,
Weerbaar""",
    TokenPurpose.SIGN_IN_LINK: """\
Dag {name},

Je vroeg om een link om in te loggen bij Weerbaar.

Log in:
{link}

De link werkt 30 minuten en maar één keer.

Was jij dit niet? Dan hoef je niets te doen. \
Stuur deze mail niet door: wie de link heeft, kan inloggen.

Groet,
Weerbaar""",
}
NOTICE = """\
Dag {name},

Het wachtwoord van je account bij Weerbaar is gewijzigd. Op andere apparaten ben je uitgelogd.

Was jij dit niet? Kies dan meteen \
een nieuw wachtwoord via de inlogpagina, en bel de beheerder van je gemeente.

Groet,
Weerbaar"""


def with_link(
    account: Account, name: str, token: AccountToken, link: str, now: dt.datetime
) -> Letter:
    """The mail that brings a one-time link; it is not sent any more once the link has expired."""
    return Letter(
        kind=KINDS[token.purpose],
        unique_key=f"account:{token.id}",
        to_address=account.email,
        subject=SUBJECTS[token.purpose],
        text=TEXTS[token.purpose].format(name=name, link=link),
        municipality_id=account.municipality_id,
        person_id=account.person_id,
        not_after=min(token.expires_at, now + dt.timedelta(days=3)),
    )


def password_changed(account: Account, name: str) -> Letter:
    """Tells somebody that the password was changed, in case it was somebody else."""
    return Letter(
        kind=MailKind.ACCOUNT_NOTICE,
        unique_key=f"password changed:{uuid.uuid4()}",
        to_address=account.email,
        subject="Je wachtwoord voor Weerbaar is gewijzigd",
        text=NOTICE.format(name=name),
        municipality_id=account.municipality_id,
        person_id=account.person_id,
    )

"""Decides what a good password is, how often one may try, and where one may be sent after it."""

from __future__ import annotations

import datetime as dt
import enum
import ipaddress
import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class AccountState(enum.Enum):
    """Whether an account opens anything."""

    INVITED = "uitgenodigd"
    ACTIVE = "actief"
    CLOSED = "gesloten"


class TokenPurpose(enum.Enum):
    """What a one-time token is for."""

    INVITE = "uitnodiging"
    RESET = "nieuw wachtwoord"
    SIGN_IN_LINK = "inloggen"


class Role(enum.Enum):
    """What somebody is for the training of others; held at a unit, it reaches down."""

    TEAM_LEAD = "leidinggevende"
    FACILITATOR = "gespreksleider"
    SECRETARY = "gemeentesecretaris"
    HR = "HR"
    CLERK = "griffie"
    PRIVACY_OFFICER = "privacy officer"
    ADMINISTRATOR = "beheerder"
    COORDINATOR = "coördinator"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts within a window; `name` keeps the counts of two limits apart."""

    name: str
    most: int
    window: dt.timedelta


QUARTER = dt.timedelta(minutes=15)
PASSWORD_HERE = Limit("password of account from network", 5, QUARTER)
PASSWORD_NETWORK = Limit("password from network", 100, QUARTER)  # one office is one network
MAIL_HERE = Limit("mail to account from network", 3, QUARTER)
MAIL_NETWORK = Limit("mail from network", 100, QUARTER)
MAIL_ACCOUNT = Limit("mail to account", 10, dt.timedelta(minutes=30))  # as long as a link works
FEED_NETWORK = Limit("wrong calendar address from network", 30, QUARTER)

TOKEN_LASTS = {
    TokenPurpose.INVITE: dt.timedelta(days=14),
    TokenPurpose.RESET: dt.timedelta(hours=1),
    TokenPurpose.SIGN_IN_LINK: dt.timedelta(minutes=30),
}
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
LONGEST_ROLE = dt.timedelta(days=731)  # two years: then somebody decides again
_COMMON_WORDS = """
wachtwoord wachtwoorden welkom welkomwelkom geheim geheimpje hallo hallohallo password
passwordpassword passw qwerty qwertyuiop qwertyuiopas qwertyqwerty asdfghjkl asdfasdfasdf
zxcvbnm azerty letmein iloveyou ikhouvanjou ikhouvanjullie admin administrator beheerder lente
zomer herfst winter zomervakantie vakantie voorjaar najaar januari februari maart april mei juni
juli augustus september oktober november december maandag dinsdag woensdag donderdag vrijdag
zaterdag zondag feyenoord ajax psvpsv eindhoven amsterdam rotterdam utrecht gemeente
gemeentehuis stadhuis raadhuis raadslid gemeenteraad weerbaar weerbaarheid ondermijning
nederland holland oranje sinterklaas kerstmis voetbal schatje lieverd liefje monkey dragon
master sunshine princess football baseball superman abcdefghijkl abcdefghijklm abcabcabcabc
correcthorsebatterystaple
"""
COMMON = frozenset(_COMMON_WORDS.split())
"""What many people use, with some figures or signs around it, as a password."""


def wait_until(
    earlier: Sequence[dt.datetime], limit: Limit, now: dt.datetime
) -> dt.datetime | None:
    """When one may try again; None: now. `earlier` are the attempts made, in any order."""
    recent = sorted(at for at in earlier if at > now - limit.window)
    if len(recent) < limit.most:
        return None
    return recent[-limit.most] + limit.window


def minutes_to_wait(until: dt.datetime, now: dt.datetime) -> int:
    """Whole minutes until an instant, rounded up; at least one."""
    return max(1, math.ceil((until - now).total_seconds() / 60))


def network_of(address: str | None) -> str:
    """What counts as one network: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "?"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def clean_email(text: str) -> str:
    """An address as accounts keep it."""
    return text.strip().lower()


def password_problem(password: str, names: Iterable[str], email: str) -> str | None:
    """Why a password cannot be used, in Dutch; None when it can. Length counts, not a mixture of
    signs (NIST SP 800-63B, 5.1.1.2): sentences are easy to remember."""
    if len(password) < SHORTEST_PASSWORD:
        return f"Kies een wachtwoord van minstens {SHORTEST_PASSWORD} tekens."
    if len(password) > LONGEST_PASSWORD:
        return f"Kies een wachtwoord van hoogstens {LONGEST_PASSWORD} tekens."
    lowered = password.casefold()
    words = [*" ".join(names).split(), email.partition("@")[0]]
    if any(len(word) >= 4 and word.casefold() in lowered for word in words):
        return "Gebruik niet je naam of je e-mailadres in je wachtwoord."
    if len(set(lowered)) < 5:
        return "Dit wachtwoord is te makkelijk te raden. Gebruik meer verschillende tekens."
    letters = re.sub(r"[^a-z]", "", lowered)
    if letters in COMMON or (not letters and _is_run(lowered)):
        return "Veel mensen gebruiken dit wachtwoord. Kies een ander, bijvoorbeeld een korte zin."
    return None


def _is_run(text: str) -> bool:
    """Whether a text is a row of digits up or down, such as 123456789012."""
    steps = {(ord(b) - ord(a)) % 10 for a, b in itertools.pairwise(text)}
    return text.isdigit() and len(steps) == 1


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path on this site, or the start page. Anything that a
    browser could read as another site is refused."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(sign) < 33 or ord(sign) == 127 for sign in target):
        return "/"
    return target

"""Decides what a personal code for a shared computer is, and how long one stays signed in there."""

from __future__ import annotations

import datetime as dt
import itertools
import secrets

from training.identity.rules import QUARTER, Limit

KIOSK_LASTS = dt.timedelta(hours=1)
KIOSK_IDLE = dt.timedelta(minutes=15)
KIOSK_HERE = Limit("code of number from network", 5, QUARTER)
KIOSK_KEY = Limit("code of number", 10, dt.timedelta(hours=1))
KIOSK_NETWORK = Limit("code from network", 100, QUARTER)
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without what looks alike: I L O 0 1
PRINTED_LENGTH = 8
SHORTEST, LONGEST = 6, 20
NO_MAILBOX = "kiosk.invalid"  # RFC 2606: no mail can ever go there


def has_mailbox(address: str) -> bool:
    """Whether mail can be sent to the address of an account."""
    return not address.endswith(f"@{NO_MAILBOX}")


def new_code() -> str:
    """A random code to print: about 8 · 10¹¹ possibilities, and five tries in a quarter."""
    return "".join(secrets.choice(LETTERS) for _ in range(PRINTED_LENGTH))


def as_printed(code: str) -> str:
    """A code in two halves, easy to read and to type."""
    return f"{code[:4]}-{code[4:]}"


def plain_code(text: str) -> str:
    """What somebody typed, without spaces and dashes, in capitals."""
    return "".join(mark for mark in text.upper() if mark.isalnum())


def code_problem(code: str, printed_or_known: str, number: str) -> str | None:
    """Why somebody cannot choose this code, in Dutch; None when it can be used."""
    if not SHORTEST <= len(code) <= LONGEST:
        return f"Kies een code van {SHORTEST} tot en met {LONGEST} letters of cijfers."
    if code == printed_or_known:
        return "Kies een andere code dan die op de kaart stond."
    if plain_code(number) and plain_code(number) in code:
        return "Gebruik niet je personeelsnummer in je code."
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(code)}
    if len(set(code)) < 4 or steps in ({1}, {-1}):
        return "Deze code is te makkelijk te raden. Gebruik meer verschillende tekens."
    return None

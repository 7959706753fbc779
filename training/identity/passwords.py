"""Hashes and checks passwords, always in the same time."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second choice for Argon2id: some 25 ms and 19 MiB each, so that a small machine holds
# eight at once. The library's own default takes 64 MiB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_of(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def verify(kept: str | None, password: str) -> bool:
    """Whether this is the password. Takes as long for an account that does not exist or has no
    password (None), so that time does not tell who has an account."""
    try:
        _HASHER.verify(kept or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def prepare() -> None:
    """Makes what the first check needs, so that it takes no longer than the next."""
    _nobodys()


@cache
def _nobodys() -> str:
    return _HASHER.hash("the password of nobody")

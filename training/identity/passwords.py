"""Hashes and checks passwords, always in the same time."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second choice for Argon2id: some 25 ms and 19 MiB each, so that a small machine holds
# eight at once. The library's own default takes 64 MiB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# The hash, with the same costs, of a long random text that was thrown away.
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$DHtdjv5qgrhXk7wkseH4+A$ytzEH8"
    "15Ms2Sc0PzGOF4DzSTdByyNb3utyru7L9ebEU"
)


def hash_of(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def verify(kept: str | None, password: str) -> bool:
    """Whether this is the password. Takes as long for an account that does not exist or has no
    password (None), so that time does not tell who has an account."""
    try:
        _HASHER.verify(kept or _NOBODYS, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None

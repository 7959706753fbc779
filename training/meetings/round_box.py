"""Keeps the secret of an open vote outside the database, and seals votes under it.

A vote in the table says neither who nor what without this secret: a small file on memory-backed
storage (BOX_DIR), in no backup. When the vote closes the file goes, and whatever a disk, a log of
the database or a copy of it still holds of the votes can never be read again.
Sources: HMAC, RFC 2104; AES-GCM, NIST SP 800-38D.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET = 32  # bytes
NONCE = 12  # bytes
TOKEN = 16  # bytes of chance in a phone's token
LAST_TURN = 2**16 - 1


class RoundBox:
    """The secrets of all open votes of one machine; any number of processes may use it."""

    def __init__(self, box_dir: Path) -> None:
        self.folder = box_dir / "rounds"

    def make(self, round_id: uuid.UUID) -> None:
        """A new secret for a vote that opens."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(
            self._path(secret_of(round_id)), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600
        )
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SECRET))

    def secret(self, round_id: uuid.UUID) -> bytes | None:
        """The secret of an open vote; None when it is gone (closed, or the machine started anew:
        then nobody can read the votes any more, and the facilitator opens it again)."""
        try:
            return self._path(secret_of(round_id)).read_bytes()
        except FileNotFoundError:
            return None

    def keep_outcome(self, round_id: uuid.UUID, outcome: Outcome) -> None:
        """Keeps what was counted until it is shown. Not in the database: a vote that is opened
        again before that leaves nothing, also not in a copy made in between."""
        self._path(outcome_of(round_id)).write_text(json.dumps(asdict(outcome)))

    def outcome(self, round_id: uuid.UUID) -> Outcome | None:
        """What was counted; None when it was shown already, or the machine started anew."""
        try:
            kept = json.loads(self._path(outcome_of(round_id)).read_text())
        except FileNotFoundError:
            return None
        return Outcome(kept["steps"], kept["majority"])

    def drop(self, names: Iterable[str]) -> None:
        """Removes secrets and outcomes; do this once the transaction that needs it is committed."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def made_before(self, instant: dt.datetime) -> set[str]:
        """The names of the files that were made before an instant and are still there."""
        if not self.folder.is_dir():
            return set()
        limit = instant.timestamp()
        return {path.name for path in self.folder.iterdir() if path.stat().st_mtime < limit}

    def _path(self, name: str) -> Path:
        return self.folder / name


@dataclass(frozen=True, slots=True)
class Outcome:
    """A counted vote in steps per option (None: fewer than five votes), and the choice of the
    majority when that picks the path."""

    steps: list[int] | None
    majority: int | None


def secret_of(round_id: uuid.UUID) -> str:
    """The name of the file with the secret of a vote."""
    return str(round_id)


def outcome_of(round_id: uuid.UUID) -> str:
    """The name of the file with the outcome of a vote, between closing and showing it."""
    return f"{round_id}.outcome"


def voter_of(secret: bytes, token: str) -> bytes:
    """Under which name a phone's vote is kept in this round, and in no other."""
    return hmac.digest(secret, b"voter\0" + token.encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Ballot:
    """A choice (0 to 255), and which turn of this phone it is: a vote that comes late on a bad
    network never takes the place of a later one."""

    choice: int
    turn: int


def seal(secret: bytes, voter: bytes, ballot: Ballot) -> bytes:
    """A ballot that only the holder of the secret can read."""
    nonce = secrets.token_bytes(NONCE)
    plain = bytes([ballot.choice]) + ballot.turn.to_bytes(2, "big")
    return nonce + AESGCM(_key(secret)).encrypt(nonce, plain, voter)


def unseal(secret: bytes, voter: bytes, sealed: bytes) -> Ballot:
    """The ballot in a vote. Raises `InvalidTag` when it is not of this round and voter."""
    plain = AESGCM(_key(secret)).decrypt(sealed[:NONCE], sealed[NONCE:], voter)
    return Ballot(plain[0], int.from_bytes(plain[1:], "big"))


def count(secret: bytes, votes: Iterable[tuple[bytes, bytes]]) -> Counter[int]:
    """How often each choice is in these (voter, sealed) votes."""
    return Counter(unseal(secret, voter, sealed).choice for voter, sealed in votes)


def new_token(key: str, meeting_id: uuid.UUID) -> str:
    """A token for one phone in one meeting. It is signed, so that only who joined can vote."""
    chance = secrets.token_hex(TOKEN)
    return chance + _sign(key, meeting_id, chance)


def is_token(key: str, meeting_id: uuid.UUID, token: str) -> bool:
    """Whether this product gave the token out, for this meeting."""
    chance, signed = token[: 2 * TOKEN], token[2 * TOKEN :]
    return hmac.compare_digest(_sign(key, meeting_id, chance).encode(), signed.encode())


def _sign(key: str, meeting_id: uuid.UUID, chance: str) -> str:
    said = b"phone\0" + meeting_id.bytes + chance.encode()
    return hmac.new(key.encode(), said, hashlib.sha256).hexdigest()[:32]


def _key(secret: bytes) -> bytes:
    return hashlib.sha256(b"choice\0" + secret).digest()

"""Decides what an entry's hash is, and whether a chain still stands."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

START = "0" * 64  # the hash before the first entry


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the chain sees it. `action` is its English name."""

    municipality_id: uuid.UUID
    sequence: int
    at: dt.datetime
    actor_account_id: uuid.UUID | None
    actor_name: str
    action: str
    what: str
    details: dict[str, Any]
    person_ids: frozenset[uuid.UUID]
    previous_hash: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """A place in a chain, signed: its end, or the point up to which old entries were removed."""

    municipality_id: uuid.UUID
    sequence: int
    hash: str
    signature: str


def derive_key(secret_key: str) -> bytes:
    """The key of the log, made from the installation's SECRET_KEY; whoever has only the database
    cannot write a chain that holds."""
    return hmac.digest(secret_key.encode(), b"audit log", hashlib.sha256)


def hash_of(key: bytes, line: Line) -> str:
    """The hash of an entry, over all that it says and the hash before it."""
    facts = [
        str(line.municipality_id),
        line.sequence,
        line.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        str(line.actor_account_id or ""),
        line.actor_name,
        line.action,
        line.what,
        line.details,
        sorted(str(person_id) for person_id in line.person_ids),
        line.previous_hash,
    ]
    return _sealed(key, facts)


def signature_of(key: bytes, place: str, municipality_id: uuid.UUID, sequence: int, at: str) -> str:
    """The signature of a place ("head" or "checkpoint") in a chain, with the hash `at` it."""
    return _sealed(key, [place, str(municipality_id), sequence, at])


def _sealed(key: bytes, facts: list[Any]) -> str:
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def verify(key: bytes, checkpoint: Signed, head: Signed, lines: Iterable[Line]) -> str | None:
    """What is wrong with a chain, in Dutch; None when every entry is as it was written. `lines`
    are all entries after the checkpoint, by sequence."""
    for place, signed in (("checkpoint", checkpoint), ("head", head)):
        expected = signature_of(key, place, signed.municipality_id, signed.sequence, signed.hash)
        if not hmac.compare_digest(expected, signed.signature):
            which = "begin" if place == "checkpoint" else "einde"
            return f"Het {which} van het logboek is veranderd, of SECRET_KEY is een andere."
    sequence, previous = checkpoint.sequence, checkpoint.hash
    for line in lines:
        if line.sequence != sequence + 1:
            return f"Na regel {sequence} ontbreekt een regel."
        if line.previous_hash != previous or line.hash != hash_of(key, line):
            return f"Regel {line.sequence} is veranderd."
        sequence, previous = line.sequence, line.hash
    if (sequence, previous) != (head.sequence, head.hash):
        return f"Na regel {sequence} zijn regels verdwenen: er waren er {head.sequence}."
    return None


@dataclass(frozen=True, slots=True)
class Kept:
    """The end of a chain as it was on a day, kept where the database cannot be changed."""

    municipality_id: uuid.UUID
    sequence: int
    hash: str
    on: dt.date


def missing(kept: Kept, checkpoint: Signed, head: Signed, there: str | None) -> str | None:
    """What is wrong with a chain beside an end of before, in Dutch; None when it is still in it,
    or was removed up to the signed checkpoint. `there` is the hash now at that number."""
    day = kept.on.strftime("%d-%m-%Y")
    if kept.sequence > head.sequence:
        return (
            f"Op {day} waren er {kept.sequence} regels; nu zijn er {head.sequence}. "
            "Het logboek is afgekapt of teruggezet."
        )
    if kept.sequence < checkpoint.sequence or kept.sequence == 0:
        return None
    now = checkpoint.hash if kept.sequence == checkpoint.sequence else there
    if now != kept.hash:
        return f"Regel {kept.sequence} is niet meer die van {day}: het logboek is herschreven."
    return None

"""Verifies the log from the command line, also against ends that were kept elsewhere."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy.orm import Session

from training.audit import queries, rules
from training.audit.models import SYSTEM
from training.db import Database

HEADS = "audit-heads.jsonl"


def verify(
    database: Database,
    secret_key: str,
    say: Callable[[str], None] = print,
    heads: Path | None = None,
) -> int:
    """`training audit verify`: checks every chain and says how it stands; with a file of `heads`
    that were kept also whether what was there then is there now: so a log that was set back whole,
    or cut off by who has the key, is found too. Returns 0, or 1 when something is wrong."""
    key = rules.derive_key(secret_key)
    wrong = 0
    kept = read_heads(heads) if heads and heads.exists() else []
    with database.reading() as db:
        known = queries.chains(db)
        for chain in known:
            checkpoint, head = queries.ends(db, chain)
            lines = queries.lines(db, chain, checkpoint.sequence, head.sequence)
            own = [one for one in kept if one.municipality_id == chain]
            problem = rules.verify(key, checkpoint, head, lines) or _against(
                db, own, checkpoint, head
            )
            if problem is None:
                last = f"Laatste regel: {head.sequence} ({head.hash})."
                say(f"Logboek van {_name(chain)}: klopt. {last}")
            else:
                wrong += 1
                say(f"Logboek van {_name(chain)}: KLOPT NIET. {problem}")
        for chain in sorted({one.municipality_id for one in kept} - set(known)):
            wrong += 1
            say(f"Logboek van {_name(chain)}: KLOPT NIET. Het hele logboek is verdwenen.")
    if kept:
        say(f"Vergeleken met {len(kept)} eerder bewaarde eindes in {heads}.")
    return 1 if wrong else 0


def _name(chain: uuid.UUID) -> str:
    return "systeem" if chain == SYSTEM else f"gemeente {chain}"


def _against(
    db: Session, kept: Iterable[rules.Kept], checkpoint: rules.Signed, head: rules.Signed
) -> str | None:
    """What is wrong beside the ends that were kept; None when nothing is."""
    for one in kept:
        there = queries.hash_at(db, one.municipality_id, one.sequence)
        problem = rules.missing(one, checkpoint, head, there)
        if problem:
            return problem
    return None


def keep_heads(database: Database, path: Path, today: dt.date) -> int:
    """Writes the ends of all chains behind those in the file; returns how many. Copy the file to
    where who can change the database cannot write."""
    with database.reading() as db, path.open("a") as file:
        chains = queries.chains(db)
        for chain in chains:
            _checkpoint, head = queries.ends(db, chain)
            line = {"on": today.isoformat(), "chain": str(chain), "sequence": head.sequence}
            file.write(json.dumps({**line, "hash": head.hash}) + "\n")
    return len(chains)


def read_heads(path: Path) -> list[rules.Kept]:
    """The ends that were kept in a file. Raises `ValueError` for what cannot be read."""
    found = []
    for line in path.read_text().splitlines():
        if line.strip():
            said = json.loads(line)
            chain = uuid.UUID(said["chain"])
            on = dt.date.fromisoformat(said["on"])
            found.append(rules.Kept(chain, int(said["sequence"]), said["hash"], on))
    return found

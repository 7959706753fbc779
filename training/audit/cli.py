"""Verifies the log from the command line."""

from __future__ import annotations

from collections.abc import Callable

from training.audit import queries, rules
from training.audit.models import SYSTEM
from training.db import Database


def verify(database: Database, secret_key: str, say: Callable[[str], None] = print) -> int:
    """`training audit verify`: checks every chain and says how it stands, with the number and the
    hash of the last line (keep these elsewhere to notice a log that was set back whole). Returns
    0, or 1 when something is wrong."""
    key = rules.derive_key(secret_key)
    wrong = 0
    with database.reading() as db:
        for chain in queries.chains(db):
            name = "systeem" if chain == SYSTEM else f"gemeente {chain}"
            checkpoint, head = queries.ends(db, chain)
            lines = queries.lines(db, chain, checkpoint.sequence, head.sequence)
            problem = rules.verify(key, checkpoint, head, lines)
            if problem is None:
                say(f"Logboek van {name}: klopt. Laatste regel: {head.sequence} ({head.hash}).")
            else:
                wrong += 1
                say(f"Logboek van {name}: KLOPT NIET. {problem}")
    return 1 if wrong else 0

"""Removes what is past its term from the command line, or tells what would go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from training.audit.cli import HEADS, keep_heads
from training.audit.rules import derive_key
from training.clock import in_words
from training.db import Database
from training.retention import actions, memory


def clean(
    database: Database,
    secret_key: str,
    folder: Path,
    today: dt.date,
    now: dt.datetime,
    keep: bool,
    say: Callable[[str], None] = print,
) -> int:
    """`training retention`: the daily job for a day; with `keep` False it only tells. Returns 0."""
    found = actions.run(database, derive_key(secret_key), today, now, keep)
    say(f"Bewaartermijnen op {in_words(today)}{'' if keep else ' (niets verwijderd)'}:")
    for one in found:
        name = one.municipality.name if one.municipality else "Systeem"
        counts = {label: n for label, n in one.removed.counts().items() if n}
        said = ", ".join(f"{label}: {n}" for label, n in counts.items()) or "niets"
        say(f"  {name}: {said}")
    if keep:
        with database.reading() as db:
            memory.write(db, folder)
        keep_heads(database, folder / HEADS, today)
    return 0

"""Counts ballots ten or more at a time, and renews the frozen figures."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from training.ballots.box import Ballot, Box
from training.ballots.models import Snapshot, Tally, Voters
from training.ballots.rules import Thresholds, published, renewed
from training.db import Database


def count_ballots(
    database: Database, box: Box, raised: Mapping[uuid.UUID, Thresholds] | None = None
) -> int:
    """Adds what the box gives to the counters, each cell rewritten whole in one statement, and
    renews the snapshots that may be renewed; `raised` are the numbers of municipalities that ask
    for more people than the law of this product. Returns how many ballots were counted.

    The ballots leave the box first: after a crash in between a statistic is lost, never doubled."""
    ballots = box.take_batches()
    if not ballots:
        return 0
    with database.transaction() as db:
        _add(db, ballots)
        touched = {(b.municipality, b.voters, b.dilemma, b.version, b.scene) for b in ballots}
        for municipality, voters, dilemma, version, scene in sorted(touched):
            _renew(
                db,
                (uuid.UUID(municipality), Voters[voters], dilemma, version, scene),
                (raised or {}).get(uuid.UUID(municipality), Thresholds()),
            )
    return len(ballots)


def _add(db: Session, ballots: list[Ballot]) -> None:
    cells: dict[tuple[str, str, str, str, int, str], Counter[int]] = defaultdict(Counter)
    for ballot in ballots:
        cells[ballot.cell][ballot.choice] += 1
    rows = []
    for cell, counted in sorted(cells.items()):
        municipality, unit, voters, dilemma, version, scene = cell
        key = (uuid.UUID(municipality), uuid.UUID(unit), Voters[voters], dilemma, version, scene)
        before = db.get(Tally, key, with_for_update=True)
        total = Counter({int(k): n for k, n in before.counts.items()}) if before else Counter[int]()
        total.update(counted)
        rows.append(
            {
                "municipality_id": key[0],
                "unit_id": key[1],
                "voters": key[2],
                "dilemma_id": dilemma,
                "version": version,
                "scene": scene,
                "counts": {str(k): n for k, n in sorted(total.items())},
            }
        )
    _upsert(db, Tally, rows, ("counts",))


def _renew(
    db: Session, key: tuple[uuid.UUID, Voters, str, int, str], thresholds: Thresholds
) -> None:
    municipality_id, voters, dilemma_id, version, scene = key
    where = {
        "municipality_id": municipality_id,
        "voters": voters,
        "dilemma_id": dilemma_id,
        "version": version,
        "scene": scene,
    }
    counts: Counter[int] = Counter()
    for cell in db.scalars(sa.select(Tally.counts).filter_by(**where)):
        counts.update({int(k): n for k, n in cell.items()})
    frozen = db.get(Snapshot, key)
    if frozen and not renewed(frozen.total, counts.total(), thresholds):
        return
    shares = published(counts, rest=0, thresholds=thresholds) or []
    row = {
        **where,
        "total": counts.total(),
        "shares": {str(share.option): share.words for share in shares},
    }
    _upsert(db, Snapshot, [row], ("total", "shares"))


def _upsert(
    db: Session,
    table: type[Tally] | type[Snapshot],
    rows: list[dict[str, object]],
    changed: tuple[str, ...],
) -> None:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    keys = [column.name for column in table.__table__.primary_key]
    db.execute(
        statement.on_conflict_do_update(
            index_elements=keys, set_={name: statement.excluded[name] for name in changed}
        ),
        rows,
    )

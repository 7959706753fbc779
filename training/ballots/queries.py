"""Answers what was published about a dilemma."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.ballots.models import Snapshot, Voters


def published_shares(
    db: Session, municipality_id: uuid.UUID, voters: Voters, dilemma_id: str, version: int
) -> dict[str, dict[int, str]]:
    """Per scene, per choice (its index): how many others chose it, in words. Only from frozen
    snapshots; a scene of which nothing may be shown is absent."""
    query = sa.select(Snapshot.scene, Snapshot.shares).where(
        Snapshot.municipality_id == municipality_id,
        Snapshot.voters == voters,
        Snapshot.dilemma_id == dilemma_id,
        Snapshot.version == version,
    )
    return {
        scene: {int(option): words for option, words in shares.items()}
        for scene, shares in db.execute(query)
        if shares
    }

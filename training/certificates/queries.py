"""Answers which certificates somebody has, and what is behind a code."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.queries import overview
from training.assignments.rules import Round
from training.certificates.rules import PRINTED, Certificate, valid_until, written
from training.content.classes import Library
from training.evidence.models import Evidence
from training.evidence.queries import evidence_of
from training.people.models import Person, Unit

Cycles = list[tuple[tuple[tuple[str, str], ...], Round]]


def own_certificates(
    db: Session,
    library: Library,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    today: dt.date,
) -> list[Certificate]:
    """All certificates of one person, the newest first."""
    cycles = _cycles(db, municipality_id, person_id, today)
    return [
        _certificate(proof, library, cycles)
        for proof in evidence_of(db, municipality_id, person_id)
        if proof.source in PRINTED and proof.code
    ]


def certificate_behind(
    db: Session, library: Library, code: str, today: dt.date
) -> tuple[Certificate, Person, str] | None:
    """The certificate with this code, with whose it is and the name of the municipality; None when
    there is none (any more)."""
    query = (
        sa.select(Evidence, Person, Unit.name)
        .join(
            Person,
            sa.and_(
                Person.municipality_id == Evidence.municipality_id, Person.id == Evidence.person_id
            ),
        )
        .join(Unit, Unit.id == Evidence.municipality_id)
        .where(Evidence.code == code, Evidence.source.in_(PRINTED))
    )
    row = db.execute(query).one_or_none()
    if row is None:
        return None
    proof, person, municipality = row
    cycles = _cycles(db, person.municipality_id, person.id, today)
    return _certificate(proof, library, cycles), person, municipality


def _cycles(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, today: dt.date
) -> Cycles:
    found = overview(db, municipality_id, person_id, today).standings
    return [(standing.duty.asked.contents, cycle) for standing in found for cycle in standing.chain]


def _certificate(proof: Evidence, library: Library, cycles: Cycles) -> Certificate:
    content = library.content(proof.content_kind, proof.content_id)
    return Certificate(
        title=proof.title or (content.title if content else proof.content_id),
        kind=proof.content_kind.value,
        version=proof.content_version,
        completed_on=proof.completed_on,
        valid_until=valid_until(
            (proof.content_kind.name, proof.content_id), proof.completed_on, cycles
        ),
        source=proof.source,
        code=written(proof.code or ""),
    )


def municipality_name(db: Session, municipality_id: uuid.UUID) -> str:
    """How a municipality is called."""
    return db.get_one(Unit, municipality_id).name

"""Answers what is stored about one person, from every table that the register names."""

from __future__ import annotations

import datetime as dt
import enum
import re
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.models import Duty
from training.audit import queries as audit
from training.clock import AMSTERDAM, in_words
from training.db import Base
from training.identity.models import Account
from training.people.models import Person, Unit
from training.retention.models import ErasureRequest, RequestState, RetentionRun
from training.retention.register import LABELS, REGISTER, SECRET, Entry, Holds

LOOKS = 10_000  # lines of the log about one person
Rows = list[dict[str, Any]]


def own_data(db: Session, person: Person) -> dict[str, Rows]:
    """All that is stored about a person: label of the table → rows. What opens something (a
    password, a link) is told as being there, not shown."""
    key = (person.municipality_id, person.id)
    accounts = list(
        db.scalars(sa.select(Account.id).filter_by(municipality_id=key[0], person_id=key[1]))
    )
    found: dict[str, Rows] = {}
    for table in Base.metadata.sorted_tables:
        places = [
            e for e in REGISTER if e.table == table.name and e.own and e.holds is not Holds.NAME
        ]
        if not places or table.name == "audit_subject":
            continue
        parts = [_about(table, entry, key, accounts) for entry in places]
        query = sa.select(table).where(sa.or_(*(part for part in parts if part is not None)))
        rows = [_shown(table, row) for row in db.execute(query).mappings()]
        if rows:
            found[LABELS[table.name]] = rows
    looks = audit.about(db, key[0], key[1], LOOKS)
    if looks:
        found[LABELS["audit_subject"]] = [
            {
                "op": entry.at.astimezone(AMSTERDAM).isoformat(timespec="minutes"),
                "wie": entry.actor_name,
                "wat": entry.action.value,
                "waar": entry.what,
            }
            for entry in looks
        ]
    order = list(LABELS.values())
    return dict(sorted(_with_names(db, found).items(), key=lambda item: order.index(item[0])))


def _about(
    table: sa.Table, entry: Entry, key: tuple[uuid.UUID, uuid.UUID], accounts: list[uuid.UUID]
) -> sa.ColumnElement[bool] | None:
    if entry.holds is Holds.PERSON:
        return sa.and_(table.c.municipality_id == key[0], table.c[entry.column] == key[1])
    if entry.holds is Holds.ACCOUNT:
        return table.c[entry.column].in_(accounts)
    return None


def _shown(table: sa.Table, row: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for column in table.columns:
        value = row[column.name]
        if column.name in SECRET:
            shown[column.name] = "(onleesbaar bewaard)" if value else None
        elif column.name not in SAME or table.name == "person":
            shown[column.name] = plain(value)
    return shown


SAME = frozenset({"municipality_id", "person_id", "html"})
"""Columns that repeat who it is about, or say in another form what another column says."""


def plain(value: Any) -> Any:
    """A value as JSON holds it, and a reader understands it."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(AMSTERDAM).isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    return value


def _with_names(db: Session, found: dict[str, Rows]) -> dict[str, Rows]:
    """Says beside the ids of units and duties what they are called."""
    for column, model, name in (
        ("unit_id", Unit, Unit.name),
        ("municipality_id", Unit, Unit.name),
        ("duty_id", Duty, Duty.title),
    ):
        ids = {row[column] for rows in found.values() for row in rows if row.get(column)}
        if not ids:
            continue
        wanted = [uuid.UUID(one) for one in ids]
        named = {
            str(one): text
            for one, text in db.execute(sa.select(model.id, name).where(model.id.in_(wanted)))
        }
        for rows in found.values():
            for row in rows:
                if row.get(column):
                    row[column.removesuffix("_id")] = named.get(row.pop(column), "")
    return found


WORDS = {
    "given_name": "voornaam", "infix": "tussenvoegsel", "family_name": "achternaam",
    "email": "e-mailadres", "employee_number": "personeelsnummer", "joined_on": "in dienst sinds",
    "left_on": "uit dienst op", "unit": "onderdeel", "duty": "verplichting", "kind": "soort",
    "job_title": "functie", "from_on": "vanaf", "until_on": "tot en met", "opens_on": "open vanaf",
    "due_on": "uiterlijk", "fulfilled_on": "gedaan op", "valid_until": "geldig tot en met",
    "completed_on": "gedaan op", "content_id": "inhoud", "content_kind": "soort inhoud",
    "content_version": "versie", "source": "hoe", "role": "rol", "state": "stand", "name": "naam",
    "reason": "reden", "reasons": "redenen", "given_by": "gegeven door", "at": "wanneer",
    "by": "door", "what": "wat", "subject": "onderwerp", "to_address": "adres",
    "sent_at": "verstuurd op", "recorded_on": "vastgelegd op", "presence": "aanwezigheid",
    "answer": "antwoord", "title": "titel", "faction": "fractie", "code": "code",
    "made_at": "gemaakt op", "number": "nummer", "form": "vorm", "unique_key": "kenmerk",
    "priority": "voorrang", "domain": "domein", "attempts": "pogingen van de mailserver",
    "written_at": "geschreven op", "next_attempt_at": "volgende poging",
    "not_after": "niet meer na", "text": "tekst", "policy_version": "versie van de regels",
    "grace_until": "respijt tot en met", "was_valid_until": "was geldig tot en met",
    "next_opens_on": "volgende ronde open op", "next_due_on": "volgende ronde uiterlijk",
    "closed_on": "gesloten op", "closing": "afloop", "lapses_on": "vervalt op",
    "awaits_on": "weer te bekijken op", "planned_on": "gepland op", "decided_on": "besloten op",
    "outcome": "uitkomst", "begun_on": "begonnen op", "place": "plek in de module",
    "seen": "gelezen", "seed": "volgorde van de vragen", "draw_number": "trekking van vragen",
    "since": "sinds versie", "given": "gegeven antwoord", "correct": "goed beantwoord",
    "question_id": "vraag", "module_id": "module", "asked_on": "gevraagd op",
    "words": "toelichting", "password_hash": "wachtwoord", "token_hash": "geheim adres",
    "hash": "geheime sleutel", "epoch": "sessies", "purpose": "waarvoor",
    "expires_at": "geldig tot", "used_at": "gebruikt op", "noted_on": "verwerkt op",
    "details": "bijzonderheden", "replaces_id": "vervangt",
    "manager_id": "leidinggevende (nummer)", "asked": "filters", "rhythm": "hoe vaak",
    "next_on": "volgende keer", "filters": "filters", "in_words": "in woorden",
    "columns": "kolommen", "reach": "over wie", "counts": "aantallen", "checksum": "controlegetal",
    "done": "regels", "expected": "verwachte regels", "started_at": "begonnen op",
    "finished_at": "klaar op", "asked_at": "gevraagd op", "last_error": "fout",
    "claimed_at": "opgepakt op", "sequence": "volgnummer", "changed_on": "gewijzigd op",
    "made_on": "gemaakt op", "sent_sequence": "verstuurde wijziging", "place_at": "plek sinds",
    "reminded": "herinnerd", "meeting_id": "bijeenkomst (nummer)", "starts_at": "begint",
    "ends_at": "eindigt", "explanation": "uitleg", "card_hash": "kaart", "code_hash": "code",
    "must_change": "moet code wijzigen", "cause": "aanleiding", "due_days": "dagen tijd",
    "why": "waarom", "opened_by": "geopend door", "gaps": "onderbrekingen", "proofs": "bewijzen",
    "least_version": "minstens versie", "account_id": "account (nummer)",
    "municipality": "gemeente", "final": "lijst afgesloten", "anchor_day": "vaste dag in de maand",
    "only_kind": "alleen deze soort inhoud", "only_id": "alleen deze inhoud",
    "keeps_until": "blijft in elk geval geldig tot en met", "decided_by": "besloten door (nummer)",
    "facilitator_id": "gespreksleider (nummer)", "series_id": "reeks (nummer)",
    "series_month": "maand van de reeks", "places": "aantal plekken", "council": "van de raad",
    "dilemma_id": "dilemma", "guests": "gasten", "cancelled_at": "afgezegd op",
    "settled_at": "verwerkt op", "audience": "doelgroep", "week": "week van de maand",
    "weekday": "dag van de week", "time": "tijd", "message_id": "bericht (nummer)",
    "send_on": "te versturen op", "written_on": "geschreven op", "calendar": "agenda-afspraak",
    "op": "op", "wie": "wie", "wat": "wat", "waar": "waar",
}  # fmt: skip


def readable(name: str, found: dict[str, Rows], today: dt.date) -> str:
    """The same as a text that anybody can read, without a program."""
    lines = [f"Wat Weerbaar van {name} weet, op {in_words(today)}", ""]
    lines.append("Wat je kiest in een dilemma staat hier niet bij: dat bewaren wij nergens.")
    for label, rows in found.items():
        lines += ["", "", label, "=" * len(label)]
        for row in rows:
            lines.append("")
            lines += [
                f"- {WORDS[key]}: {in_dutch(value)}"
                for key, value in row.items()
                if value not in (None, "", [], {}) and key != "id"
            ]
    return "\n".join(lines) + "\n"


DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d)\S*)?")


def in_dutch(value: Any) -> str:
    """A value as a reader has it: ja or nee, and days as 02-11-2026."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, list):
        return ", ".join(map(in_dutch, value))
    if isinstance(value, str) and (day := DAY.fullmatch(value)):
        return f"{day[3]}-{day[2]}-{day[1]}" + (f" {day[4]}" if day[4] else "")
    return str(value)


def requests_within(
    db: Session, municipality_ids: list[uuid.UUID]
) -> list[tuple[ErasureRequest, Person]]:
    """The requests to be erased in these municipalities, what is open first."""
    query = (
        sa.select(ErasureRequest, Person)
        .join(
            Person,
            sa.and_(
                Person.municipality_id == ErasureRequest.municipality_id,
                Person.id == ErasureRequest.person_id,
            ),
        )
        .where(ErasureRequest.municipality_id.in_(municipality_ids))
    )
    open_first = sa.case((ErasureRequest.state == RequestState.ASKED, 0), else_=1)
    return [(r, p) for r, p in db.execute(query.order_by(open_first, ErasureRequest.asked_on))]


def open_request(db: Session, person: Person) -> ErasureRequest | None:
    """The newest request of a person that still stands or was refused."""
    query = sa.select(ErasureRequest).filter_by(
        municipality_id=person.municipality_id, person_id=person.id
    )
    return db.scalars(query.order_by(ErasureRequest.asked_on.desc()).limit(1)).first()


def runs_within(
    db: Session, municipality_ids: list[uuid.UUID], limit: int
) -> list[tuple[RetentionRun, str]]:
    """What the daily job removed in these municipalities, the newest first, with their names."""
    query = (
        sa.select(RetentionRun, Unit.name)
        .join(Unit, Unit.id == RetentionRun.municipality_id)
        .where(RetentionRun.municipality_id.in_(municipality_ids))
        .order_by(RetentionRun.ran_on.desc(), Unit.name)
        .limit(limit)
    )
    return [(run, name) for run, name in db.execute(query)]

"""Shows the log: who looked at whom and who changed what.

In this room and not in the audit room, as it names persons, whom the audit room does not know.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Collection, Mapping
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit import queries as audit
from training.audit import rules as chain
from training.audit.models import TECHNICAL, Action, AuditEntry
from training.audit.pace_rules import KEPT_SHOWN
from training.audit.queries import Search
from training.identity import queries
from training.identity.forms import LogFilter
from training.people.models import Person, Unit
from training.people.noting_views import audit_key, note_looked
from training.people.queries import municipalities_below
from training.web.doors import open_to, reach
from training.web.request_db import db

blueprint = Blueprint("audit", __name__)
PER_PAGE = 50
NAMES_SHOWN = 3  # persons named in one line of the log; the rest is counted


def _municipalities(permission: Permission) -> list[Unit]:
    return municipalities_below(db(), [grant.unit_id for grant in reach(permission)])


@blueprint.get("/logboek")
@open_to(Permission.READ_AUDIT)
def show_log() -> ResponseReturnValue:
    """The log of the visitor's municipality, with the names of whom it is about."""
    return _log_page(Permission.READ_AUDIT, frozenset(Action))


@blueprint.get("/logboek/techniek")
@open_to(Permission.READ_TECHNICAL_AUDIT)
def show_technical_log() -> ResponseReturnValue:
    """What happened to the system: without who looked at whom."""
    return _log_page(Permission.READ_TECHNICAL_AUDIT, TECHNICAL)


def _log_page(permission: Permission, actions: frozenset[Action]) -> str:
    whole = permission is Permission.READ_AUDIT
    form = LogFilter(request.args)
    by_label = sorted(actions, key=lambda action: action.value)
    form.handeling.choices = [("", "Alle"), *((one.name, one.value) for one in by_label)]
    if not whole:
        del form.over
    search = _search(form, frozenset(u.id for u in _municipalities(permission)), actions)
    total = audit.found_count(db(), search)
    pages = max(1, math.ceil(total / PER_PAGE))
    page = min(max(1, request.args.get("pagina", 1, type=int)), pages)
    entries = audit.found(db(), search, (page - 1) * PER_PAGE, PER_PAGE)
    about = _about_whom(entries) if whole else {}
    asked = {key: value for key, value in request.args.items() if key != "pagina" and value}
    return render_template(
        "identity/log.html",
        filter=form,
        lines=[(e.at.astimezone(clock.AMSTERDAM), e, about.get(_key(e), "")) for e in entries],
        whole=whole,
        total=total,
        page=page,
        pages=pages,
        more=f"{request.path}?{urlencode({**asked, 'pagina': ''})}",
        alarms=_alarms(search.municipality_ids) if whole else 0,
        alarm=Action.LOOKED_TOO_MUCH,
    )


def _alarms(municipality_ids: Collection[uuid.UUID]) -> int:
    """How often lately somebody looked at too many people."""
    since = clock.now() - KEPT_SHOWN
    return audit.found_count(db(), Search(municipality_ids, [Action.LOOKED_TOO_MUCH], since=since))


def _search(
    form: LogFilter, municipality_ids: frozenset[uuid.UUID], actions: frozenset[Action]
) -> Search:
    """What the form asks for; all of these actions when it asks nothing, or something unusable."""
    if not form.validate():
        return Search(municipality_ids, actions)
    over = form.over.data if "over" in form else ""
    return Search(
        municipality_ids,
        [Action[form.handeling.data]] if form.handeling.data else actions,
        form.zoek.data or "",
        queries.person_ids_named(db(), municipality_ids, over) if over else None,
        _midnight(form.van.data) if form.van.data else None,
        _midnight(form.tot.data + dt.timedelta(days=1)) if form.tot.data else None,
    )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.AMSTERDAM)


def _key(entry: AuditEntry) -> tuple[uuid.UUID, int]:
    return entry.municipality_id, entry.sequence


def _about_whom(entries: list[AuditEntry]) -> dict[tuple[uuid.UUID, int], str]:
    """About whom each entry is, in words; that these names are seen is recorded too."""
    subjects = audit.subjects_of(db(), entries, NAMES_SHOWN)
    keys = {(key[0], person_id) for key, (_, ids) in subjects.items() for person_id in ids}
    persons = queries.persons_of(db(), keys)
    note_looked(persons.values(), "logboek")
    return {key: _in_words(key[0], total, ids, persons) for key, (total, ids) in subjects.items()}


def _in_words(
    municipality_id: uuid.UUID,
    total: int,
    ids: list[uuid.UUID],
    persons: Mapping[tuple[uuid.UUID, uuid.UUID], Person],
) -> str:
    found = (persons.get((municipality_id, person_id)) for person_id in ids)
    names = [person.name if person else "(gewist)" for person in found]
    rest = f" en {total - len(names)} anderen" if total > len(names) else ""
    return ", ".join(sorted(names)) + rest


@blueprint.get("/logboek/controle")
@open_to(Permission.READ_AUDIT)
def verify_log() -> ResponseReturnValue:
    """Checks that no line of the log was changed or removed."""
    found: list[tuple[str, int, str | None]] = []
    existing = set(audit.chains(db()))
    for unit in _municipalities(Permission.READ_AUDIT):
        if unit.id not in existing:
            found.append((unit.name, 0, None))
            continue
        checkpoint, head = audit.ends(db(), unit.id)
        lines = audit.lines(db(), unit.id, checkpoint.sequence, head.sequence)
        found.append((unit.name, head.sequence, chain.verify(audit_key(), checkpoint, head, lines)))
    return render_template("identity/log_verified.html", found=found)

"""Shows what is coming: the year plan of a node, and how many people are busy in which week."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from training import clock, ics
from training.access import Permission, Population
from training.assignments.facts import DutyFacts
from training.assignments.message_queries import messages_at
from training.assignments.rules import DAY
from training.assignments.why_queries import quiet_with_names
from training.content.classes import ContentKind
from training.content.views import library
from training.desk import count_rules, draft_rules, look_ahead_rules, plan_queries, queries
from training.desk.common_views import Place, least_to_count, managed, own_node, place_at, tabs
from training.desk.forms import QUIET
from training.desk.look_ahead_rules import Coming, Stand
from training.people.queries import municipalities_below, unit_ids_below
from training.people.rules import UnitKind
from training.web.doors import open_to
from training.web.request_db import db

blueprint = Blueprint("plan", __name__)
One = TypeVar("One", Coming, Stand)
ABOVE = (UnitKind.REGION, UnitKind.BASE_TEAM, UnitKind.COOPERATION)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the two pages know of a node: its duties, how people stand, the rounds to come."""

    place: Place
    duties: dict[uuid.UUID, DutyFacts]
    stands: list[Stand]
    rounds: list[Coming]
    sizes: dict[uuid.UUID, int]


def _place() -> Place:
    """The node that is asked for, or the highest that the visitor runs."""
    return place_at(request.args.get("knoop", type=uuid.UUID) or own_node())


def _ahead(place: Place, today: dt.date, until: dt.date) -> Ahead:
    duties = {
        duty.id: duty
        for duty in queries.duties_of_node(db(), place.path)
        if draft_rules.may_see(duty.audiences, place.populations, library())
        and (duty.ended_on is None or duty.ended_on >= today)
    }
    wide = place.unit.kind in ABOVE
    found = [
        stand
        for stand in plan_queries.stands(db(), managed(), place.unit.id, today, wide)
        if stand.duty_id in duties
    ]
    policies = {duty.id: duty.policies[-1] for duty in duties.values()}
    rounds = list(look_ahead_rules.coming(found, policies, today, until))
    sizes = plan_queries.sizes(db(), managed(), place.unit.id, today, wide)
    return Ahead(place, duties, found, rounds, sizes)


@blueprint.get("/vooruitblik")
@open_to(Permission.MANAGE_DUTIES)
def look_ahead() -> ResponseReturnValue:
    """How many people have something due in each of the next fifty-two weeks, and by team."""
    place, today = _place(), clock.today()
    until = clock.add_months(today, 12)
    ahead, least = _ahead(place, today, until), least_to_count()
    duty_id = request.args.get("verplichting", type=uuid.UUID)
    group_id = request.args.get("team", type=uuid.UUID)
    large = {group for group, size in ahead.sizes.items() if size >= least}
    if (duty_id and duty_id not in ahead.duties) or (group_id and group_id not in large):
        abort(404)
    of_duty = _only(ahead.rounds, duty_id, None)
    shown = _only(of_duty, None, group_id)
    weeks = look_ahead_rules.weeks(shown, today, until)
    return render_template(
        "desk/look_ahead.html",
        tabs=tabs("plan.look_ahead"),
        nodes=queries.nodes(db(), managed()),
        place=place,
        duties=sorted(ahead.duties.values(), key=lambda duty: duty.title),
        duty_id=duty_id,
        group_id=group_id,
        weeks=weeks,
        peak=look_ahead_rules.peak(weeks),
        late=look_ahead_rules.late(_only(ahead.stands, duty_id, group_id)),
        months=look_ahead_rules.months(today),
        groups=_groups(of_duty, large),
        left_out=len(ahead.sizes) - len(large),
        shown=lambda number: count_rules.shown(number, least),
        people=lambda number: count_rules.people(number, least),
        changeable=_changeable(ahead),
        least=least,
    )


def _changeable(ahead: Ahead) -> set[uuid.UUID]:
    """The duties that the visitor may change: those at the node or below it, for the own people."""
    above = {unit.id for unit in ahead.place.path[:-1]}
    return {
        duty.id
        for duty in ahead.duties.values()
        if duty.unit_id not in above
        and draft_rules.may_ask(duty.audiences, ahead.place.populations, library())
    }


def _only(found: Sequence[One], duty_id: uuid.UUID | None, group_id: uuid.UUID | None) -> list[One]:
    """What is about this duty and this group; None asks nothing."""
    return [
        one for one in found if duty_id in (None, one.duty_id) and group_id in (None, one.group_id)
    ]


def _groups(
    rounds: Sequence[Coming], large: set[uuid.UUID]
) -> list[tuple[uuid.UUID, str, dict[dt.date, int]]]:
    """The groups that may be counted, with their months, by name."""
    counted = look_ahead_rules.by_group(rounds)
    names = queries.names_of(db(), large)
    lines = [(group, names[group], dict(counted.get(group, {}))) for group in large]
    return sorted(lines, key=lambda line: line[1])


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the year plan. Lines are (duty, for whom, how many people in words)."""

    begins_on: dt.date
    opens: list[tuple[str, str, str]]
    due: list[tuple[str, str, str]]
    meetings: list[str]
    messages: list[str]
    quiet: list[str]


def _year(place: Place, today: dt.date) -> list[Month]:
    begins = look_ahead_rules.months(today)
    end = clock.add_months(begins[-1], 1)
    ahead, least = _ahead(place, today, end - DAY), least_to_count()
    opens = look_ahead_rules.by_month(ahead.rounds, opening=True)
    due = look_ahead_rules.by_month(ahead.rounds, opening=False)

    quiet = _quiet(place)
    meetings = _meetings(place, begins[0], end)
    messages, planned = _messages(place)

    def lines(counted: dict[uuid.UUID, int]) -> list[tuple[str, str, str]]:
        found = []
        for duty_id, number in counted.items():
            duty = ahead.duties[duty_id]
            found.append((duty.title, _for_whom(duty), count_rules.people(number, least)))
        return sorted(found)

    return [
        Month(
            begins_on=month,
            opens=lines(dict(opens.get(month, {}))),
            due=lines(dict(due.get(month, {}))),
            meetings=[*meetings[month], *_to_plan(ahead, due.get(month, {}))],
            messages=[*messages.get(month, []), *_ideas(place, month, planned)],
            quiet=[words for first, last, words in quiet if first <= month <= last],
        )
        for month in begins
    ]


def _for_whom(duty: DutyFacts) -> str:
    known = library().audiences
    return ", ".join(known[slug].label for slug in sorted(duty.audiences) if slug in known)


def _meetings(place: Place, begin: dt.date, end: dt.date) -> dict[dt.date, list[str]]:
    """The meetings planned from a day until another, by the first day of their month."""
    council = [
        kind
        for kind, owner in ((True, Population.COUNCIL), (False, Population.STAFF))
        if owner in place.populations
    ]
    found: dict[dt.date, list[str]] = defaultdict(list)
    planned = plan_queries.meetings_between(
        db(), place.unit.id, _midnight(begin), _midnight(end), council
    )
    for meeting, unit in planned:
        day = clock.local_date(meeting.starts_at)
        found[day.replace(day=1)].append(f"{day:%d-%m}: {meeting.title} ({unit})")
    return found


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.AMSTERDAM)


def _to_plan(ahead: Ahead, due: Iterable[uuid.UUID]) -> list[str]:
    """The kinds of meeting for which these duties ask."""
    kinds = library().meetings
    asked = [
        name
        for duty_id in due
        for kind, name in ahead.duties[duty_id].content()
        if kind is ContentKind.MEETING and name in kinds
    ]
    return [f"{kinds[name].title}: nog te plannen" for name in dict.fromkeys(asked)]


def _messages(place: Place) -> tuple[dict[dt.date, list[str]], set[str]]:
    """The messages that are planned for the node, by the first day of their month; and which of
    the library's are among them."""
    units = {unit.id for unit in place.path} | unit_ids_below(db(), [place.unit.id])
    found: dict[dt.date, list[str]] = defaultdict(list)
    known = set()
    for message in messages_at(db(), units):
        mine = draft_rules.may_see(message.audiences, place.populations, library())
        if message.stopped_at is not None or not mine:
            continue
        known.add(message.content_id or "")
        for one in message.dates:
            words = f"{one.send_on:%d-%m}: {message.title}"
            found[one.send_on.replace(day=1)].append(words)
    return {month: sorted(lines) for month, lines in found.items()}, known


def _ideas(place: Place, month: dt.date, planned: set[str]) -> list[str]:
    """The messages of the ready programme for a month that nobody planned yet."""
    return [
        f"{day:%d-%m}: {title} (idee, nog niet gepland)"
        for slug, day, title in draft_rules.messages_in(library(), place.populations, month)
        if slug not in planned
    ]


def _quiet(place: Place) -> list[tuple[dt.date, dt.date, str]]:
    """The quiet times at a node (of its municipality, or of the first one below it): the first
    days of the months in which each begins and ends, and its days in words."""
    towns = municipalities_below(db(), [place.unit.id])
    if not towns:
        return []
    spans = {
        (span.from_on, span.until_on, QUIET.get(name, name))
        for found in quiet_with_names(db(), towns[0].id).values()
        for span, name in found
    }
    return [
        (
            from_on.replace(day=1),
            until_on.replace(day=1),
            f"{name}: {from_on:%d-%m}"
            + (f" tot en met {until_on:%d-%m}" if until_on > from_on else ""),
        )
        for from_on, until_on, name in sorted(spans)
    ]


@blueprint.get("/jaarplan")
@open_to(Permission.MANAGE_DUTIES)
def show_year() -> ResponseReturnValue:
    """Twelve months: what opens and is due for whom, meetings, messages, quiet times."""
    place, today = _place(), clock.today()
    return render_template(
        "desk/year.html",
        tabs=tabs("plan.show_year"),
        nodes=queries.nodes(db(), managed()),
        place=place,
        months=_year(place, today),
        least=least_to_count(),
        today=today,
    )


@blueprint.get("/jaarplan.ics")
@open_to(Permission.MANAGE_DUTIES)
def export_year() -> ResponseReturnValue:
    """The year plan as a file for a calendar: one entry for each duty and month, at the month's
    last day on which it is due."""
    place, today, now = _place(), clock.today(), clock.now()
    end = clock.add_months(look_ahead_rules.months(today)[-1], 1) - DAY
    ahead, least = _ahead(place, today, end), least_to_count()
    last: dict[tuple[uuid.UUID, dt.date], tuple[dt.date, int]] = {}
    for one in ahead.rounds:
        key = (one.duty_id, one.due_on.replace(day=1))
        day, people = last.get(key, (one.due_on, 0))
        last[key] = max(day, one.due_on), people + one.people
    entries = [
        ics.Entry(
            uid=f"{duty_id}-{month:%Y-%m}-{place.unit.id}@weerbaar",
            sequence=(today - dt.date(2026, 1, 1)).days,
            changed_at=now,
            title=f"Uiterlijk: {ahead.duties[duty_id].title}",
            begins=day,
            ends=day,
            text=f"{count_rules.people(people, least)}. {_for_whom(ahead.duties[duty_id])}.",
        )
        for (duty_id, month), (day, people) in sorted(last.items(), key=lambda item: item[1])
    ]
    body = ics.calendar_of(entries, name=f"Jaarplan {place.unit.name}")
    response = Response(body, content_type=ics.MIME_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="jaarplan.ics"'
    return response

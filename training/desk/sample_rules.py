"""Decides what a policy would mean for three sample persons: new, just done, nearly expired."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from training.assignments import word_rules
from training.assignments.rules import (
    DAY,
    Basis,
    Calendar,
    Policy,
    Round,
    first_round,
    following,
    settle,
)
from training.clock import add_months, in_words

DAYS_LEFT = 10  # how long the proof of the third sample person still holds


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample person: who it is, and what happens, as (when, what) in order."""

    who: str
    story: str
    moments: tuple[tuple[str, str], ...]


def samples(policy: Policy, calendar: Calendar, today: dt.date) -> list[Sample]:
    """What happens to the three sample persons; only to the new one when once is enough."""
    new = _newcomer(policy, calendar, max(today, policy.from_on))
    if policy.validity_months is None:
        done = Sample("Net gedaan", f"Klaar op {in_words(today)}.", (("Daarna", "niets meer"),))
        return [new, done]
    return [new, _just_done(policy, calendar, today), _nearly_expired(policy, calendar, today)]


def first_mail_on(opens_on: dt.date, calendar: Calendar, today: dt.date) -> dt.date:
    """The day on which the first mail about a round goes out: when it opens, at the earliest
    tomorrow morning, and not in a quiet time."""
    return calendar.working_day(max(opens_on, today + DAY))


def _newcomer(policy: Policy, calendar: Calendar, starts_on: dt.date) -> Sample:
    round_ = first_round(policy, starts_on, calendar)
    moments = [
        ("Staat open vanaf", in_words(round_.opens_on)),
        ("Eerste mail", in_words(calendar.working_day(round_.opens_on))),
        ("Uiterlijk", in_words(round_.due_on)),
    ]
    if policy.spread_days:
        earliest = first_round(_at_the_front(policy), starts_on, calendar)
        moments[2] = (
            "Uiterlijk",
            f"een dag tussen {in_words(earliest.due_on)} en {in_words(round_.due_on)}",
        )
    moments.append(("Te laat", f"vanaf {in_words(round_.due_on + DAY)}"))
    return Sample("Nieuw", f"Begint op {in_words(starts_on)}.", tuple(moments))


def _at_the_front(policy: Policy) -> Policy:
    """The policy as it is for whoever comes first in the spreading."""
    days, day = policy.first_due_days, policy.first_due_on
    return replace(
        policy,
        first_due_days=None if days is None else max(days - policy.spread_days, 0),
        first_due_on=None if day is None else day - policy.spread_days * DAY,
        spread_days=0,
    )


def _just_done(policy: Policy, calendar: Calendar, today: dt.date) -> Sample:
    story = f"Klaar op {in_words(today)}."
    moments = []
    if policy.basis is Basis.CALENDAR:
        moments.append(("De twee data", candidate_words(policy, today)))
    done = settle(first_round(policy, today, calendar), policy, today)
    return Sample("Net gedaan", story, (*moments, *_moments_after(done, policy, calendar)))


def candidate_words(policy: Policy, done_on: dt.date) -> str:
    """Both fixed dates that could follow a completion, and which of them it is."""
    first, second = word_rules.candidates(policy, done_on)
    left, least = (first - done_on).days, policy.minimum_days
    if left >= least:
        return (
            f"{in_words(first)} of {in_words(second)}. Het wordt de eerste: die is "
            f"{word_rules.days(left)} weg, en het minimum is {least}."
        )
    return (
        f"{in_words(first)} of {in_words(second)}. De eerste is maar {word_rules.days(left)} weg, "
        f"en het minimum is {least}. Het wordt dus een latere datum."
    )


def _nearly_expired(policy: Policy, calendar: Calendar, today: dt.date) -> Sample:
    until = today + DAYS_LEFT * DAY
    before = Round(
        number=1,
        policy_version=policy.version,
        form=policy.form,
        opens_on=add_months(until, -(policy.validity_months or 0)),
        due_on=until,
        grace_until=until,
        fulfilled_on=add_months(until, -(policy.validity_months or 0)),
        valid_until=until,
        next_opens_on=until - policy.window_days * DAY,
        next_due_on=until,
    )
    now = following(before, policy, calendar)
    moments = [
        ("Opnieuw doen kan", f"vanaf {in_words(now.opens_on)}"),
        ("Uiterlijk", in_words(now.due_on)),
        ("Verlopen", f"vanaf {in_words(now.grace_until + DAY)}"),
    ]
    done = settle(now, policy, today)
    if now.opens_on > today:
        moments.append(("Vandaag gedaan", "is oefening en verandert geen datum"))
    elif done.valid_until is not None:
        moments.append(("Vandaag gedaan", f"klaar tot en met {in_words(done.valid_until)}"))
    return Sample("Bijna verlopen", f"Geldig tot en met {in_words(until)}.", tuple(moments))


def _moments_after(done: Round, policy: Policy, calendar: Calendar) -> list[tuple[str, str]]:
    assert done.valid_until is not None
    later = following(done, policy, calendar)
    moments = [
        ("Geldig", f"tot en met {in_words(done.valid_until)}"),
        ("Opnieuw doen kan", f"vanaf {in_words(later.opens_on)}"),
        ("Uiterlijk", in_words(later.due_on)),
    ]
    if policy.grace_days:
        moments.append(("Respijt", f"tot en met {in_words(later.grace_until)}"))
    return moments

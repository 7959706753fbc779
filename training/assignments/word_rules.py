"""Decides how a date is explained in words: from what it was counted, and by what it moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from training.assignments.rules import (
    DAY,
    TURN_DAYS,
    Basis,
    Calendar,
    Cause,
    Policy,
    RefresherForm,
    Round,
    Span,
    spread_offset,
)
from training.clock import MONTHS, add_months, in_words

FORMS = {
    RefresherForm.FULL: "Een volgende keer doe je het hele onderdeel opnieuw.",
    RefresherForm.REFRESHER: "Een volgende keer is een opfrisser genoeg: wat nieuw is, en vragen.",
    RefresherForm.DILEMMA: "Een volgende keer speel je een dilemma dat je nog niet speelde.",
    RefresherForm.NEW: "Een volgende keer doe je alleen wat nieuw is.",
}

OPENS_FOR = {
    Cause.TERM: "het begin van een raadsperiode",
    Cause.SUCCESSOR: "een tussentijdse opvolging in de raad",
    Cause.ROLE: "een andere rol",
}
"""For what a round can open by itself, in words."""


def days(number: int) -> str:
    """A number of days: 1 dag, 14 dagen."""
    return f"{number} dag" if number == 1 else f"{number} dagen"


def months(number: int) -> str:
    """A number of months: 1 maand, 12 maanden."""
    return f"{number} maand" if number == 1 else f"{number} maanden"


def fixed_day(policy: Policy) -> str:
    """The fixed date of a policy, without its year: 1 december."""
    return f"{policy.fixed_day or 1} {MONTHS[(policy.fixed_month or 1) - 1]}"


def policy_lines(policy: Policy) -> list[str]:
    """What a policy says, a sentence for each part that asks something."""
    if policy.first_due_on is not None:
        first = f"De eerste keer is het klaar op {in_words(policy.first_due_on)}."
    else:
        first = f"De eerste keer is het klaar binnen {days(policy.first_due_days or 0)}."
    lines = [first, f"Er is altijd minstens {days(policy.notice_days)} de tijd."]
    if policy.spread_days:
        lines.append(f"Een team doet het gespreid over {days(policy.spread_days)}.")
    if policy.quiet:
        lines.append("In een rustige tijd valt geen datum, en er gaat geen mail uit.")
    found = [words for cause, words in OPENS_FOR.items() if cause.name in policy.opens_for]
    if found:
        lines.append(
            f"Wie het al deed, doet het opnieuw bij {' en bij '.join(found)}: "
            f"binnen {days(max(TURN_DAYS, policy.notice_days))}."
        )
    if policy.validity_months is None:
        return [*lines, "Eén keer is genoeg. Het komt niet terug."]
    lines.append(_validity(policy))
    if policy.window_days:
        lines.append(f"Opnieuw doen kan vanaf {days(policy.window_days)} voor de datum.")
    if policy.grace_days:
        lines.append(f"Na de datum is er nog {days(policy.grace_days)} respijt.")
    return [*lines, FORMS[policy.form]]


def _validity(policy: Policy) -> str:
    if policy.basis is Basis.CALENDAR:
        least = days(policy.minimum_days)
        return (
            f"Het geldt tot {fixed_day(policy)}. Is dat minder dan {least} weg, "
            "dan geldt het tot een jaar later."
        )
    period = months(policy.validity_months or 0)
    if policy.basis is Basis.ANNIVERSARY:
        return f"Het geldt {period}. Wie op tijd opfrist, houdt dezelfde datum."
    return f"Het geldt {period}, gerekend vanaf de dag waarop iemand het doet."


def start_in_words(starts_on: dt.date, joined_on: dt.date | None, in_force_from: dt.date) -> str:
    """The moment from which the first date is counted; the latest of three."""
    if starts_on == joined_on:
        return f"in dienst ({in_words(starts_on)})"
    if starts_on == in_force_from:
        return f"de start van de verplichting ({in_words(starts_on)})"
    return f"de eerste dag in de doelgroep ({in_words(starts_on)})"


@dataclass(frozen=True, slots=True)
class Resting:
    """What moves the dates of one person: the quiet times by the name of their calendar, each with
    its own name ("Voorjaarsvakantie"), and the pauses."""

    quiet: Mapping[str, Sequence[tuple[Span, str]]] = field(default_factory=dict)
    pauses: Sequence[Span] = ()

    def calendar(self) -> Calendar:
        """The same for the rules, which need no names."""
        named = {name: tuple(s for s, _ in spans) for name, spans in self.quiet.items()}
        return Calendar(pauses=tuple(self.pauses), named=named)

    def name_of(self, day: dt.date, policy: Policy) -> str:
        """What the quiet time on a day is called."""
        for calendar in policy.quiet:
            for span, name in self.quiet.get(calendar, ()):
                if span.covers(day):
                    return name.lower()
        return "rustige tijd"


def due_steps(
    chain: Sequence[Round],
    number: int,
    policies: Mapping[int, Policy],
    resting: Resting,
    counted_from: str,
    spread_by: int,
) -> list[str]:
    """How the due date of a round came about, a phrase for each step, in the order of the rules.
    `policies` by version; `counted_from` are the words of `start_in_words`."""
    round_ = next(item for item in chain if item.number == number)
    before = next((item for item in chain if item.number == number - 1), None)
    policy = policies[round_.policy_version]
    if round_.cause is not Cause.TURN:
        opened = f"extra ronde, open op {in_words(round_.opens_on)}: {round_.cause.value}"
        steps, day = [opened], round_.planned_on or round_.due_on
    elif before is None:
        steps, day = _first_steps(policy, round_, counted_from, spread_by)
    else:
        steps, day = _next_steps(policies[before.policy_version], policy, before, spread_by)
    calendar = resting.calendar().under(policy)
    if calendar.is_quiet(day):
        steps.append(f"verschoven na: {resting.name_of(day, policy)}")
        day = calendar.working_day(day)
    for pause in sorted(resting.pauses, key=lambda span: span.from_on):
        moved = pause.until_on + policy.notice_days * DAY
        if pause.from_on <= day and pause.until_on >= round_.opens_on and moved > day:
            steps.append(f"verschoven na de pauze tot en met {in_words(pause.until_on)}")
            day = calendar.working_day(moved)
    if round_.due_on != day:
        steps.append("later aangepast")
    return steps


def _first_steps(
    policy: Policy, round_: Round, counted_from: str, spread_by: int
) -> tuple[list[str], dt.date]:
    if policy.first_due_on is not None:
        steps, day = [f"de vaste datum {in_words(policy.first_due_on)}"], policy.first_due_on
    else:
        count = policy.first_due_days or 0
        steps, day = [f"{days(count)} na {counted_from}"], round_.opens_on + count * DAY
    day = _spread(steps, day, policy, spread_by)
    earliest = round_.opens_on + policy.notice_days * DAY
    if earliest > day:
        steps.append(f"verschoven, want er is altijd minstens {days(policy.notice_days)} de tijd")
        day = earliest
    return steps, day


def _spread(steps: list[str], day: dt.date, policy: Policy, spread_by: int) -> dt.date:
    offset = spread_offset(spread_by, policy.spread_days)
    if offset:
        steps.append(f"{days(offset)} eerder, om het team te spreiden")
    return day - offset * DAY


def _next_steps(
    counted: Policy, policy: Policy, before: Round, spread_by: int
) -> tuple[list[str], dt.date]:
    """`counted`: the rules by which the date before was counted; `policy`: those of the round."""
    day = before.next_due_on or before.due_on
    if counted.basis is Basis.CALENDAR:
        steps = [f"de vaste datum, elk jaar {fixed_day(counted)}"]
        return steps, _spread(steps, day, policy, spread_by)
    period = months(counted.validity_months or 0)
    if before.fulfilled_on is None:
        return [f"{period} na {in_words(before.due_on)}, toen het niet gedaan is"], day
    kept = before.was_valid_until is not None and before.fulfilled_on <= before.was_valid_until
    if counted.basis is Basis.ANNIVERSARY and kept and before.was_valid_until:
        return [f"{period} na de vorige datum ({in_words(before.was_valid_until)})"], day
    return [f"{period} na de vorige keer ({in_words(before.fulfilled_on)})"], day


def candidates(policy: Policy, done_on: dt.date) -> tuple[dt.date, dt.date]:
    """For a fixed calendar date: the first one after a completion, and the one after that. Which
    of them holds depends on `minimum_days`."""
    month, day = policy.fixed_month or 1, policy.fixed_day or 1
    found = [
        add_months(dt.date(year, month, 1), 0, anchor_day=day)
        for year in range(done_on.year, done_on.year + 3)
    ]
    first, second = [one for one in found if one > done_on][:2]
    return first, second

"""Decides when something is due, how long it holds, and what somebody's standing is on a day.

Nothing here resets or forgets: cycles follow from facts (policies, memberships, evidence, pauses),
and a standing is a pure function of those and a reference date. All dates are Dutch local dates,
inclusive ("t/m"). Source: the product's rules for duties and refreshers, docs/refreshers.md.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass

from training.clock import add_months

DAY = dt.timedelta(days=1)


class Basis(enum.Enum):
    """From what the next due date is counted."""

    COMPLETION = "vanaf de dag van afronden"
    ANNIVERSARY = "vanaf de vorige geldigheidsdatum"
    CALENDAR = "elk jaar op een vaste datum"


class RefresherForm(enum.Enum):
    """What a later cycle asks for."""

    FULL = "de hele module"
    REFRESHER = "de opfrisser"
    DILEMMA = "een nieuw dilemma"


class Choose(enum.Enum):
    """Whether all content of a duty is asked, or one piece of it."""

    ALL = "alles"
    ONE = "één, naar keuze"


class Closing(enum.Enum):
    """Why a cycle ended."""

    FULFILLED = "gedaan"
    MISSED = "gemist"
    LAPSED = "vervallen"


class ReminderKind(enum.Enum):
    """The moments at which somebody hears of a cycle."""

    OPENED = "open"
    TWO_WEEKS_LEFT = "nog twee weken"
    OVERDUE = "te laat"


class Standing(enum.Enum):
    """How somebody stands under a duty on a day."""

    FUTURE = "toekomstig"
    OPEN = "open"
    OVERDUE = "te laat"
    VALID = "geldig"
    REFRESHER_OPEN = "herhaling open"
    GRACE = "respijt"
    EXPIRED = "verlopen"
    EXEMPT = "vrijgesteld"
    PAUSED = "gepauzeerd"
    LAPSED = "vervallen"

    @property
    def counts_as_valid(self) -> bool:
        """Whether the person may be counted as up to date."""
        return self in {Standing.VALID, Standing.REFRESHER_OPEN}

    @property
    def asks_for_work(self) -> bool:
        """Whether there is something to do now."""
        return self in {
            Standing.OPEN,
            Standing.OVERDUE,
            Standing.REFRESHER_OPEN,
            Standing.GRACE,
            Standing.EXPIRED,
        }


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of a duty, one version. Days and months are whole numbers; exactly one of
    `first_due_days` and `first_due_on` is given. No `validity_months`: once is enough."""

    version: int
    from_on: dt.date
    first_due_days: int | None = 90
    first_due_on: dt.date | None = None
    validity_months: int | None = 12
    basis: Basis = Basis.COMPLETION
    fixed_month: int | None = None
    fixed_day: int | None = None
    minimum_days: int = 90
    window_days: int = 42
    grace_days: int = 28
    notice_days: int = 14
    spread_days: int = 0
    form: RefresherForm = RefresherForm.REFRESHER


@dataclass(frozen=True, slots=True)
class Span:
    """Days from–until, inclusive: a pause, an exemption, a quiet time."""

    from_on: dt.date
    until_on: dt.date

    def covers(self, day: dt.date) -> bool:
        """Whether the day is in it."""
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True, slots=True)
class Proof:
    """One completion, as far as a duty cares."""

    content: tuple[str, str]
    completed_on: dt.date
    version: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """The content of a duty: (kind name, id) → the least version that counts."""

    contents: tuple[tuple[str, str], ...]
    choose: Choose = Choose.ALL
    least_version: int = 1


@dataclass(frozen=True, slots=True)
class Round:
    """One cycle with its dates. `was_valid_until`: t/m when the round before it holds."""

    number: int
    policy_version: int
    form: RefresherForm
    opens_on: dt.date
    due_on: dt.date
    grace_until: dt.date
    was_valid_until: dt.date | None = None
    fulfilled_on: dt.date | None = None
    valid_until: dt.date | None = None
    next_opens_on: dt.date | None = None
    next_due_on: dt.date | None = None
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """When mail and due dates rest."""

    quiet: tuple[Span, ...] = ()
    pauses: tuple[Span, ...] = ()

    def working_day(self, day: dt.date) -> dt.date:
        """The first day from `day` on that is neither quiet nor a weekend when it had to move."""
        moved = day
        while any(span.covers(moved) for span in self.quiet) or (
            moved != day and moved.weekday() >= 5
        ):
            moved += DAY
        return moved

    def due(self, day: dt.date, opens_on: dt.date, notice_days: int) -> dt.date:
        """`day` moved out of pauses (notice after return) and out of quiet times."""
        moved = day
        for pause in sorted(self.pauses, key=lambda span: span.from_on):
            if pause.from_on <= moved and pause.until_on >= opens_on:
                moved = max(moved, pause.until_on + notice_days * DAY)
        return self.working_day(moved)


def policy_on(policies: Sequence[Policy], day: dt.date) -> Policy:
    """The version in force on a day: the newest that began by then, or the first."""
    begun = [policy for policy in policies if policy.from_on <= day]
    return max(begun or policies[:1], key=lambda policy: policy.version)


def spread_offset(person: int, days: int) -> int:
    """How many days earlier somebody's due date falls, so that a team is not trained in one week.
    `person` is any number that stays the same for that person."""
    return person % (days + 1) if days > 0 else 0


def first_round(
    policy: Policy, starts_on: dt.date, calendar: Calendar, spread_by: int = 0
) -> Round:
    """The first cycle: due N days after the start or on a fixed date, never before the notice."""
    if policy.first_due_on is not None:
        wanted = policy.first_due_on
    else:
        wanted = starts_on + (policy.first_due_days or 0) * DAY
    earliest = starts_on + policy.notice_days * DAY
    wanted = max(wanted - spread_offset(spread_by, policy.spread_days) * DAY, earliest)
    due = calendar.due(wanted, starts_on, policy.notice_days)
    return Round(
        number=1,
        policy_version=policy.version,
        form=RefresherForm.FULL,
        opens_on=starts_on,
        due_on=due,
        grace_until=due,
    )


def next_fixed(policy: Policy, after: dt.date, least_days: int) -> dt.date:
    """The next fixed calendar date that is at least so many days after `after`. 29 February is
    the 28th in other years."""
    earliest = after + least_days * DAY
    for year in range(after.year, after.year + 9):
        day = add_months(
            dt.date(year, policy.fixed_month or 1, 1), 0, anchor_day=policy.fixed_day or 1
        )
        if day > after and day >= earliest:
            return day
    raise ValueError("minimum_days asks for more than eight years")


def valid_until(policy: Policy, round_: Round, fulfilled_on: dt.date) -> dt.date | None:
    """T/m which day a completion holds; None: for ever."""
    if policy.validity_months is None:
        return None
    if policy.basis is Basis.CALENDAR:
        return next_fixed(policy, fulfilled_on, policy.minimum_days)
    in_window = round_.was_valid_until is not None and fulfilled_on <= round_.was_valid_until
    if policy.basis is Basis.ANNIVERSARY and in_window and round_.was_valid_until:
        return add_months(round_.was_valid_until, policy.validity_months)
    return add_months(fulfilled_on, policy.validity_months)


def settle(round_: Round, policy: Policy, fulfilled_on: dt.date | None) -> Round:
    """The cycle with what follows from its completion (or from there being none): t/m when it
    holds, and when the next opens. An unfulfilled one never stops next year's."""
    if fulfilled_on is not None:
        until = valid_until(policy, round_, fulfilled_on)
        opens = None if until is None else max(until - policy.window_days * DAY, fulfilled_on + DAY)
        return _with(round_, fulfilled_on, until, opens, until)
    if policy.validity_months is None:
        return _with(round_, None, None, None, None)
    if policy.basis is Basis.CALENDAR:
        due = next_fixed(policy, round_.due_on, policy.minimum_days)
    else:
        due = add_months(round_.due_on, policy.validity_months)
    opens = max(due - policy.window_days * DAY, round_.due_on + DAY)
    return _with(round_, None, None, opens, due)


def _with(
    round_: Round,
    fulfilled_on: dt.date | None,
    until: dt.date | None,
    next_opens_on: dt.date | None,
    next_due_on: dt.date | None,
) -> Round:
    return Round(
        number=round_.number,
        policy_version=round_.policy_version,
        form=round_.form,
        opens_on=round_.opens_on,
        due_on=round_.due_on,
        grace_until=round_.grace_until,
        was_valid_until=round_.was_valid_until,
        fulfilled_on=fulfilled_on,
        valid_until=until,
        next_opens_on=next_opens_on,
        next_due_on=next_due_on,
    )


def following(done: Round, policy: Policy, calendar: Calendar) -> Round:
    """The cycle after a settled one, under the policy in force on the day that it opens."""
    if done.next_opens_on is None or done.next_due_on is None:
        raise ValueError("this cycle has no successor")
    due = calendar.due(done.next_due_on, done.next_opens_on, policy.notice_days)
    return Round(
        number=done.number + 1,
        policy_version=policy.version,
        form=policy.form,
        opens_on=done.next_opens_on,
        due_on=due,
        grace_until=due + policy.grace_days * DAY,
        was_valid_until=done.valid_until,
    )


def fulfilled_on(
    asked: Asked, proofs: Sequence[Proof], opens_on: dt.date, before: dt.date | None, today: dt.date
) -> dt.date | None:
    """The day on which everything asked (or one piece, when one is enough) was done, counting
    proof from the opening until the next cycle opens, and not after `today`."""
    firsts: dict[tuple[str, str], dt.date] = {}
    for proof in proofs:
        counts = (
            opens_on <= proof.completed_on <= today
            and (before is None or proof.completed_on < before)
            and proof.version >= asked.least_version
        )
        if counts and proof.content in asked.contents:
            earlier = firsts.get(proof.content, proof.completed_on)
            firsts[proof.content] = min(earlier, proof.completed_on)
    if asked.choose is Choose.ONE:
        return min(firsts.values(), default=None)
    if len(firsts) < len(asked.contents) or not firsts:
        return None
    return max(firsts.values())


def rounds(
    policies: Sequence[Policy],
    asked: Asked,
    starts_on: dt.date,
    proofs: Sequence[Proof],
    calendar: Calendar,
    today: dt.date,
    written: Sequence[Round] = (),
    spread_by: int = 0,
) -> list[Round]:
    """All cycles that have opened by `today`, the oldest first. Those already written keep their
    frozen dates; what was not written yet is derived, so that no standing waits for a job."""
    if starts_on > today and not written:
        return []
    by_number = {round_.number: round_ for round_ in written}
    chain: list[Round] = []
    current = by_number.get(1) or first_round(
        policy_on(policies, starts_on), starts_on, calendar, spread_by
    )
    while current.opens_on <= today:
        settled = _settled(current, policies, asked, proofs, today)
        chain.append(settled)
        if settled.next_opens_on is None or settled.next_opens_on > today:
            break
        policy = policy_on(policies, settled.next_opens_on)
        current = by_number.get(settled.number + 1) or following(settled, policy, calendar)
        chain[-1] = closed(settled)
    return chain


def _settled(
    round_: Round,
    policies: Sequence[Policy],
    asked: Asked,
    proofs: Sequence[Proof],
    today: dt.date,
) -> Round:
    """The cycle settled by the first proof in it: proof counts until the next cycle opens."""
    own = next((p for p in policies if p.version == round_.policy_version), policies[-1])
    missed = settle(round_, own, None)
    done = fulfilled_on(asked, proofs, round_.opens_on, missed.next_opens_on, today)
    return missed if done is None else settle(round_, own, done)


def closed(round_: Round) -> Round:
    """The cycle as history: fulfilled or missed."""
    how = Closing.FULFILLED if round_.fulfilled_on else Closing.MISSED
    values = {name: getattr(round_, name) for name in Round.__slots__}
    return Round(**{**values, "closing": how})


def standing(
    chain: Sequence[Round],
    today: dt.date,
    *,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    pauses: Sequence[Span] = (),
    exemptions: Sequence[Span] = (),
) -> Standing:
    """How somebody stands on a day, given the cycles as they are known on that day."""
    if ends_on is not None and ends_on < today:
        return Standing.LAPSED
    if any(span.covers(today) for span in exemptions):
        return Standing.EXEMPT
    if any(span.covers(today) for span in pauses):
        return Standing.PAUSED
    if starts_on > today or not chain:
        return Standing.FUTURE
    return round_standing(chain[-1], today)


def round_standing(last: Round, today: dt.date) -> Standing:
    """How the newest cycle stands on a day. The same definition is written in SQL in
    `assignments.queries.standing_sql`; a property test holds the two together."""
    if last.fulfilled_on is not None and last.fulfilled_on <= today:
        if last.valid_until is None or today <= last.valid_until:
            return Standing.VALID
        return Standing.EXPIRED
    if last.was_valid_until is None:
        return Standing.OPEN if today <= last.due_on else Standing.OVERDUE
    if today <= last.was_valid_until:
        return Standing.REFRESHER_OPEN
    if today <= last.grace_until:
        return Standing.GRACE
    return Standing.EXPIRED

"""Decides when something is due, how long it holds, and what somebody's standing is on a day.

Nothing here resets or forgets: cycles follow from facts (policies, memberships, evidence, pauses),
and a standing is a pure function of those and a reference date. All dates are Dutch local dates,
inclusive ("t/m"). Source: the product's rules for duties and refreshers, docs/refreshers.md.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from training.clock import add_months, public_holidays

DAY = dt.timedelta(days=1)
FAR = dt.date(9999, 12, 31)  # "for ever" where a date is needed
LEAVE_GRACE = 14  # days out of an audience after which its cycles lapse
TURN_DAYS = 42  # days to do again what another role or a new term asks
SPREAD_SHIFT = 128 - 12  # the first three hexadecimal digits of a person's id


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
    NEW = "alleen wat nieuw is"

    @property
    def is_short(self) -> bool:
        """Whether a module is asked in its short form."""
        return self in {RefresherForm.REFRESHER, RefresherForm.NEW}


class Cause(enum.Enum):
    """Why a cycle opened: in its turn, or for something that happened."""

    TURN = "gewone ronde"
    ADDITION = "aanvulling van de inhoud"
    RENEWAL = "inhoud opnieuw verplicht"
    ROLE = "andere rol"
    TERM = "begin van de raadsperiode"
    SUCCESSOR = "tussentijdse opvolging"
    INCIDENT = "voorval"
    LAW = "wijziging van de wet"


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


class Transition(enum.Enum):
    """What the nightly pass does to people under a duty; the brake watches each apart."""

    ASSIGN = "krijgt de verplichting"
    LAPSE = "vervalt"
    OPEN = "nieuwe ronde"


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
    MISSED = "gemist"

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
    `first_due_days` and `first_due_on` is given. No `validity_months`: once is enough.
    `opens_for`: the names of the causes for which a round opens by itself."""

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
    quiet: tuple[str, ...] = ()
    opens_for: tuple[str, ...] = ()


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
class Opening:
    """A cycle out of its turn: from which day, how many days there are, and why. With a `content`
    it is for whoever did that content in a version below `least_version`, and asks no more."""

    opens_on: dt.date
    due_days: int
    cause: Cause
    content: tuple[str, str] | None = None
    least_version: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """The content of a duty: (kind name, id) → the least version that counts."""

    contents: tuple[tuple[str, str], ...]
    choose: Choose = Choose.ALL
    least_version: int = 1


@dataclass(frozen=True, slots=True)
class Round:
    """One cycle with its dates. `planned_on`: the due date before absence moved it (None: as
    `due_on`). `was_valid_until`: t/m when the round before it holds. A round for one changed piece
    asks `only` that, from `least_version` on; `keeps_until` is then t/m when the whole duty holds.
    `anchor_day`: the day of the month from which the months after it are counted; like the dates
    below it, it follows from proof."""

    number: int
    policy_version: int
    form: RefresherForm
    opens_on: dt.date
    due_on: dt.date
    grace_until: dt.date
    was_valid_until: dt.date | None = None
    planned_on: dt.date | None = None
    anchor_day: int | None = None
    cause: Cause = Cause.TURN
    only: tuple[str, str] | None = None
    least_version: int = 1
    keeps_until: dt.date | None = None
    fulfilled_on: dt.date | None = None
    valid_until: dt.date | None = None
    next_opens_on: dt.date | None = None
    next_due_on: dt.date | None = None
    closing: Closing | None = None
    closed_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """When mail and due dates rest: quiet times (for all, and by the name under which a policy
    asks for them), and the absences of one person."""

    quiet: tuple[Span, ...] = ()
    pauses: tuple[Span, ...] = ()
    named: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)

    def under(self, policy: Policy) -> Calendar:
        """This calendar with the quiet times that a policy asks for."""
        if not policy.quiet or not self.named:
            return self
        spans = [span for name in policy.quiet for span in self.named.get(name, ())]
        return Calendar((*self.quiet, *spans), self.pauses)

    def is_quiet(self, day: dt.date) -> bool:
        """Whether the day is in a quiet time; no mail is sent then."""
        return any(span.covers(day) for span in self.quiet)

    def working_day(self, day: dt.date) -> dt.date:
        """`day` itself, or when it is quiet the first working day after it."""
        moved = day
        while self.is_quiet(moved) or (moved != day and not is_working_day(moved)):
            moved += DAY
        return moved

    def after_absence(self, day: dt.date, opens_on: dt.date, notice_days: int) -> dt.date:
        """`day`, or when the person is away between the opening and that day: at least the notice
        after return, and not in a quiet time."""
        moved, before = day, None
        while moved != before:
            before = moved
            for pause in self.pauses:
                if pause.from_on <= moved and pause.until_on >= opens_on:
                    moved = max(moved, pause.until_on + notice_days * DAY)
            moved = day if moved == day else self.working_day(moved)
        return moved

    def due(self, day: dt.date, opens_on: dt.date, notice_days: int) -> dt.date:
        """`day` moved out of quiet times and out of absence."""
        return self.after_absence(self.working_day(day), opens_on, notice_days)


def is_working_day(day: dt.date) -> bool:
    """Whether offices are open: no weekend and no public holiday."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


def policy_on(policies: Sequence[Policy], day: dt.date) -> Policy:
    """The version in force on a day: the newest that began by then, or the first."""
    begun = [policy for policy in policies if policy.from_on <= day]
    return max(begun or policies[:1], key=lambda policy: policy.version)


def spread_offset(person: int, days: int) -> int:
    """How many days earlier somebody's due date falls, so that a team is not trained in one week.
    `person` is the id as a number; its first twelve bits decide, which SQL can read as well."""
    return (person >> SPREAD_SHIFT) % (days + 1) if days > 0 else 0


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
    planned = calendar.under(policy).working_day(wanted)
    round_ = Round(1, policy.version, RefresherForm.FULL, starts_on, planned, planned)
    return moved_by_absence(replace(round_, planned_on=planned), policy, calendar)


def moved_by_absence(round_: Round, policy: Policy, calendar: Calendar) -> Round:
    """The cycle with its due date, and the grace after it, counted again from `planned_on`."""
    planned = round_.planned_on or round_.due_on
    due = calendar.under(policy).after_absence(planned, round_.opens_on, policy.notice_days)
    return _due_on(round_, due, policy)


def _due_on(round_: Round, due: dt.date, policy: Policy) -> Round:
    """The cycle with this due date. There is grace after it for who was up to date before."""
    grace = due if round_.was_valid_until is None else due + policy.grace_days * DAY
    return replace(round_, due_on=due, grace_until=grace)


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
    return _held(policy, round_, fulfilled_on)[0]


def _held(
    policy: Policy, round_: Round, fulfilled_on: dt.date
) -> tuple[dt.date | None, int | None]:
    """T/m when a completion holds, and the day of the month from which that was counted."""
    if round_.keeps_until is not None:
        keeps = round_.keeps_until
        return (None if keeps == FAR else keeps), round_.anchor_day
    if policy.validity_months is None:
        return None, None
    if policy.basis is Basis.CALENDAR:
        return next_fixed(policy, fulfilled_on, policy.minimum_days), None
    before = round_.was_valid_until
    in_window = before is not None and fulfilled_on <= before and round_.cause is Cause.TURN
    if policy.basis is Basis.ANNIVERSARY and before is not None and in_window:
        anchor = round_.anchor_day or before.day
        return add_months(before, policy.validity_months, anchor), anchor
    return add_months(fulfilled_on, policy.validity_months), fulfilled_on.day


def settle(round_: Round, policy: Policy, fulfilled_on: dt.date | None) -> Round:
    """The cycle with what follows from its completion (or from there being none): t/m when it
    holds, and when the next opens. An unfulfilled one never stops next year's."""
    after_opening = round_.opens_on + DAY
    if fulfilled_on is not None:
        until, anchor = _held(policy, round_, fulfilled_on)
        settled = replace(round_, fulfilled_on=fulfilled_on, valid_until=until, anchor_day=anchor)
        if until is None:
            return settled
        opens = max(until - policy.window_days * DAY, fulfilled_on + DAY, after_opening)
        due = until
        if fulfilled_on < round_.opens_on:  # proof brought along from before
            due = max(until, opens + policy.notice_days * DAY)
        return replace(settled, next_opens_on=opens, next_due_on=due)
    if round_.keeps_until is not None and round_.form is RefresherForm.NEW:
        if round_.keeps_until == FAR:
            return round_
        due = round_.keeps_until
    elif policy.validity_months is None:
        return round_
    elif policy.basis is Basis.CALENDAR:
        due = next_fixed(policy, round_.due_on, policy.minimum_days)
    else:
        anchor = _anchor(round_.due_on, round_.anchor_day)
        round_ = replace(round_, anchor_day=anchor)
        due = add_months(round_.due_on, policy.validity_months, anchor)
    opens = max(due - policy.window_days * DAY, round_.due_on + DAY, after_opening)
    if round_.form is RefresherForm.NEW:
        opens = max(due - policy.window_days * DAY, after_opening)
    return replace(round_, next_opens_on=opens, next_due_on=due)


def _anchor(day: dt.date, before: int | None) -> int:
    """The day of the month from which to count: that of `day`, or the one that was clamped to it
    because the month is short."""
    is_clamped = before is not None and day == add_months(day, 0, before)
    return before if is_clamped and before is not None else day.day


def following(done: Round, policy: Policy, calendar: Calendar, spread_by: int = 0) -> Round:
    """The cycle after a settled one, under the policy in force on the day that it opens."""
    if done.next_opens_on is None or done.next_due_on is None:
        raise ValueError("this cycle has no successor")
    opens, wanted = done.next_opens_on, max(done.next_due_on, done.next_opens_on)
    if policy.basis is Basis.CALENDAR:
        earliest = min(wanted, opens + policy.notice_days * DAY)
        wanted = max(wanted - spread_offset(spread_by, policy.spread_days) * DAY, earliest)
    planned = calendar.under(policy).working_day(wanted)
    still = done.valid_until
    if done.fulfilled_on is None and done.form is RefresherForm.NEW:
        still = done.keeps_until  # what is new was not done; what was done still holds
    round_ = Round(
        number=done.number + 1,
        policy_version=policy.version,
        form=policy.form,
        opens_on=opens,
        due_on=planned,
        grace_until=planned,
        was_valid_until=still,
        planned_on=planned,
        anchor_day=done.anchor_day,
    )
    return moved_by_absence(round_, policy, calendar)


def extra_round(done: Round, opening: Opening, policy: Policy, calendar: Calendar) -> Round:
    """The cycle that opens out of its turn after a fulfilled one. What was done holds until the
    new date; after an addition it holds as long as it did."""
    opens = opening.opens_on
    days = max(opening.due_days, policy.notice_days)
    planned = calendar.under(policy).working_day(opens + days * DAY)
    holds = done.valid_until or FAR
    addition = opening.cause is Cause.ADDITION
    round_ = Round(
        number=done.number + 1,
        policy_version=policy.version,
        form=RefresherForm.NEW if addition else RefresherForm.FULL,
        opens_on=opens,
        due_on=planned,
        grace_until=planned,
        was_valid_until=holds if addition else min(holds, planned),
        planned_on=planned,
        anchor_day=done.anchor_day,
        cause=opening.cause,
        only=opening.content,
        least_version=opening.least_version,
        keeps_until=holds if addition else None,
    )
    return moved_by_absence(round_, policy, calendar)


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


def carried_on(
    policy: Policy, asked: Asked, proofs: Sequence[Proof], starts_on: dt.date
) -> dt.date | None:
    """The day before the start on which somebody did what is asked, when that still holds on the
    start: completion belongs to the person, also from before the duty or an earlier job."""
    lasts: dict[tuple[str, str], dt.date] = {}
    for proof in proofs:
        known = proof.content in asked.contents and proof.version >= asked.least_version
        if known and proof.completed_on < starts_on:
            lasts[proof.content] = max(
                lasts.get(proof.content, proof.completed_on), proof.completed_on
            )
    if not lasts or (asked.choose is Choose.ALL and len(lasts) < len(asked.contents)):
        return None
    day = max(lasts.values()) if asked.choose is Choose.ONE else min(lasts.values())
    until = valid_until(policy, Round(1, 1, RefresherForm.FULL, day, day, day), day)
    return day if until is None or until >= starts_on else None


@dataclass(frozen=True, slots=True)
class Life:
    """What somebody's cycles under one duty follow from. `gaps`: times (t/m) in which the person
    had left the audience and came back; `lapses_on`: the first day on which it is all over;
    `anchor_day`: that of the cycle before, in a life of which only the later part is told."""

    starts_on: dt.date
    proofs: Sequence[Proof] = ()
    calendar: Calendar = field(default_factory=Calendar)
    written: Sequence[Round] = ()
    openings: Sequence[Opening] = ()
    gaps: Sequence[Span] = ()
    lapses_on: dt.date | None = None
    spread_by: int = 0
    anchor_day: int | None = None


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
    """All cycles of a plain life that have opened by `today`; see `lived`."""
    life = Life(starts_on, proofs, calendar, written, spread_by=spread_by)
    return lived(policies, asked, life, today)


def lived(policies: Sequence[Policy], asked: Asked, life: Life, today: dt.date) -> list[Round]:
    """All cycles that have opened by `today`, the oldest first. Those already written keep their
    frozen dates; what was not written yet is derived, so that no standing waits for a job."""
    calendar = life.calendar
    if life.gaps:
        calendar = replace(calendar, pauses=(*calendar.pauses, *life.gaps))
    if life.openings:
        in_turn = sorted(life.openings, key=lambda one: (one.opens_on, one.cause.name))
        back = [replace(one, opens_on=_back(one.opens_on, life.gaps)) for one in in_turn]
        life = replace(life, openings=back)
    by_number = {round_.number: round_ for round_ in life.written}
    chain: list[Round] = []
    current = by_number.get(1) or first_round(
        policy_on(policies, life.starts_on), life.starts_on, calendar, life.spread_by
    )
    current = replace(current, anchor_day=life.anchor_day)
    while current.opens_on <= today and (
        life.lapses_on is None or current.opens_on < life.lapses_on
    ):
        own = own_policy(policies, current)
        settled, upcoming, opening = _step(current, own, asked, life, calendar, today, by_number)
        if upcoming is None:
            by_number.clear()  # what was written after a cycle that fell away falls away too
            policy = policy_on(policies, settled.next_opens_on or today)
            upcoming = _derived(settled, opening, policy, calendar, life)
        chain.append(settled)
        if upcoming is None or upcoming.opens_on > today:
            break
        if life.lapses_on is not None and upcoming.opens_on >= life.lapses_on:
            break
        chain[-1] = closed(settled, upcoming.opens_on)
        current = replace(upcoming, anchor_day=settled.anchor_day)
    if chain and life.lapses_on is not None and life.lapses_on <= today:
        chain[-1] = replace(chain[-1], closing=Closing.LAPSED, closed_on=life.lapses_on)
    return chain


def own_policy(policies: Sequence[Policy], round_: Round) -> Policy:
    """The version under which a cycle opened."""
    return next((p for p in policies if p.version == round_.policy_version), policies[-1])


def _step(
    current: Round,
    own: Policy,
    asked: Asked,
    life: Life,
    calendar: Calendar,
    today: dt.date,
    by_number: Mapping[int, Round],
) -> tuple[Round, Round | None, Opening | None]:
    """The cycle settled by the first proof in it, its successor as far as that is written and still
    stands, and what opens that out of its turn. Proof counts until the next cycle opens. A written
    successor falls away when proof that came in late shows that there was nothing to do yet, or
    that of two things on one day it was not this one for which it opened."""
    written = by_number.get(current.number + 1)
    if written is not None and any(gap.covers(written.opens_on) for gap in life.gaps):
        written = None
    asked = Asked((current.only,), Choose.ALL, current.least_version) if current.only else asked
    dated = current if written is not None else _dated(current, own, life, calendar, FAR)
    missed = settle(dated, own, None)
    bound = written.opens_on if written is not None else _ends_on(missed, life.gaps)
    done = carried_on(own, asked, life.proofs, current.opens_on) if current.number == 1 else None
    done = done or fulfilled_on(asked, life.proofs, current.opens_on, bound, today)
    settled = missed
    if done is not None:
        if written is None:
            dated = _dated(current, own, life, calendar, done)
        settled = settle(dated, own, done)
    opening = _opening_after(settled, life)
    if opening is not None:
        due = opening.opens_on + max(opening.due_days, own.notice_days) * DAY
        settled = replace(settled, next_opens_on=opening.opens_on, next_due_on=due)
    if written is not None and done is not None:
        natural = settled.next_opens_on
        other = opening is not None and opening.cause is not written.cause
        if natural is None or natural > written.opens_on or (other and natural == written.opens_on):
            written = None
    return settled, written, opening


def _opening_after(settled: Round, life: Life) -> Opening | None:
    """The first opening out of turn that comes before the cycle's own successor. Somebody with
    work still to do gets no second cycle."""
    done, natural = settled.fulfilled_on, settled.next_opens_on
    if done is None:
        return None
    found = [
        opening
        for opening in life.openings
        if max(done, settled.opens_on) < opening.opens_on
        and (natural is None or opening.opens_on < natural)
        and _concerns(opening, settled, life.proofs)
    ]
    return min(found, key=lambda opening: opening.opens_on, default=None)


def _concerns(opening: Opening, settled: Round, proofs: Sequence[Proof]) -> bool:
    """Whether an opening for changed content is for this person: it was done in an older version,
    and for an addition it still holds."""
    if opening.content is None:
        return True
    if (
        opening.cause is Cause.ADDITION
        and settled.valid_until is not None
        and settled.valid_until < opening.opens_on
    ):
        return False
    versions = [
        proof.version
        for proof in proofs
        if proof.content == opening.content and proof.completed_on <= opening.opens_on
    ]
    return bool(versions) and max(versions) < opening.least_version


def _dated(round_: Round, own: Policy, life: Life, calendar: Calendar, by: dt.date) -> Round:
    """The cycle with its due date counted again from `planned_on`, by what had begun on a day:
    later for absence, and then earlier for what happened while it was still to do."""
    if round_.form is RefresherForm.NEW:  # its successor does not wait for its due date
        ends_on = _ends_on(settle(round_, own, None), life.gaps)
        by = by if ends_on is None else min(by, ends_on - DAY)
    calendar = replace(calendar, pauses=tuple(p for p in calendar.pauses if p.from_on <= by))
    round_ = moved_by_absence(round_, own, calendar)
    for opening in life.openings:
        if opening.content is None and round_.opens_on < opening.opens_on <= by:
            over_on = settle(round_, own, None).next_opens_on
            if over_on is None or opening.opens_on < over_on:
                round_ = _tightened(round_, opening, own, calendar)
    return round_


def _tightened(round_: Round, opening: Opening, own: Policy, calendar: Calendar) -> Round:
    """The cycle with the date of an opening out of turn, when that is earlier."""
    wanted = opening.opens_on + max(opening.due_days, own.notice_days) * DAY
    due = calendar.under(own).due(wanted, round_.opens_on, own.notice_days)
    return round_ if due >= round_.due_on else _due_on(round_, due, own)


def _ends_on(missed: Round, gaps: Sequence[Span]) -> dt.date | None:
    """The first day on which proof no longer counts for a cycle that is not done: the next opens.
    A round for what is new also ends when the whole runs out: then all of it is asked again."""
    if missed.next_opens_on is None:
        return None
    opens = _back(missed.next_opens_on, gaps)
    if missed.form is RefresherForm.NEW and missed.keeps_until is not None:
        opens = min(opens, missed.keeps_until + DAY)
    return opens


def _back(day: dt.date, gaps: Sequence[Span]) -> dt.date:
    """`day`, or when the person is away then the first day back: nothing opens in between."""
    away = next((gap for gap in gaps if gap.covers(day)), None)
    return day if away is None else away.until_on + DAY


def _derived(
    settled: Round, opening: Opening | None, policy: Policy, calendar: Calendar, life: Life
) -> Round | None:
    """The successor as it follows from the facts; None when there is none. It never opens while
    the person is away: who comes back with proof that ran out begins anew."""
    if settled.next_opens_on is None:
        return None
    if opening is not None:
        return extra_round(settled, opening, policy, calendar)
    back = _back(settled.next_opens_on, life.gaps)
    if back == settled.next_opens_on:
        return following(settled, policy, calendar, life.spread_by)
    due = max(settled.next_due_on or back, back + policy.notice_days * DAY)
    holds = settled.valid_until if (settled.valid_until or back) >= back else None
    moved = replace(settled, next_opens_on=back, next_due_on=due, valid_until=holds)
    round_ = following(moved, policy, calendar, life.spread_by)
    return round_ if holds else replace(round_, form=RefresherForm.FULL)


def closed(round_: Round, on: dt.date) -> Round:
    """The cycle as history: fulfilled or missed, closed when the next opens."""
    how = Closing.FULFILLED if round_.fulfilled_on else Closing.MISSED
    return replace(round_, closing=how, closed_on=on)


def under_new_policy(
    last: Round,
    before: Round | None,
    policy: Policy,
    calendar: Calendar,
    today: dt.date,
    spread_by: int = 0,
) -> Round:
    """The newest cycle, dated again under a new version of the policy. Nobody becomes late, and
    nothing runs out, before the notice from `today` is over. `before`: the cycle before it."""
    floor = today + policy.notice_days * DAY
    if last.fulfilled_on is not None:
        until = valid_until(policy, replace(last, keeps_until=None), last.fulfilled_on)
        keeps = max(until, floor) if until is not None and until < floor else None
        return replace(last, policy_version=policy.version, keeps_until=keeps)
    if before is None:
        fresh = first_round(policy, last.opens_on, replace(calendar, pauses=()), spread_by)
    elif last.cause is Cause.TURN:
        again = settle(replace(before, keeps_until=None), policy, before.fulfilled_on)
        opens = replace(again, next_opens_on=last.opens_on)
        opens = replace(opens, next_due_on=again.next_due_on or last.due_on)
        fresh = following(opens, policy, replace(calendar, pauses=()), spread_by)
    else:
        fresh = last
    planned = calendar.under(policy).working_day(max(fresh.planned_on or fresh.due_on, floor))
    still = last.was_valid_until
    if still is not None and fresh.was_valid_until is not None:
        still = max(fresh.was_valid_until, min(still, floor))
    dated = replace(
        last,
        policy_version=policy.version,
        was_valid_until=still,
        planned_on=planned,
        due_on=planned,
    )
    return moved_by_absence(dated, policy, calendar)


def standing(
    chain: Sequence[Round],
    today: dt.date,
    *,
    starts_on: dt.date,
    lapses_on: dt.date | None = None,
    ended_on: dt.date | None = None,
    gaps: Sequence[Span] = (),
    pauses: Sequence[Span] = (),
    exemptions: Sequence[Span] = (),
) -> Standing:
    """How somebody stands on a day, given the cycles as they are known on that day."""
    if lapses_on is not None and lapses_on <= today:
        over = ended_on is not None and ended_on < today
        return (
            Standing.MISSED if over and chain and _undone(chain[-1], ended_on) else Standing.LAPSED
        )
    if any(gap.covers(today) for gap in gaps):
        return Standing.LAPSED
    if any(span.covers(today) for span in exemptions):
        return Standing.EXEMPT
    if any(span.covers(today) for span in pauses):
        return Standing.PAUSED
    if starts_on > today or not chain:
        return Standing.FUTURE
    return round_standing(chain[-1], today)


def _undone(last: Round, ended_on: dt.date | None) -> bool:
    return last.fulfilled_on is None and ended_on is not None and last.due_on <= ended_on


def round_standing(last: Round, today: dt.date) -> Standing:
    """How the newest cycle stands on a day. The same definition is written in SQL in
    `assignments.queries.standing_rows`; a property test holds the two together."""
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

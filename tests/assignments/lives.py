"""Random lives under one duty: what happens on which day, and all that must hold on each of them.

The rules are given as a module, so that the same checks run against copies with a fault in them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from types import ModuleType
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

BEGIN = dt.date(2024, 1, 31)
DAY = dt.timedelta(days=1)
MODULE = ("MODULE", "een")
QUIET = ((dt.date(2024, 7, 13), dt.date(2024, 8, 25)), (dt.date(2024, 12, 21), dt.date(2025, 1, 5)))


START: dict[str, Sequence[Any]] = {
    "months": (1, 3, 12, 12, 24, None),
    "basis": ("COMPLETION", "ANNIVERSARY", "CALENDAR"),
    "days": (0, 30, 90),
    "window": (7, 42),
    "quiet": (False, True),
    "spread": (0, 10),
    "done": (False, False, True),
}
"""The duties under which somebody may live, and whether it is done on the first day."""


def machine_for(rules: ModuleType, **start: Sequence[Any]) -> type[RuleBasedStateMachine]:
    """A machine that lives by these rules. `start` narrows what `START` leaves open."""

    class Life(RuleBasedStateMachine):
        """One person: the nightly run writes what follows, and misses days; all is compared with
        what one late run would write, and with what the specification promises."""

        def __init__(self) -> None:
            super().__init__()
            self.today = BEGIN
            self.version = 1
            self.policies: list[Any] = []
            self.proofs: list[Any] = []
            self.pauses: list[Any] = []
            self.openings: list[Any] = []
            self.spans: list[list[dt.date | None]] = [[BEGIN, None]]
            self.written: list[Any] = []
            self.runs = True

        @initialize(**{name: st.sampled_from(given) for name, given in {**START, **start}.items()})
        def begin(
            self,
            months: int | None,
            basis: str,
            days: int,
            window: int,
            quiet: bool,
            spread: int,
            done: bool,
        ) -> None:
            if done:
                self.completes()
            if months == 1 and window > 28:
                window = 7  # the form asks for a window that is shorter than the validity
            self.policies = [
                rules.Policy(
                    1,
                    BEGIN,
                    days,
                    validity_months=months,
                    basis=rules.Basis[basis],
                    fixed_month=12,
                    fixed_day=1,
                    window_days=window,
                    spread_days=spread,
                    quiet=("vakantie",) if quiet else (),
                )
            ]

        # ------------------------------------------------------------ what happens

        @rule(days=st.sampled_from([1, 1, 2, 7, 20, 45, 100, 200]))
        def time_passes(self, days: int) -> None:
            for _ in range(days):
                self.today += DAY
                if self.runs:
                    self.run()

        @rule()
        def the_job_stops_or_starts(self) -> None:
            self.runs = not self.runs

        @rule()
        def completes(self) -> None:
            self.proofs.append(rules.Proof(MODULE, self.today, self.version))

        @precondition(lambda self: not self.pauses or self.pauses[-1].until_on < self.today)
        @rule(wait=st.sampled_from([0, 5, 30]), days=st.sampled_from([1, 10, 60, 200]))
        def is_paused(self, wait: int, days: int) -> None:
            self.catch_up()
            start = self.today + wait * DAY
            self.pauses.append(rules.Span(start, start + days * DAY))

        @precondition(lambda self: self.spans[-1][1] is None)
        @rule()
        def leaves(self) -> None:
            if self.today > self.spans[-1][0]:
                self.spans[-1][1] = self.today

        @precondition(lambda self: self.spans[-1][1] is not None)
        @rule()
        def comes_back(self) -> None:
            if self.today > self.spans[-1][1]:
                self.spans.append([self.today, None])

        @rule(months=st.sampled_from([1, 6, 12]), grace=st.sampled_from([0, 28]))
        def the_policy_changes(self, months: int, grace: int) -> None:
            self.catch_up()
            last = self.policies[-1]
            if last.from_on <= self.today:
                version = replace(
                    last,
                    version=last.version + 1,
                    from_on=self.today + DAY,  # what opens today has opened
                    validity_months=months,
                    grace_days=grace,
                )
                self.policies.append(version)

        @rule(cause=st.sampled_from(["ADDITION", "RENEWAL", "INCIDENT"]))
        def something_opens(self, cause: str) -> None:
            if self.openings and self.openings[-1].opens_on >= self.today:
                return
            self.catch_up()
            content = None
            if cause != "INCIDENT":
                self.version += 1
                content = MODULE
            self.openings.append(
                rules.Opening(self.today, 30, rules.Cause[cause], content, self.version)
            )

        # ------------------------------------------------------------ what follows

        @property
        def gaps(self) -> list[Any]:
            found = []
            for (_, until), (back, _) in pairwise(self.spans):
                lapses = until + (rules.LEAVE_GRACE + 1) * DAY
                if back > lapses:
                    found.append(rules.Span(lapses, back - DAY))
            return found

        @property
        def lapses_on(self) -> dt.date | None:
            until = self.spans[-1][1]
            return None if until is None else until + (rules.LEAVE_GRACE + 1) * DAY

        def chain(self, written: list[Any], on: dt.date) -> list[Any]:
            quiet = tuple(rules.Span(*span) for span in QUIET)
            life = rules.Life(
                BEGIN,
                tuple(self.proofs),
                rules.Calendar(pauses=tuple(self.pauses), named={"vakantie": quiet}),
                written,
                tuple(self.openings),
                tuple(self.gaps),
                self.lapses_on,
                spread_by=7 << 116,
            )
            return list(rules.lived(self.policies, rules.Asked((MODULE,)), life, on))

        def run(self) -> None:
            """The nightly run: what is written keeps its frozen dates."""
            self.written = [frozen(round_) for round_ in self.chain(self.written, self.today)]

        def catch_up(self) -> None:
            """What every action does before it records a fact that counts from today."""
            self.run()

        # ------------------------------------------------------------ what must hold

        @invariant()
        def a_late_run_writes_what_daily_runs_wrote(self) -> None:
            if self.policies:
                assert self.chain([], self.today) == self.chain(self.written, self.today)

        @invariant()
        def the_past_stays_as_it_was(self) -> None:
            """A standing on a day that is over follows from the same facts, also seen from later."""
            chain = self.chain(self.written, self.today) if self.policies else []
            for earlier, later in pairwise(chain):
                assert earlier.closed_on == later.opens_on
                assert earlier.closing is not None
                assert earlier.opens_on < later.opens_on
            assert sum(round_.closing is None for round_ in chain) <= 1

        @invariant()
        def dates_are_in_order(self) -> None:
            for round_ in self.chain(self.written, self.today) if self.policies else []:
                policy = next(p for p in self.policies if p.version == round_.policy_version)
                assert round_.due_on >= round_.opens_on
                assert round_.grace_until >= round_.due_on
                if round_.number == 1:
                    assert round_.due_on >= round_.opens_on + policy.notice_days * DAY
                if round_.fulfilled_on is not None:
                    early = round_.fulfilled_on < round_.opens_on
                    assert not early or round_.number == 1, "no proof from before the opening"
                    assert round_.fulfilled_on in {p.completed_on for p in self.proofs}
                    if round_.valid_until is not None:
                        assert round_.valid_until >= round_.fulfilled_on

        @invariant()
        def what_comes_back_keeps_coming_back(self) -> None:
            """A missed year never stops the next one."""
            chain = self.chain(self.written, self.today) if self.policies else []
            last = chain[-1] if chain else None
            if last is None or last.closing is rules.Closing.LAPSED:
                return
            policy = next(p for p in self.policies if p.version == last.policy_version)
            if policy.validity_months is not None and last.keeps_until != rules.FAR:
                assert last.next_opens_on is not None
                assert last.next_opens_on > self.today or any(
                    gap.covers(last.next_opens_on) for gap in self.gaps
                )

        @invariant()
        def nobody_is_late_before_the_notice_after_a_pause(self) -> None:
            chain = self.chain(self.written, self.today) if self.policies else []
            last = chain[-1] if chain else None
            if last is None or last.closing or last.fulfilled_on or self.openings:
                return
            policy = next(p for p in self.policies if p.version == last.policy_version)
            for pause in [*self.pauses, *self.gaps]:
                if pause.from_on <= last.due_on and pause.until_on >= last.opens_on:
                    assert last.due_on >= pause.until_on + policy.notice_days * DAY

        @invariant()
        def nothing_is_due_in_a_quiet_time(self) -> None:
            for round_ in self.chain(self.written, self.today) if self.policies else []:
                policy = next(p for p in self.policies if p.version == round_.policy_version)
                if policy.quiet:
                    assert not any(a <= round_.due_on <= b for a, b in QUIET)

        @invariant()
        def who_is_valid_stays_valid_while_the_window_is_open(self) -> None:
            """Opening a window never touches evidence: not even on the last valid day."""
            chain = self.chain(self.written, self.today) if self.policies else []
            if len(chain) < 2 or chain[-1].closing is rules.Closing.LAPSED:
                return
            last, before = chain[-1], chain[-2]
            in_turn = last.cause is rules.Cause.TURN
            if in_turn and before.valid_until is not None and before.valid_until >= self.today:
                for day in (self.today, before.valid_until):
                    standing = rules.round_standing(last, day)
                    assert standing.counts_as_valid, "the window took away what still holds"

        @invariant()
        def months_keep_their_day(self) -> None:
            """A monthly 31st falls on the last day of a short month, and is the 31st again after."""
            for round_ in self.chain(self.written, self.today) if self.policies else []:
                policy = next(p for p in self.policies if p.version == round_.policy_version)
                until, anchor = round_.valid_until, round_.anchor_day
                if policy.basis is rules.Basis.CALENDAR or round_.keeps_until or until is None:
                    continue
                assert anchor is not None
                last_of_month = (until + DAY).day == 1
                assert until.day == anchor or (last_of_month and until.day < anchor)

    return Life


def frozen(round_: Any) -> Any:
    """A round as storage gives it back: without what follows from proof."""
    return replace(
        round_,
        anchor_day=None,
        fulfilled_on=None,
        valid_until=None,
        next_opens_on=None,
        next_due_on=None,
        closing=None,
        closed_on=None,
    )

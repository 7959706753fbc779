"""What becomes of a planned reminder at the moment of sending: one small table of cases."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.assignments import message_rules, reminder_rules
from training.assignments.reminder_rules import Fate, Receiver, TeamCounts, fate, team_lines
from training.assignments.rules import DAY, RefresherForm, ReminderKind, Round, Standing

TODAY = dt.date(2026, 11, 2)
ANNA = Receiver("anna@x.example", None)
K, S = ReminderKind, Standing


def cycle(opens: int, due: int, number: int = 1) -> Round:
    """A cycle that opens and is due so many days after today."""
    return Round(
        number, 1, RefresherForm.FULL, TODAY + opens * DAY, TODAY + due * DAY, TODAY + due * DAY
    )


CASES = {
    "a cycle opened": (K.OPENED, ANNA, S.OPEN, cycle(0, 60), True, Fate.TELL),
    "it opened long ago": (K.OPENED, ANNA, S.OPEN, cycle(-50, 10), True, Fate.TELL),
    "two weeks left": (K.TWO_WEEKS_LEFT, ANNA, S.OPEN, cycle(-46, 14), True, Fate.TELL),
    "fifteen days left": (K.TWO_WEEKS_LEFT, ANNA, S.OPEN, cycle(-45, 15), True, Fate.WAIT),
    "overdue since yesterday": (K.OVERDUE, ANNA, S.OVERDUE, cycle(-60, -1), True, Fate.TELL),
    "due today": (K.OVERDUE, ANNA, S.OPEN, cycle(-60, 0), True, Fate.WAIT),
    "the date moved on": (K.OVERDUE, ANNA, S.OPEN, cycle(-60, 20), True, Fate.WAIT),
    "a refresher is open": (K.OPENED, ANNA, S.REFRESHER_OPEN, cycle(0, 40), True, Fate.TELL),
    "in grace": (K.OVERDUE, ANNA, S.GRACE, cycle(-60, -3), True, Fate.TELL),
    "expired": (K.OVERDUE, ANNA, S.EXPIRED, cycle(-90, -40), True, Fate.TELL),
    "done meanwhile": (K.OVERDUE, ANNA, S.VALID, cycle(-60, -1), True, Fate.DONE),
    "not assigned any more": (K.OPENED, ANNA, None, None, False, Fate.NOT_ASKED),
    "out of the audience": (K.OPENED, ANNA, S.LAPSED, cycle(0, 60), True, Fate.NOT_ASKED),
    "the duty is over": (K.OVERDUE, ANNA, S.MISSED, cycle(-60, -1), True, Fate.NOT_ASKED),
    "exempted": (K.OPENED, ANNA, S.EXEMPT, cycle(0, 60), True, Fate.NOT_ASKED),
    "away": (K.OVERDUE, ANNA, S.PAUSED, cycle(-60, -1), True, Fate.WAIT),
    "a newer cycle opened": (K.OVERDUE, ANNA, S.OPEN, cycle(-3, 40, 2), True, Fate.NOT_ASKED),
    "the course is withdrawn": (K.OPENED, ANNA, S.OPEN, cycle(0, 60), False, Fate.WITHDRAWN),
    "left yesterday": (
        K.OPENED, Receiver("a@x.example", TODAY - DAY), S.OPEN, cycle(0, 60), True, Fate.LEFT,
    ),
    "the last day": (
        K.OPENED, Receiver("a@x.example", TODAY), S.OPEN, cycle(0, 60), True, Fate.TELL,
    ),
    "no address": (K.OPENED, Receiver(None, None), S.OPEN, cycle(0, 60), True, Fate.NO_ADDRESS),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_becomes_of_a_reminder(name: str) -> None:
    kind, receiver, standing, current, published, expected = CASES[name]
    assert fate(kind, 1, receiver, standing, current, published, TODAY) is expected


@settings(deadline=None)
@given(
    st.sampled_from(ReminderKind),
    st.integers(1, 3),
    st.sampled_from([None, *Standing]),
    st.integers(-90, 90),
    st.integers(1, 90),
    st.booleans(),
)
def test_nobody_is_told_of_what_is_done_withdrawn_or_not_asked(
    kind: ReminderKind, number: int, standing: Standing | None, opens: int, days: int, shown: bool
) -> None:
    current = cycle(opens, opens + days)
    if fate(kind, number, ANNA, standing, current, shown, TODAY) is Fate.TELL:
        assert standing is not None and standing.asks_for_work
        assert shown
        assert number >= current.number
        assert current.opens_on <= TODAY


@pytest.mark.parametrize(
    ("counts", "lines"),
    [
        (TeamCounts(8, 2, 1), ["- 8 mensen zijn op orde", "- 2 mensen hebben nog tijd", "- 1 persoon is te laat"]),
        (TeamCounts(1, 1, 0), ["- 1 persoon is op orde", "- 1 persoon heeft nog tijd"]),
        (TeamCounts(0, 0, 12), ["- 12 mensen zijn te laat"]),
    ],
)  # fmt: skip
def test_a_team_in_words(counts: TeamCounts, lines: list[str]) -> None:
    assert team_lines(counts) == lines
    assert counts.people == counts.good + counts.busy + counts.late


def test_one_digest_a_month_is_named_after_it() -> None:
    assert reminder_rules.month_of(TODAY) == "2026-11"


@pytest.mark.parametrize(
    ("first", "every", "times", "expected"),
    [
        ("2026-01-31", 1, 3, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("2026-03-10", 6, 2, ["2026-03-10", "2026-09-10"]),
        ("2026-03-10", 0, 9, ["2026-03-10"]),
    ],
)
def test_a_message_comes_back_on_its_own_day(
    first: str, every: int, times: int, expected: list[str]
) -> None:
    found = message_rules.dates(dt.date.fromisoformat(first), every, times)
    assert [day.isoformat() for day in found] == expected


@pytest.mark.parametrize(
    ("days", "reached", "stopped", "words"),
    [
        (3, 0, False, "komt nog"),
        (0, 0, False, "komt nog"),
        (-28, 0, False, "komt nog"),
        (-29, 0, False, "had niemand om naar toe te gaan"),
        (-1, 5, False, "uitgegaan"),
        (-1, 5, True, "uitgegaan"),
        (3, 0, True, "gestopt"),
    ],
)
def test_how_far_a_date_is(days: int, reached: int, stopped: bool, words: str) -> None:
    at = dt.datetime(2026, 11, 1, tzinfo=dt.UTC) if stopped else None
    assert message_rules.state(TODAY + days * DAY, reached, at, TODAY) == words


@pytest.mark.parametrize(("days", "goes"), [(-1, False), (0, True), (28, True), (29, False)])
def test_a_message_goes_out_for_four_weeks(days: int, goes: bool) -> None:
    assert message_rules.may_go(TODAY, TODAY + days * DAY) is goes
    assert (message_rules.earliest(TODAY + days * DAY) <= TODAY) is (days <= 28)

"""Months clamp and keep their day; populations never mix staff with politicians."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.access import Population
from training.clock import add_months
from training.people.rules import POPULATIONS

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(
    day: str, months: int, expected: str
) -> None:
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


@given(DAYS, st.integers(1, 40))
def test_a_monthly_date_does_not_drift(day: dt.date, months: int) -> None:
    walked = day
    for _ in range(months):
        walked = add_months(walked, 1, anchor_day=day.day)
    assert walked == add_months(day, months)


def test_staff_and_politicians_are_different_people() -> None:
    staff = POPULATIONS[Population.STAFF]
    assert not staff & POPULATIONS[Population.COUNCIL]
    assert not staff & POPULATIONS[Population.COLLEGE]
    assert POPULATIONS[Population.MANAGEMENT] <= staff

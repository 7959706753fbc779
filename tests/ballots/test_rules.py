"""Which figures on choices may be shown, and how coarsely."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.ballots.rules import Thresholds, home_of, published, renewed

COUNTS = st.dictionaries(st.integers(0, 4), st.integers(0, 60), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("counts", "rest", "shown"),
    [
        ({0: 12, 1: 12}, 0, False),
        ({0: 13, 1: 12}, 0, True),
        ({0: 13, 1: 12}, 3, False),
        ({0: 13, 1: 12}, 24, False),
        ({0: 13, 1: 12}, 25, True),
    ],
)
def test_a_cell_and_its_complement_must_both_be_large_enough(
    counts: dict[int, int], rest: int, shown: bool
) -> None:
    assert (published(counts, rest, Thresholds()) is not None) is shown


def test_unanimity_is_hidden_at_both_ends() -> None:
    shares = published({0: 30, 1: 0}, 0, Thresholds())
    assert shares is not None
    assert [share.words for share in shares] == ["90 procent of meer", "10 procent of minder"]


@given(COUNTS)
def test_a_share_is_a_step_of_ten_between_ten_and_ninety(counts: dict[int, int]) -> None:
    for share in published(counts, 0, Thresholds()) or []:
        assert share.percent in range(10, 91, 10)


@given(COUNTS, st.integers(0, 4))
def test_one_more_vote_never_renews_a_snapshot(counts: dict[int, int], option: int) -> None:
    total = sum(counts.values())
    assert not renewed(total, total + 1, Thresholds())
    assert renewed(total, total + 10, Thresholds())


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_a_municipality_may_only_raise_the_numbers(figures: int, options: int) -> None:
    raised = Thresholds().raised(figures, options)
    assert raised.figures >= Thresholds().figures
    assert raised.options >= Thresholds().options


def test_a_ballot_is_counted_under_the_lowest_unit_that_is_large_enough() -> None:
    team, department, town = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)
    rules = Thresholds()
    assert home_of([(team, 8), (department, 40), (town, 300)], rules) == department
    assert home_of([(team, 25), (department, 40), (town, 300)], rules) == team
    assert home_of([(team, 3), (town, 20)], rules) == town

"""What a cell may hold, which columns and figures are shown, when a view is mailed."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.access import Grant, Population, covers
from training.assignments.rules import Standing
from training.reporting.figure_rules import (
    Cell,
    Counted,
    cells_of,
    grid,
    sees_names,
    together_of,
)
from training.reporting.making_rules import Rhythm, next_on, reach_from, reach_kept
from training.reporting.rules import (
    DANGEROUS,
    USUAL,
    Filters,
    Placing,
    columns_of,
    filters_from,
    safe_text,
)

STAFF, COUNCIL = frozenset({Population.STAFF}), frozenset({Population.COUNCIL})
ONE, OTHER = uuid.uuid4(), uuid.uuid4()


@given(st.text())
def test_no_cell_begins_like_a_formula_or_holds_a_nul(text: str) -> None:
    safe = safe_text(text)
    assert not safe.startswith(DANGEROUS)
    assert "\x00" not in safe


def test_columns_come_in_their_order_and_always_with_the_name() -> None:
    assert [c.key for c in columns_of(["standing", "unit", "no such column"])] == [
        "unit",
        "name",
        "standing",
    ]
    assert tuple(c.key for c in columns_of([])) == USUAL


def test_no_column_tells_how_somebody_did_it() -> None:
    from training.reporting.rules import ALL_COLUMNS

    forbidden = ("score", "tijd", "duur", "poging", "keuze", "antwoord", "pad")
    assert not [c for c in ALL_COLUMNS if any(word in c.label.lower() for word in forbidden)]


@pytest.mark.parametrize(
    "filters",
    [
        Filters(dt.date(2026, 1, 2)),
        Filters(
            dt.date(2026, 1, 2),
            dt.date(2026, 3, 4),
            ONE,
            Placing.NOW,
            "boas",
            OTHER,
            "integriteit",
            frozenset({("MODULE", "x")}),
            Standing.OVERDUE,
            "anna",
            dt.date(2025, 1, 1),
            dt.date(2025, 2, 1),
        ),
    ],
)
def test_filters_can_be_kept_and_read_again(filters: Filters) -> None:
    assert filters_from(filters.kept()) == filters


@pytest.mark.parametrize(
    ("rhythm", "today", "expected"),
    [
        (Rhythm.NEVER, "2026-11-25", None),
        (Rhythm.WEEKLY, "2026-11-25", "2026-11-30"),
        (Rhythm.WEEKLY, "2026-11-30", "2026-12-07"),
        (Rhythm.MONTHLY, "2026-11-01", "2026-12-01"),
        (Rhythm.MONTHLY, "2026-12-31", "2027-01-01"),
        (Rhythm.QUARTERLY, "2026-11-25", "2027-01-01"),
        (Rhythm.QUARTERLY, "2027-01-01", "2027-04-01"),
    ],
)
def test_a_view_is_mailed_on_a_monday_or_the_first(
    rhythm: Rhythm, today: str, expected: str | None
) -> None:
    found = next_on(rhythm, dt.date.fromisoformat(today))
    assert (found.isoformat() if found else None) == expected


def test_a_report_is_made_again_only_with_the_rights_of_then() -> None:
    asked = frozenset({Grant(ONE, STAFF)})
    assert reach_from(reach_kept(asked)) == asked
    assert covers(frozenset({Grant(ONE, STAFF | COUNCIL)}), asked)
    assert not covers(frozenset({Grant(ONE, COUNCIL)}), asked)
    assert not covers(frozenset({Grant(OTHER, STAFF)}), asked)


def test_who_sees_names_of_some_does_not_count_the_others_from_one() -> None:
    names, counted = frozenset({Grant(ONE, STAFF)}), frozenset({Grant(ONE, STAFF | COUNCIL)})
    assert sees_names(names, frozenset({Grant(ONE, STAFF)}))
    assert not sees_names(names, counted)
    assert not sees_names(frozenset(), frozenset())


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(list(Standing)),
                          st.integers(1, 30))))  # fmt: skip
def test_a_cell_counts_nobody_twice_and_leaves_out_who_need_not(
    added: list[tuple[str, Standing, int]],
) -> None:
    cell = Cell()
    for duty, standing, number in added:
        cell.add(duty, standing, number)
    assert cell.good + cell.late <= cell.whole <= sum(n for _, _, n in added)
    assert cell.people <= sum(n for _, _, n in added)
    assert 0 <= cell.percent <= 100


def test_municipalities_together_do_not_tell_of_the_one_that_is_too_small() -> None:
    def line(municipality: str, number: int) -> Counted:
        return Counted("municipality", municipality, "d", Standing.VALID, number)

    for numbers, shown in (((12, 9), False), ((9, 9), True), ((12, 12), True), ((3, 4), False)):
        lines = [line(str(place), number) for place, number in enumerate(numbers)]
        apart = cells_of(lines, "municipality", {"d": frozenset({"d"})})
        assert bool(together_of(lines, apart, 10)) == shown, numbers


def test_a_group_under_the_least_is_left_out_and_counted() -> None:
    small, large = Cell(), Cell()
    small.add("d", Standing.VALID, 9)
    large.add("d", Standing.VALID, 10)
    shown = grid({("x", "t"): small, ("y", "t"): large}, {"x": "X", "y": "Y"}, {"t": "T"}, 10)
    assert shown.rows == (("Y", (large,)),)
    assert shown.hidden == 1

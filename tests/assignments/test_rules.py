"""The cases of the rules for duties and refreshers, each by its name."""

import datetime as dt

import pytest

from training.assignments.rules import (
    Asked,
    Basis,
    Calendar,
    Choose,
    Closing,
    Policy,
    Proof,
    Round,
    Span,
    Standing,
    first_round,
    fulfilled_on,
    next_fixed,
    rounds,
    standing,
)
from training.clock import local_date

D = dt.date.fromisoformat
MODULE = ("MODULE", "drugshandel-herkennen")
ASKED = Asked((MODULE,))
START = D("2026-01-05")
YEARLY = Policy(1, START, first_due_days=30)


def chain(
    proofs: list[str], today: str, policy: Policy = YEARLY, pauses: tuple[Span, ...] = ()
) -> list[Round]:
    done = [Proof(MODULE, D(day)) for day in proofs]
    return rounds([policy], ASKED, START, done, Calendar(pauses=pauses), D(today))


def stands(proofs: list[str], today: str, policy: Policy = YEARLY) -> Standing:
    return standing(chain(proofs, today, policy), D(today), starts_on=START)


@pytest.mark.parametrize(
    ("proofs", "today", "expected"),
    [
        ([], "2026-01-04", Standing.FUTURE),
        ([], "2026-01-05", Standing.OPEN),
        ([], "2026-02-04", Standing.OPEN),
        ([], "2026-02-05", Standing.OVERDUE),
        (["2026-01-20"], "2026-01-19", Standing.OPEN),
        (["2026-01-20"], "2026-01-20", Standing.VALID),
        (["2026-03-01"], "2026-03-01", Standing.VALID),
        (["2026-01-20"], "2026-12-08", Standing.VALID),
        (["2026-01-20"], "2026-12-09", Standing.REFRESHER_OPEN),
        (["2026-01-20"], "2027-01-20", Standing.REFRESHER_OPEN),
        (["2026-01-20"], "2027-01-21", Standing.GRACE),
        (["2026-01-20"], "2027-02-17", Standing.GRACE),
        (["2026-01-20"], "2027-02-18", Standing.EXPIRED),
        (["2026-01-20", "2027-01-10"], "2027-01-20", Standing.VALID),
        (["2026-01-20", "2026-12-08"], "2026-12-31", Standing.REFRESHER_OPEN),
    ],
)
def test_a_standing_follows_from_proof_and_the_day(
    proofs: list[str], today: str, expected: Standing
) -> None:
    assert stands(proofs, today) is expected


def test_proof_on_29_february_holds_until_28_february() -> None:
    policy = Policy(1, D("2024-02-01"), first_due_days=60)
    done = rounds(
        [policy],
        ASKED,
        D("2024-02-01"),
        [Proof(MODULE, D("2024-02-29"))],
        Calendar(),
        D("2024-03-01"),
    )
    assert done[0].valid_until == D("2025-02-28")


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-28T22:59:00+00:00", "2026-03-28"),
        ("2026-03-28T23:01:00+00:00", "2026-03-29"),
        ("2026-10-24T21:59:00+00:00", "2026-10-24"),
        ("2026-10-24T22:01:00+00:00", "2026-10-25"),
        ("2026-10-25T22:59:00+00:00", "2026-10-25"),
        ("2026-10-25T23:01:00+00:00", "2026-10-26"),
    ],
)
def test_a_minute_around_midnight_falls_on_the_dutch_day_when_the_clock_changes(
    instant: str, day: str
) -> None:
    assert local_date(dt.datetime.fromisoformat(instant)) == D(day)


def test_who_joined_before_the_duty_existed_gets_the_days_from_its_start() -> None:
    round_ = first_round(YEARLY, max(D("2019-06-01"), YEARLY.from_on), Calendar())
    assert round_.due_on == START + dt.timedelta(days=30)


def test_nobody_is_late_on_the_first_day_of_a_duty_with_a_fixed_date() -> None:
    policy = Policy(1, START, first_due_days=None, first_due_on=D("2026-01-06"), notice_days=14)
    assert first_round(policy, START, Calendar()).due_on == D("2026-01-19")


def test_an_anniversary_does_not_move_for_who_is_early_in_the_window() -> None:
    policy = Policy(1, START, first_due_days=30, basis=Basis.ANNIVERSARY)
    done = chain(["2026-01-20", "2026-12-15"], "2027-01-25", policy)
    assert done[-1].valid_until == D("2028-01-20")


def test_an_anniversary_counts_from_completion_for_who_is_late() -> None:
    policy = Policy(1, START, first_due_days=30, basis=Basis.ANNIVERSARY)
    done = chain(["2026-01-20", "2027-02-10"], "2027-02-10", policy)
    assert done[-1].valid_until == D("2028-02-10")


@pytest.mark.parametrize(
    ("after", "expected"),
    [("2026-01-20", "2026-12-01"), ("2026-09-15", "2027-12-01"), ("2026-09-02", "2026-12-01")],
)
def test_a_fixed_date_is_the_next_that_is_far_enough_away(after: str, expected: str) -> None:
    policy = Policy(1, START, basis=Basis.CALENDAR, fixed_month=12, fixed_day=1, minimum_days=90)
    assert next_fixed(policy, D(after), 90) == D(expected)


def test_a_missed_year_stays_in_the_history_and_never_stops_the_next() -> None:
    done = chain([], "2027-06-01")
    assert [round_.closing for round_ in done] == [Closing.MISSED, None]
    assert done[1].due_on == D("2027-02-04")


def test_proof_from_before_a_cycle_opened_does_not_fulfil_it() -> None:
    assert (
        fulfilled_on(ASKED, [Proof(MODULE, D("2026-01-04"))], START, None, D("2026-02-01")) is None
    )


def test_two_historic_completions_of_one_day_are_one_fulfilment() -> None:
    done = chain(["2026-01-20", "2026-01-20"], "2026-02-01")
    assert len(done) == 1
    assert done[0].fulfilled_on == D("2026-01-20")


def test_a_pause_across_the_due_date_moves_it_to_the_notice_after_return() -> None:
    pause = Span(D("2026-02-01"), D("2026-05-31"))
    assert chain([], "2026-02-01", pauses=(pause,))[0].due_on == D("2026-06-14")


def test_a_pause_before_the_opening_moves_nothing() -> None:
    pause = Span(D("2025-02-01"), D("2025-05-31"))
    assert chain([], "2026-02-01", pauses=(pause,))[0].due_on == D("2026-02-04")


def test_one_of_several_is_enough_when_the_duty_says_so() -> None:
    other = ("DILEMMA", "het-bouwplan-van-je-broer")
    proofs = [Proof(other, D("2026-01-10"))]
    both = Asked((MODULE, other), Choose.ALL)
    one = Asked((MODULE, other), Choose.ONE)
    assert fulfilled_on(both, proofs, START, None, D("2026-02-01")) is None
    assert fulfilled_on(one, proofs, START, None, D("2026-02-01")) == D("2026-01-10")


def test_a_due_date_in_a_quiet_time_moves_to_the_first_working_day_after_it() -> None:
    recess = Span(D("2026-02-01"), D("2026-02-13"))
    round_ = first_round(YEARLY, START, Calendar(quiet=(recess,)))
    assert round_.due_on == D("2026-02-16")


def test_a_shorter_validity_leaves_what_was_written_as_it_was() -> None:
    short = Policy(2, D("2026-06-01"), first_due_days=30, validity_months=6)
    done = rounds(
        [YEARLY, short], ASKED, START, [Proof(MODULE, D("2026-01-20"))], Calendar(), D("2026-07-01")
    )
    assert done[-1].valid_until == D("2027-01-20")


def test_twelve_months_is_not_365_days() -> None:
    done = rounds(
        [Policy(1, D("2027-06-01"))],
        ASKED,
        D("2027-06-01"),
        [Proof(MODULE, D("2027-06-15"))],
        Calendar(),
        D("2027-06-15"),
    )
    assert done[0].valid_until == D("2028-06-15")

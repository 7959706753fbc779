"""The cases of the rules for duties and refreshers, each by its name."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from training.assignments.rules import (
    SPREAD_SHIFT,
    Asked,
    Basis,
    Calendar,
    Cause,
    Choose,
    Closing,
    Life,
    Opening,
    Policy,
    Proof,
    RefresherForm,
    Round,
    Span,
    Standing,
    first_round,
    fulfilled_on,
    lived,
    next_fixed,
    rounds,
    spread_offset,
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


# ------------------------------------------------------------------ rounds of a month


MONTHLY = Policy(1, D("2024-01-31"), first_due_days=45, validity_months=1, window_days=7)


def monthly(
    today: str,
    *,
    policy: Policy = MONTHLY,
    proofs: tuple[tuple[str, int], ...] = (),
    pauses: tuple[tuple[str, str], ...] = (),
    gaps: tuple[tuple[str, str], ...] = (),
    openings: tuple[Opening, ...] = (),
    quiet: tuple[tuple[str, str], ...] = (),
    written: Sequence[Round] = (),
) -> list[Round]:
    """The rounds of somebody who began on 31 January 2024."""
    calendar = Calendar(spans(quiet), spans(pauses))
    done = [Proof(MODULE, D(day), version) for day, version in proofs]
    life = Life(D("2024-01-31"), done, calendar, written, openings, spans(gaps))
    return lived([policy], ASKED, life, D(today))


def spans(given: tuple[tuple[str, str], ...]) -> tuple[Span, ...]:
    return tuple(Span(D(first), D(last)) for first, last in given)


def test_after_an_incident_the_next_round_counts_from_the_earlier_date() -> None:
    incident = Opening(D("2024-02-01"), 30, Cause.INCIDENT)
    first, second = monthly("2024-03-30", openings=(incident,))
    assert (first.planned_on, first.due_on) == (D("2024-03-16"), D("2024-03-02"))
    assert (second.opens_on, second.due_on) == (D("2024-03-26"), D("2024-04-02"))


def test_an_incident_after_completion_leaves_the_date_of_that_round_as_it_was() -> None:
    incident = Opening(D("2024-02-10"), 21, Cause.INCIDENT)
    first, second = monthly("2024-02-10", proofs=(("2024-02-05", 1),), openings=(incident,))
    assert first.due_on == first.planned_on
    assert (second.cause, second.due_on) == (Cause.INCIDENT, D("2024-03-02"))


def test_absence_in_the_window_leaves_the_anniversary_on_its_day() -> None:
    """Also when the round was written while it was still to do: 29 February, then 31 March."""
    policy = replace(MONTHLY, first_due_days=0, basis=Basis.ANNIVERSARY)
    pause = ("2024-01-31", "2024-03-01")
    before = monthly("2024-02-22", policy=policy, proofs=(("2024-01-31", 1),), pauses=(pause,))
    proofs = (("2024-01-31", 1), ("2024-02-22", 1))
    for written in ((), before):
        chain = monthly(
            "2024-02-22", policy=policy, proofs=proofs, pauses=(pause,), written=written
        )
        assert [r.valid_until for r in chain] == [D("2024-02-29"), D("2024-03-31")]


def test_what_was_done_while_away_counts_for_the_round_that_was_open() -> None:
    policy = replace(MONTHLY, first_due_days=0)
    gap = ("2024-02-16", "2024-03-17")
    [only] = monthly("2024-03-18", policy=policy, proofs=(("2024-03-17", 1),), gaps=(gap,))
    assert (only.fulfilled_on, only.valid_until) == (D("2024-03-17"), D("2024-04-17"))


def test_what_was_new_and_is_done_after_all_of_it_ran_out_is_not_enough() -> None:
    """The person was away when it ran out: who comes back begins anew."""
    addition = Opening(D("2024-02-01"), 30, Cause.ADDITION, MODULE, 2)
    _, new, third = monthly(
        "2024-03-18",
        policy=replace(MONTHLY, first_due_days=0),
        proofs=(("2024-01-31", 1), ("2024-03-17", 2)),
        gaps=(("2024-02-16", "2024-03-17"),),
        openings=(addition,),
    )
    assert (new.cause, new.fulfilled_on) == (Cause.ADDITION, None)
    assert (third.form, third.opens_on) == (RefresherForm.FULL, D("2024-03-18"))


def test_what_happened_while_away_opens_on_the_day_of_return() -> None:
    policy = replace(MONTHLY, validity_months=None)
    incident = Opening(D("2024-03-01"), 21, Cause.INCIDENT)
    gap = ("2024-02-16", "2024-03-17")
    chain = monthly(
        "2024-03-18", policy=policy, proofs=(("2024-02-01", 1),), gaps=(gap,), openings=(incident,)
    )
    assert (chain[1].cause, chain[1].opens_on) == (Cause.INCIDENT, D("2024-03-18"))
    assert chain[1].due_on == D("2024-04-08")


def test_of_two_things_that_happened_while_away_the_first_opens_a_round() -> None:
    """Unless it was answered on the day of return: then the round is for the other."""
    renewal = Opening(D("2024-02-21"), 30, Cause.RENEWAL, MODULE, 2)
    incident = Opening(D("2024-02-22"), 30, Cause.INCIDENT)
    away = {
        "policy": replace(MONTHLY, validity_months=3),
        "gaps": (("2024-02-16", "2024-02-21"),),
        "openings": (incident, renewal),
    }
    before = monthly("2024-02-22", proofs=(("2024-02-10", 1),), **away)
    assert before[-1].cause is Cause.RENEWAL
    proofs = (("2024-02-10", 1), ("2024-02-22", 2))
    for written in ((), before):
        chain = monthly("2024-02-22", proofs=proofs, written=written, **away)
        assert [round_.cause for round_ in chain] == [Cause.TURN, Cause.INCIDENT]


def test_a_date_that_a_holiday_moves_into_another_absence_moves_once_more() -> None:
    [only] = monthly(
        "2024-07-04",
        policy=replace(MONTHLY, validity_months=None, first_due_days=60),
        gaps=(("2024-03-31", "2024-07-03"),),
        pauses=(("2024-08-03", "2024-08-13"),),
        quiet=(("2024-07-13", "2024-08-25"),),
    )
    assert only.due_on == D("2024-08-27"), "fourteen days after 13 August"


def test_there_is_grace_only_for_who_was_up_to_date() -> None:
    _first, second = monthly("2024-04-10")
    assert (second.due_on, second.grace_until) == (D("2024-04-16"), D("2024-04-16"))
    _first, second = monthly("2024-04-10", proofs=(("2024-03-10", 1),))
    assert (second.due_on, second.grace_until) == (D("2024-04-10"), D("2024-05-08"))


def test_absence_after_its_successor_opened_moves_no_round_for_what_is_new() -> None:
    """The whole runs out on 29 February, so that its window opens before the addition is due."""
    addition = Opening(D("2024-02-01"), 30, Cause.ADDITION, MODULE, 2)
    _, new, third = monthly(
        "2024-02-28",
        policy=replace(MONTHLY, first_due_days=0),
        proofs=(("2024-01-31", 1),),
        gaps=(("2024-02-23", "2024-02-27"),),
        openings=(addition,),
    )
    assert (new.due_on, third.opens_on) == (D("2024-03-02"), D("2024-02-22"))
    assert third.due_on == D("2024-03-12"), "fourteen days after the return"


# ------------------------------------------------------------------ spreading


@pytest.mark.parametrize("days", [0, 1, 6, 13, 27, 41, 90, 120])
def test_each_number_of_days_falls_to_equally_many_ids(days: int) -> None:
    """Of all 4096 beginnings of an id: one more or less."""
    counts = Counter(spread_offset(first << SPREAD_SHIFT, days) for first in range(4096))
    assert sorted(counts) == list(range(days + 1))
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_team_of_six_is_hardly_ever_trained_in_one_week() -> None:
    """Over six weeks; `docs/decisions.md` tells these shares."""
    luck, teams = random.Random(6), 20_000
    fullest = Counter(
        max(Counter(spread_offset(luck.getrandbits(128), 41) // 7 for _ in range(6)).values())
        for _ in range(teams)
    )
    assert fullest[6] < teams / 2_000
    assert fullest[4] + fullest[5] + fullest[6] < teams * 0.06

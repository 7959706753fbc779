"""What the desk says in words and dates, by tables."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.access import Population
from training.assignments import word_rules
from training.assignments.rules import (
    Asked,
    Basis,
    Calendar,
    Choose,
    Policy,
    Proof,
    RefresherForm,
    Span,
    first_round,
    rounds,
)
from training.content.classes import ContentKind, Library
from training.desk import count_rules, draft_rules, impact_rules, sample_rules
from training.desk.impact_rules import Move, Starter
from training.people.rules import UnitKind

D = dt.date.fromisoformat
MODULE = ("MODULE", "drugshandel-herkennen")
START = D("2026-01-05")
YEARLY = Policy(1, START, first_due_days=30)
QUIET = {"schoolvakanties": [(Span(D("2026-02-14"), D("2026-02-22")), "Voorjaarsvakantie")]}
FIXED = Policy(1, START, basis=Basis.CALENDAR, fixed_month=12, fixed_day=1, minimum_days=90)


def steps(
    policy: Policy, proofs: list[str], number: int, today: str, pauses: tuple[Span, ...] = ()
) -> str:
    resting = word_rules.Resting(QUIET, pauses)
    calendar = resting.calendar()
    done = [Proof(MODULE, D(day)) for day in proofs]
    chain = rounds([policy], Asked((MODULE,)), START, done, calendar, D(today))
    words = word_rules.start_in_words(START, START, D("2025-01-01"))
    found = word_rules.due_steps(chain, number, {1: policy}, resting, words, 0)
    return ", ".join(found)


@pytest.mark.parametrize(
    ("policy", "proofs", "number", "today", "expected"),
    [
        (YEARLY, [], 1, "2026-02-01", "30 dagen na in dienst (5 januari 2026)"),
        (
            YEARLY,
            ["2026-01-20"],
            2,
            "2026-12-20",
            "12 maanden na de vorige keer (20 januari 2026)",
        ),
        (
            YEARLY,
            [],
            2,
            "2027-01-20",
            "12 maanden na 4 februari 2026, toen het niet gedaan is",
        ),
        (
            Policy(1, START, first_due_days=3, notice_days=14),
            [],
            1,
            "2026-02-01",
            "3 dagen na in dienst (5 januari 2026), verschoven, want er is altijd minstens "
            "14 dagen de tijd",
        ),
        (FIXED, ["2026-03-01"], 2, "2026-11-01", "de vaste datum, elk jaar 1 december"),
        (
            Policy(1, START, first_due_on=D("2026-10-18"), first_due_days=None),
            [],
            1,
            "2026-02-01",
            "de vaste datum 18 oktober 2026",
        ),
    ],
)
def test_how_a_date_came_about_is_told_step_by_step(
    policy: Policy, proofs: list[str], number: int, today: str, expected: str
) -> None:
    assert steps(policy, proofs, number, today) == expected


def test_a_date_in_a_quiet_time_moves_and_the_time_is_named() -> None:
    policy = Policy(1, START, first_due_days=45, quiet=("schoolvakanties",))
    told = steps(policy, [], 1, "2026-03-01")
    assert told == "45 dagen na in dienst (5 januari 2026), verschoven na: voorjaarsvakantie"
    loud = Policy(1, START, first_due_days=45)
    assert steps(loud, [], 1, "2026-03-01") == "45 dagen na in dienst (5 januari 2026)"


def test_an_anniversary_is_counted_from_the_date_before() -> None:
    policy = Policy(1, START, first_due_days=30, basis=Basis.ANNIVERSARY)
    told = steps(policy, ["2026-01-20", "2027-01-10"], 3, "2027-12-31")
    assert told == "12 maanden na de vorige datum (20 januari 2027)"


def test_a_pause_moves_the_date_and_is_told() -> None:
    pause = Span(D("2026-01-20"), D("2026-04-30"))
    told = steps(YEARLY, [], 1, "2026-05-01", (pause,))
    assert told == (
        "30 dagen na in dienst (5 januari 2026), verschoven na de pauze tot en met 30 april 2026"
    )


@pytest.mark.parametrize(
    ("starts", "joined", "in_force", "expected"),
    [
        ("2026-03-01", "2026-03-01", "2025-01-01", "in dienst (1 maart 2026)"),
        ("2026-03-01", "2020-01-01", "2026-03-01", "de start van de verplichting (1 maart 2026)"),
        ("2026-03-01", "2020-01-01", "2025-01-01", "de eerste dag in de doelgroep (1 maart 2026)"),
    ],
)
def test_the_start_is_the_latest_of_three(
    starts: str, joined: str, in_force: str, expected: str
) -> None:
    assert word_rules.start_in_words(D(starts), D(joined), D(in_force)) == expected


@pytest.mark.parametrize(
    ("done_on", "left", "which"),
    [
        ("2026-03-01", "275 dagen", "Het wordt de eerste"),
        ("2026-09-02", "90 dagen", "Het wordt de eerste"),
        ("2026-09-03", "89 dagen", "Het wordt dus een latere datum"),
        ("2026-12-01", "365 dagen", "Het wordt de eerste"),
    ],
)
def test_both_candidate_dates_are_told(done_on: str, left: str, which: str) -> None:
    told = sample_rules.candidate_words(FIXED, D(done_on))
    assert left in told
    assert which in told


def moments(who: str, policy: Policy, today: str = "2026-11-25") -> dict[str, str]:
    found = sample_rules.samples(policy, Calendar(), D(today))
    return dict(next(sample for sample in found if sample.who == who).moments)


def test_the_new_one_hears_when_it_opens_and_when_it_is_too_late() -> None:
    told = moments("Nieuw", YEARLY)
    assert told == {
        "Staat open vanaf": "25 november 2026",
        "Eerste mail": "25 november 2026",
        "Uiterlijk": "25 december 2026",
        "Te laat": "vanaf 26 december 2026",
    }


def test_the_one_who_just_did_it_hears_of_the_next_time() -> None:
    told = moments("Net gedaan", YEARLY)
    assert told["Geldig"] == "tot en met 25 november 2027"
    assert told["Opnieuw doen kan"] == "vanaf 14 oktober 2027"
    assert told["Respijt"] == "tot en met 23 december 2027"


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (Basis.COMPLETION, "klaar tot en met 25 november 2027"),
        (Basis.ANNIVERSARY, "klaar tot en met 5 december 2027"),
    ],
)
def test_the_basis_shows_in_the_one_whose_proof_nearly_expires(basis: Basis, expected: str) -> None:
    told = moments("Bijna verlopen", Policy(1, START, basis=basis))
    assert told["Vandaag gedaan"] == expected
    assert told["Uiterlijk"] == "5 december 2026"


def test_once_is_enough_says_so() -> None:
    told = sample_rules.samples(Policy(1, START, validity_months=None), Calendar(), D("2026-11-25"))
    assert [sample.who for sample in told] == ["Nieuw", "Net gedaan"]
    assert told[1].moments == (("Daarna", "niets meer"),)


@given(
    first=st.integers(0, 400),
    validity=st.one_of(st.none(), st.integers(1, 60)),
    basis=st.sampled_from(Basis),
    window=st.integers(0, 400),
    grace=st.integers(0, 200),
    notice=st.integers(0, 60),
    spread=st.integers(0, 120),
    form=st.sampled_from([RefresherForm.FULL, RefresherForm.REFRESHER, RefresherForm.DILEMMA]),
    day=st.dates(D("2020-01-01"), D("2035-12-31")),
)
def test_any_policy_can_be_told(
    first: int, validity: int | None, basis: Basis, window: int, grace: int, notice: int,
    spread: int, form: RefresherForm, day: dt.date,
) -> None:  # fmt: skip
    policy = Policy(
        1, day, first_due_days=first, validity_months=validity, basis=basis, fixed_month=2,
        fixed_day=29, window_days=window, grace_days=grace, notice_days=notice,
        spread_days=spread, form=form,
    )  # fmt: skip
    assert sample_rules.samples(policy, Calendar(), day)
    assert word_rules.policy_lines(policy)


@pytest.mark.parametrize(
    ("number", "least", "expected"),
    [(0, 10, "0"), (9, 10, "minder dan 10"), (10, 10, "10"), (3, 1, "3")],
)
def test_small_numbers_are_not_told_to_who_may_not_see_names(
    number: int, least: int, expected: str
) -> None:
    assert count_rules.shown(number, least) == expected


@given(st.lists(st.integers(1, 40), max_size=12), st.sampled_from([1, 10]))
def test_no_unit_below_the_least_can_be_counted(sizes: list[int], least: int) -> None:
    units = {uuid.uuid4(): size for size in sizes}
    names = {unit: f"Team {number}" for number, unit in enumerate(units)}
    lines = count_rules.by_unit(units, names, least)
    assert all(line.number >= least for line in lines)
    hidden = sum(size for size in sizes if size < least)
    rest = [line for line in lines if line.name == count_rules.REST]
    assert not rest or rest[0].number == hidden
    assert not rest or sum(size < least for size in sizes) > 1


def test_what_a_new_duty_does_is_counted_with_the_rules_of_the_job() -> None:
    policy = Policy(1, D("2026-12-01"), first_due_days=60, spread_days=14)
    unit = uuid.uuid4()
    people = [Starter(uuid.uuid4().int, unit, D("2020-01-01")) for _ in range(40)]
    effect = impact_rules.opening(policy, Calendar(), people, D("2026-11-25"))
    due = [first_round(policy, policy.from_on, Calendar(), one.number).due_on for one in people]
    assert effect.people == 40
    assert effect.by_unit == {unit: 40}
    assert (effect.due_first, effect.due_last) == (min(due), max(due))
    assert effect.mail_on == D("2026-12-01")


def test_many_dates_are_told_by_month_and_small_numbers_left_out() -> None:
    few = [Move(D("2027-01-10"), D("2027-02-10"), 12), Move(D("2027-01-11"), None, 4)]
    assert impact_rules.move_lines(few, 10) == (
        [("10 januari 2027", "10 februari 2027", 12)],
        4,
    )
    many = [Move(D("2027-01-01") + dt.timedelta(days=n), D("2027-03-01"), 1) for n in range(40)]
    assert impact_rules.move_lines(many, 1) == (
        [("januari 2027", "maart 2027", 31), ("februari 2027", "maart 2027", 9)],
        0,
    )


def test_every_duty_of_the_ready_programme_becomes_a_draft(library: Library) -> None:
    drafts = draft_rules.ready_drafts(library, D("2026-11-25"))
    assert len(drafts) == len(library.programme["verplichtingen"])  # type: ignore[arg-type]
    everybody = drafts["basis-alle-medewerkers"]
    assert everybody.contents == (
        (ContentKind.MODULE, "basis-onder-en-bovenwereld"),
        (ContentKind.MODULE, "bij-wie-meld-ik-wat"),
    )
    assert everybody.level is UnitKind.BASE_TEAM
    assert everybody.policy.basis is Basis.ANNIVERSARY
    assert everybody.policy.quiet == ("schoolvakanties",)
    council = drafts["dilemma-raad"]
    assert council.choose is Choose.ONE
    assert council.policy.first_due_on == D("2027-06-01")
    assert (council.policy.fixed_month, council.policy.fixed_day) == (6, 1)


@pytest.mark.parametrize(
    ("audiences", "populations", "may"),
    [
        (["baliemedewerkers"], {Population.STAFF}, True),
        (["baliemedewerkers", "raadsleden"], {Population.STAFF}, False),
        (["raadsleden"], {Population.COUNCIL}, True),
        (["college"], {Population.COUNCIL}, False),
        (["college", "mt"], set(Population), True),
        (["bestaat-niet"], set(Population), False),
    ],
)
def test_who_may_ask_something_of_whom(
    library: Library, audiences: list[str], populations: set[Population], may: bool
) -> None:
    assert draft_rules.may_ask(audiences, populations, library) is may


def test_the_plan_has_all_twenty_eight_actions(library: Library) -> None:
    plan = draft_rules.plan_actions(library)
    assert [action.code for action in plan] == [f"A{number:02}" for number in range(1, 29)]

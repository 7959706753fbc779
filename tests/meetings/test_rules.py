"""A meeting goes from waiting to the end; figures are words, and say nothing of a single vote."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.content.classes import Dilemma, Library, PathBy
from training.meetings import rules
from training.meetings.rules import (
    NotPossibleError,
    Phase,
    Plan,
    Round,
    RoundKind,
    Stand,
    Step,
)

SLUG = "de-brief-op-de-mat"
UNSEEN = Round(RoundKind.FIRST, (0, 1, 2), closed=True, voted=8)
CLOSED = Round(RoundKind.FIRST, (0, 1, 2), closed=True, voted=8, steps=(0, 1, 3))


@pytest.fixture(scope="module")
def dilemma(library: Library) -> Dilemma:
    return library.dilemmas[SLUG]


def at(phase: Phase, *path: int, **more: bool) -> Stand:
    return Stand(phase, path, **more)


@pytest.mark.parametrize(
    ("phase", "rounds", "steps"),
    [
        (Phase.LOBBY, (), "Begin"),
        (Phase.SCENE, (), "Open de stemming | Pauze"),
        (Phase.VOTE, (Round(RoundKind.FIRST, (0, 1, 2)),), "Sluit de stemming | Pauze"),
        (
            Phase.CLOSED,
            (UNSEEN,),
            "Toon de uitkomst | Stem opnieuw, met een lege stembus | Pauze",
        ),
        (
            Phase.FIGURES,
            (CLOSED,),
            "Ga verder op dit pad | Stem over deze wat als | Pauze",
        ),
        (Phase.ENDING, (), "Naar de nabespreking | Pauze"),
        (Phase.DEBRIEF, (), "Naar het einde | Pauze"),
        (Phase.END, (), ""),
    ],
)
def test_each_stand_offers_what_comes_next(
    dilemma: Dilemma, phase: Phase, rounds: tuple[Round, ...], steps: str
) -> None:
    found = rules.possible(dilemma, rules.plan_of(dilemma), at(phase), rounds)
    assert " | ".join(step.value for step in found) == steps


def test_figures_that_were_seen_are_not_voted_on_again(dilemma: Dilemma) -> None:
    """Two outcomes of one question, with one voter less, would tell on that one."""
    plan = rules.plan_of(dilemma)
    assert Step.REOPEN not in rules.possible(dilemma, plan, at(Phase.CLOSED), (CLOSED,))
    assert Step.REOPEN not in rules.possible(dilemma, plan, at(Phase.FIGURES), (CLOSED,))
    assert Step.REOPEN in rules.possible(dilemma, plan, at(Phase.FIGURES), (UNSEEN,)), "lost"
    asked = (CLOSED, *[Round(RoundKind.WHAT_IF, (0, 1), True, 8, "x", (0, 1))] * 6)
    assert Step.ASK_WHAT_IF not in rules.possible(dilemma, plan, at(Phase.FIGURES), asked)


def test_a_scene_with_a_second_round_is_talked_about_first(dilemma: Dilemma) -> None:
    plan = Plan((dilemma.start,), (dilemma.start,))
    figures = rules.possible(dilemma, plan, at(Phase.FIGURES), (CLOSED,))
    assert figures[0] is Step.TALK
    talk = rules.after(dilemma, plan, at(Phase.FIGURES), (CLOSED,), Step.TALK)
    assert rules.possible(dilemma, plan, talk, (CLOSED,))[0] is Step.OPEN_SECOND
    second = Round(RoundKind.SECOND, (0, 1, 2), closed=True, voted=8, steps=(0, 0, 4))
    again = rules.possible(dilemma, plan, at(Phase.FIGURES), (CLOSED, second))
    assert again[0] is Step.CHOOSE


def test_a_pause_only_offers_to_go_on(dilemma: Dilemma) -> None:
    plan = rules.plan_of(dilemma)
    paused = rules.after(dilemma, plan, at(Phase.SCENE), (), Step.PAUSE)
    assert rules.possible(dilemma, plan, paused, ()) == (Step.RESUME,)
    assert rules.after(dilemma, plan, paused, (), Step.RESUME) == at(Phase.SCENE)


def test_one_step_back_until_the_next_vote_opens(dilemma: Dilemma) -> None:
    plan = rules.plan_of(dilemma)
    chosen = rules.after(dilemma, plan, at(Phase.FIGURES), (CLOSED,), Step.CHOOSE, 0)
    assert chosen.path == (0,)
    back = rules.after(dilemma, plan, chosen, (), Step.BACK)
    assert back == at(Phase.FIGURES)
    assert Step.BACK not in rules.possible(dilemma, plan, back, (CLOSED,)), "one step, not two"
    voted_next = Plan((*plan.vote, "na-de-fractieavond"))
    opened = rules.after(dilemma, voted_next, chosen, (), Step.OPEN_VOTE)
    with pytest.raises(NotPossibleError):
        rules.after(dilemma, voted_next, opened, (), Step.BACK)


def test_the_majority_picks_and_a_tie_is_the_facilitators(dilemma: Dilemma) -> None:
    plan = Plan((dilemma.start,), path_by=PathBy.MAJORITY)
    decided = Round(RoundKind.FIRST, (0, 1, 2), closed=True, voted=8, majority=2)
    stand = at(Phase.FIGURES)
    assert [c.index for c in rules.paths(dilemma, plan, stand, (decided,))] == [2]
    with pytest.raises(NotPossibleError):
        rules.after(dilemma, plan, stand, (decided,), Step.CHOOSE, 0)
    assert [c.index for c in rules.paths(dilemma, plan, stand, (CLOSED,))] == [0, 1, 2]


def test_a_path_that_is_not_there_is_refused(dilemma: Dilemma) -> None:
    with pytest.raises(NotPossibleError):
        rules.after(dilemma, rules.plan_of(dilemma), at(Phase.FIGURES), (CLOSED,), Step.CHOOSE, 9)


def test_the_quick_form_is_one_vote_and_the_talk(dilemma: Dilemma) -> None:
    plan = rules.plan_of(dilemma, quick=True)
    stand = at(Phase.FIGURES)
    assert rules.possible(dilemma, plan, stand, (CLOSED,))[0] is Step.DEBRIEF
    assert Step.CHOOSE not in rules.possible(dilemma, plan, stand, (CLOSED,))
    talked = rules.after(dilemma, plan, stand, (CLOSED,), Step.DEBRIEF)
    assert rules.after(dilemma, plan, talked, (), Step.END).phase is Phase.END


@given(seed=st.integers(0, 10_000))
def test_any_way_through_any_dilemma_ends(library: Library, seed: int) -> None:
    """Whoever presses whatever is offered (but pause, back and opening again) comes to the end."""
    luck = random.Random(seed)
    dilemma = luck.choice(list(library.dilemmas.values()))
    plan, stand, votes = rules.plan_of(dilemma, luck.random() < 0.2), Stand(), {}
    for _ in range(1000):
        if stand.phase is Phase.END:
            break
        here = votes.setdefault(stand.path, [])
        aside = {Step.PAUSE, Step.BACK, Step.REOPEN, Step.ASK_WHAT_IF}
        offered = [s for s in rules.possible(dilemma, plan, stand, here) if s not in aside]
        step = luck.choice(offered)
        choice = (
            luck.choice(rules.paths(dilemma, plan, stand, here)).index
            if step is (Step.CHOOSE)
            else None
        )
        if step is Step.CLOSE_VOTE:
            kind = RoundKind.SECOND if here else RoundKind.FIRST
            here.append(Round(kind, (0, 1), closed=True, voted=6, steps=(1, 3)))
        stand = rules.after(dilemma, plan, stand, here, step, choice)
    assert stand.phase is Phase.END


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((5, 0), "bijna iedereen | bijna niemand"),
        ((4, 1), "bijna iedereen | bijna niemand"),
        ((3, 2), "ongeveer de helft | ongeveer de helft"),
        ((7, 3), "de meeste | een deel"),
        ((12, 8), "ongeveer de helft | ongeveer de helft"),
        ((34, 6), "de meeste | een deel"),
        ((35, 5), "bijna iedereen | bijna niemand"),
    ],
)
def test_figures_are_five_steps_in_words(counts: tuple[int, int], words: str) -> None:
    steps = rules.in_steps(dict(enumerate(counts)), (0, 1))
    assert steps is not None
    assert " | ".join(rules.FIVE_STEPS[step] for step in steps) == words


def test_fewer_than_five_votes_give_no_figures_and_no_majority() -> None:
    assert rules.in_steps({0: 4}, (0, 1)) is None
    assert rules.majority_of({0: 4}) is None
    assert rules.in_steps({0: 5}, (0, 1)) == (4, 0)
    assert rules.majority_of({0: 3, 1: 3}) is None
    assert rules.majority_of({0: 3, 1: 2}) == 0


@given(counts=st.lists(st.integers(0, 60), min_size=2, max_size=5))
def test_one_vote_never_shows_as_somebody_alone_or_as_the_only_other(counts: list[int]) -> None:
    total = sum(counts)
    options = range(len(counts))
    steps = rules.in_steps(dict(enumerate(counts)), options)
    if total < rules.LEAST_VOTES:
        assert steps is None
        return
    assert steps is not None
    for option, count in enumerate(counts):
        if count == 0 and total >= 6:
            with_one = {**dict(enumerate(counts)), option: 1}
            found = rules.in_steps(with_one, options)
            assert found is not None
            assert found[option] == steps[option] == 0, "nobody and one look the same"
        if count == total:
            assert steps[option] == 4
    assert [s for _, s in sorted(zip(counts, steps, strict=True))] == sorted(steps)


@pytest.mark.parametrize("typed", ["k7q-pax", " K7Q PAX ", "K70PAX", "K7OPAX"])
def test_a_code_is_read_as_it_was_meant(typed: str) -> None:
    assert rules.read_code(typed) == "K7QPAX"


def test_codes_have_no_look_alikes_and_do_not_repeat() -> None:
    codes = {rules.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(set(code) <= set(rules.SIGNS) and len(code) == 6 for code in codes)
    assert all(rules.read_code(code) == code for code in codes)
    for pair in ("0O", "1I", "2Z", "5S", "6G", "8B"):
        assert len(set(pair) & set(rules.SIGNS)) <= 1, pair

"""Random lives keep every promise of the rules, and the same checks find faults put in a copy."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.stateful import run_state_machine_as_test

from tests.assignments.lives import machine_for
from training.assignments import rules


class SteadyProvider(HypothesisProvider):
    """Draws by the seed alone. Hypothesis also draws numbers that it reads in the modules loaded so
    far, so that one seed gives other lives in another process."""

    def _maybe_draw_constant(self, *_kind: Any, **_how: Any) -> None:
        return None


AVAILABLE_PROVIDERS["steady"] = f"{__name__}.{SteadyProvider.__name__}"

USUAL = settings(
    max_examples=60,
    stateful_step_count=25,
    backend="steady",
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
HUNT = settings(
    USUAL,
    max_examples=90,
    stateful_step_count=15,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)


def live(
    by: ModuleType, how: settings, luck: int = 1, start: dict[str, Sequence[Any]] | None = None
) -> None:
    """Lives many lives by these rules; fails on the first promise that one breaks."""
    run_state_machine_as_test(seed(luck)(machine_for(by, **(start or {}))), settings=how)


def test_random_lives_keep_every_promise() -> None:
    live(rules, USUAL)


@pytest.mark.heavy
def test_very_many_random_lives_keep_every_promise() -> None:
    live(rules, settings(USUAL, max_examples=400, stateful_step_count=40), luck=2)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a copy of the rules, which promise that breaks, and the duties that it
    concerns (as in `START`)."""

    right: str
    wrong: str
    breaks: str
    start: dict[str, Sequence[Any]]


MONTHLY: dict[str, Sequence[Any]] = {"months": [1], "basis": ["COMPLETION", "ANNIVERSARY"]}
FAULTS = {
    "an old certificate fulfils a new round": Fault(
        "            opens_on <= proof.completed_on <= today",
        "            proof.completed_on <= today",
        "dates_are_in_order",
        {**MONTHLY, "done": [True]},
    ),
    "a pause moves nothing": Fault(
        "                    moved = max(moved, pause.until_on + notice_days * DAY)",
        "                    moved = max(moved, day)",
        "nobody_is_late_before_the_notice_after_a_pause",
        {"months": [None], "days": [90], "quiet": [False], "done": [False]},
    ),
    "a missed year stops the next": Fault(
        "    elif policy.validity_months is None:\n        return round_",
        "    elif policy.validity_months is None or round_.number > 1:\n        return round_",
        "what_comes_back_keeps_coming_back",
        MONTHLY,
    ),
    "the window takes away what still holds": Fault(
        "    if today <= last.was_valid_until:\n        return Standing.REFRESHER_OPEN",
        "    if today < last.was_valid_until:\n        return Standing.REFRESHER_OPEN",
        "who_is_valid_stays_valid_while_the_window_is_open",
        {**MONTHLY, "window": [28], "done": [True]},
    ),
    "a monthly 31st drifts": Fault(
        "        return add_months(before, policy.validity_months, anchor), anchor",
        "        return add_months(before, policy.validity_months), anchor",
        "months_keep_their_day",
        {**MONTHLY, "basis": ["ANNIVERSARY"], "window": [28], "done": [True]},
    ),
    "a due date stays in the holidays": Fault(
        "    planned = calendar.under(policy).working_day(wanted)\n    still",
        "    planned = wanted\n    still",
        "nothing_is_due_in_a_quiet_time",
        {**MONTHLY, "quiet": [True], "done": [False]},
    ),
}


def with_fault(fault: Fault) -> ModuleType:
    """A copy of the rules in which one thing is wrong."""
    source = Path(rules.__file__).read_text(encoding="utf-8")
    assert source.count(fault.right) == 1, f"the rules no longer hold {fault.right!r} once"
    module = ModuleType("rules_with_a_fault")
    sys.modules[module.__name__] = module  # dataclasses look up their module
    code = compile(source.replace(fault.right, fault.wrong), "rules_with_a_fault", "exec")
    exec(code, module.__dict__)
    return module


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_fault_in_the_rules_is_found(name: str) -> None:
    """By the promise that it breaks; and the rules themselves pass in the same lives, so that it
    is the fault that is found."""
    fault = FAULTS[name]
    live(rules, HUNT, start=fault.start)
    with pytest.raises(AssertionError) as found:
        live(with_fault(fault), HUNT, start=fault.start)
    assert fault.breaks in [entry.name for entry in found.traceback]

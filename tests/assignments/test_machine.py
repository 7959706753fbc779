"""Random lives keep every promise of the rules, and the same checks find faults put in a copy."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.assignments.lives import machine_for
from training.assignments import rules

USUAL = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
HUNT = settings(USUAL, max_examples=600, phases=[Phase.generate], report_multiple_bugs=False)


def test_random_lives_keep_every_promise() -> None:
    run_state_machine_as_test(machine_for(rules), settings=USUAL)


@pytest.mark.heavy
def test_very_many_random_lives_keep_every_promise() -> None:
    """Rounds of a month are left out: in rare lives a holiday or an absence that is longer than
    the round breaks two promises (`docs/refreshers.md`)."""
    many = settings(USUAL, max_examples=120, stateful_step_count=40)
    run_state_machine_as_test(machine_for(rules, shortest=3), settings=many)


FAULTS = {
    "an old certificate fulfils a new round": (
        "            opens_on <= proof.completed_on <= today",
        "            proof.completed_on <= today",
    ),
    "a pause moves nothing": (
        "                    moved = max(moved, pause.until_on + notice_days * DAY)",
        "                    moved = max(moved, day)",
    ),
    "a missed year stops the next": (
        "    elif policy.validity_months is None:\n        return round_",
        "    elif policy.validity_months is None or round_.number > 1:\n        return round_",
    ),
    "the window takes away what still holds": (
        "    if today <= last.was_valid_until:\n        return Standing.REFRESHER_OPEN",
        "    if today < last.was_valid_until:\n        return Standing.REFRESHER_OPEN",
    ),
    "a monthly 31st drifts": (
        "        return add_months(before, policy.validity_months, anchor), anchor",
        "        return add_months(before, policy.validity_months), anchor",
    ),
    "a due date stays in the holidays": (
        "    planned = calendar.under(policy).working_day(wanted)\n    still",
        "    planned = wanted\n    still",
    ),
}


def with_fault(old: str, new: str) -> ModuleType:
    """A copy of the rules in which one thing is wrong."""
    source = Path(rules.__file__).read_text(encoding="utf-8")
    assert source.count(old) == 1, f"the rules no longer hold {old!r} once"
    module = ModuleType("rules_with_a_fault")
    sys.modules[module.__name__] = module  # dataclasses look up their module
    exec(compile(source.replace(old, new), "rules_with_a_fault", "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_fault_in_the_rules_is_found(name: str) -> None:
    broken = with_fault(*FAULTS[name])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine_for(broken), settings=HUNT)

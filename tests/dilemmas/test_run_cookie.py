"""A run travels sealed: bound to its account and version, and of one length."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.dilemmas.run_cookie import seal, unseal

SECRET = "a secret of more than thirty-two characters"
ANNA, RACHID = uuid.UUID(int=1), uuid.UUID(int=2)
RUNS = st.lists(st.integers(0, 20), max_size=200)


@given(RUNS)
def test_what_was_chosen_comes_back(choices: list[int]) -> None:
    assert unseal(SECRET, ANNA, "x", 1, seal(SECRET, ANNA, "x", 1, choices)) == choices


@given(RUNS)
def test_every_cookie_has_one_length(choices: list[int]) -> None:
    assert len(seal(SECRET, ANNA, "x", 1, choices)) == len(seal(SECRET, ANNA, "x", 1, []))


@pytest.mark.parametrize(
    ("secret", "account", "dilemma", "version"),
    [
        ("another secret of more than 32 characters", ANNA, "x", 1),
        (SECRET, RACHID, "x", 1),
        (SECRET, ANNA, "y", 1),
        (SECRET, ANNA, "x", 2),
    ],
)
def test_nobody_else_and_no_other_version_can_open_it(
    secret: str, account: uuid.UUID, dilemma: str, version: int
) -> None:
    sealed = seal(SECRET, ANNA, "x", 1, [1, 2, 3])
    assert unseal(secret, account, dilemma, version, sealed) is None


@pytest.mark.parametrize("value", ["", "x", "é", "AAAA", "A" * 400])
def test_rubbish_is_no_run(value: str) -> None:
    assert unseal(SECRET, ANNA, "x", 1, value) is None

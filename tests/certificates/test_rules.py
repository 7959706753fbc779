"""What a certificate says: until when it holds, how its code is read, whose name fits."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.assignments.rules import RefresherForm, Round
from training.certificates.rules import read_code, same_name, valid_until, written
from training.evidence.models import CODE_LENGTH, CODE_SIGNS, new_code

MODULE, OTHER = ("MODULE", "drugshandel-herkennen"), ("MODULE", "mensenhandel-herkennen")


def cycle(opens: str, done: str | None, until: str | None) -> Round:
    return Round(
        number=1,
        policy_version=1,
        form=RefresherForm.FULL,
        opens_on=dt.date.fromisoformat(opens),
        due_on=dt.date(2026, 12, 31),
        grace_until=dt.date(2026, 12, 31),
        fulfilled_on=dt.date.fromisoformat(done) if done else None,
        valid_until=dt.date.fromisoformat(until) if until else None,
    )


FIRST = cycle("2026-01-01", "2026-02-10", "2027-02-10")
SECOND = cycle("2026-12-30", "2027-01-20", "2028-02-10")
SHORT = cycle("2026-01-01", "2026-02-10", "2026-08-10")
FOR_EVER = cycle("2026-01-01", "2026-02-10", None)
NOT_YET = cycle("2026-01-01", None, None)


@pytest.mark.parametrize(
    ("completed", "cycles", "expected"),
    [
        ("2026-02-10", [((MODULE,), FIRST)], "2027-02-10"),
        ("2027-01-20", [((MODULE,), FIRST), ((MODULE,), SECOND)], "2028-02-10"),
        ("2026-02-10", [((MODULE,), FIRST), ((MODULE,), SECOND)], "2027-02-10"),
        ("2026-02-10", [((MODULE,), FIRST), ((MODULE,), SHORT)], "2026-08-10"),
        ("2026-02-10", [((MODULE,), FOR_EVER)], None),
        ("2026-02-10", [((MODULE,), NOT_YET)], None),
        ("2026-02-10", [((OTHER,), FIRST)], None),
        ("2026-02-05", [((MODULE, OTHER), FIRST)], "2027-02-10"),
        ("2025-12-31", [((MODULE,), FIRST)], None),
        ("2026-03-01", [((MODULE,), FIRST)], None),
        ("2026-02-10", [], None),
    ],
)
def test_a_certificate_holds_as_long_as_the_cycle_that_it_fulfilled(
    completed: str, cycles: list[tuple[tuple[tuple[str, str], ...], Round]], expected: str | None
) -> None:
    found = valid_until(MODULE, dt.date.fromisoformat(completed), cycles)
    assert found == (dt.date.fromisoformat(expected) if expected else None)


@given(st.text(alphabet=CODE_SIGNS, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_code_is_read_as_it_was_written(code: str) -> None:
    assert read_code(written(code)) == read_code(f" {written(code).lower()} ") == code


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-2345-EFG0", "ABCD-2345-EFGHJ", "É" * 12])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_codes_differ() -> None:
    assert len({new_code() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("Anna de Vries", True),
        ("  anna  DE vries ", True),
        ("Ánna de Vriès", True),
        ("Anna-de Vries", True),
        ("Anna Vries", False),
        ("", False),
        ("...", False),
    ],
)
def test_a_name_fits_however_it_is_typed(typed: str, same: bool) -> None:
    assert same_name(typed, "Anna de Vries") is same

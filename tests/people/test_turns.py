"""The days on which somebody begins anew, by position."""

import datetime as dt

import pytest

from training.people.rules import PositionKind
from training.people.turn_rules import Held, Turn, turns

D = dt.date.fromisoformat
TERMS = [D("2022-03-30"), D("2026-03-26")]
STAFF, COUNCIL, COMMITTEE = (
    PositionKind.EMPLOYEE,
    PositionKind.COUNCILLOR,
    PositionKind.COMMITTEE_MEMBER,
)


def held(
    kind: PositionKind, title: str, first: str, last: str = "", recorded: str = "2020-01-01"
) -> Held:
    return Held(kind, title, D(first), D(last) if last else None, D(recorded))


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        pytest.param([held(STAFF, "Boa", "2024-01-01")], [], id="somebody new has a first round"),
        pytest.param(
            [held(STAFF, "Boa", "2024-01-01", "2026-04-30"), held(STAFF, "Inkoper", "2026-05-01")],
            [("2026-05-01", Turn.ROLE)],
            id="another role",
        ),
        pytest.param(
            [held(STAFF, "Boa", "2024-01-01", "2026-04-30"), held(STAFF, "boa ", "2026-05-01")],
            [],
            id="the same role in another team",
        ),
        pytest.param(
            [held(STAFF, "Boa", "2024-01-01"), held(STAFF, "Baliemedewerker", "2026-05-01")],
            [("2026-05-01", Turn.ROLE)],
            id="a second job beside the first",
        ),
        pytest.param(
            [held(STAFF, "Boa", "2024-01-01", "2024-12-31"), held(STAFF, "Boa", "2026-05-01")],
            [],
            id="rehired in the same role",
        ),
        pytest.param(
            [held(STAFF, "", "2024-01-01", "2026-04-30"), held(STAFF, "Boa", "2026-05-01")],
            [],
            id="a job title that was not known before",
        ),
        pytest.param(
            [
                held(STAFF, "Boa", "2024-01-01", "2026-04-30"),
                held(STAFF, "Inkoper", "2026-05-01", recorded="2026-06-10"),
            ],
            [("2026-06-10", Turn.ROLE)],
            id="another role that was recorded later",
        ),
        pytest.param(
            [held(COUNCIL, "", "2022-03-30", "2026-03-25"), held(COUNCIL, "", "2026-03-26")],
            [("2022-03-30", Turn.TERM), ("2026-03-26", Turn.TERM)],
            id="who stays on the council in a new term",
        ),
        pytest.param(
            [held(COMMITTEE, "", "2026-03-26", "2026-09-30"), held(COUNCIL, "", "2026-10-01")],
            [("2026-03-26", Turn.TERM), ("2026-10-01", Turn.SUCCESSOR)],
            id="a committee member who takes a seat in mid-term",
        ),
        pytest.param(
            [
                held(COUNCIL, "", "2026-03-26", "2026-04-30"),
                held(COUNCIL, "", "2026-08-21"),
            ],
            [("2026-03-26", Turn.TERM)],
            id="a member who was replaced for sixteen weeks comes back",
        ),
    ],
)
def test_somebody_begins_anew(positions: list[Held], expected: list[tuple[str, Turn]]) -> None:
    assert turns(positions, TERMS) == [(D(day), turn) for day, turn in expected]

"""Good passwords, limits, and where one may be sent after signing in."""

from __future__ import annotations

import datetime as dt

import pytest

from training.identity import passwords, rules
from training.identity.rules import Limit

NOON = dt.datetime(2026, 11, 2, 11, tzinfo=dt.UTC)
THREE = Limit("test", 3, dt.timedelta(minutes=15))


@pytest.mark.parametrize(
    "password",
    [
        "de kat eet kaas",
        "vijf fietsen in de sloot",
        "correct paard batterij nietje",
        "aB3$xY9!qW2@",
        "ééntwee drieën vier",
        "Basketbal op dinsdag",  # "Bas" is a short name
    ],
)
def test_a_long_password_needs_no_mixture_of_signs(password: str) -> None:
    assert rules.password_problem(password, ["Bas Mulder"], "bas@merendijk.example") is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kort", "minstens 12"),
        ("elf tekens!", "minstens 12"),
        ("x" * 201, "hoogstens 200"),
        ("aaaaaaaaaaaaaaaa", "verschillende"),
        ("abababababab", "verschillende"),
        ("Wachtwoord123!", "Veel mensen"),
        ("2026-Welkom-2026", "Veel mensen"),
        ("QwertyUiop12", "Veel mensen"),
        ("123456789012", "Veel mensen"),
        ("987654321098", "Veel mensen"),
        ("ik ben anna-marie", "je naam"),
        ("VRIESdrogen is leuk", "je naam"),
        ("a.devries is hier", "je naam"),
    ],
)
def test_a_bad_password_is_refused_with_the_reason(password: str, why: str) -> None:
    problem = rules.password_problem(
        password, ["Anna-Marie de Vries"], "a.devries@merendijk.example"
    )
    assert problem is not None and why in problem


@pytest.mark.parametrize(
    ("minutes_ago", "wait"),
    [
        ([], None),
        ([1, 2], None),
        ([1, 2, 3], 12),
        ([1, 2, 16], None),
        ([0, 1, 2, 14], 13),
        ([15, 14, 1], None),
    ],
)
def test_the_fourth_attempt_waits_until_the_first_is_old(
    minutes_ago: list[int], wait: int | None
) -> None:
    earlier = [NOON - dt.timedelta(minutes=ago) for ago in minutes_ago]
    until = rules.wait_until(earlier, THREE, NOON)
    assert (rules.minutes_to_wait(until, NOON) if until else None) == wait


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/overzicht", "/overzicht"),
        ("/deelname?status=open&pagina=2", "/deelname?status=open&pagina=2"),
        (None, "/"),
        ("", "/"),
        ("overzicht", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("///evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        (" //evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_nobody_is_sent_to_another_site(target: str | None, goes_to: str) -> None:
    assert rules.safe_next(target) == goes_to


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (None, "?"),
        ("unix", "?"),
    ],
)
def test_a_home_with_many_addresses_is_one_network(address: str | None, network: str) -> None:
    assert rules.network_of(address) == network


def test_the_pretended_hash_costs_as_much_as_a_real_one() -> None:
    def costs(kept: str) -> list[str]:
        return kept.split("$")[1:4]

    real = passwords.hash_of("vijf fietsen in de sloot")
    assert costs(passwords._NOBODYS) == costs(real) == ["argon2id", "v=19", "m=19456,t=2,p=1"]
    assert passwords.verify(real, "vijf fietsen in de sloot")
    assert not passwords.verify(real, "vier fietsen in de sloot")
    assert not passwords.verify(None, "vijf fietsen in de sloot")
    assert not passwords.verify("no hash at all", "vijf fietsen in de sloot")

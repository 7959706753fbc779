"""When a choice or a text is there: the grammar of conditions, and whether one holds."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass

COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
TOKEN = re.compile(
    r"\s*(?:(?P<op>>=|<=|=|>|<)|(?P<paren>[()])|(?P<int>-?\d+(?![\w-]))|(?P<name>\w[\w-]*))"
)
WORDS = {"en", "of", "niet"}


class ConditionError(ValueError):
    """The text is no condition; the message says in Dutch what was expected where."""


@dataclass(frozen=True, slots=True)
class Flag:
    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    value: str
    op: str
    number: int


@dataclass(frozen=True, slots=True)
class Visited:
    scene: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Condition, ...]


Condition = Flag | Compare | Visited | Not | And | Or


def holds(
    condition: Condition | None,
    flags: Set[str],
    values: Mapping[str, int],
    visited: Set[str],
) -> bool:
    """Whether the condition is true; no condition always is."""
    match condition:
        case None:
            return True
        case Flag(name):
            return name in flags
        case Compare(value, op, number):
            return COMPARE[op](values.get(value, 0), number)
        case Visited(scene):
            return scene in visited
        case Not(part):
            return not holds(part, flags, values, visited)
        case And(parts):
            return all(holds(part, flags, values, visited) for part in parts)
        case Or(parts):
            return any(holds(part, flags, values, visited) for part in parts)


def atoms(condition: Condition | None) -> Iterator[Flag | Compare | Visited]:
    """Every flag, value and scene that the condition asks about."""
    match condition:
        case None:
            return
        case Not(part):
            yield from atoms(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from atoms(part)
        case _:
            yield condition


def show(condition: Condition) -> str:
    """The condition as an author would write it; `parse` gives the same condition back."""
    match condition:
        case Flag(name):
            return name
        case Compare(value, op, number):
            return f"{value} {op} {number}"
        case Visited(scene):
            return f"bezocht({scene})"
        case Not(part):
            return "niet " + (f"({show(part)})" if isinstance(part, And | Or) else show(part))
        case And(parts):
            return " en ".join(
                f"({show(p)})" if isinstance(p, And | Or) else show(p) for p in parts
            )
        case Or(parts):
            return " of ".join(f"({show(p)})" if isinstance(p, Or) else show(p) for p in parts)


def parse(text: str) -> Condition:
    """The condition that the text says; raises ConditionError when it says none."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0

    @property
    def ahead(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.ahead
        if expected and token != expected:
            raise ConditionError(f"hier hoort ‘{expected}’, maar er staat {_named(token)}")
        self.at += 1
        return token

    def whole(self) -> Condition:
        condition = self.either()
        if self.ahead:
            raise ConditionError(
                f"na de voorwaarde staat nog {_named(self.ahead)}; mist er ‘en’ of ‘of’?"
            )
        return condition

    def either(self) -> Condition:
        parts = [self.both()]
        while self.ahead == "of":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self) -> Condition:
        parts = [self.negated()]
        while self.ahead == "en":
            self.take()
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negated(self) -> Condition:
        if self.ahead == "niet":
            self.take()
            return Not(self.negated())
        return self.atom()

    def atom(self) -> Condition:
        if self.ahead == "(":
            return self.nested()
        token = self.take()
        if not token or not token[0].isalpha() or token in WORDS:
            raise ConditionError(f"hier hoort een vlag of waarde, maar er staat {_named(token)}")
        if (token, self.ahead) == ("bezocht", "("):
            return self.visited()
        if self.ahead in COMPARE:
            return Compare(token, self.take(), self.number())
        return Flag(token)

    def nested(self) -> Condition:
        self.take("(")
        inner = self.either()
        self.take(")")
        return inner

    def visited(self) -> Condition:
        self.take("(")
        scene = self.take()
        self.take(")")
        return Visited(scene)

    def number(self) -> int:
        token = self.take()
        if not re.fullmatch(r"-?\d+", token):
            raise ConditionError(
                f"na een vergelijking hoort een geheel getal, niet {_named(token)}"
            )
        return int(token)


def _tokens(text: str) -> Iterator[str]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise ConditionError(
                f"het teken ‘{text[at:].strip()[:1]}’ hoort niet in een voorwaarde"
            )
        yield found.group().strip()
        at = found.end()


def _named(token: str) -> str:
    return f"‘{token}’" if token else "niets meer"

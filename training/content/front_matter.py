"""Whether YAML says what it should: values with the line on which each stands."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from training.content.rules import Report

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Place = tuple[str | int, ...]
Form = TypeVar("Form", bound=BaseModel)


class UnreadableError(ValueError):
    """The text is no YAML; `line` counts from 1, the message is Dutch."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True, slots=True)
class Located:
    """A value read from YAML, and the line of each key in it."""

    value: object
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Iterable[str | int]) -> int:
        """The line of a key, or of the nearest key around it."""
        found = tuple(place)
        while found and found not in self.lines:
            found = found[:-1]
        return self.lines.get(found, 1)


def read_yaml(text: str, first_line: int = 1) -> Located:
    """The value and its lines; raises UnreadableError. `first_line` is that of the text."""
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Place, int] = {(): first_line}
        if node is None:
            return Located(None, lines)
        _walk(node, (), lines, first_line)
        return Located(loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(first_line + (mark.line if mark else 0), _why(error)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableError(first_line, str(error).split("\n")[0]) from error
    finally:
        loader.dispose()


def _why(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "onbekend teken"
    return {
        "mapping values are not allowed here": "er staat een dubbele punt te veel",
        "mapping values are not allowed in this context": "er staat een dubbele punt te veel",
        "did not find expected ',' or '}'": "er mist een komma of een accolade",
        "did not find expected ',' or ']'": "er mist een komma of een haak",
        "could not find expected ':'": "er mist een dubbele punt",
        "did not find expected key": "hier wordt een naam met een dubbele punt verwacht",
    }.get(problem, problem)


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], first: int) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            at = (*place, str(key.value))
            if at in lines:
                line = first + key.start_mark.line
                raise UnreadableError(line, f"‘{key.value}’ staat er twee keer")
            lines[at] = first + key.start_mark.line
            _walk(value, at, lines, first)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            lines[(*place, number)] = first + item.start_mark.line
            _walk(item, (*place, number), lines, first)


def fill(form: type[Form], located: Located, report: Report) -> Form | None:
    """The filled form, or None with each mistake reported at its line."""
    if not isinstance(located.value, dict):
        report.add(located.line(()), "A003", why="er staan geen namen met waarden")
        return None
    try:
        return form.model_validate(located.value)
    except ValidationError as error:
        for mistake in error.errors(include_url=False):
            _report(form, located, report, mistake)
        return None


def _report(form: type[BaseModel], located: Located, report: Report, mistake: Any) -> None:
    place = tuple(p for p in mistake["loc"] if p != "[key]")
    key, line = ".".join(str(p) for p in place), located.line(place)
    if mistake["type"] == "missing":
        report.add(line, "A004", key=key)
    elif mistake["type"] == "extra_forbidden":
        known = [f.alias or name for name, f in form.model_fields.items()]
        hint = meant(str(place[0]), known) if len(place) == 1 else ""
        report.add(line, "A005", key=key, hint=hint)
    else:
        report.add(line, "A006", key=key, why=explain(mistake))


def explain(mistake: Any) -> str:
    """A mistake found by pydantic, in Dutch."""
    context = mistake.get("ctx", {})
    if mistake["type"] == "value_error":
        return str(context["error"])
    given = mistake.get("input")
    texts = {
        "string_type": "hier hoort tekst; zet die tussen aanhalingstekens",
        "int_type": "hier hoort een geheel getal",
        "bool_type": "hier hoort true of false",
        "date_type": "hier hoort een datum, zoals 2027-05-01, zonder aanhalingstekens",
        "list_type": "hier hoort een lijst, zoals [een, twee]",
        "tuple_type": "hier hoort een lijst, zoals [een, twee]",
        "dict_type": "hier hoort een lijst van namen met waarden",
        "model_type": "hier horen namen met waarden, zoals {a: 1}",
        "missing": "dit ontbreekt",
        "extra_forbidden": "deze naam is hier niet bekend",
        "string_pattern_mismatch": f"‘{given}’ mag alleen kleine letters, cijfers en - hebben",
        "string_too_short": "dit is leeg",
        "literal_error": f"kies uit {str(context.get('expected', '')).replace(' or ', ' of ')}",
        "too_short": f"er zijn er minstens {context.get('min_length')} nodig",
        "too_long": f"er mogen er hoogstens {context.get('max_length')} zijn",
        "greater_than_equal": f"hoort minstens {context.get('ge')} te zijn",
        "less_than_equal": f"mag hoogstens {context.get('le')} zijn",
    }
    return texts.get(mistake["type"], str(mistake["msg"]))


def meant(name: str, known: Iterable[str]) -> str:
    """' Bedoel je ‘…’?' when a known name is close, else nothing."""
    close: Sequence[str] = difflib.get_close_matches(name, list(known), n=1)
    return f" Bedoel je ‘{close[0]}’?" if close else ""

"""A room imports only from lower floors and from the ground; files keep their role."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import training.schema  # noqa: F401 - every table must be known
from training.db import Base

TRAINING = Path(__file__).parents[2] / "training"
GROUND = {"settings", "db", "at_once", "postgresql", "clock", "access", "web", "pdf", "ics"}
FLOORS = {
    "audit": 1, "mail": 1, "ballots": 1, "content": 1, "people": 2, "identity": 3, "evidence": 3,
    "learning": 4, "dilemmas": 4, "meetings": 5, "assignments": 6, "reporting": 7, "retention": 8, "home": 7,
    "desk": 7, "certificates": 7,
}  # fmt: skip
ROOF = {
    "app",
    "navigation",
    "commands",
    "jobs",
    "start",
    "demo",
    "demo_council",
    "migrating",
    "backup",
    "schema",
    "__main__",
    "__init__",
}
MAY_USE_FLASK = ("views.py", "forms.py")


def imports_of(path: Path) -> Iterator[str]:
    """The modules that a file imports, with those for type checking only."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "training":
                yield from (f"training.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def files_of(name: str) -> list[Path]:
    folder = TRAINING / name
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [TRAINING / f"{name}.py"]


def test_every_file_has_a_place_in_the_house() -> None:
    names = {
        p.stem if p.is_file() else p.name for p in TRAINING.iterdir() if p.suffix in {"", ".py"}
    }
    assert names - {"__pycache__"} == GROUND | set(FLOORS) | ROOF


@pytest.mark.parametrize("room", sorted(FLOORS))
def test_a_room_looks_down_only(room: str) -> None:
    for path in files_of(room):
        for module in imports_of(path):
            if not module.startswith("training."):
                continue
            other = module.split(".")[1]
            allowed = other == room or other in GROUND or FLOORS.get(other, 99) < FLOORS[room]
            assert allowed, f"{path.relative_to(TRAINING)} imports {module}"


@pytest.mark.parametrize("name", sorted(GROUND))
def test_the_ground_knows_no_room(name: str) -> None:
    for path in files_of(name):
        for module in imports_of(path):
            if module.startswith("training."):
                assert module.split(".")[1] in GROUND, f"{path.name} imports {module}"


@pytest.mark.parametrize("room", sorted(FLOORS))
def test_flask_is_for_views_and_forms(room: str) -> None:
    for path in files_of(room):
        if path.name.endswith(MAY_USE_FLASK) or path.name == "gate.py":
            continue  # the gate wraps Flask-Login, in one module
        for module in imports_of(path):
            assert module.split(".")[0] not in {"flask", "flask_login", "flask_wtf"}, path


@pytest.mark.parametrize("room", sorted(FLOORS))
def test_a_package_file_holds_one_docstring(room: str) -> None:
    body = ast.parse((TRAINING / room / "__init__.py").read_text()).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_rules_are_pure() -> None:
    """Decisions use the standard library, content classes, access words and other rules."""
    for path in TRAINING.rglob("*rules.py"):
        for module in imports_of(path):
            assert module.split(".")[0] != "sqlalchemy", path


def test_tables_point_down_only() -> None:
    """A foreign key leads to the same room or a lower floor, so no cycle of rooms can exist."""
    room_of = {
        mapper.local_table.name: mapper.class_.__module__.split(".")[1]
        for mapper in Base.registry.mappers
        if isinstance(mapper.local_table, sa.Table)
    }
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            here, there = room_of[table.name], room_of[key.column.table.name]
            assert here == there or FLOORS[there] < FLOORS[here], f"{table.name} → {key.column}"


def test_files_say_in_one_sentence_what_they_decide() -> None:
    for path in TRAINING.rglob("*.py"):
        words = ast.get_docstring(ast.parse(path.read_text()))
        assert words, path
        assert words.split("\n\n")[0].strip().endswith("."), path

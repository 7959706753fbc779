"""The register knows every column that holds a person, and nothing that is not there."""

from __future__ import annotations

import re

import training.schema  # noqa: F401 - every table must be known
from training.db import Base
from training.retention.register import CATEGORIES, LABELS, REGISTER, Fate

HOLDS_SOMEBODY = re.compile(
    r"(^|_)(person|account|manager|facilitator|replaces|actor|holder|user|officer)_id$|_by$|^by$"
    r"|actor_name|given_name|family_name|employee_number|e_?mail|to_address|phone|birth"
)
NOBODY = {("meeting_stand", "path_by")}  # how a room goes on: by the leader or by votes


def columns() -> set[tuple[str, str]]:
    """Every column that points at a person or an account, or is called as if it did."""
    found = set()
    for table in Base.metadata.tables.values():
        for column in table.columns:
            leads = {(key.column.table.name, key.column.name) for key in column.foreign_keys} & {
                ("person", "id"),
                ("account", "id"),
            }
            if leads or HOLDS_SOMEBODY.search(column.name):
                found.add((table.name, column.name))
    return found - NOBODY


def test_every_column_that_holds_a_person_is_in_the_register() -> None:
    known = {(entry.table, entry.column) for entry in REGISTER}
    missing = columns() - known
    assert not missing, f"say in training/retention/register.py what becomes of {missing}"


def test_the_register_names_columns_that_there_are() -> None:
    for entry in REGISTER:
        assert entry.column in Base.metadata.tables[entry.table].columns, entry


def test_what_stays_says_why_and_what_is_cleared_can_be_empty() -> None:
    for entry in REGISTER:
        if entry.erased is Fate.KEEP:
            assert entry.why or entry.own, entry
        if Fate.CLEAR in (entry.erased, entry.leaver):
            assert Base.metadata.tables[entry.table].c[entry.column].nullable, entry


def test_everything_is_told_on_the_page_and_has_a_label() -> None:
    assert {entry.category for entry in REGISTER} == set(CATEGORIES)
    assert {entry.table for entry in REGISTER if entry.own} == set(LABELS)

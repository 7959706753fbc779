"""A small content folder that breaks no rule, to break on purpose."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from training.content.library import Folder, check_folder

FIXTURE = Path(__file__).parent / "fixture" / "content"
TODAY = date(2026, 11, 24)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the fixture that a test may change."""
    folder = tmp_path / "content"
    shutil.copytree(FIXTURE, folder)
    return folder


@pytest.fixture(scope="session")
def sound() -> Folder:
    """The fixture after the check."""
    return check_folder(FIXTURE, TODAY)

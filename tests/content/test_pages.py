"""The pages about content say what the checker says: rules and status are made, never typed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tools import content_rules
from training.content.library import check_folder
from training.content.status import status_page

ROOT = Path(__file__).parents[2]
FIXED = dt.date(2026, 11, 24)  # the day on which bin/check looks


def test_the_page_of_rules_is_up_to_date() -> None:
    assert content_rules.PAGE.read_text(encoding="utf-8") == content_rules.page(), (
        "run: python tools/content_rules.py"
    )


def test_the_page_of_the_content_is_true() -> None:
    page = (ROOT / "docs" / "content-status.md").read_text(encoding="utf-8")
    assert page.strip() == status_page(check_folder(ROOT / "content", FIXED)).strip(), (
        "run: training content status --write docs/content-status.md --on 2026-11-24"
    )


def test_the_content_of_this_repository_has_no_errors_and_no_warnings() -> None:
    assert check_folder(ROOT / "content", FIXED).problems == []

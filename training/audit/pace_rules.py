"""Decides how often somebody may see the names of others before it is too much.

Looking at two lists a minute for a whole hour is no work that this product knows; a program that
copies a municipality page by page is. Exports count too.
"""

from __future__ import annotations

import datetime as dt

WINDOW = dt.timedelta(hours=1)
MOST = 120  # pages and files with names of one municipality, by one account within the window
KEPT_SHOWN = dt.timedelta(days=30)  # how long the log's page points at it


def is_too_much(looks: int) -> bool:
    """Whether one look more is refused, after so many within the window."""
    return looks >= MOST

"""Reads what somebody looks for: words, what it is about, for whom, how long, and done or not.

Not WTForms: a filter has nothing to refuse, and drawing its four lists took a third of the page.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from training.content.classes import Library, Theme
from training.home.rules import Status, Wish

TIMES = {"": "Maakt niet uit", "8": "Hooguit 8 minuten", "12": "Hooguit 12 minuten"}
LONGEST = 100  # characters of a query


@dataclass(frozen=True, slots=True)
class Looking:
    """What was asked for, as it was sent. What is not a choice counts as no choice."""

    words: str
    theme: str
    audience: str
    minutes: str
    status: str

    @classmethod
    def read(cls, sent: Mapping[str, str]) -> Looking:
        """The filter in the address of a page."""
        return cls(
            words=sent.get("zoek", "").strip()[:LONGEST],
            theme=sent.get("thema", ""),
            audience=sent.get("doelgroep", ""),
            minutes=sent.get("tijd", ""),
            status=sent.get("stand", ""),
        )

    @property
    def wish(self) -> Wish:
        """What was asked for, as the rules read it."""
        return Wish(
            theme=THEMES.get(self.theme),
            audience=self.audience,
            longest=int(self.minutes) if self.minutes in TIMES and self.minutes else 0,
            status=Status.__members__.get(self.status),
        )


THEMES = {theme.value: theme for theme in Theme}


@functools.lru_cache(maxsize=2)
def choices_of(library: Library) -> dict[str, tuple[tuple[str, str], ...]]:
    """The lists of the filter: by field, pairs of a value and its words."""
    inside = [(a.slug, a.label) for a in library.audiences.values() if not a.outside]
    return {
        "thema": (("", "Alle thema’s"), *((key, theme.label) for key, theme in THEMES.items())),
        "doelgroep": (("", "Iedereen"), *inside),
        "tijd": tuple(TIMES.items()),
        "stand": (("", "Maakt niet uit"), *((status.name, status.value) for status in Status)),
    }

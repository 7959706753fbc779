"""Decides who may come to a planned meeting, and what being there is worth."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import hmac
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from training.identity.rules import QUARTER, Limit
from training.meetings.rules import SIGNS, read_code


class Invited(enum.Enum):
    """What an invited person answered."""

    OPEN = "nog niet geantwoord"
    SIGNED_UP = "aangemeld"
    WAITING = "op de wachtlijst"
    DECLINED = "afgemeld"


class Presence(enum.Enum):
    """Whether a person was there."""

    PRESENT = "aanwezig"
    EXCUSED = "met bericht afwezig"


SPAN_OF_NAMES = dt.timedelta(days=7)
UNDO = dt.timedelta(days=1)
MOST_WRONG_CHECK_INS = Limit("wrong check-in code of account", 10, QUARTER)
CHECK_IN_LENGTH = 5
EARLY, LATE = dt.timedelta(minutes=45), dt.timedelta(hours=3)


def shows_names(several: bool, ends_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the facilitator may see who was invited. Of a meeting of several municipalities
    until a week after it, of the own municipality as long as it is kept."""
    return not several or now <= ends_at + SPAN_OF_NAMES


def answer_for(taken: int, places: int | None) -> Invited:
    """What signing up gives: a place, or a place on the waiting list."""
    return Invited.SIGNED_UP if places is None or taken < places else Invited.WAITING


def may_undo(settled_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether recorded attendance can still be taken back: for a day."""
    return settled_at is not None and now <= settled_at + UNDO


def check_in_code(key: str, meeting_id: uuid.UUID, now: dt.datetime) -> str:
    """The code of this minute on the screen of a room; without look-alikes."""
    minute = int(now.timestamp()) // 60
    said = b"check-in\0" + meeting_id.bytes + str(minute).encode()
    number = int.from_bytes(hmac.digest(key.encode(), said, hashlib.sha256), "big")
    signs = []
    for _ in range(CHECK_IN_LENGTH):
        number, place = divmod(number, len(SIGNS))
        signs.append(SIGNS[place])
    return "".join(signs)


def is_check_in_code(key: str, meeting_id: uuid.UUID, typed: str, now: dt.datetime) -> bool:
    """Whether this was on the screen: this minute, or one of the two before (typing takes time)."""
    meant = read_code(typed).encode()
    minutes = (now - dt.timedelta(minutes=ago) for ago in range(3))
    codes = [check_in_code(key, meeting_id, minute) for minute in minutes]
    return any(hmac.compare_digest(code.encode(), meant) for code in codes)


def can_check_in(starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the room is open for checking in: from a while before until a while after."""
    return starts_at - EARLY <= now <= ends_at + LATE


Key = tuple[uuid.UUID, uuid.UUID]  # municipality and person


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may have been there, as a pasted line can mean."""

    key: Key
    name: str
    number: str | None


class Found(enum.Enum):
    """What a pasted line led to."""

    ONE = "gevonden"
    SEVERAL = "meer dan één persoon"
    NOBODY = "niet gevonden"


@dataclass(frozen=True, slots=True)
class Line:
    """A pasted line, and whom it means."""

    text: str
    found: Found
    candidate: Candidate | None = None


def match_lines(text: str, candidates: Sequence[Candidate]) -> list[Line]:
    """Whom each line means: by employee number, or by name in any order and without accents or
    commas. A person is found once; a line that fits several is left to the reader."""
    by_words: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        for words in {_words(candidate.name), candidate.number and _words(candidate.number)}:
            if words:
                by_words.setdefault(words, []).append(candidate)
    lines, seen = [], set()
    for raw in text.splitlines():
        line = " ".join(raw.replace(";", " ").replace("\t", " ").split())
        if not line:
            continue
        fits = by_words.get(_words(line)) or _both(line, by_words)
        if len(fits) != 1:
            lines.append(Line(line[:120], Found.SEVERAL if fits else Found.NOBODY))
        elif fits[0].key not in seen:
            seen.add(fits[0].key)
            lines.append(Line(line[:120], Found.ONE, fits[0]))
    return lines


def _both(line: str, by_words: dict[str, list[Candidate]]) -> list[Candidate]:
    """A line with a name and a number together: who fits both."""
    digits = [word for word in line.split() if any(sign.isdigit() for sign in word)]
    rest = _words(" ".join(word for word in line.split() if word not in digits))
    if len(digits) != 1 or not rest:
        return []
    numbered = by_words.get(_words(digits[0]), [])
    return [candidate for candidate in numbered if _words(candidate.name) == rest]


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace(",", " "))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(sorted(letters.split()))

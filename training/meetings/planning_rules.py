"""Decides who may come to a planned meeting, and what being there is worth."""

from __future__ import annotations

import enum


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

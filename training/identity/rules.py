"""Decides what a good password is, how often one may try, and where one may be sent after it."""

from __future__ import annotations

import enum


class AccountState(enum.Enum):
    """Whether an account opens anything."""

    INVITED = "uitgenodigd"
    ACTIVE = "actief"
    CLOSED = "gesloten"


class TokenPurpose(enum.Enum):
    """What a one-time token is for."""

    INVITE = "uitnodiging"
    RESET = "nieuw wachtwoord"
    SIGN_IN_LINK = "inloggen"


class Role(enum.Enum):
    """What somebody is for the training of others; held at a unit, it reaches down."""

    TEAM_LEAD = "leidinggevende"
    FACILITATOR = "gespreksleider"
    SECRETARY = "gemeentesecretaris"
    HR = "HR"
    CLERK = "griffie"
    PRIVACY_OFFICER = "privacy officer"
    ADMINISTRATOR = "beheerder"
    COORDINATOR = "coördinator"

"""Keeps a run in the browser: the choices taken, encrypted, bound to account and version.

The server stores nothing of it. The cookie has one length whatever was chosen, so that not even the
number of choices shows in traffic. Source: AES-GCM, NIST SP 800-38D.
"""

from __future__ import annotations

import base64
import hashlib
import os
import uuid
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from training.dilemmas.rules import MOST_CHOICES

NONCE = 12  # bytes


def seal(
    secret_key: str, account_id: uuid.UUID, dilemma_id: str, version: int, choices: Sequence[int]
) -> str:
    """The value of the cookie for these choices (at most 200, each below 255)."""
    if len(choices) > MOST_CHOICES:
        raise ValueError("a run has at most 200 choices")
    plain = bytes([len(choices), *choices]).ljust(MOST_CHOICES + 1, b"\xff")
    nonce = os.urandom(NONCE)
    sealed = AESGCM(_key(secret_key)).encrypt(nonce, plain, _about(account_id, dilemma_id, version))
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(
    secret_key: str, account_id: uuid.UUID, dilemma_id: str, version: int, value: str
) -> list[int] | None:
    """The choices in a cookie; None when it is not ours, of another account or another version."""
    try:
        raw = base64.urlsafe_b64decode(value)
        about = _about(account_id, dilemma_id, version)
        plain = AESGCM(_key(secret_key)).decrypt(raw[:NONCE], raw[NONCE:], about)
    except (ValueError, InvalidTag):
        return None
    return list(plain[1 : 1 + plain[0]])


def _key(secret_key: str) -> bytes:
    return hashlib.sha256(b"dilemma run\0" + secret_key.encode()).digest()


def _about(account_id: uuid.UUID, dilemma_id: str, version: int) -> bytes:
    return f"{account_id}|{dilemma_id}|{version}".encode()

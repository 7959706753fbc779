"""Signs the townspeople in by their session, without a password to hash."""

from __future__ import annotations

import time

from flask.testing import FlaskClient

from tests.town import Town
from training.identity import gate


def sign_in(client: FlaskClient, town: Town, short: str, epoch: int = 0) -> FlaskClient:
    """Makes `client` the browser of `town`'s `short` ("anna"), signed in a moment ago."""
    with client.session_transaction() as session:
        session.clear()
        session["_user_id"] = gate.session_id(town.accounts[short], epoch)
        session[gate.SIGNED_IN_AT] = int(time.time())
    return client

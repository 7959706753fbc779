"""Decides who sends a request: reads the session, and asks once per request what they hold."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import replace
from functools import cache

from flask import Flask, Response, current_app, flash, g, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import URLSafeTimedSerializer

from training import clock
from training.access import NOWHERE, Permission, Reach, Visitor
from training.identity import access_table, queries
from training.identity.kiosk_rules import KIOSK_IDLE, KIOSK_LASTS
from training.identity.queries import Holder
from training.people.own_queries import NOBODYS, Own
from training.web.request_db import db

SESSION_LIFETIME = dt.timedelta(hours=12)
KIOSK, SEEN_AT, AT_KIOSK = "kiosk", "seen_at", "at_kiosk"
KIOSK_PAGE = "kiosk.sign_in"
LAST_PAGE_STAYS = dt.timedelta(minutes=1)
SIGNED_IN_AT = "signed_in_at"  # seconds since 1970: the session ends 12 hours after it began


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login knows of a visitor: an id that is worth nothing once the epoch is raised."""

    def __init__(self, holder: Holder) -> None:
        self.holder = holder

    def get_id(self) -> str:
        """The account and its epoch, as kept in the session."""
        return session_id(self.holder.account_id, self.holder.epoch)


def session_id(account_id: uuid.UUID, epoch: int) -> str:
    """The key of an account in a session cookie."""
    return f"{account_id}.{epoch}"


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, with one signer for all requests in place of one for each."""

    @cache  # noqa: B019 - there is one application, and it lives as long as its process
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of this application; None without a secret key."""
        return super().get_signing_serializer(app)


def install(app: Flask) -> None:
    """Lets `app` recognise its visitors. Nobody is remembered after the session."""
    app.config.update(
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME, SESSION_REFRESH_EACH_REQUEST=False
    )
    app.session_interface = Sessions()
    manager = LoginManager()
    manager.session_protection = None  # a phone changes network; the epoch ends stolen sessions
    manager.init_app(app, add_context_processor=False)
    manager.user_loader(_load)


def _load(key: str) -> SignedIn | None:
    began, now = session.get(SIGNED_IN_AT), clock.now().timestamp()
    if not isinstance(began, int) or now - began >= _lifetime().total_seconds():
        return None
    if KIOSK in session:
        if now - session.get(SEEN_AT, 0) >= KIOSK_IDLE.total_seconds():
            return None
        session[SEEN_AT] = int(now)
    account, _, epoch = key.partition(".")
    try:
        account_id = uuid.UUID(account)
    except ValueError:
        return None
    holder = queries.holder(db(), account_id, clock.today())
    if holder is None or str(holder.epoch) != epoch:
        return None
    # At a shared computer one learns, and does nothing for others.
    return SignedIn(replace(holder, roles=()) if KIOSK in session else holder)


def _lifetime() -> dt.timedelta:
    return KIOSK_LASTS if KIOSK in session else SESSION_LIFETIME


def begin_session(holder: Holder, now: dt.datetime, kiosk: bool = False) -> None:
    """Starts a new session for this account; nothing of the session before it is kept. At a
    `kiosk` it is short, holds no roles, and ends by itself after a training."""
    session.clear()
    session[SIGNED_IN_AT] = int(now.timestamp())
    if kiosk:
        session[KIOSK] = True
        session[SEEN_AT] = int(now.timestamp())
    login_user(SignedIn(holder))
    g.pop("visitor", None)


def end_session() -> None:
    """Signs this browser out; that it is a shared computer is all it remembers."""
    shared = sign_in_page() == KIOSK_PAGE
    logout_user()
    session.clear()
    if shared:
        at_kiosk()
    g.pop("visitor", None)


def sign_in_page() -> str:
    """The endpoint where this browser signs in: a shared computer has a page of its own."""
    return KIOSK_PAGE if KIOSK in session or AT_KIOSK in session else "identity.sign_in"


def at_kiosk() -> None:
    """Remembers that this browser is a shared computer: who is signed out comes back there."""
    session[AT_KIOSK] = True


def forget_at_kiosk(app: Flask, last_pages: Collection[str]) -> None:
    """Signs a kiosk session out once it has shown one of these pages, and lets every page of it
    leave the screen when nobody touches it."""

    @app.after_request
    def _forget(response: Response) -> Response:
        if KIOSK not in session or not response.is_sequence:
            return response
        address = url_for(KIOSK_PAGE)
        done = request.endpoint in last_pages and response.status_code == 200
        if done:
            end_session()
            flash("Je bent klaar en uitgelogd. De volgende kan inloggen.", "ok")
        seconds = LAST_PAGE_STAYS if done else KIOSK_IDLE
        response.headers["Refresh"] = f"{int(seconds.total_seconds())}; url={address}"
        return response


class IdentityGate:
    """What the doors ask of this room."""

    def visitor(self) -> Visitor | None:
        """Who is signed in, or None."""
        holder = _holder()
        if holder is None:
            return None
        roles = [role for role, _ in holder.roles]
        return Visitor(
            holder.account_id,
            holder.name,
            holder.municipality_id,
            holder.person_id,
            access_table.permissions_of(roles, holder.person_id is not None),
            holder.municipality_name,
        )

    def reach(self, visitor: Visitor, permission: Permission) -> Reach:
        """The nodes at which the visitor holds the permission."""
        holder = _holder()
        if holder is None or holder.account_id != visitor.account_id:
            return NOWHERE
        return access_table.reach_of(holder.roles, permission)

    def sign_in_address(self) -> str:
        """The sign-in page, that leads back to the page of this request."""
        if "identity.sign_in" not in current_app.view_functions:
            return "/"
        if sign_in_page() == KIOSK_PAGE:
            return url_for(KIOSK_PAGE)
        here = request.full_path.rstrip("?")
        return url_for("identity.sign_in", next=None if here == "/" else here)


def own() -> Own:
    """What the visitor's municipality chose and wrote itself; it was asked with who this is. Of who
    has no municipality: nothing."""
    holder = _holder()
    return NOBODYS if holder is None else holder.own


def _holder() -> Holder | None:
    user = current_user._get_current_object()
    return user.holder if isinstance(user, SignedIn) else None

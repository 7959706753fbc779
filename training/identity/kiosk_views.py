"""Lets people without a mailbox in at a shared computer that forgets, and prints their cards."""

from __future__ import annotations

import uuid

import segno
from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from training import clock
from training.access import Permission, Population, only
from training.audit.models import Action
from training.identity import attempts, gate, kiosk_actions, kiosk_rules, passwords, queries
from training.identity.attempts import Try
from training.identity.forms import said
from training.identity.kiosk_actions import Card
from training.identity.kiosk_forms import KioskForm, OwnCodeForm
from training.identity.models import Account
from training.identity.views import base_url, network, wait_page
from training.people.noting_views import note, note_looked
from training.people.person_queries import Listed, PersonSearch, Stand, persons, persons_within
from training.web.doors import open_to, reach
from training.web.request_db import db, separate_transaction

blueprint = Blueprint("kiosk", __name__)
CARD, PENDING = "kiosk_card", "kiosk_pending"
MOST_CARDS = 200


@blueprint.get("/kiosk/kaart/<card>")
@open_to(Permission.PUBLIC)
def take_card(card: str) -> ResponseReturnValue:
    """The address in the code on a card: it goes into the session, out of the address."""
    gate.end_session()
    session[CARD] = card[:100]
    return redirect(url_for("kiosk.sign_in"))


@blueprint.route("/kiosk", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Signs in with number (or card) and code. What goes wrong is the same for everybody."""
    places = kiosk_actions.municipalities_with_cards(db())
    card = session.get(CARD)
    form = KioskForm()
    form.municipality.choices = [(str(one), name) for one, name in places]
    if isinstance(card, str) or not places:
        del form.municipality
    if isinstance(card, str):
        del form.number
    if request.method == "GET":
        gate.at_kiosk()
    elif form.validate():
        answer = _try(form, card if isinstance(card, str) else None)
        if answer is not None:
            return answer
        form.form_errors.append(
            "We konden je niet inloggen. Controleer je nummer en je code, of vraag HR om een "
            "nieuwe kaart."
        )
    page = render_template("identity/kiosk.html", form=form, with_card=isinstance(card, str))
    return page, 422 if request.method == "POST" else 200


def _try(form: KioskForm, card: str | None) -> ResponseReturnValue | None:
    """Where to go when number and code are right; None when they are not."""
    now, key = clock.now(), str(current_app.config["SECRET_KEY"])
    if card is None:
        place = form.municipality.data if "municipality" in form else ""
        who = (place, " ".join(said(form.number).split()))
    else:
        who = ("card", card)
    tries = (
        Try(kiosk_rules.KIOSK_HERE, (*who, network())),
        Try(kiosk_rules.KIOSK_KEY, who),
        Try(kiosk_rules.KIOSK_NETWORK, (network(),)),
    )
    db().rollback()  # no lock of this request is held while the code is checked
    with separate_transaction() as own:
        wait = attempts.take(own, key, tries, now)
        if card is not None:
            found = kiosk_actions.key_of_card(own, card)
        else:
            place_id = uuid.UUID(who[0]) if who[0] else None
            found = kiosk_actions.key_of_number(own, place_id, who[1])
    if wait:
        return wait_page(wait, now)
    code = kiosk_rules.plain_code(said(form.code))
    right = passwords.verify(found[0].code_hash if found else None, code)
    if not found or not right:
        return None
    for one in tries[:2]:
        attempts.forget(db(), key, one)
    kiosk_key, account = found
    holder = queries.holder(db(), account.id, clock.today())
    if holder is None:
        return None
    if kiosk_key.must_change:
        session.clear()
        session[PENDING] = [str(account.id), account.epoch, int(now.timestamp())]
        return redirect(url_for("kiosk.choose_code"), 303)
    gate.begin_session(holder, now, kiosk=True)
    return redirect("/", 303)


@blueprint.route("/kiosk/eigen-code", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def choose_code() -> ResponseReturnValue:
    """The first time: a code of one's own, so that who printed the card does not know it."""
    account = _pending()
    if account is None:
        return redirect(url_for("kiosk.sign_in"), 303)
    form = OwnCodeForm()
    if form.validate_on_submit():
        code = kiosk_rules.plain_code(said(form.new_code))
        key = kiosk_actions.key_of_account(db(), account)
        person = queries.person_of(db(), account)
        printed = code if passwords.verify(key.code_hash, code) else ""
        problem = kiosk_rules.code_problem(code, printed, person.employee_number or "")
        if problem is None and code != kiosk_rules.plain_code(said(form.again)):
            problem = "De twee codes zijn niet gelijk."
        if problem is None:
            kiosk_actions.choose_code(db(), account, code, clock.now())
            holder = queries.holder(db(), account.id, clock.today())
            if holder is None:
                abort(404)
            gate.begin_session(holder, clock.now(), kiosk=True)
            flash("Je code is bewaard. Onthoud hem goed: op de kaart staat hij niet.", "ok")
            return redirect("/", 303)
        form.new_code.errors = [problem]
    page = render_template("identity/kiosk_code.html", form=form)
    return page, 422 if request.method == "POST" else 200


def _pending() -> Account | None:
    """Who gave a printed code a moment ago."""
    kept = session.get(PENDING)
    if not isinstance(kept, list) or len(kept) != 3:
        return None
    if clock.now().timestamp() - kept[2] > kiosk_rules.KIOSK_IDLE.total_seconds():
        return None
    account = db().get(Account, uuid.UUID(kept[0]))
    return account if account is not None and account.epoch == kept[1] else None


def _without_mailbox(ids: list[uuid.UUID] | None = None) -> list[Listed]:
    within = only(reach(Permission.MANAGE_PERSONS), {Population.STAFF})
    if not within:
        abort(404)
    today = clock.today()
    if ids is None:
        found = persons(db(), within, PersonSearch(stand=Stand.NO_MAIL), today, 0, MOST_CARDS)
    else:
        found = persons_within(db(), within, ids[:MOST_CARDS], today)
    return [one for one in found if not one.person.email and one.person.employee_number]


@blueprint.route("/kiosk-kaarten", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def print_cards() -> ResponseReturnValue:
    """Who has no mailbox; and, for those that are ticked, cards to print. Codes are shown once."""
    problem = ""
    if request.method == "POST":
        chosen = _without_mailbox(_ticked())
        holding = queries.holders_of_roles(db(), [one.person for one in chosen], clock.today())
        chosen = [one for one in chosen if one.person.id not in holding]
        if chosen:
            cards = kiosk_actions.issue_cards(db(), [o.person for o in chosen], clock.now())
            _note(cards)
            return render_template(
                "identity/kiosk_cards.html",
                cards=[(card, kiosk_rules.as_printed(card.code), _picture(card)) for card in cards],
                address=base_url() + url_for("kiosk.sign_in"),
            )
        db().rollback()
        problem = "Kies minstens één persoon. Wie een rol heeft, krijgt geen kaart."
    found = _without_mailbox()
    if request.method == "GET":
        note_looked((one.person for one in found), "mensen zonder mailbox")
    page = render_template(
        "identity/choose_cards.html",
        found=found,
        have=kiosk_actions.have_cards(db(), [one.person for one in found]),
        problem=problem,
    )
    return page, 422 if problem else 200


def _ticked() -> list[uuid.UUID]:
    found = []
    for text in request.form.getlist("person"):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _note(cards: list[Card]) -> None:
    for municipality_id in sorted({card.person.municipality_id for card in cards}):
        ids = [c.person.id for c in cards if c.person.municipality_id == municipality_id]
        note(Action.MADE_ACCOUNT, municipality_id, what="kaart voor de kiosk", others=ids)


def _picture(card: Card) -> Markup:
    """The code to scan, as SVG."""
    address = base_url() + url_for("kiosk.take_card", card=card.card)
    made = segno.make(address, error="m", micro=False)
    return Markup(made.svg_inline(scale=3, border=2, svgclass=None, lineclass=None))  # noqa: S704 - of segno

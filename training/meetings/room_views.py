"""Speaks with the phones and the screen of a room: no account, no session, no name."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import segno
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from training import clock
from training.access import Permission
from training.content.classes import Dilemma
from training.content.views import library
from training.identity import attempts
from training.identity.attempts import Try
from training.identity.rules import network_of
from training.meetings import live_actions, live_queries, rules
from training.meetings.forms import CodeForm
from training.meetings.live_actions import Cast
from training.meetings.live_queries import Room
from training.meetings.round_box import (
    LAST_TURN,
    Ballot,
    RoundBox,
    is_token,
    new_token,
    unseal,
    voter_of,
)
from training.meetings.rules import WRONG_CODE_ANYWHERE, WRONG_CODE_HERE, Phase
from training.meetings.showing_rules import Shown, shown, where_to_go
from training.people.queries import inserts_of
from training.settings import Settings
from training.web import errors
from training.web.doors import open_to
from training.web.origin import require_same_origin
from training.web.request_db import database, db, separate_transaction

blueprint = Blueprint("room", __name__)
BY_SCRIPT = "Weerbaar-Script"  # a header of static/js/room.js
COUNT_HEADER = "Weerbaar-Stand"  # "voted/joined", on each answer to a waiting phone
TOKEN_LASTS = live_actions.IDLE


@blueprint.before_request
def _nobody() -> None:
    """On these pages nobody is signed in, also not who is elsewhere; and forms come from here."""
    g.visitor = None
    require_same_origin()


@blueprint.route("/m", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def enter_code() -> ResponseReturnValue:
    """Asks for the code on the screen."""
    form = CodeForm(request.form)
    if request.method == "GET":
        return render_template("meetings/enter_code.html", form=CodeForm())
    if not form.validate():
        return render_template("meetings/enter_code.html", form=form), 422
    return redirect(url_for("room.show_room", code=rules.read_code(form.code.data or "")), 303)


@blueprint.get("/m/<code>")
@open_to(Permission.PUBLIC)
def show_room(code: str) -> ResponseReturnValue:
    """The page of a phone: a function of where the meeting stands and of the phone's token."""
    if rules.read_code(code) != code:
        return redirect(url_for("room.show_room", code=rules.read_code(code)))
    room = live_queries.room_of_code(db(), code)
    if room is None:
        return _no_room(code)
    if _token(room) is None:
        return render_template("meetings/door.html", room=room, dilemma=dilemma_of(room))
    return _phone_page(room)


@blueprint.post("/m/<code>/meedoen")
@open_to(Permission.PUBLIC)
def join(code: str) -> ResponseReturnValue:
    """Gives this phone a token, and counts one phone more."""
    room = live_queries.room_of_code(db(), code)
    if room is None:
        return _no_room(code)
    response = make_response(redirect(url_for("room.show_room", code=code), 303))
    if _token(room) is None:
        try:
            live_actions.join(db(), room.meeting.id)
        except live_actions.FullError:
            return errors.page(429)
        response.set_cookie(
            _cookie_name(),
            new_token(_key(), room.meeting.id),
            max_age=int(TOKEN_LASTS.total_seconds()),
            path=url_for("room.show_room", code=code),
            secure=_settings().secure,
            httponly=True,
            samesite="Lax",
        )
    return response


@blueprint.route("/m/<code>/stem", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def vote(code: str) -> ResponseReturnValue:
    """Takes a vote, or changes it. From an older page it leads to the page as it is now; a script
    hears that it is in without a page. Opened again from the address line it is the room."""
    here = redirect(url_for("room.show_room", code=code), 303)
    if request.method == "GET":
        return here
    choice, token = request.form.get("keuze", type=int), request.cookies.get(_cookie_name())
    round_id = request.form.get("ronde", type=uuid.UUID)
    if token is None or round_id is None:
        return here
    if choice is None:
        return _again(code, "Kies eerst wat je doet. Druk dan op Stem.", 422)
    turn = min(max(request.form.get("beurt", 0, type=int), 0), LAST_TURN)
    try:
        cast = Cast(round_id, token, Ballot(choice, turn))
        live_actions.vote(db(), box(), _key(), code, cast)
    except live_actions.GoneError:
        return _no_room(code)
    except live_actions.OlderStandError:
        return here
    except live_actions.RoundLostError:
        return _again(code, LOST, 409)
    return Response(status=204) if request.headers.get(BY_SCRIPT) else here


def _again(code: str, error: str, status: int) -> ResponseReturnValue:
    """The page of now with what went wrong; a closed vote needs no choice any more."""
    room = live_queries.room_of_code(db(), code)
    if room is None:
        return _no_room(code)
    if _token(room) is None or room.open_round is None:
        return redirect(url_for("room.show_room", code=code), 303)
    return _phone_page(room, error=error), status


LOST = (
    "Deze stemming kan niet verder. Vraag de gespreksleider om hem opnieuw te openen. "
    "Er is niets van je stem bewaard."
)


@blueprint.get("/m/<code>/stand")
@open_to(Permission.PUBLIC)
def show_stand(code: str) -> ResponseReturnValue:
    """What a waiting phone or screen asks: 304 while nothing changed, else the page of now. How
    many voted goes with it in a header, so that a vote does not wake every phone."""
    count = live_queries.count_of(database(), code)
    if count is None:
        return _no_room(code)
    if request.args.get("na") == str(count.version):
        response = Response(status=304)
    elif request.args.get("beeld") == "scherm":
        response = make_response(show_screen(code))
    else:
        response = make_response(_ready_page(code, count.version) or show_room(code))
    response.headers[COUNT_HEADER] = f"{count.voted}/{count.joined}"
    return response


@dataclass(frozen=True, slots=True)
class Ready:
    """A page that is the same for every phone that did not vote yet; the header corrects the
    number that voted."""

    meeting_id: uuid.UUID
    round_id: uuid.UUID | None
    page: str


_ready: dict[tuple[str, int], Ready] = {}  # of this process; a stand never changes back
MOST_READY = 128


def _ready_page(code: str, version: int) -> str | None:
    """The page of this stand for a phone without a vote, made once: when a vote opens or closes,
    a whole room asks for it within two seconds."""
    ready = _ready.get((code, version))
    if ready is None:
        room = live_queries.room_of_code(db(), code)
        if room is None or room.row.version != version:
            return None
        page = _page_of(room, None, "")
        ready = Ready(room.meeting.id, room.row.round_id, page)
        while len(_ready) >= MOST_READY:
            _ready.pop(next(iter(_ready)), None)
        _ready[code, version] = ready
    token = request.cookies.get(_cookie_name())
    if not token or not is_token(_key(), ready.meeting_id, token):
        return None
    if ready.round_id and _vote_in(ready.round_id, token):
        return None
    return ready.page


@blueprint.get("/m/<code>/scherm")
@open_to(Permission.PUBLIC)
def show_screen(code: str) -> ResponseReturnValue:
    """The page for the projector or the video meeting; it shows no more than the phones do."""
    room = live_queries.room_of_code(db(), code)
    if room is None:
        return _no_room(code)
    address = address_of(code)
    return render_template(
        "meetings/screen.html",
        **shown_in(room),
        short_address=_short(url_for("room.enter_code", _external=True)),
        qr=qr_of(address),
    )


def _phone_page(room: Room, error: str = "") -> str:
    return _page_of(room, _own_vote(room), error)


def _page_of(room: Room, mine: Ballot | None, error: str) -> str:
    return render_template(
        "meetings/room.html",
        **shown_in(room),
        mine=mine.choice if mine else None,
        turn=mine.turn if mine else 0,
        errors=[error] if error else [],
    )


def shown_in(room: Room) -> dict[str, object]:
    """What the templates of phone, screen and desk share."""
    dilemma = dilemma_of(room)
    stage: Shown = shown(dilemma, room.plan, room.stand, room.rounds)
    inserts = inserts_of(db(), room.meeting.municipality_id)
    ended = stage.phase is Phase.END
    return {
        "room": room,
        "dilemma": dilemma,
        "stage": stage,
        "voted": live_queries.voted_in(db(), room.row.round_id) if stage.phase is Phase.VOTE else 0,
        "inserts": inserts,
        "route": where_to_go(dilemma.debrief.plain(inserts)) if ended else [],
        "code": rules.spaced(room.row.code or ""),
    }


def dilemma_of(room: Room) -> Dilemma:
    """The dilemma that is played, in the version in which it began; else 409."""
    found = library().dilemmas.get(room.row.dilemma_id)
    if found is None or found.version != room.row.dilemma_version:
        abort(409)
    return found


def address_of(code: str) -> str:
    """The whole address that the QR code leads to."""
    return url_for("room.show_room", code=code, _external=True)


@lru_cache(maxsize=256)
def qr_of(address: str) -> Markup:
    """A QR code as SVG, black on white, that takes the size of where it stands."""
    made = segno.make(address, error="m", micro=False)
    svg = made.svg_inline(border=3, omitsize=True, light="#fff", svgclass=None, lineclass=None)
    return Markup(svg)  # noqa: S704 made by segno from an address of ours


def _short(address: str) -> str:
    return address.split("://", 1)[-1].removeprefix("www.")


def _own_vote(room: Room) -> Ballot | None:
    """What this phone voted in the open round, for this phone alone."""
    token = _token(room)
    return _vote_in(room.row.round_id, token) if room.row.round_id and token else None


def _vote_in(round_id: uuid.UUID, token: str) -> Ballot | None:
    secret = box().secret(round_id)
    if secret is None:
        return None
    voter = voter_of(secret, token)
    sealed = live_queries.vote_of(database(), round_id, voter)
    return unseal(secret, voter, sealed) if sealed else None


def _token(room: Room) -> str | None:
    token = request.cookies.get(_cookie_name())
    return token if token and is_token(_key(), room.meeting.id, token) else None


def _no_room(code: str) -> ResponseReturnValue:
    """The answer to a code that opens nothing: the same for one that never was and one that did.
    Only wrong codes are counted, so a right one always opens."""
    db().rollback()
    tries = (
        Try(WRONG_CODE_HERE, (network_of(request.remote_addr),)),
        Try(WRONG_CODE_ANYWHERE, ()),
    )
    with separate_transaction() as own:
        wait: dt.datetime | None = attempts.take(own, _key(), tries, clock.now())
    if wait:
        return errors.page(429)
    return render_template("meetings/no_room.html", form=CodeForm(), code=code), 404


def box() -> RoundBox:
    """The secrets of open votes of this installation."""
    return RoundBox(_settings().box_dir)


def _cookie_name() -> str:
    return "__Secure-toestel" if _settings().secure else "toestel"


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def _key() -> str:
    return str(current_app.secret_key)


def commit_and_forget(done: list[str]) -> None:
    """Commits what was counted, and only then empties the box of it."""
    db().commit()
    box().drop(done)

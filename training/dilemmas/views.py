"""Speaks with who plays a dilemma: its introduction, the scenes, a step back, the ending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission, Visitor
from training.ballots.box import Ballot, Box
from training.ballots.models import Voters
from training.ballots.queries import published_shares
from training.content.classes import Dilemma
from training.content.play import NotAvailableError
from training.content.views import library
from training.dilemmas import actions, rules, run_cookie
from training.dilemmas.forms import ChoiceForm, PlainForm
from training.dilemmas.path_map import path_map
from training.identity.gate import own
from training.people.queries import positions_of
from training.people.rules import POLITICIANS
from training.settings import Settings
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("dilemmas", __name__)


@blueprint.get("/dilemmas/<slug>")
@open_to(Permission.SIGNED_IN)
def show_dilemma(slug: str) -> ResponseReturnValue:
    """What the dilemma is about, and the button to begin or go on."""
    dilemma = _dilemma(slug)
    return render_template(
        "dilemmas/intro.html",
        dilemma=dilemma,
        inserts=own().inserts,
        form=PlainForm(),
        begun=bool(_choices(dilemma)),
        council=_is_politician(visitor()),
    )


@blueprint.post("/dilemmas/<slug>/begin")
@open_to(Permission.SIGNED_IN)
def begin_run(slug: str) -> ResponseReturnValue:
    """Begins (again), with no choices taken."""
    return _to_scene(_dilemma(slug), [])


@blueprint.get("/dilemmas/<slug>/spelen")
@open_to(Permission.SIGNED_IN)
def show_scene(slug: str) -> ResponseReturnValue:
    """The scene (or the ending) to which the choices in the cookie lead."""
    dilemma = _dilemma(slug)
    choices = _choices(dilemma)
    if choices is None:
        return redirect(url_for("dilemmas.show_dilemma", slug=slug), 303)
    return _page(dilemma, choices, ChoiceForm(formdata=None))


@blueprint.post("/dilemmas/<slug>/spelen")
@open_to(Permission.SIGNED_IN)
def take_choice(slug: str) -> ResponseReturnValue:
    """Takes one choice of the scene that is shown, and moves on."""
    dilemma = _dilemma(slug)
    choices = _choices(dilemma)
    if choices is None:
        flash("Dit dilemma was nog niet begonnen, of het is vernieuwd. Begin opnieuw.", "warning")
        return redirect(url_for("dilemmas.show_dilemma", slug=slug), 303)
    form = ChoiceForm()
    view = rules.scene_after(dilemma, choices)
    form.choice.choices = [(choice.index, choice.rich.text) for choice in view.choices]
    if form.taken.data != str(len(choices)):
        flash("Deze keuze had je al gemaakt. Hieronder zie je waar je bent.", "info")
        return _to_scene(dilemma, choices)
    if not form.validate():
        return _page(dilemma, choices, form), 422
    taken = [*choices, cast(int, form.choice.data)]
    if len(taken) > rules.MOST_CHOICES:
        flash("Je bent lang rondgegaan. Begin opnieuw, dan kom je wel bij een afloop.", "warning")
        return _to_scene(dilemma, [])
    if rules.scene_after(dilemma, taken).scene.is_ending:
        _finish(dilemma, taken)
    return _to_scene(dilemma, taken)


@blueprint.post("/dilemmas/<slug>/terug")
@open_to(Permission.SIGNED_IN)
def step_back(slug: str) -> ResponseReturnValue:
    """Drops the last choice; with `naar`, all choices from that step on."""
    dilemma = _dilemma(slug)
    choices = _choices(dilemma) or []
    kept = request.form.get("naar", len(choices) - 1, type=int)
    return _to_scene(dilemma, choices[: max(0, min(kept, len(choices)))])


@blueprint.get("/dilemmas/<slug>/kaart")
@open_to(Permission.SIGNED_IN)
def show_card(slug: str) -> ResponseReturnValue:
    """The dilemma as a card for the team meeting, to print."""
    dilemma = _dilemma(slug)
    return render_template(
        "dilemmas/card.html",
        dilemma=dilemma,
        inserts=own().inserts,
    )


def _dilemma(slug: str) -> Dilemma:
    dilemma = library().dilemmas.get(slug)
    if dilemma is None:
        abort(404)
    return dilemma


def _cookie_name() -> str:
    return "__Secure-run" if _settings().secure else "run"


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def _choices(dilemma: Dilemma) -> list[int] | None:
    """The choices taken so far in this browser; None when there is no run of this version."""
    value = request.cookies.get(_cookie_name())
    if value is None:
        return None
    key = str(current_app.secret_key)
    choices = run_cookie.unseal(key, visitor().account_id, dilemma.id, dilemma.version, value)
    if choices is None:
        return None
    try:
        rules.path_of(dilemma, choices)
    except NotAvailableError:
        return None
    return choices


def _to_scene(dilemma: Dilemma, choices: list[int]) -> Response:
    """Redirects to the scene; the choices travel in the cookie, never in the address."""
    response = make_response(redirect(url_for("dilemmas.show_scene", slug=dilemma.id), 303))
    key = str(current_app.secret_key)
    response.set_cookie(
        _cookie_name(),
        run_cookie.seal(key, visitor().account_id, dilemma.id, dilemma.version, choices),
        path=url_for("dilemmas.show_dilemma", slug=dilemma.id),
        secure=_settings().secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def _page(dilemma: Dilemma, choices: list[int], form: ChoiceForm) -> str:
    view = rules.scene_after(dilemma, choices)
    who = visitor()
    form.taken.data = str(len(choices))
    form.choice.choices = [(choice.index, choice.rich.text) for choice in view.choices]
    shared = {
        "dilemma": dilemma,
        "view": view,
        "form": form,
        "inserts": own().inserts,
        "play": Play.of(dilemma),
    }
    if not view.scene.is_ending:
        return render_template("dilemmas/scene.html", **shared)
    return render_template(
        "dilemmas/ending.html",
        review=rules.review(dilemma, choices),
        map=path_map(dilemma, choices),
        others=_others(dilemma, who),
        **shared,
    )


@dataclass(frozen=True, slots=True)
class Play:
    """Where the forms of a run go. `run` holds the run itself where there is no cookie."""

    intro: str
    begin: str
    choose: str
    back: str
    run: str = ""

    @classmethod
    def of(cls, dilemma: Dilemma) -> Play:
        """The addresses of a run that travels in the cookie."""
        return cls(
            intro=url_for("dilemmas.show_dilemma", slug=dilemma.id),
            begin=url_for("dilemmas.begin_run", slug=dilemma.id),
            choose=url_for("dilemmas.take_choice", slug=dilemma.id),
            back=url_for("dilemmas.step_back", slug=dilemma.id),
        )


def _others(dilemma: Dilemma, who: Visitor) -> dict[str, dict[int, str]]:
    if who.municipality_id is None:
        return {}
    voters = Voters.POLITICIANS if _is_politician(who) else Voters.STAFF
    return published_shares(db(), who.municipality_id, voters, dilemma.id, dilemma.version)


def _is_politician(who: Visitor) -> bool:
    if who.municipality_id is None or who.person_id is None:
        return False
    positions = positions_of(db(), who.municipality_id, who.person_id, clock.today())
    return any(position.kind in POLITICIANS for position in positions)


def _finish(dilemma: Dilemma, choices: list[int]) -> None:
    """Records the completion in this request's transaction; drops the ballots once it is kept."""
    who = visitor()
    if who.municipality_id is None or who.person_id is None:
        return
    ballots = actions.finish(
        db(), dilemma, who.municipality_id, who.person_id, choices, clock.today()
    )
    db().commit()
    if ballots:
        _drop(ballots)


def _drop(ballots: list[Ballot]) -> None:
    Box(_settings().box_dir).drop(ballots)

"""Lets everybody play the dilemmas for citizens and businesses: no account, nothing kept.

The run travels in the forms of the page, sealed as in the cookie of who is signed in; no scene
stands in an address, and at the end nothing is counted or recorded.
"""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.access import Permission
from training.content.classes import Dilemma
from training.content.play import NotAvailableError
from training.content.views import library
from training.dilemmas import rules, run_cookie
from training.dilemmas.forms import ChoiceForm
from training.dilemmas.path_map import path_map
from training.dilemmas.views import Play
from training.web.doors import open_to
from training.web.origin import require_same_origin

blueprint = Blueprint("open_dilemmas", __name__)
blueprint.before_request(require_same_origin)
NOBODY = uuid.UUID(int=0)


@blueprint.get("/openbaar/dilemmas/<slug>")
@open_to(Permission.PUBLIC)
def show_open_dilemma(slug: str) -> ResponseReturnValue:
    """What the dilemma is about, and the button to begin."""
    return _intro(_dilemma(slug))


@blueprint.post("/openbaar/dilemmas/<slug>/spelen")
@open_to(Permission.PUBLIC)
def play_open_dilemma(slug: str) -> ResponseReturnValue:
    """The scene after what was sent: the beginning, a choice, or (with `naar`) a step back."""
    dilemma = _dilemma(slug)
    choices = _choices(dilemma)
    if choices is None:
        return _intro(dilemma, "Dit dilemma is intussen vernieuwd. Begin opnieuw."), 409
    kept = request.form.get("naar", type=int)
    form = ChoiceForm(meta={"csrf": False})
    if kept is not None:
        return _page(
            dilemma, choices[: max(0, kept)], ChoiceForm(formdata=None, meta={"csrf": False})
        )
    if "run" not in request.form:
        return _page(dilemma, [], ChoiceForm(formdata=None, meta={"csrf": False}))
    view = rules.scene_after(dilemma, choices)
    form.choice.choices = [(choice.index, choice.rich.text) for choice in view.choices]
    if not form.validate():
        return _page(dilemma, choices, form), 422
    if len(choices) >= rules.MOST_CHOICES:
        return _intro(dilemma, "Je bent lang rondgegaan. Begin opnieuw, dan kom je er wel."), 422
    taken = [*choices, int(form.choice.data)]
    return _page(dilemma, taken, ChoiceForm(formdata=None, meta={"csrf": False}))


def _intro(dilemma: Dilemma, problem: str = "") -> str:
    """The introduction. A problem stands in the page: a message for later would need a cookie."""
    return render_template(
        "dilemmas/open_intro.html", dilemma=dilemma, play=_play(dilemma, []), problem=problem
    )


def _dilemma(slug: str) -> Dilemma:
    found = next((one for one in library().public_dilemmas if one.id == slug), None)
    if found is None:
        abort(404)
    return found


def _choices(dilemma: Dilemma) -> list[int] | None:
    """The choices in the form, none at the beginning; None when they are not of this version."""
    value = request.form.get("run")
    if value is None:
        return []
    key = str(current_app.secret_key)
    choices = run_cookie.unseal(key, NOBODY, dilemma.id, dilemma.version, value)
    if choices is None:
        return None
    try:
        rules.path_of(dilemma, choices)
    except NotAvailableError:
        return None
    return choices


def _play(dilemma: Dilemma, choices: list[int]) -> Play:
    address = url_for("open_dilemmas.play_open_dilemma", slug=dilemma.id)
    key = str(current_app.secret_key)
    return Play(
        intro=url_for("open_dilemmas.show_open_dilemma", slug=dilemma.id),
        begin=address,
        choose=address,
        back=address,
        run=run_cookie.seal(key, NOBODY, dilemma.id, dilemma.version, choices),
    )


def _page(dilemma: Dilemma, choices: list[int], form: ChoiceForm) -> str:
    view = rules.scene_after(dilemma, choices)
    form.taken.data = str(len(choices))
    form.choice.choices = [(choice.index, choice.rich.text) for choice in view.choices]
    shared = {
        "dilemma": dilemma,
        "view": view,
        "form": form,
        "inserts": {},
        "play": _play(dilemma, choices),
    }
    if not view.scene.is_ending:
        return render_template("dilemmas/scene.html", **shared)
    return render_template(
        "dilemmas/ending.html",
        review=rules.review(dilemma, choices),
        map=path_map(dilemma, choices),
        others={},
        **shared,
    )

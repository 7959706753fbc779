"""Offers the open modules to everybody: no account, no cookie, nothing kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from training.access import Permission
from training.content.classes import Module
from training.content.views import library
from training.learning import forms, rules
from training.learning.rules import Given, Taking
from training.web.doors import open_to
from training.web.origin import require_same_origin

blueprint = Blueprint("open_learning", __name__)
blueprint.before_request(require_same_origin)
SEED = 1  # everybody gets the answers in the same order, which is not the right one


@blueprint.get("/openbaar")
@open_to(Permission.PUBLIC)
def show_open_modules() -> ResponseReturnValue:
    """The modules for citizens and businesses."""
    return render_template("learning/open_modules.html", modules=library().public_modules)


@blueprint.get("/openbaar/<slug>")
@open_to(Permission.PUBLIC)
def show_open_module(slug: str) -> ResponseReturnValue:
    """The whole module on one page, to read or print."""
    return _page(_module(slug), {}, "", "")


@blueprint.post("/openbaar/<slug>/<question_id>")
@open_to(Permission.PUBLIC)
def answer_open_question(slug: str, question_id: str) -> ResponseReturnValue:
    """The same page with the feedback of this one answer; nothing is kept of it."""
    module = _module(slug)
    values = dict(request.form.lists())
    for section in module.sections:
        for exercise in rules.signals_of(section):
            if exercise.id == question_id:
                reading = forms.read_signals(exercise, values)
                return _answered(module, question_id, reading, True)
        for question in section.questions:
            if question.id == question_id:
                reading = forms.read_answer(question, SEED, values)
                right = rules.is_right(question, reading.ids)
                return _answered(module, question_id, reading, right)
    abort(404)


def _answered(
    module: Module, question_id: str, reading: forms.Reading, right: bool
) -> ResponseReturnValue:
    if reading.error:
        return _page(module, {}, question_id, reading.error), 422
    given = Given(reading.ids, right, reading.reporting)
    return _page(module, {question_id: given}, "", "")


def _module(slug: str) -> Module:
    module = library().modules.get(slug)
    if module is None or not module.public:
        abort(404)
    return module


def _page(module: Module, answers: dict[str, Given], wrong: str, error: str) -> str:
    taking = Taking(module, rules.Form.FULL, SEED, 0, None, frozenset(), answers)
    return render_template(
        "learning/open_module.html",
        module=module,
        pages=[
            {
                "section": page.section,
                "questions": [_asked(q, taking, wrong, error) for q in page.questions],
                "exercises": [_exercise(x, taking, wrong, error) for x in page.signals],
            }
            for page in rules.pages(taking)
        ],
        audience_labels=library().audiences,
        answered=next(iter(answers), ""),
        wrong=wrong,
        error=error,
        reporting=forms.REPORTING,
    )


def _asked(question: Any, taking: Taking, wrong: str, error: str) -> dict[str, Any]:
    given = taking.answers.get(question.id)
    options = forms.options_of(question, SEED)
    return {
        "question": question,
        "options": options,
        "chosen": {token for token, answer in options if given and answer.id in given.ids},
        "given": given,
        "places": {},
        "error": error if wrong == question.id else "",
    }


def _exercise(exercise: Any, taking: Taking, wrong: str, error: str) -> dict[str, Any]:
    given = taking.answers.get(exercise.id)
    items = {item.id: item for item in exercise.items}
    result = rules.signal_result(exercise, given.ids) if given else []
    return {
        "exercise": exercise,
        "tokens": [(str(place), item) for place, item in enumerate(exercise.items, 1)],
        "marked": set(),
        "given": given,
        "timeline": [(items[item_id], kind) for item_id, kind in result],
        "error": error if wrong == exercise.id else "",
    }

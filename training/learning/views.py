"""Speaks with who takes a module: its first page, the sections, the questions, the finish."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.content.classes import Module, Question, Signals
from training.content.views import library
from training.evidence.queries import evidence_of
from training.learning import actions, forms, rules
from training.learning.forms import Reading
from training.learning.models import Attempt
from training.learning.queries import attempt_of, taking_now, taking_of
from training.learning.rules import Page, Taking
from training.people.queries import audiences_of, inserts_of
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("learning", __name__)


@blueprint.get("/modules/<slug>")
@open_to(Permission.LEARN)
def show_module(slug: str) -> ResponseReturnValue:
    """What a module is about, and where the learner is in it."""
    module, key = _module(slug), _key()
    attempt = attempt_of(db(), *key, module.id)
    taking = taking_of(db(), attempt, module) if attempt else None
    done = [e for e in evidence_of(db(), *key) if e.content_id == module.id]
    return render_template(
        "learning/module.html",
        module=module,
        attempt=attempt,
        steps=_steps(module, taking, None),
        done_on=done[0].completed_on if done else None,
        inserts=inserts_of(db(), key[0]),
    )


@blueprint.post("/modules/<slug>/begin")
@open_to(Permission.LEARN)
def begin_module(slug: str) -> ResponseReturnValue:
    """Begins the module, or goes on where the learner was."""
    module = _module(slug)
    running = attempt_of(db(), *_key(), module.id, lock=True)
    attempt = running or actions.begin(db(), *_key(), module, clock.today())
    return _to(module, attempt.place)


@blueprint.get("/modules/<slug>/<section_id>")
@open_to(Permission.LEARN)
def show_section(slug: str, section_id: str) -> ResponseReturnValue:
    """One section: text for the learner's own audiences, and its questions."""
    module = _module(slug)
    taking = taking_now(db(), *_key(), module)
    if taking is None:
        return redirect(url_for("learning.show_module", slug=slug), 303)
    return _section_page(module, taking, section_id)


@blueprint.post("/modules/<slug>/<section_id>/vraag/<question_id>")
@open_to(Permission.LEARN)
def answer_question(slug: str, section_id: str, question_id: str) -> ResponseReturnValue:
    """Keeps the answer to a question or signals exercise of a section, and shows its feedback."""
    module, attempt = _module(slug), _attempt(slug)
    taking = taking_of(db(), attempt, module)
    page = _page_of(taking, section_id)
    values = dict(request.form.lists())
    reading, correct = _read(page, question_id, taking, values)
    if reading.error:
        refused = (question_id, reading.error, values)
        return _section_page(module, taking, section_id, refused), 422
    actions.keep_answer(db(), attempt, question_id, reading.ids, correct, reading.reporting)
    address = url_for("learning.show_section", slug=slug, section_id=page.section.id)
    return redirect(f"{address}#{question_id}", 303)


@blueprint.post("/modules/<slug>/<section_id>/verder")
@open_to(Permission.LEARN)
def go_on(slug: str, section_id: str) -> ResponseReturnValue:
    """Marks the section as read and goes to the next, or to the finish."""
    module, attempt = _module(slug), _attempt(slug)
    taking = taking_of(db(), attempt, module)
    page, number, all_pages = _place_of(taking, section_id)
    following = all_pages[number].section.id if number < len(all_pages) else None
    actions.read_section(attempt, page.section.id, following)
    if following:
        return _to(module, following)
    return redirect(url_for("learning.show_finish", slug=slug), 303)


@blueprint.get("/modules/<slug>/afronden")
@open_to(Permission.LEARN)
def show_finish(slug: str) -> ResponseReturnValue:
    """What is still missing, or the button that completes the module."""
    module = _module(slug)
    taking = taking_now(db(), *_key(), module)
    if taking is None:
        return redirect(url_for("learning.show_done", slug=slug), 303)
    return _finish_page(module, taking, rules.missing_steps(taking))


@blueprint.post("/modules/<slug>/afronden")
@open_to(Permission.LEARN)
def finish_module(slug: str) -> ResponseReturnValue:
    """Records the proof when nothing is missing; else the same page says what is."""
    module = _module(slug)
    attempt = attempt_of(db(), *_key(), module.id, lock=True)
    if attempt is None:  # a second click: it was recorded by the first
        return redirect(url_for("learning.show_done", slug=slug), 303)
    missing, proof = actions.finish(db(), attempt, module, clock.today())
    if proof is None:
        return _finish_page(module, taking_of(db(), attempt, module), missing), 422
    return redirect(url_for("learning.show_done", slug=slug), 303)


@blueprint.get("/modules/<slug>/klaar")
@open_to(Permission.LEARN)
def show_done(slug: str) -> ResponseReturnValue:
    """That the module is completed, since when, and what to do in real life."""
    module, key = _module(slug), _key()
    done = [e for e in evidence_of(db(), *key) if e.content_id == module.id]
    if not done:
        return redirect(url_for("learning.show_module", slug=slug), 303)
    return render_template(
        "learning/done.html", module=module, proof=done[0], inserts=inserts_of(db(), key[0])
    )


def _key() -> tuple[Any, Any]:
    who = visitor()
    return who.municipality_id, who.person_id


def _module(slug: str) -> Module:
    module = library().modules.get(slug)
    if module is None:
        abort(404)
    return module


def _attempt(slug: str) -> Attempt:
    """The running attempt, held for this transaction; without one there is nothing to answer."""
    attempt = attempt_of(db(), *_key(), slug, lock=True)
    if attempt is None:
        flash("Deze module was al klaar, of nog niet begonnen.", "info")
        abort(redirect(url_for("learning.show_module", slug=slug), 303))
    return attempt


def _to(module: Module, section_id: str) -> ResponseReturnValue:
    return redirect(url_for("learning.show_section", slug=module.id, section_id=section_id), 303)


def _page_of(taking: Taking, section_id: str) -> Page:
    return _place_of(taking, section_id)[0]


def _place_of(taking: Taking, section_id: str) -> tuple[Page, int, list[Page]]:
    """The page of a section, its number (from 1), and all pages; 404 when it is not one of them."""
    section = taking.module.section(section_id)
    pages = rules.pages(taking)
    for number, page in enumerate(pages, 1):
        if section is not None and page.section.id == section.id:
            return page, number, pages
    abort(404)


def _read(
    page: Page, question_id: str, taking: Taking, values: dict[str, list[str]]
) -> tuple[Reading, bool]:
    for question in page.questions:
        if question.id == question_id:
            reading = forms.read_answer(question, taking.seed, values)
            return reading, rules.is_right(question, reading.ids)
    for exercise in page.signals:
        if exercise.id == question_id:
            return forms.read_signals(exercise, values), True
    abort(404)


Refused = tuple[str, str, dict[str, list[str]]]


def _section_page(
    module: Module, taking: Taking, section_id: str, refused: Refused | None = None
) -> str:
    page, number, all_pages = _place_of(taking, section_id)
    municipality_id, person_id = _key()
    return render_template(
        "learning/section.html",
        module=module,
        page=page,
        number=number,
        total=len(all_pages),
        previous=all_pages[number - 2].section if number > 1 else None,
        questions=[_asked(question, taking, refused) for question in page.questions],
        exercises=[_exercise(exercise, taking, refused) for exercise in page.signals],
        audiences=audiences_of(db(), municipality_id, person_id, clock.today()),
        audience_labels=library().audiences,
        inserts=inserts_of(db(), municipality_id),
        form_is_refresher=taking.form is rules.Form.REFRESHER,
        refused=refused,
        reporting=forms.REPORTING,
    )


def _asked(question: Question, taking: Taking, refused: Refused | None) -> dict[str, Any]:
    """A question as the page shows it: options by token; feedback only of what was answered."""
    given = taking.answers.get(question.id)
    options = forms.options_of(question, taking.seed)
    own = refused if refused and refused[0] == question.id else None
    chosen = set(own[2].get("antwoord", ())) if own else set()
    if given and not own:
        chosen = {token for token, answer in options if answer.id in given.ids}
    return {
        "question": question,
        "options": options,
        "chosen": chosen,
        "given": given,
        "places": _places(question, options, given, own),
        "error": own[1] if own else "",
    }


def _places(
    question: Question, options: list[Any], given: rules.Given | None, own: Refused | None
) -> dict[str, str]:
    if own:
        return {token: (own[2].get(f"plaats-{token}") or [""])[0] for token, _ in options}
    if given and question.kind.name == "ORDER":
        order = {answer_id: str(n) for n, answer_id in enumerate(given.ids, 1)}
        return {token: order.get(answer.id, "") for token, answer in options}
    return {}


def _exercise(exercise: Signals, taking: Taking, refused: Refused | None) -> dict[str, Any]:
    """A signals exercise as the page shows it; which are signals only after it was answered."""
    given = taking.answers.get(exercise.id)
    own = refused if refused and refused[0] == exercise.id else None
    items = {item.id: item for item in exercise.items}
    result = rules.signal_result(exercise, given.ids) if given else []
    tokens = [(str(place), item) for place, item in enumerate(exercise.items, 1)]
    marked = set(own[2].get("signaal", ())) if own else set()
    if given and not own:
        marked = {token for token, item in tokens if item.id in given.ids}
    return {
        "exercise": exercise,
        "tokens": tokens,
        "marked": marked,
        "given": given,
        "timeline": [(items[item_id], kind) for item_id, kind in result],
        "error": own[1] if own else "",
    }


def _steps(module: Module, taking: Taking | None, current: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    sections = [p.section for p in rules.pages(taking)] if taking else list(module.sections)
    for section in sections:
        address = url_for("learning.show_section", slug=module.id, section_id=section.id)
        found.append(
            {
                "title": section.title,
                "url": address if taking else "",
                "done": bool(taking and section.id in taking.seen),
                "current": section.id == current,
            }
        )
    return found


def _finish_page(module: Module, taking: Taking, missing: rules.Missing) -> str:
    return render_template(
        "learning/finish.html",
        module=module,
        missing=missing,
        steps=_steps(module, taking, None),
        form_is_refresher=taking.form is rules.Form.REFRESHER,
    )

"""Speaks with who takes a module: its first page, the sections, the questions, the finish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.ballots.box import Ballot, Box, ladder_of
from training.ballots.models import Voters
from training.ballots.queries import published_shares
from training.content.classes import Block, Module, Question, Signals
from training.content.views import library
from training.evidence.queries import evidence_of
from training.identity.gate import own
from training.learning import actions, forms, rules
from training.learning.asked import Exercise, asked, exercise
from training.learning.models import Attempt
from training.learning.queries import attempt_of, taking_and_done, taking_now, taking_of
from training.learning.rules import Given, Page, Taking
from training.people.municipality_settings import ASKS_CONFIDENCE
from training.people.queries import audiences_of, positions_of
from training.people.rules import POLITICIANS
from training.settings import Settings
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("learning", __name__)


@blueprint.get("/modules/<slug>")
@open_to(Permission.LEARN)
def show_module(slug: str) -> ResponseReturnValue:
    """What a module is about, and where the learner is in it."""
    module = _module(slug)
    taking, done_on = taking_and_done(db(), *_key(), module)
    return render_template(
        "learning/module.html",
        module=module,
        form=taking.form if taking else None,
        steps=_steps(module, taking),
        done_on=done_on,
        **_local(module),
    )


@blueprint.get("/modules/<slug>/lezen")
@open_to(Permission.LEARN)
def show_reading(slug: str) -> ResponseReturnValue:
    """The whole text of a module on one page, to read again or print; without the questions."""
    module, audiences = _module(slug), _audiences()
    return render_template(
        "learning/reading.html",
        module=module,
        blocks={s.id: rules.for_reader(s.blocks, audiences) for s in module.sections},
        audience_labels=library().audiences,
        **_local(module),
    )


@blueprint.post("/modules/<slug>/begin")
@open_to(Permission.LEARN)
def begin_module(slug: str) -> ResponseReturnValue:
    """Begins the module, or goes on where the learner was; with `vorm=vragen` questions first."""
    module = _module(slug)
    running = attempt_of(db(), *_key(), module.id, lock=True)
    known = request.form.get("vorm") == "vragen"
    if running and not (known and running.form is rules.Form.FULL):
        return _to(module, running.place)
    form = rules.Form.KNOWN if known else rules.Form.FULL
    attempt = actions.begin(db(), *_key(), module, clock.today(), form)
    return _to(module, rules.first_open(taking_of(db(), attempt, module)).id)


@blueprint.get("/modules/<slug>/<section_id>")
@open_to(Permission.LEARN)
def show_section(slug: str, section_id: str) -> ResponseReturnValue:
    """One section: text for the learner's own audiences, and its questions."""
    module = _module(slug)
    found = taking_now(db(), *_key(), module, clock.today())
    if found is None:
        return redirect(url_for("learning.show_module", slug=slug), 303)
    taking, audiences = found
    return _section_page(module, taking, audiences, section_id)


@blueprint.post("/modules/<slug>/<section_id>/vraag/<question_id>")
@open_to(Permission.LEARN)
def answer_question(slug: str, section_id: str, question_id: str) -> ResponseReturnValue:
    """Keeps the answer to a question, or a step of a signals exercise, and shows its feedback."""
    module, attempt = _module(slug), _attempt(slug)
    taking = taking_of(db(), attempt, module)
    page = _page_of(taking, section_id)
    values = dict(request.form.lists())
    read = _read(page, question_id, taking, values)
    if isinstance(read, str):
        refused = (question_id, read, values)
        return _section_page(module, taking, _audiences(), section_id, refused), 422
    actions.keep_answer(db(), attempt, question_id, read)
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
    found = taking_now(db(), *_key(), module, clock.today())
    if found is None:
        return redirect(url_for("learning.show_done", slug=slug), 303)
    taking, _who = found
    return _finish_page(module, taking, rules.missing_steps(taking))


@blueprint.post("/modules/<slug>/afronden")
@open_to(Permission.LEARN)
def finish_module(slug: str) -> ResponseReturnValue:
    """Records the proof when nothing is missing; else the same page says what is."""
    module = _module(slug)
    attempt = attempt_of(db(), *_key(), module.id, lock=True)
    if attempt is None:  # a second click: it was recorded by the first
        return redirect(url_for("learning.show_done", slug=slug), 303)
    theme = [m.id for m in library().modules.values() if m.theme is module.theme]
    finished = actions.finish(db(), attempt, module, clock.today(), theme)
    if finished.proof is None:
        return _finish_page(module, taking_of(db(), attempt, module), finished.missing), 422
    db().commit()  # a completion is never lost; a statistic may be
    if finished.ballot:
        _drop(finished.ballot)
    return redirect(url_for("learning.show_done", slug=slug), 303)


@blueprint.get("/modules/<slug>/klaar")
@open_to(Permission.LEARN)
def show_done(slug: str) -> ResponseReturnValue:
    """That the module is completed, since when, and what to do in real life."""
    module, key = _module(slug), _key()
    done = [e for e in evidence_of(db(), *key) if e.content_id == module.id]
    if not done:
        return redirect(url_for("learning.show_module", slug=slug), 303)
    return render_template("learning/done.html", module=module, proof=done[0], **_local(module))


def _drop(ballot: Ballot) -> None:
    settings = cast(Settings, current_app.extensions["settings"])
    Box(settings.box_dir).drop([ballot])


def _key() -> tuple[Any, Any]:
    who = visitor()
    return who.municipality_id, who.person_id


def _audiences() -> frozenset[str]:
    return audiences_of(db(), *_key(), clock.today())


def _local(module: Module) -> dict[str, Any]:
    """What every page of a module shows of the municipality: its own words, and whom to go to."""
    known, contacts = library().inserts, own().contacts
    return {
        "inserts": own().inserts,
        "route": tuple(
            (known[name], contacts.get(name)) for name in rules.local_route(module) if name in known
        ),
        "always": rules.always_there(library()),
        "today": clock.today(),
    }


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
) -> Given | str:
    """What is kept of the fields that were sent, or why they cannot be."""
    before = taking.answers.get(question_id)
    for question in page.questions:
        if question.id == question_id:
            reading = forms.read_answer(question, taking.seed, values)
            correct = rules.is_right(question, reading.ids)
            first = before.first if before else rules.First(correct, reading.sure)
            return reading.error or Given(reading.ids, correct, first=first)
    for signals in page.signals:
        if signals.id == question_id:
            if before:
                decided = forms.read_reporting(values)
                return replace(before, reporting=decided) if decided else forms.DECIDE
            reading = forms.read_signals(signals, values)
            return reading.error or Given(reading.ids, True)
    abort(404)


Refused = tuple[str, str, dict[str, list[str]]]


def _section_page(
    module: Module,
    taking: Taking,
    audiences: frozenset[str],
    section_id: str,
    refused: Refused | None = None,
) -> str:
    page, number, all_pages = _place_of(taking, section_id)
    asks_sure = bool(page.questions) and own().chosen[ASKS_CONFIDENCE]
    parts = [
        _part(block, taking, refused, asks_sure)
        for block in rules.for_reader(page.section.blocks, audiences)
        if _is_on(page, block)
    ]
    return render_template(
        "learning/section.html",
        module=module,
        page=page,
        number=number,
        total=len(all_pages),
        steps=_steps(module, taking, page.section.id, all_pages),
        previous=all_pages[number - 2].section if number > 1 else None,
        parts=parts,
        has_picture=any(isinstance(part, Exercise) and part.picture for part in parts),
        audience_labels=library().audiences,
        form=taking.form.name,
        refused=refused,
        reporting=forms.REPORTING,
        may_set=visitor().may(Permission.MANAGE_SETTINGS),
        **_local(module),
    )


def _is_on(page: Page, block: Block | rules.ForOthers) -> bool:
    if isinstance(block, Question):
        return block in page.questions
    return block in page.signals if isinstance(block, Signals) else page.with_text


def _part(
    block: Block | rules.ForOthers, taking: Taking, refused: Refused | None, asks_sure: bool
) -> Any:
    """A block as the page shows it: text as it is, a question with what was answered."""
    if not isinstance(block, Question | Signals):
        return block
    given = taking.answers.get(block.id)
    _id, error, sent = refused if refused and refused[0] == block.id else ("", "", None)
    if isinstance(block, Question):
        return asked(block, taking.seed, given, sent, error, asks_sure=asks_sure)
    return exercise(block, given, sent, error)


def _steps(
    module: Module,
    taking: Taking | None,
    current: str | None = None,
    all_pages: Sequence[Page] | None = None,
) -> tuple[rules.Step, ...]:
    if taking is None:
        return tuple(rules.Step(section.title) for section in module.sections)
    here = url_for("learning.show_module", slug=module.id)
    return tuple(
        rules.Step(
            page.section.title,
            f"{here}/{page.section.id}",
            rules.is_done(taking, page),
            page.section.id == current,
        )
        for page in all_pages or rules.pages(taking)
    )


def _finish_page(module: Module, taking: Taking, missing: rules.Missing) -> str:
    counts = rules.ladder(taking)
    return render_template(
        "learning/finish.html",
        module=module,
        missing=missing,
        steps=_steps(module, taking),
        ladder=list(counts.items()),
        own=rules.own_rung(counts),
        others=_others(module) if counts and missing.nothing else {},
    )


def _others(module: Module) -> dict[rules.Rung, str]:
    """How others of the learner's audience stood on this theme this year, when it was published."""
    today = clock.today()
    positions = positions_of(db(), *_key(), today)
    politician = any(position.kind in POLITICIANS for position in positions)
    voters = Voters.POLITICIANS if politician else Voters.STAFF
    subject = ladder_of(module.theme.value)
    found = published_shares(db(), _key()[0], voters, subject, today.year)
    shares = found.get(rules.counted_under(module, _audiences()), {})
    return {rung: shares[place] for place, rung in enumerate(rules.Rung) if place in shares}

"""Offers the open modules to everybody: no account, no cookie, nothing kept but a count a day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.content.classes import Block, Module, Question, Signals
from training.content.views import library
from training.learning import actions, forms, rules
from training.learning.asked import Asked, Exercise, asked, exercise
from training.learning.rules import Given, Taking
from training.web.doors import open_to
from training.web.origin import require_same_origin
from training.web.request_db import db

blueprint = Blueprint("open_learning", __name__)
blueprint.before_request(require_same_origin)
SEED = 1  # everybody gets the answers in the same order, which is not the right one
CHECK, CHECKED, PROOF = "kijk", "nagekeken", "bewijs"


@blueprint.get("/openbaar/<slug>")
@open_to(Permission.PUBLIC)
def show_open_module(slug: str) -> ResponseReturnValue:
    """The whole module on one page, to read or print."""
    return _page(_module(slug), Sent())


@blueprint.post("/openbaar/<slug>")
@open_to(Permission.PUBLIC)
def check_open_module(slug: str) -> ResponseReturnValue:
    """The same page with the feedback of what was answered; or the certificate, when all is."""
    module = _module(slug)
    sent = _sent(module)
    if sent.problems:
        return _page(module, sent), 422
    if request.form.get(CHECK) != PROOF:
        return _page(module, sent)
    missing = rules.missing_steps(_taking(module, sent))
    if not missing.nothing:
        return _page(module, sent, missing), 422
    actions.count_open_completion(db(), module.id, clock.today())
    return render_template(
        "learning/open_certificate.html", module=module, today=clock.today(), facts=library().facts
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """What the one form of the page holds: answers that were checked, now or before, by question;
    the fields as they were typed; what could not be read, with what to do; where to go on."""

    answers: dict[str, Given] = field(default_factory=dict)
    fields: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    news: tuple[str, ...] = ()


def _sent(module: Module) -> Sent:
    """Reads the form. The button of one question checks that one; Enter, and the button for the
    certificate, check all that was filled in. What was checked before stays so."""
    form = request.form
    pressed, before = form.get(CHECK, ""), set(form.getlist(CHECKED))
    sent, news = Sent(), []
    for item in _items(module):
        fields = _fields(item.id)
        sent.fields[item.id] = fields
        wanted = item.id == pressed or item.id in before
        if not wanted and not (pressed in ("", PROOF) and any(map(any, fields.values()))):
            continue
        read = _read(item, fields)
        if isinstance(read, Given):
            sent.answers[item.id] = read
            if item.id not in before or item.id == pressed:
                news.append(item.id)
        elif item.id not in before or item.id == pressed:
            sent.problems[item.id] = read
        deciding = isinstance(item, Signals) and item.id == pressed and item.id in before
        if deciding and not forms.read_reporting(fields):
            sent.problems[item.id] = forms.DECIDE
    return replace(sent, news=tuple(news))


def _items(module: Module) -> list[Question | Signals]:
    return [
        block
        for section in module.sections
        for block in section.blocks
        if isinstance(block, Question | Signals)
    ]


def _fields(item_id: str) -> dict[str, list[str]]:
    """What was sent for one question, without its prefix."""
    start = _prefix(item_id)
    sent = dict(request.form.lists())
    return {name.removeprefix(start): sent[name] for name in sent if name.startswith(start)}


def _prefix(item_id: str) -> str:
    return f"{item_id}."


def _read(item: Question | Signals, fields: dict[str, list[str]]) -> Given | str:
    if isinstance(item, Question):
        reading = forms.read_answer(item, SEED, fields)
        return reading.error or Given(reading.ids, rules.is_right(item, reading.ids))
    reading = forms.read_signals(item, fields)
    return reading.error or Given(reading.ids, True, forms.read_reporting(fields))


def _taking(module: Module, sent: Sent) -> Taking:
    everything = frozenset(section.id for section in module.sections)
    return Taking(module, rules.Form.FULL, SEED, 0, None, everything, sent.answers)


def _module(slug: str) -> Module:
    module = library().modules.get(slug)
    if module is None or not module.public:
        abort(404)
    return module


def _page(module: Module, sent: Sent, missing: rules.Missing | None = None) -> str:
    known = library().inserts
    contacts = tuple((known[name], None) for name in rules.local_route(module) if name in known)
    pages = [(section, [_part(b, sent) for b in section.blocks]) for section in module.sections]
    return render_template(
        "learning/open_module.html",
        module=module,
        pages=pages,
        has_picture=any(isinstance(p, Exercise) and p.picture for _, parts in pages for p in parts),
        audience_labels=library().audiences,
        sent=sent,
        titles={item.id: item.title for item in _items(module)},
        missing=missing,
        reporting=forms.REPORTING,
        route=contacts,
        always=rules.always_there(library()),
        today=clock.today(),
    )


def _part(block: Block, sent: Sent) -> Block | Asked | Exercise:
    """A block as the page shows it: text as it is, a question with what was answered or typed."""
    if not isinstance(block, Question | Signals):
        return block
    given, error = sent.answers.get(block.id), sent.problems.get(block.id, "")
    fields, prefix = sent.fields.get(block.id), _prefix(block.id)
    if isinstance(block, Question):
        return asked(block, SEED, given, fields, error, prefix)
    return exercise(block, given, fields, error, prefix)

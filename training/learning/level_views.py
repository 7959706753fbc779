"""Lets somebody see what he or she knows already: a test over the base modules, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from training.access import Permission
from training.content.classes import Module, Question, QuestionKind
from training.content.views import library
from training.learning import forms, rules
from training.learning.actions import steady_seed
from training.web.doors import open_to, visitor

blueprint = Blueprint("level", __name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the test under its own prefix in the form (`v3-…`)."""

    prefix: str
    module: Module
    question: Question
    seed: int

    def values(self) -> dict[str, list[str]]:
        """What was sent for this question, without its prefix."""
        sent = dict(request.form.lists())
        return {
            name.removeprefix(f"{self.prefix}-"): values
            for name, values in sent.items()
            if name.startswith(f"{self.prefix}-")
        }


@blueprint.get("/niveautoets")
@open_to(Permission.LEARN)
def show_level_test() -> ResponseReturnValue:
    """The questions, a few of each base module."""
    return _page(_asked(), {}, {})


@blueprint.post("/niveautoets")
@open_to(Permission.LEARN)
def check_level_test() -> ResponseReturnValue:
    """Tells for each base module whether it is known already; nothing is kept."""
    asked = _asked()
    given = {one.prefix: one.values() for one in asked}
    readings = {
        one.prefix: forms.read_answer(one.question, one.seed, given[one.prefix]) for one in asked
    }
    errors = {prefix: reading.error for prefix, reading in readings.items() if reading.error}
    if errors:
        return _page(asked, given, errors), 422
    result: dict[str, list[bool]] = {}
    for one in asked:
        right = rules.is_right(one.question, readings[one.prefix].ids)
        result.setdefault(one.module.id, []).append(right)
    shelf = library().modules
    mark = int(_settings().get("slaaggrens", 70))
    return render_template(
        "learning/level_result.html",
        known=[shelf[m] for m, r in result.items() if sum(r) * 100 >= mark * len(r)],
        to_read=[shelf[m] for m, r in result.items() if sum(r) * 100 < mark * len(r)],
    )


def _settings() -> dict[str, Any]:
    found = library().programme.get("niveautoets")
    if not isinstance(found, dict):
        abort(404)
    return cast("dict[str, Any]", found)


def _asked() -> list[Asked]:
    who, settings = visitor(), _settings()
    asked: list[Asked] = []
    for module_id in settings["modules"]:
        module = library().modules.get(module_id)
        if module is None or who.person_id is None:
            continue
        seed = steady_seed(who.person_id, module_id)
        for question in rules.draw(module, seed, 0)[: int(settings["per-module"])]:
            asked.append(Asked(f"v{len(asked) + 1}", module, question, seed))
    return asked


def _page(
    asked: list[Asked], given: dict[str, dict[str, list[str]]], errors: dict[str, str]
) -> str:
    return render_template(
        "learning/level_test.html",
        asked=[
            {
                "prefix": one.prefix,
                "question": one.question,
                "options": forms.options_of(one.question, one.seed),
                "kind": "checkbox" if one.question.kind is QuestionKind.SEVERAL else "radio",
                "is_order": one.question.kind is QuestionKind.ORDER,
                "given": given.get(one.prefix, {}),
                "error": errors.get(one.prefix, ""),
            }
            for one in asked
        ],
        errors=list(errors.items()),
        has_errors=bool(errors),
    )

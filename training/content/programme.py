"""The ready programme of duties and kinds of meeting: whether all that it names exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from training.content.classes import Library, MeetingKind
from training.content.forms import MeetingForm
from training.content.front_matter import Located, Place, UnreadableError, explain, meant, read_yaml
from training.content.rules import Report

NAME, MEETINGS = "programma.yaml", "soorten-bijeenkomst"
_KINDS = {
    "module": "de module",
    "dilemma": "het dilemma",
    "bijeenkomst": "de bijeenkomst",
    "bericht": "het bericht",
    "verplichting": "de verplichting",
    "doelgroep": "de doelgroep",
}


def read_programme(content: Path) -> tuple[Located, Report]:
    """The programme of a content folder; empty when there is none."""
    report = Report(f"{content.name}/{NAME}")
    try:
        located = read_yaml((content / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Located({}), report
    except (UnreadableError, UnicodeDecodeError) as error:
        line = error.line if isinstance(error, UnreadableError) else 1
        report.add(line, "G001", why=error)
        return Located({}), report
    if not isinstance(located.value, dict):
        report.add(1, "G001", why="er staan geen namen met waarden")
        return Located({}), report
    return located, report


def meetings_of(located: Located, report: Report) -> dict[str, MeetingKind]:
    """The kinds of meeting that duties can ask for."""
    programme = located.value if isinstance(located.value, dict) else {}
    made = {}
    for key, entry in (programme.get(MEETINGS) or {}).items():
        try:
            form = MeetingForm.model_validate(entry)
            made[key] = MeetingKind(key, form.title, form.summary)
        except ValidationError as error:
            for mistake in error.errors(include_url=False):
                place = (MEETINGS, key, *mistake["loc"])
                report.add(located.line(place), "G002", key=key, why=explain(mistake))
    return made


def check_programme(located: Located, library: Library, report: Report) -> None:
    """Every module, dilemma, meeting, message, duty and audience that is named exists."""
    programme = located.value if isinstance(located.value, dict) else {}
    duties = programme.get("verplichtingen") or {}
    known: dict[str, Mapping[str, object]] = {
        "module": library.modules,
        "dilemma": library.dilemmas,
        "bijeenkomst": library.meetings,
        "bericht": library.messages,
        "verplichting": duties,
        "doelgroep": library.audiences,
    }
    for place, kind, name in _names(programme, ()):
        if name not in known[kind]:
            key = ".".join(str(p) for p in place)
            hint = meant(name, known[kind])
            report.add(
                located.line(place), "G005", key=key, kind=_KINDS[kind], name=name, hint=hint
            )


def _names(value: object, place: Place) -> Iterator[tuple[Place, str, str]]:
    """Every name in the programme that must exist: where it stands, of what kind, the name."""
    if isinstance(value, dict):
        for key, inner in value.items():
            at = (*place, str(key))
            if key in _KINDS and isinstance(inner, str):
                yield at, str(key), inner
            elif key in ("voor", "doelgroepen") and isinstance(inner, list):
                yield from (((*at, n), "doelgroep", str(name)) for n, name in enumerate(inner))
            else:
                yield from _names(inner, at)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _names(inner, (*place, number))

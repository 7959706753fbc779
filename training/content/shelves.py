"""The files that all content shares: audiences, themes, local inserts, dated facts and terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from training.content.classes import Audience, Fact, LocalInsert, Term, Theme, ThemeText
from training.content.forms import AudienceForm, FactForm, InsertForm, ThemeForm
from training.content.front_matter import Located, UnreadableError, explain, read_yaml
from training.content.markdown import slug
from training.content.rich import Shelf, term_pattern
from training.content.rules import Report

AUDIENCES, INSERTS = "doelgroepen.yaml", "lokaal.yaml"
FACTS, TERMS, THEMES = "feiten.yaml", "begrippen.yaml", "themas.yaml"
Form = TypeVar("Form", bound=BaseModel)
Made = TypeVar("Made")


@dataclass(slots=True)
class Shelves:
    """What the shared files hold; `reports` has the problems of each."""

    audiences: dict[str, Audience] = field(default_factory=dict)
    themes: dict[Theme, ThemeText] = field(default_factory=dict)
    inserts: dict[str, LocalInsert] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(report.failed for report in self.reports)

    def shelf(self) -> Shelf:
        """What texts may refer to."""
        return Shelf(
            frozenset(self.audiences),
            self.facts,
            self.terms,
            self.inserts,
            term_pattern(self.terms),
        )


def read_shelves(content: Path, today: date) -> Shelves:
    """Read the shared files of a content folder; facts whose review is past give a warning."""
    shelves = Shelves()
    shelves.audiences = _entries(content, AUDIENCES, AudienceForm, _audience, shelves)
    shelves.themes = _themes(content, shelves)
    shelves.inserts = _entries(content, INSERTS, InsertForm, _insert, shelves)
    shelves.facts = _entries(content, FACTS, FactForm, _fact, shelves)
    shelves.terms = _terms(content, shelves)
    _check_due(content, shelves, today)
    return shelves


def _read(content: Path, name: str, shelves: Shelves) -> tuple[Located, Report]:
    report = Report(f"{content.name}/{name}")
    shelves.reports.append(report)
    try:
        located = read_yaml((content / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        report.add(1, "G004")
    except UnreadableError as error:
        report.add(error.line, "G001", why=error)
    except UnicodeDecodeError:
        report.add(1, "G001", why="het is geen UTF-8")
    else:
        if isinstance(located.value, dict):
            return located, report
        report.add(1, "G001", why="er staan geen namen met waarden")
    return Located({}), report


def _entries(
    content: Path,
    name: str,
    form: type[Form],
    make: Callable[[str, Form], Made],
    shelves: Shelves,
) -> dict[str, Made]:
    located, report = _read(content, name, shelves)
    made: dict[str, Made] = {}
    entries = located.value if isinstance(located.value, dict) else {}
    for key, entry in entries.items():
        try:
            made[str(key)] = make(str(key), form.model_validate(entry))
        except ValidationError as error:
            for mistake in error.errors(include_url=False):
                place = (str(key), *mistake["loc"])
                dotted = ".".join(str(p) for p in place)
                report.add(located.line(place), "G002", key=dotted, why=explain(mistake))
    return made


def _audience(key: str, form: AudienceForm) -> Audience:
    return Audience(key, form.label, form.description, form.council, form.outside)


def _themes(content: Path, shelves: Shelves) -> dict[Theme, ThemeText]:
    """The texts of the themes: of every theme, and of nothing else."""
    made = _entries(content, THEMES, ThemeForm, lambda _key, form: form, shelves)
    report, known = shelves.reports[-1], {theme.value for theme in Theme}
    for key in sorted(known.symmetric_difference(made)):
        if not report.failed:
            why = "dit thema mist nog" if key in known else "dit thema bestaat niet"
            report.add(1, "G002", key=key, why=why)
    return {
        Theme(key): ThemeText(form.about, tuple(form.notice))
        for key, form in made.items()
        if key in known
    }


def _insert(key: str, form: InsertForm) -> LocalInsert:
    return LocalInsert(key, form.label, form.general)


def _fact(key: str, form: FactForm) -> Fact:
    verified = form.check == "geverifieerd"
    return Fact(key, form.value, form.description, form.source, verified, form.review_due)


def _terms(content: Path, shelves: Shelves) -> dict[str, Term]:
    located, report = _read(content, TERMS, shelves)
    entries: Mapping[object, object] = located.value if isinstance(located.value, dict) else {}
    terms = {}
    for word, explanation in entries.items():
        if isinstance(word, str) and isinstance(explanation, str) and explanation.strip():
            terms[slug(word)] = Term(slug(word), word, explanation.strip())
        else:
            why = "hier hoort een woord met één of twee zinnen uitleg"
            report.add(located.line((str(word),)), "G002", key=word, why=why)
    return terms


def _check_due(content: Path, shelves: Shelves, today: date) -> None:
    report = next(r for r in shelves.reports if r.path.endswith(FACTS))
    lines = _lines(content / FACTS)
    for fact in shelves.facts.values():
        if fact.review_due < today:
            line = lines.get(fact.key, 1)
            report.add(line, "G003", key=fact.key, on=fact.review_due, value=fact.value)


def _lines(path: Path) -> dict[str, int]:
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = enumerate(text.split("\n"), start=1)
    return {line.partition(":")[0]: n for n, line in lines if line[:1].isalnum()}

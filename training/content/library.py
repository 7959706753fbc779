"""Which content is in use: the folder when it passes the check, else what last passed it."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from training.content.calendars import check_names, read_calendars
from training.content.checks_dilemma import check_dilemma
from training.content.checks_module import check_module
from training.content.checks_text import check_audiences, check_statements
from training.content.classes import Dilemma, Library, Message, Module, Review, Theme
from training.content.dilemmas import build_dilemma
from training.content.explore import Exploration
from training.content.forms import DilemmaForm, MessageForm, ModuleForm
from training.content.front_matter import Located, fill
from training.content.lock import Releases, check_release, read_lock
from training.content.markdown import Document, check_headings, read_document
from training.content.modules import build_module, sources_of
from training.content.programme import check_programme, meetings_of, read_programme
from training.content.reading import LONGEST_SENTENCE, Reading, measure, sentences_of
from training.content.rich import Pen, Shelf
from training.content.rules import Problem, Report
from training.content.shelves import read_shelves

MODULES, DILEMMAS, MESSAGES = "modules", "dilemmas", "berichten"
REVIEW_LASTS = timedelta(days=365)
_FACT = re.compile(r"\{\{\s*feit:([\w-]+)\s*\}\}")
_ACCEPTED = "content-accepted"
_FORMS: dict[str, type[BaseModel]] = {
    MODULES: ModuleForm,
    DILEMMAS: DilemmaForm,
    MESSAGES: MessageForm,
}
AnyForm = TypeVar("AnyForm", bound=BaseModel)


@dataclass(slots=True)
class Checked:
    """One file after the check; `content` is there when it may be used, `facts` are its keys."""

    report: Report
    content: Module | Dilemma | Message | None = None
    reading: Reading | None = None
    exploration: Exploration | None = None
    facts: frozenset[str] = frozenset()


@dataclass(slots=True)
class Folder:
    """A whole content folder after the check."""

    library: Library = field(default_factory=Library)
    files: list[Checked] = field(default_factory=list)
    shared: list[Report] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """Every problem, by file and line."""
        reports = [*self.shared, *(checked.report for checked in self.files)]
        found = [problem for report in reports for problem in report.problems]
        return sorted(found, key=lambda p: (p.path, p.line, p.code))


@dataclass(frozen=True, slots=True)
class Loaded:
    """The content in use. `problems` are those of the folder, also when it is not in use."""

    library: Library
    problems: tuple[Problem, ...]
    is_last_accepted: bool = False

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What must be mended before the folder is used."""
        return tuple(problem for problem in self.problems if problem.is_error)


def load(content_dir: Path, data_dir: Path, today: date) -> Loaded:
    """The library of the folder, kept in `data_dir`; with errors in it, the one kept before.

    When nothing was accepted before, the files without errors are used.
    """
    folder = check_folder(content_dir, today)
    problems = tuple(folder.problems)
    kept = data_dir / _ACCEPTED
    if not any(problem.is_error for problem in problems):
        _keep(content_dir, kept)
        return Loaded(folder.library, problems)
    if kept.is_dir():
        accepted = check_folder(kept / content_dir.name, today)
        if not any(problem.is_error for problem in accepted.problems):
            return Loaded(accepted.library, problems, is_last_accepted=True)
    return Loaded(folder.library, problems)


def check_folder(content: Path, today: date) -> Folder:
    """Check every file of a content folder; what has no errors is in the library."""
    shelves = read_shelves(content, today)
    programme, programme_report = read_programme(content)
    calendars, calendar_report = read_calendars(content, today)
    folder = Folder(shared=[*shelves.reports, programme_report, calendar_report])
    if shelves.failed:  # with half a list of names every text would be wrong
        return folder
    shelf, releases = shelves.shelf(), read_lock(content)
    for kind, path in _files(content):
        folder.files.append(check_file(path, kind, content, shelf, releases, today))
    _check_ids(folder.files)
    accepted = [c.content for c in folder.files if c.content and not c.report.failed]
    folder.library = Library(
        modules={c.id: c for c in accepted if isinstance(c, Module)},
        dilemmas={c.id: c for c in accepted if isinstance(c, Dilemma)},
        messages={c.id: c for c in accepted if isinstance(c, Message)},
        meetings=meetings_of(programme, programme_report),
        audiences=shelves.audiences,
        facts=shelves.facts,
        terms=shelves.terms,
        inserts=shelves.inserts,
        themes=shelves.themes,
        programme=programme.value if isinstance(programme.value, dict) else {},
        calendars=calendars,
    )
    check_names(programme, calendars, programme_report)
    if not any(checked.report.failed for checked in folder.files):
        check_programme(programme, folder.library, programme_report)
    return folder


def check_file(
    path: Path, kind: str, content: Path, shelf: Shelf, releases: Releases, today: date
) -> Checked:
    """Take one file through the stages, and stop at the first with an error."""
    name = f"{content.name}/{path.relative_to(content).as_posix()}"
    report = Report(name)
    checked = Checked(report)
    document = _document(path, name, report)
    if document is None:
        return checked
    checked.facts = frozenset(_FACT.findall("\n".join(document.lines)))
    form = fill(_FORMS[kind], document.front, report)
    if form is None:
        return checked
    title = None if isinstance(form, DilemmaForm) else getattr(form, "title", None)
    check_headings(document, title, report)
    _check_place(form, path, kind, document.front, report)
    if report.failed:
        return checked
    checked.content = _build(form, document, path.parent, shelf, report)
    if not isinstance(checked.content, Message):
        check_release(checked.content, document.front, releases, report)
    if not report.failed:
        _check_quality(checked, document, today)
    return checked


def _document(path: Path, name: str, report: Report) -> Document | None:
    try:
        return read_document(name, path.read_text(encoding="utf-8"), report)
    except (OSError, UnicodeDecodeError) as error:
        report.add(1, "A001", why=type(error).__name__)
        return None


def _check_place(form: BaseModel, path: Path, kind: str, front: Located, report: Report) -> None:
    if isinstance(form, ModuleForm) and path.parent.name != form.theme.value:
        where = f"modules/{form.theme.value}/"
        report.add(front.line(("thema",)), "A007", where=where, key="thema")
    name = getattr(form, "id", "")
    if name != path.stem:
        report.add(front.line(("id",)), "A008", id=name, stem=path.stem)


def _build(
    form: BaseModel, document: Document, folder: Path, shelf: Shelf, report: Report
) -> Module | Dilemma | Message:
    if isinstance(form, ModuleForm):
        return build_module(document, form, folder, shelf, report)
    if isinstance(form, DilemmaForm):
        return build_dilemma(document, form, folder, shelf, report)
    assert isinstance(form, MessageForm)
    return _message(form, document, shelf, report)


def _message(form: MessageForm, document: Document, shelf: Shelf, report: Report) -> Message:
    check_audiences(form.audiences, document, shelf, report)
    pen = Pen(shelf, sources_of(form.sources), report)
    nodes = [n for n in document.nodes if not (n.type == "heading" and n.level == "h1")]
    check_statements(([node] for node in nodes), report)
    rich = pen.blocks(nodes)
    return Message(form.id, form.title, tuple(form.audiences), rich, document.path)


def _check_quality(checked: Checked, document: Document, today: date) -> None:
    content, report, front = checked.content, checked.report, document.front
    sentences = list(sentences_of(document))
    checked.reading = measure(sentences)
    if isinstance(content, Dilemma):
        checked.exploration = check_dilemma(content, front, report)
    elif isinstance(content, Module):
        check_module(content, front, checked.reading, report)
    if not isinstance(content, Message) and content is not None:
        _check_review(content.reviewed, content.review_due, front, today, report)
    for sentence in sentences:
        if len(sentence.words) > LONGEST_SENTENCE:
            start = " ".join(sentence.text.split()[:5])
            report.add(sentence.line, "T001", words=len(sentence.words), start=start)
    if checked.reading.too_hard:
        report.add(1, "T002", why="; ".join(checked.reading.too_hard))


def _check_review(
    reviewed: Review | None, due: date | None, front: Located, today: date, report: Report
) -> None:
    if reviewed and reviewed.on + REVIEW_LASTS < today:
        report.add(front.line(("nagekeken",)), "A029", on=reviewed.on)
    if due and due < today:
        report.add(front.line(("herzien-voor",)), "A030", on=due)


def _check_ids(files: list[Checked]) -> None:
    taken: dict[tuple[str, str], str] = {}
    for checked in files:
        if checked.content:
            key = (type(checked.content).__name__, checked.content.id)
            if key in taken:
                checked.report.add(1, "A031", id=checked.content.id, other=taken[key])
            taken.setdefault(key, checked.report.path)


def _files(content: Path) -> Iterator[tuple[str, Path]]:
    for theme in sorted(t.value for t in Theme):
        yield from ((MODULES, path) for path in sorted((content / MODULES / theme).glob("*.md")))
    for kind in (DILEMMAS, MESSAGES):
        yield from ((kind, path) for path in sorted((content / kind).glob("*.md")))


# ------------------------------------------------------------ the last accepted


def _keep(content: Path, kept: Path) -> None:
    """Keep a copy of the accepted folder; a crash leaves the old copy or the new one."""
    mark = _fingerprint(content)
    if (kept / mark).is_file():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=_ACCEPTED, dir=kept.parent))
    try:
        shutil.copytree(content, fresh / content.name)
        (fresh / mark).touch()
        old = Path(tempfile.mkdtemp(prefix=_ACCEPTED, dir=kept.parent))
        if kept.exists():
            kept.rename(old / "old")
        fresh.rename(kept)
        shutil.rmtree(old)
    except FileExistsError:  # another process kept the same content at the same moment
        shutil.rmtree(fresh, ignore_errors=True)


def _fingerprint(content: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in content.rglob("*") if p.is_file()):
        digest.update(path.relative_to(content).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]

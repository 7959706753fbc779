"""How the content stands: a table of all files, and what dates soon."""

from __future__ import annotations

from datetime import date, timedelta

from training.content.classes import Dilemma, Library, Module
from training.content.library import Checked, Folder


def status_page(folder: Folder) -> str:
    """The page docs/content-status.md: every file with its figures, then what is still open."""
    modules = [c for c in folder.files if isinstance(c.content, Module)]
    dilemmas = [c for c in folder.files if isinstance(c.content, Dilemma)]
    lines = [
        "# Stand van de inhoud",
        "",
        "Deze pagina is gemaakt met `training content status --write docs/content-status.md`.",
        "De grenzen voor het taalniveau staan in [content-rules.md](content-rules.md).",
        "",
        *_totals(folder, modules, dilemmas),
        "",
        "## Modules",
        "",
        *_module_table(modules, folder.library),
        "",
        "## Dilemma's",
        "",
        *_dilemma_table(dilemmas, folder.library),
        "",
        *_facts(folder.library),
        "",
        *_warnings(folder),
    ]
    return "\n".join(lines) + "\n"


def due_list(folder: Folder, today: date, days: int) -> tuple[list[str], bool]:
    """What must be looked at within so many days, soonest first; and whether a date has passed."""
    library, until = folder.library, today + timedelta(days=days)
    due = [(f.review_due, f"feit {f.key} ({f.value})") for f in library.facts.values()]
    contents: list[Module | Dilemma] = [*library.modules.values(), *library.dilemmas.values()]
    due += [(c.review_due, c.path) for c in contents if c.review_due]
    due += [
        (c.known_until, f"kalender {c.name}") for c in library.calendars.values() if c.known_until
    ]
    soon = sorted(entry for entry in due if entry[0] <= until)
    return [f"{on}  {what}" for on, what in soon], any(on < today for on, _ in soon)


def _totals(folder: Folder, modules: list[Checked], dilemmas: list[Checked]) -> list[str]:
    questions = sum(len(m.content.questions) for m in modules if isinstance(m.content, Module))
    reviewed = sum(_reviewed(c) for c in [*modules, *dilemmas])
    return [
        f"{len(modules)} modules met {questions} vragen, {len(dilemmas)} dilemma's, "
        f"{len(folder.library.messages)} berichten. "
        f"Nagekeken door een deskundige: {reviewed}.",
    ]


def _reviewed(checked: Checked) -> bool:
    return isinstance(checked.content, Module | Dilemma) and checked.content.reviewed is not None


def _module_table(files: list[Checked], library: Library) -> list[str]:
    head = (
        "bestand | woorden | minuten | vragen | onderdelen | woorden per zin | lang % | "
        "ambtelijk % | worden % | niveau | herzien voor | open feiten"
    )
    rows = []
    for checked in files:
        module, reading = checked.content, checked.reading
        if isinstance(module, Module) and reading:
            rows.append(
                f"{module.id} | {reading.words} | {module.minutes} | {len(module.questions)} | "
                f"{len(module.sections)} | {_figures(checked)} | {module.review_due} | "
                f"{_open_facts(checked, library)}"
            )
    return _table(head, rows)


def _dilemma_table(files: list[Checked], library: Library) -> list[str]:
    head = (
        "bestand | woorden | minuten | scènes | toestanden | aflopen | woorden per zin | lang % | "
        "ambtelijk % | worden % | niveau | herzien voor | open feiten"
    )
    rows = []
    for checked in files:
        dilemma, reading = checked.content, checked.reading
        if isinstance(dilemma, Dilemma) and reading and checked.exploration:
            rows.append(
                f"{dilemma.id} | {reading.words} | {dilemma.minutes_solo} | "
                f"{len(dilemma.scenes)} | {len(checked.exploration.steps)} | "
                f"{len(dilemma.endings)} | {_figures(checked)} | {dilemma.review_due or '–'} | "
                f"{_open_facts(checked, library)}"
            )
    return _table(head, rows)


def _open_facts(checked: Checked, library: Library) -> int:
    """How many facts in the file are still to be checked."""
    known = library.facts
    return sum(not known[key].verified for key in checked.facts if key in known)


def _figures(checked: Checked) -> str:
    reading = checked.reading
    assert reading is not None
    return (
        f"{reading.mean_sentence:.1f} | {reading.long_words:.1f} | {reading.rare_words:.1f} | "
        f"{reading.passives:.0f} | {reading.level}"
    )


def _table(head: str, rows: list[str]) -> list[str]:
    rule = " | ".join("---" if n == 0 else "---:" for n in range(head.count("|") + 1))
    return [f"| {line} |" for line in (head, rule, *rows)]


def _facts(library: Library) -> list[str]:
    open_facts = [fact for fact in library.facts.values() if not fact.verified]
    lines = [
        "## Feiten die nog gecontroleerd moeten worden",
        "",
        f"{len(open_facts)} van de {len(library.facts)} feiten in content/feiten.yaml.",
        "",
    ]
    rows = [f"{f.key} | {f.value} | {f.description} | {f.source}" for f in open_facts]
    return lines + _table("feit | waarde | betekenis | bron", rows)


def _warnings(folder: Folder) -> list[str]:
    warnings = [p for p in folder.problems if not p.is_error]
    lines = ["## Wat de controle nog opmerkt", ""]
    if not warnings:
        return [*lines, "Niets."]
    return lines + [f"- `{p.path}:{p.line}` {p.code}: {p.message}" for p in warnings]

"""The commands about content: check, lock, due and status."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from training.content.classes import Dilemma, Module
from training.content.library import check_folder
from training.content.lock import key_of, read_lock, released_now, write_lock
from training.content.status import due_list, status_page

OK, WRONG, USAGE = 0, 1, 2


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is geen datum; schrijf 2026-11-02") from None


def add_commands(commands: Any) -> None:
    """Add `content check|lock|due|status` to the subcommands of a parser."""
    content = commands.add_parser("content", help="Controleer en beheer de leerinhoud.")
    kinds = content.add_subparsers(dest="content_command", required=True, metavar="opdracht")
    for name, run, text in (
        ("check", run_check, "Controleer alle bestanden; 1 als er fouten zijn."),
        ("lock", run_lock, "Leg de opbouw van de huidige versies vast."),
        ("due", run_due, "Laat zien wat nagekeken moet worden."),
        ("status", run_status, "Toon of schrijf de stand van alle inhoud."),
    ):
        command = kinds.add_parser(name, help=text, description=text)
        command.add_argument("--content", type=Path, default=_default_folder(), help="map")
        command.add_argument("--on", type=_date, help="peildatum, zoals 2026-11-02")
        command.set_defaults(run=run)
        if name == "check":
            command.add_argument("files", nargs="*", help="alleen deze bestanden tonen")
        elif name == "due":
            command.add_argument("--days", type=int, default=60, help="zoveel dagen vooruit")
        elif name == "status":
            command.add_argument("--write", type=Path, help="schrijf naar dit bestand")


def run_check(options: argparse.Namespace) -> int:
    """Print every problem; 0 without errors, 1 with, 2 when there is no such folder."""
    if not options.content.is_dir():
        print(f"De map {options.content} bestaat niet.", file=sys.stderr)
        return USAGE
    folder = check_folder(options.content, _day(options))
    problems = [p for p in folder.problems if _asked(p.path, options.files)]
    for problem in problems:
        print(problem)
    errors = sum(problem.is_error for problem in problems)
    print(f"{len(folder.files)} bestanden, {errors} fouten, {len(problems) - errors} keer let op.")
    return WRONG if errors else OK


def run_lock(options: argparse.Namespace) -> int:
    """Keep the structure of each version that is not kept yet; 1 when there are errors."""
    folder = check_folder(options.content, _day(options))
    errors = [problem for problem in folder.problems if problem.is_error]
    if errors:
        print(*errors, "Los dit eerst op; er is niets vastgelegd.", sep="\n", file=sys.stderr)
        return WRONG
    releases = read_lock(options.content)
    added = 0
    library = folder.library
    contents: list[Module | Dilemma] = [*library.modules.values(), *library.dilemmas.values()]
    for content in contents:
        versions = releases.setdefault(key_of(content), {})
        added += content.version not in versions
        versions.setdefault(content.version, released_now(content))
    write_lock(options.content, releases)
    print(f"{added} versies vastgelegd.")
    return OK


def run_due(options: argparse.Namespace) -> int:
    """Print which files and facts must be looked at soon; 1 when a date has passed."""
    folder = check_folder(options.content, _day(options))
    lines, late = due_list(folder, _day(options), options.days)
    print("\n".join(lines) or "Er hoeft niets nagekeken te worden.")
    return WRONG if late else OK


def run_status(options: argparse.Namespace) -> int:
    """Print the status page, or write it."""
    page = status_page(check_folder(options.content, _day(options)))
    if options.write:
        options.write.write_text(page, encoding="utf-8")
    else:
        print(page, end="")
    return OK


def main(arguments: list[str] | None = None) -> int:
    """`python -m training.content.cli check|lock|due|status`."""
    parser = argparse.ArgumentParser(prog="python -m training.content.cli")
    add_commands(parser.add_subparsers(required=True))
    given = sys.argv[1:] if arguments is None else arguments
    options = parser.parse_args(["content", *given])
    return int(options.run(options))


def _day(options: argparse.Namespace) -> date:
    given: date | None = options.on
    return given or date.today()  # noqa: DTZ011 the command line is the clock's edge


def _asked(path: str, files: list[str]) -> bool:
    return not files or any(Path(f).name == Path(path).name for f in files)


def _default_folder() -> Path:
    return Path(__file__).parents[2] / "content"


if __name__ == "__main__":
    sys.exit(main())

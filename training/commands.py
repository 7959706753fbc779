"""The `training` command line: every job is also a command, with Dutch messages and exit codes.

0: done · 1: something is wrong and the message says what · 2: the command was not understood.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from training import backup, clock, demo, jobs, migrating, start
from training.access import Grant, Population
from training.audit import actions as audit_actions
from training.audit import cli as audit
from training.audit.models import Action
from training.audit.rules import derive_key
from training.content import cli as content
from training.content.classes import Library
from training.content.library import load as load_library
from training.db import Database
from training.identity import actions as identity
from training.identity.passwords import hash_of
from training.mail import cli as mail
from training.people import cli as people
from training.people.models import Unit
from training.reporting import exports
from training.reporting import queries as reporting
from training.reporting.rules import Filters, columns_of
from training.retention import cli as retention
from training.retention import memory as erased
from training.settings import Settings, SettingsError
from training.settings import read as read_settings

DEMO = {"seed": 2026, "municipalities": 6, "people": 420, "years": 2}
DEMO_LIMITS = {
    "seed": (0, 2**31),
    "municipalities": (1, 400),
    "people": (1, 2_000_000),
    "years": (0, 20),
}


def day(text: str) -> dt.date:
    """A date on the command line: 2026-11-02."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is geen datum; schrijf 2026-11-02") from None


def number(least: int, most: int) -> Callable[[str], int]:
    """A whole number on the command line, between these two."""

    def read(text: str) -> int:
        if not text.isascii() or not text.removeprefix("-").isdigit():
            raise argparse.ArgumentTypeError(f"{text} is geen heel getal")
        if not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"kies een getal van {least} tot en met {most}")
        return int(text)

    return read


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    root = argparse.ArgumentParser(prog="training", description="Weerbaar beheren.")
    commands = root.add_subparsers(dest="command", required=True, metavar="opdracht")
    content.add_commands(commands)

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    begin = command("start", run_start, "Start de webserver en de planner samen.")
    begin.add_argument(
        "--port", type=number(1, 65_535), default=8000, help="poort (standaard 8000)"
    )
    begin.add_argument("--host", default="127.0.0.1", help="adres (standaard 127.0.0.1)")
    begin.add_argument("--empty", action="store_true", help="zonder demonstratiestad")
    command("migrate", run_migrate, "Breng de database naar deze versie.")
    filled = command("demo", run_demo, "Vul een lege database met verzonnen gemeenten.")
    for name, value in DEMO.items():
        filled.add_argument(f"--{name}", type=number(*DEMO_LIMITS[name]), default=value)
    filled.add_argument("--json", type=Path, help="schrijf de inlogadressen in dit bestand")
    filled.add_argument("--password", default="", help="wachtwoord voor alle accounts")
    again = command("refreshers", run_refreshers, "Open rondes en schrijf herinneringen.")
    again.add_argument("--on", type=day, default=None, help="doe alsof het deze dag is")
    again.add_argument("--dry-run", action="store_true", help="alleen tellen, niets bewaren")
    staff = command("import", run_import, "Verwerk een personeelsbestand (CSV, XLSX of ODS).")
    staff.add_argument(
        "file", type=Path, nargs="?", help="zonder bestand: alles wat in IMPORT_DIR klaarligt"
    )
    staff.add_argument("--municipality", default="", help="naam van de gemeente")
    staff.add_argument("--dry-run", action="store_true", help="alleen tonen, niets bewaren")
    staff.add_argument(
        "--confirm-large", action="store_true", help="ook als veel mensen vertrekken"
    )
    export = command("export", run_export, "Exporteer het deelnameoverzicht van een onderdeel.")
    export.add_argument("what", choices=["participation"])
    export.add_argument("file", type=Path, help="eindigt op .csv, .xlsx of .ods")
    export.add_argument("--unit", required=True, help="naam van de gemeente, regio of samenwerking")
    export.add_argument("--population", choices=["STAFF", "COUNCIL", "COLLEGE"], default="STAFF")
    export.add_argument("--on", type=day, default=None, help="peildatum")
    past = command("retention", run_retention, "Wis wat over zijn bewaartermijn is.")
    past.add_argument("--on", type=day, default=None, help="doe alsof het deze dag is")
    past.add_argument("--dry-run", action="store_true", help="alleen tellen, niets wissen")
    log = command("audit", run_audit, "Controleer of het logboek klopt.")
    log.add_argument("action", choices=["verify"])
    log.add_argument("--heads", type=Path, help="eerder bewaarde eindes, van elders")
    post = command("mail", run_mail, "Verstuur de mail die wacht.")
    post.add_argument("action", choices=["send"])
    command("worker", run_worker, "Draai de planner.")
    command("doctor", run_doctor, "Kijk of alles klopt.")
    save = command("backup", run_backup, "Bewaar alle gegevens in één bestand.")
    save.add_argument("file", type=Path)
    back = command("restore", run_restore, "Zet een bewaard bestand terug in een lege database.")
    back.add_argument("file", type=Path)
    back.add_argument("--erased", type=Path, help="bestand met wie is gewist, van elders")
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        print("Gestopt. Wat niet af was, is niet bewaard.", file=sys.stderr)
        return 130
    except OSError as problem:
        if problem.filename is None:
            raise
        print(
            f"{problem.filename} kan niet worden gelezen of geschreven. Kijk of de map en het "
            "bestand er zijn, en van jou zijn.",
            file=sys.stderr,
        )
        return 1
    except (SettingsError, backup.BackupError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except sa.exc.OperationalError:
        print("De database is niet bereikbaar. Kijk naar DATABASE_URL.", file=sys.stderr)
        return 1


def opened() -> tuple[Settings, Database]:
    """The settings, and their database brought to this version."""
    settings = read_settings()
    migrating.migrate(settings.database_url)
    return settings, Database(settings.database_url)


def accepted(settings: Settings) -> Library:
    """The content as it stands, or the last accepted; says which files are broken."""
    loaded = load_library(settings.content_dir, settings.data_dir, clock.today())
    for problem in loaded.errors:
        print(problem, file=sys.stderr)
    if loaded.errors:
        print("De laatst goedgekeurde inhoud blijft in gebruik.", file=sys.stderr)
    return loaded.library


def is_empty(database: Database) -> bool:
    """Whether nothing was ever entered."""
    with database.reading() as db:
        return db.scalar(sa.select(Unit.id).limit(1)) is None


def run_start(options: argparse.Namespace) -> int:
    """Migrates, fills on the first start, tells who can sign in, and runs everything."""
    if not start.is_free(options.host, options.port):
        print(
            f"Poort {options.port} op {options.host} is niet vrij: er luistert al iets, of je mag "
            "haar niet gebruiken. Kies een andere met --port.",
            file=sys.stderr,
        )
        return 1
    settings, database = opened()
    library = accepted(settings)
    address = f"http://{options.host}:{options.port}"
    first = is_empty(database)
    if first and options.empty:
        with database.transaction() as db:
            link = identity.first_administrator(db, clock.now())
        print(
            f"De installatie is leeg. Maak de eerste beheerder met deze link (eenmalig):\n"
            f"  {address}{link}"
        )
    elif first:
        _fill(settings, database, library, options)
    database.dispose()
    print(f"\nWeerbaar draait op {address}  (stoppen: Ctrl-C)")
    sign_ins = settings.data_dir / "demo.txt"
    if sign_ins.exists():
        print(sign_ins.read_text())
    if not settings.smtp_url:
        print(f"Er is geen mailserver ingesteld (SMTP_URL). Mail komt in {settings.mail_dir}.")
    sys.stdout.flush()
    return start.serve(settings, options.port, options.host)


def _fill(
    settings: Settings, database: Database, library: Library, options: argparse.Namespace
) -> None:
    print("Eerste start: er komt een demonstratiestad met verzonnen mensen.")
    password = start.one_time_password()
    with database.transaction() as db:
        made = demo.build(db, library, today=clock.today(), password_hash=hash_of(password), **DEMO)
    demo.write_sign_ins(settings.data_dir / "demo.json", made.sign_ins)
    shown = [
        s for s in made.sign_ins if s["email"].endswith(("@merendijk.example", "@beekdal.example"))
    ]
    lines = [f"  {s['email']:32} {s['role']}" for s in shown]
    text = "\n".join(
        (f"Inloggen kan met het wachtwoord {password} en een van deze adressen:", *lines)
    )
    (settings.data_dir / "demo.txt").write_text(text + "\n")


def run_migrate(_options: argparse.Namespace) -> int:
    """Brings the database to this version."""
    opened()[1].dispose()
    print("De database is bij.")
    return 0


def run_demo(options: argparse.Namespace) -> int:
    """Fills an empty database; refuses one that holds anything."""
    settings, database = opened()
    if not is_empty(database):
        print("De database is niet leeg. Kies met DATABASE_URL een lege.", file=sys.stderr)
        return 1
    if options.json:
        options.json.touch()  # a place that cannot be written is told before the work
    password = options.password or start.one_time_password()
    with database.transaction() as db:
        made = demo.build(
            db,
            accepted(settings),
            seed=options.seed,
            municipalities=options.municipalities,
            people=options.people,
            years=options.years,
            today=clock.today(),
            password_hash=hash_of(password),
        )
    if options.json:
        demo.write_sign_ins(options.json, made.sign_ins)
    print(f"{made.people} mensen, {made.evidence} bewijzen. Wachtwoord: {password}")
    return 0


def run_refreshers(options: argparse.Namespace) -> int:
    """Does the nightly work for a day; with --dry-run it only counts. 1 when a brake stopped
    something: a coordinator must decide first."""
    settings, database = opened()
    today = options.on or clock.today()
    outcome, mails = jobs.nightly(
        database, accepted(settings), today, clock.now(), keep=not options.dry_run
    )
    print(f"Peildag {clock.in_words(today)}{' (niets bewaard)' if options.dry_run else ''}:")
    print(f"  nieuwe toewijzingen: {outcome.assignments}, beëindigd: {outcome.ended}")
    print(f"  nieuwe rondes: {outcome.cycles}, afgerond: {outcome.settled}")
    what = "zouden uitgaan" if options.dry_run else "klaarstaan"
    print(f"  mails die {what}: {sum(mails.values())}")
    for kind, number in sorted(mails.items(), key=lambda pair: pair[0].value):
        print(f"    {kind.value}: {number}")
    for title, number in sorted(outcome.per_duty.items()):
        print(f"  {title}: {number}")
    for brake in outcome.stopped:
        print(
            f"GESTOPT: ‘{brake.transition.value}’ voor {brake.people} van {brake.headcount} mensen "
            "in één gemeente. Een coördinator moet dit eerst goedkeuren.",
            file=sys.stderr,
        )
    return 1 if outcome.stopped else 0


def run_import(options: argparse.Namespace) -> int:
    """Takes in a personnel file, or those that lie ready in the watched folder."""
    settings, database = opened()
    if options.file is None:
        return people.take_in_folder(
            database, settings.secret_key, settings.import_dir, clock.now(), clock.today()
        )
    return people.take_in(
        database,
        settings.secret_key,
        options.file,
        options.municipality,
        clock.now(),
        clock.today(),
        keep=not options.dry_run,
        large=options.confirm_large,
    )


def run_export(options: argparse.Namespace) -> int:
    """Writes the participation of one population at and below a unit; recorded in the log."""
    settings, database = opened()
    with database.writing() as db:
        unit = db.scalars(sa.select(Unit).where(Unit.name == options.unit)).first()
        if unit is None:
            print(f"Het onderdeel {options.unit} is niet bekend.", file=sys.stderr)
            return 1
        if options.file.suffix not in {".csv", ".xlsx", ".ods"}:
            print("Kies een bestandsnaam die eindigt op .csv, .xlsx of .ods.", file=sys.stderr)
            return 1
        within = frozenset({Grant(unit.id, frozenset({Population[options.population]}))})
        today = clock.today()
        filters = Filters(options.on or today, today)
        ids = reporting.municipality_ids(db, within)
        columns = columns_of(())
        total = exports.Sum()
        if options.file.suffix == ".csv":
            asked = reporting.file_queries(db, ids, within, filters, columns, dates_as_text=True)
            with options.file.open("wb") as file:
                file.writelines(total.of_csv(exports.csv_pieces(db, asked, columns)))
        else:
            rows = total.of_cells(reporting.stream(db, ids, within, filters, columns))
            exports.write(
                options.file,
                rows,
                columns,
                lambda: [*filters.in_words(unit.name), ("Controlegetal", total.checksum)],
            )
        audit_actions.record(
            db,
            derive_key(settings.secret_key),
            at=clock.now(),
            actor=None,
            action=Action.EXPORTED,
            municipality_id=unit.municipality_id,
            what="deelnameoverzicht via de opdrachtregel",
        )
        db.commit()
    print(f"{total.rows} regels geschreven in {options.file}.")
    return 0


def run_retention(options: argparse.Namespace) -> int:
    """Removes what is past its term on a day; with --dry-run it only counts."""
    settings, database = opened()
    return retention.clean(
        database,
        settings.secret_key,
        settings.data_dir,
        options.on or clock.today(),
        clock.now(),
        keep=not options.dry_run,
    )


def run_audit(options: argparse.Namespace) -> int:
    """Checks every chain of the log."""
    settings, database = opened()
    heads = options.heads or settings.data_dir / audit.HEADS
    return audit.verify(database, settings.secret_key, heads=heads)


def run_mail(_options: argparse.Namespace) -> int:
    """Sends what waits in the outbox."""
    settings, database = opened()
    names = partial(jobs.names_of_senders, database)
    return mail.send(settings, database, clock.now(), sender_names=names)


def run_worker(_options: argparse.Namespace) -> int:
    """Runs the schedule until it is told to stop."""
    settings, database = opened()
    jobs.work(settings, database, accepted(settings))
    return 0


def run_doctor(_options: argparse.Namespace) -> int:
    """Looks at settings, database, content, mail and the records; 1 when something is wrong."""
    settings = read_settings()
    database = Database(settings.database_url)
    findings: list[tuple[bool, str]] = []
    findings.append((migrating.is_current(database.engine), "De database is van deze versie."))
    loaded = load_library(settings.content_dir, settings.data_dir, clock.today())
    findings.append((not loaded.errors, "De inhoud is zonder fouten."))
    findings.append((bool(settings.smtp_url), "Er is een mailserver (SMTP_URL)."))
    findings.append((settings.secure, "Bezoekers komen met https (BASE_URL)."))
    if findings[0][0]:
        with database.reading() as db:
            findings.extend(jobs.self_check(db, clock.today()))
    for good, text in findings:
        print(f"{'goed ' if good else 'LET OP'}  {text}")
    # Mail to files and plain http are fine on one's own machine: only real faults fail.
    return 0 if all(good for index, (good, _) in enumerate(findings) if index not in {2, 3}) else 1


def run_backup(options: argparse.Namespace) -> int:
    """Writes everything but open ballots into one file."""
    _settings, database = opened()
    rows = backup.save(database, options.file)
    print(f"{rows} regels bewaard in {options.file}.")
    return 0


def run_restore(options: argparse.Namespace) -> int:
    """Fills an empty database from a backup."""
    settings, database = opened()
    rows = backup.restore(database, options.file)
    print(f"{rows} regels teruggezet.")
    memory = options.erased or settings.data_dir / erased.FILE
    with database.transaction() as db:
        again = erased.replay(
            db, memory, derive_key(settings.secret_key), clock.now(), clock.today()
        )
        erased.write(db, settings.data_dir)
    if memory.exists():
        print(f"{again} mensen opnieuw gewist, volgens {memory.name}.")
    else:
        print(f"Let op: er is geen {memory.name}. Wie na de kopie is gewist, is er weer.")
    return 0

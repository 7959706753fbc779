"""The command line does each job with a clear Dutch answer, and a backup puts everything back."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from training import backup, commands, start
from training.assignments.models import QuietPeriod
from training.db import Base, Database
from training.settings import Settings


@pytest.fixture
def installed(tmp_path: Path, empty_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with a small demonstration town."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BOX_DIR", str(tmp_path / "box"))
    monkeypatch.setenv("DATABASE_URL", empty_url)
    monkeypatch.delenv("SMTP_URL", raising=False)
    assert commands.main(["demo", "--people", "200", "--municipalities", "3"]) == 0
    return tmp_path


def counts(url: str) -> dict[str, int]:
    database = Database(url)
    with database.engine.connect() as connection:
        found = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in backup.LEFT_OUT
        }
    database.dispose()
    return found


def test_the_same_seed_makes_the_same_town(installed: Path, empty_url: str, server: object) -> None:
    other = server.empty()  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", other)
        assert commands.main(["demo", "--people", "200", "--municipalities", "3"]) == 0
    assert counts(other) == counts(empty_url)
    server.drop(other)  # type: ignore[attr-defined]


def test_a_town_that_holds_people_is_not_filled_again(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["demo"]) == 1
    assert "niet leeg" in capsys.readouterr().err


def test_a_dry_run_of_the_refreshers_keeps_nothing(installed: Path, empty_url: str) -> None:
    before = counts(empty_url)
    assert commands.main(["refreshers", "--on", "2027-11-01", "--dry-run"]) == 0
    assert counts(empty_url) == before
    assert commands.main(["refreshers"]) == 0
    assert counts(empty_url)["outbox_message"] > 0
    assert commands.main(["mail", "send"]) == 0
    assert list((installed / "mail").glob("*.eml"))


def test_the_mails_that_are_told_are_those_in_the_outbox(
    installed: Path, empty_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run tells beforehand how many it would be."""
    before = counts(empty_url)["outbox_message"]
    commands.main(["refreshers", "--on", "2027-11-01", "--dry-run"])
    would = re.search(r"mails die zouden uitgaan: (\d+)", capsys.readouterr().out)
    commands.main(["refreshers", "--on", "2027-11-01"])
    did = re.search(r"mails die klaarstaan: (\d+)", capsys.readouterr().out)
    written = counts(empty_url)["outbox_message"] - before
    assert would and did and written > 0
    assert (int(would[1]), int(did[1])) == (written, written)


def test_a_worker_has_quiet_times_before_its_first_night(installed: Path, empty_url: str) -> None:
    database = Database(empty_url)
    with database.transaction() as db:
        db.execute(sa.delete(QuietPeriod))
    worker = subprocess.Popen([sys.executable, "-m", "training", "worker"])
    try:
        end = time.monotonic() + 30
        while not counts(empty_url)["quiet_period"] and time.monotonic() < end:
            time.sleep(0.1)
        assert counts(empty_url)["quiet_period"]
    finally:
        worker.terminate()
        assert worker.wait(timeout=30) == 0
        database.dispose()


def test_a_backup_puts_everything_back_in_an_empty_database(
    installed: Path, empty_url: str, server: object
) -> None:
    file = installed / "kopie.gz"
    assert commands.main(["backup", str(file)]) == 0
    other = server.empty()  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", other)
        assert commands.main(["restore", str(file)]) == 0
        assert commands.main(["restore", str(file)]) == 1, "not on top of what is there"
    assert counts(other) == counts(empty_url)
    server.drop(other)  # type: ignore[attr-defined]


def test_a_cut_off_backup_is_refused(
    installed: Path, server: object, capsys: pytest.CaptureFixture[str]
) -> None:
    file = installed / "kopie.gz"
    assert commands.main(["backup", str(file)]) == 0
    file.write_bytes(file.read_bytes()[:-200])
    other = server.empty()  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", other)
        assert commands.main(["restore", str(file)]) == 1
    assert "niet compleet" in capsys.readouterr().err
    assert counts(other)["person"] == 0
    server.drop(other)  # type: ignore[attr-defined]


def test_participation_is_exported_and_recorded(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = installed / "deelname.csv"
    assert commands.main(["export", "participation", str(file), "--unit", "A2-samenwerking"]) == 0
    assert file.read_text("utf-8-sig").startswith("Gemeente;")
    assert commands.main(["export", "participation", str(file), "--unit", "Nergens"]) == 1
    assert commands.main(["audit", "verify"]) == 0
    assert "klopt" in capsys.readouterr().out


def test_the_doctor_says_what_holds(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["doctor"]) == 0
    assert "Niemand heeft twee open rondes" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["vlieg"], ["refreshers", "--on", "morgen"], []])
def test_what_is_not_understood_ends_with_two(words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        commands.main(words)
    assert end.value.code == 2


def test_broken_content_names_file_line_and_cure_and_the_last_stays_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datetime as dt
    import shutil

    from training.content.library import load

    content = tmp_path / "content"
    shutil.copytree(Path(__file__).parents[1] / "content" / "fixture" / "content", content)
    good = load(content, tmp_path / "data", dt.date(2026, 11, 24))
    file = content / "dilemmas" / "het-dossier-van-de-buurman.md"
    file.write_text(file.read_text().replace("(#het-overleg)", "(#het-overlg)", 1))
    after = load(content, tmp_path / "data", dt.date(2026, 11, 24))
    assert after.library.dilemmas.keys() == good.library.dilemmas.keys()
    told = str(after.errors[0])
    assert "het-dossier-van-de-buurman.md:" in told
    assert "Bedoel je ‘het-overleg’" in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["demo", "--people", "-5"], "kies een getal van 1"),
        (["demo", "--municipalities", "0"], "kies een getal van 1"),
        (["demo", "--years", "veel"], "is geen heel getal"),
        (["start", "--port", "99999"], "kies een getal van 1 tot en met 65535"),
        (["content", "check", "--on", "gisteren"], "is geen datum; schrijf 2026-11-02"),
        (["refreshers", "--on", "2026-13-01"], "is geen datum; schrijf 2026-11-02"),
    ],
)
def test_an_option_that_cannot_be_says_what_can(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_a_place_that_is_not_there_is_told_before_anything_is_done(
    tmp_path: Path,
    empty_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BOX_DIR", str(tmp_path / "box"))
    monkeypatch.setenv("DATABASE_URL", empty_url)
    nowhere = str(tmp_path / "weg" / "bestand")
    for arguments in (["demo", "--json", nowhere], ["backup", nowhere]):
        assert commands.main(arguments) == 1, arguments
        said = capsys.readouterr().err
        assert nowhere in said and "kan niet worden gelezen" in said, arguments
    assert counts(empty_url)["person"] == 0


@pytest.mark.parametrize(
    ("set_to", "leads_to"),
    [
        (None, "http://127.0.0.1:8123"),
        ("https://weerbaar.example", "https://weerbaar.example"),
    ],
)
def test_mails_and_codes_lead_to_where_it_runs(
    tmp_path: Path, set_to: str | None, leads_to: str
) -> None:
    settings = Settings(data_dir=tmp_path)
    if set_to:
        settings = replace(settings, base_url=set_to)
    assert start.environment_of(settings, 8123)["BASE_URL"] == leads_to

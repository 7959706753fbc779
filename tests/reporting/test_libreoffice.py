"""Every export opens in LibreOffice with the cells that were written, and dates that are dates."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.reporting import offices
from tests.signing import sign_in
from tests.town import Town
from training.db import Database

pytestmark = pytest.mark.heavy
AS_UTF8 = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false"
ODS = "ods"


def converted(path: Path, to: str, folder: Path) -> Path:
    """A file as LibreOffice writes it again, headless."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is missing: apt install libreoffice-calc"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [office, profile, "--headless", "--norestore"]
    if path.suffix == ".csv":  # as somebody who opens it: semicolons, UTF-8, Dutch dates
        command.append("--infilter=CSV:59,34,76,1,,1043,false,true")
    command += ["--convert-to", to, "--outdir", str(folder / "out"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out" / f"{path.stem}.{to.split(':')[0]}"


def dutch(cell: str) -> str:
    """A date of a CSV is read as a date, and written as the office's own language has it."""
    found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", cell)
    return f"{found[2]}-{found[1]}-{found[3]}" if found else cell


@pytest.fixture
def exported(
    client: FlaskClient, town: Town, database: Database, tmp_path: Path
) -> dict[str, Path]:
    """The overview with awkward names, in every format."""
    with database.transaction() as db:
        offices.fill(db, town, dt.date.today())
        offices.rename(db, town)
    sign_in(client, town, "hanna")
    found = {}
    for kind in ("csv", "xlsx", "ods"):
        found[kind] = tmp_path / f"deelname.{kind}"
        found[kind].write_bytes(client.post(f"/deelname/export/{kind}").get_data())
    return found


def test_every_export_opens_with_the_same_cells(exported: dict[str, Path], tmp_path: Path) -> None:
    written = offices.in_csv(exported["csv"].read_bytes())
    for kind, path in exported.items():
        folder = tmp_path / kind
        opened = converted(path, AS_UTF8, folder)
        with opened.open(encoding="utf-8-sig", newline="") as file:
            cells = [list(map(dutch, row)) for row in csv.reader(file, delimiter=";") if any(row)]
        assert cells == written, kind


def test_dates_are_dates_and_nothing_is_a_formula(
    exported: dict[str, Path], tmp_path: Path
) -> None:
    """LibreOffice reads each file and writes ODS, which says of each cell what it is."""
    import zipfile

    for kind in ("xlsx", "ods", "csv"):
        made = converted(exported[kind], ODS, tmp_path / f"to-ods-{kind}")
        with zipfile.ZipFile(made) as book:
            content = book.read("content.xml").decode()
        assert "table:formula" not in content, kind
        assert 'office:value-type="date"' in content, kind
